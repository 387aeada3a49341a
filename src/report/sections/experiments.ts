import { formatBytes, formatCount, formatList, formatMs, formatNumber, formatPercent, formatPercentInterval, formatPoints, formatRatio, formatUnits } from '../../base/format.ts';
import type { Report } from '../../contract/report.ts';
import { compressionChart, matryoshkaChart, orderChart, sizeTrendChart, tuningChart } from '../charts/experiment-charts.ts';
import { heatMapChart } from '../charts/heat-map.ts';
import { sizeTrendSentence } from '../findings.ts';
import { numeric, tableOf, words, type Section } from '../section.ts';
import { compressionSentence, orderSentence } from './experiment-words.ts';

/** How many candidates a head must keep; undefined when it was not asked. */
export function candidatesSection(report: Report): Section | undefined {
  const { candidatesNeeded = [], heatMap, k } = report;
  if (candidatesNeeded.length === 0 && heatMap === undefined) return undefined;
  const shares = candidatesNeeded[0]?.levels.map((level) => level.share) ?? [];
  const needed = tableOf(
    'Candidates to keep so that this share of the queries loses nothing (95 %)',
    [numeric('head dims'), ...shares.map((share) => numeric(`${formatPercent(share).replace('.0 %', ' %')} of the queries`))],
    candidatesNeeded.map((rule) => [String(rule.dims), ...rule.levels.map(({ keep, low, high }) => (keep === null ? 'beyond the pool' : `${formatCount(keep)}${low === null || high === null ? '' : ` (${formatCount(low)}–${formatCount(high)})`}`))]),
  );
  const [first] = candidatesNeeded;
  return {
    id: 'candidates',
    title: 'How many candidates to keep',
    lead: (candidatesNeeded[candidatesNeeded.length - 2] ?? first)?.sentence ?? 'Recall of every two-stage funnel, by head dimension and candidates kept.',
    notes: [],
    figures: [
      ...(candidatesNeeded.length === 0 ? [] : [{ tables: [needed] }]),
      ...(heatMap === undefined
        ? []
        : [
            {
              caption: 'Recall of every two-stage funnel head:keep, full dimension, evaluated exactly. The stairs mark where each level is reached.',
              chart: () => heatMapChart(heatMap, k, report.model.dims),
              tables: [
                tableOf(
                  `Recall@${k} by head dims and candidates kept`,
                  [numeric('head dims'), ...heatMap.keeps.map((keep) => numeric(formatCount(keep)))],
                  heatMap.dims.map((dims, index) => [String(dims), ...(heatMap.recall[index] ?? []).map((recall) => formatPercent(recall))]),
                ),
              ],
            },
          ]),
    ],
  };
}

/** What the tuner found; undefined when it did not run. */
export function tuningSection(report: Report): Section | undefined {
  const { tuning, costModel } = report;
  if (tuning === undefined) return undefined;
  const rows = tuning.frontier.map((point) => [
    point.schedule === tuning.chosen?.schedule ? `${point.schedule} (chosen)` : point.schedule,
    formatPercentInterval(point.recallTuned),
    formatPercentInterval(point.recallHeldOut),
    formatNumber(point.estimatedMs),
    point.measured === undefined ? '' : formatNumber(point.measured.p50),
    point.measured === undefined ? '' : formatNumber(point.measured.p95),
    formatBytes(point.headBytes),
    point.totalBytes === undefined ? '' : formatBytes(point.totalBytes),
    point.bytesReadPerQuery === undefined ? '' : formatBytes(point.bytesReadPerQuery),
  ]);
  const columns = [words('schedule'), numeric('recall, tuned half'), numeric('recall, held out'), ...['estimate, ms', 'p50, ms', 'p95, ms', 'head', 'all memory', 'read a query'].map(numeric)];
  return {
    id: 'tuning',
    title: 'The tuned schedule',
    lead: tuning.verdict,
    notes: [
      `${formatCount(tuning.schedulesEvaluated)} schedules evaluated exactly and ${formatCount(tuning.schedulesPruned)} ruled out in ${formatMs(tuning.searchMs ?? tuning.elapsedMs)}; chosen on ${formatUnits(tuning.queriesTuned, 'query', 'queries')}, reported on ${formatCount(tuning.queriesHeldOut)} others. ${tuning.how}`,
      ...(tuning.contenders === undefined || tuning.contenders.length < 2 ? [] : [`Measured times cannot tell ${formatList(tuning.contenders)} apart; the one with the fewest stages is chosen.`]),
      ...(costModel === undefined ? [] : [`Estimates come from a cost model fitted on ${formatCount(costModel.runCount)} measured runs, off by ${formatPercent(costModel.relativeError)} (root mean square). ${costModel.how}`]),
      ...(tuning.speedupOverBestPrefix === undefined ? [] : [`Against the best single prefix of the same recall: ${formatRatio(tuning.speedupOverBestPrefix.value)} (${formatRatio(tuning.speedupOverBestPrefix.low)}–${formatRatio(tuning.speedupOverBestPrefix.high)}).`]),
    ],
    figures: [{ chart: () => tuningChart(tuning, report.k), tables: [tableOf('The tuner’s frontier', columns, rows)] }],
  };
}

/** Whether recall holds as the corpus grows. */
export function sizeTrendSection(report: Report): Section | undefined {
  const { sizeTrend: trend } = report;
  if (trend === undefined) return undefined;
  const rows = trend.series.flatMap((series) => [
    ...series.measured.map((point) => [String(series.dims), formatCount(point.rowCount), formatPercentInterval(point.recall), point.candidates99 === null ? '' : formatCount(point.candidates99), 'measured']),
    ...series.projected.map((point) => [
      String(series.dims),
      formatCount(point.rowCount),
      formatPercentInterval(point.recall),
      point.candidates99 === null ? '' : `${formatCount(point.candidates99.value)} (${formatCount(point.candidates99.low)}–${formatCount(point.candidates99.high)})`,
      'projected',
    ]),
  ]);
  const sizing = trend.sizing.map((row) => [formatCount(row.rowCount), row.index, String(row.dims), formatBytes(row.headBytes), formatBytes(row.fullBytes), row.loadedBytes === undefined ? '' : formatBytes(row.loadedBytes), row.diskBytes === undefined ? '' : formatBytes(row.diskBytes)]);
  const checks = trend.series.flatMap(({ dims, check, checkCandidates }) => [
    ...(check === undefined ? [] : [`At ${dims} dims the fit on the smaller samples predicted ${formatPercentInterval(check.predicted)} for the whole corpus; measured ${formatPercent(check.measured)}, ${check.inside ? 'inside' : 'outside'} the interval.`]),
    ...(checkCandidates === undefined
      ? []
      : [`Candidates that 99 % of the queries need at ${dims} dims: predicted ${formatCount(checkCandidates.predicted.value)} (${formatCount(checkCandidates.predicted.low)}–${formatCount(checkCandidates.predicted.high)}), measured ${checkCandidates.measured === null ? 'beyond what was looked at' : formatCount(checkCandidates.measured)}, ${checkCandidates.inside ? 'inside' : 'outside'} the interval.`]),
  ]);
  return {
    id: 'size',
    title: 'Will it hold as the corpus grows?',
    lead: sizeTrendSentence(report) ?? 'Recall measured on samples of the corpus.',
    notes: [...checks, trend.how],
    figures: [
      {
        chart: () => sizeTrendChart(trend, report.k),
        tables: [
          tableOf('Recall by corpus size', [numeric('dims'), numeric('documents'), numeric(`recall@${report.k} (95 %)`), numeric('candidates for 99 %'), words('how')], rows),
          ...(sizing.length === 0 ? [] : [tableOf('Memory at larger sizes, computed', [numeric('documents'), words('index'), numeric('head dims'), ...['head', 'full vectors', 'loaded', 'on disk'].map(numeric)], sizing)]),
        ],
      },
    ],
  };
}

/** What the order of the dimensions is worth. */
export function orderSection(report: Report): Section | undefined {
  const { order } = report;
  if (order === undefined) return undefined;
  const columns = [numeric('dims'), ...order.series.map((series) => numeric(series.order))];
  const rows = order.dims.map((dims, index) => [String(dims), ...order.series.map((series) => (series.recall[index] === undefined ? '' : formatPercentInterval(series.recall[index])))]);
  return {
    id: 'order',
    title: 'Does the order of the dimensions matter?',
    lead: orderSentence(order),
    notes: order.series.flatMap((series) => (series.note === undefined ? [] : [`${series.order}: ${series.note}.`])),
    figures: [{ chart: () => orderChart(order, report.model.trainedDims, report.k), tables: [tableOf(`Recall@${report.k} by choice of dimensions`, columns, rows)] }],
  };
}

/** Ways to truncate embeddings, trained for it or not. */
export function matryoshkaSection(report: Report): Section | undefined {
  const { matryoshka } = report;
  if (matryoshka === undefined) return undefined;
  const { dims, ladders, gains, counts, verdict, adapterFile } = matryoshka;
  const columns = [numeric('dims'), ...ladders.map((ladder) => numeric(ladder.variant)), numeric('adapter − raw, points'), numeric('adapter − PCA, points')];
  const points = (difference: { value: number; low: number; high: number } | undefined): string => (difference === undefined ? '' : `${formatPoints(difference.value)} (${formatPoints(difference.low)} to ${formatPoints(difference.high)})`);
  const rows = dims.map((size, index) => [
    String(size),
    ...ladders.map((ladder) => (ladder.recall[index] === undefined ? '' : formatPercentInterval(ladder.recall[index]))),
    points(gains.overRaw[index]),
    points(gains.overPca[index]),
  ]);
  const [lead = 'Ways to truncate, compared.', ...more] = verdict.sentences;
  return {
    id: 'matryoshka',
    title: 'Is this model made for truncation?',
    lead,
    notes: [
      ...more,
      `PCA and the adapter learned from ${formatCount(counts.trained)} rows; ${formatCount(counts.searched)} others were searched with ${formatUnits(counts.queries, 'query', 'queries')} (${counts.queriesAre}). Recall is against the exact neighbours of the untouched full vectors.`,
      ...(adapterFile === undefined ? [] : [`The recommended map is saved beside this report as ${adapterFile}: bench --adapter measures with it.`]),
    ],
    figures: [{ chart: () => matryoshkaChart(matryoshka, report.model.trainedDims, report.k), tables: [tableOf(`Recall@${report.k} by way to truncate`, columns, rows)] }],
  };
}

/** Number formats against fewer dimensions. */
export function compressionSection(report: Report): Section | undefined {
  const { compression } = report;
  if (compression === undefined) return undefined;
  const columns = [words('form'), numeric('dims'), numeric('bytes/vector'), numeric(`recall@${report.k} (95 %)`), numeric('as head, keep'), numeric('recall of the funnel')];
  const rows = compression.points.map(({ form, dims, bytesPerVector, recall, funnel }) => [
    form,
    String(dims),
    formatCount(bytesPerVector),
    formatPercentInterval(recall),
    funnel === undefined ? '' : formatCount(funnel.keep),
    funnel === undefined ? '' : formatPercentInterval(funnel.recall),
  ]);
  return {
    id: 'compression',
    title: 'Fewer dimensions or fewer bits?',
    lead: compressionSentence(compression),
    notes: compression.how === undefined ? [] : [compression.how],
    figures: [{ chart: () => compressionChart(compression, report.k), tables: [tableOf('Forms of the vectors', columns, rows)] }],
  };
}
