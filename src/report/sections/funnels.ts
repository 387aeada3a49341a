import { formatBytes, formatCount, formatInterval, formatMs, formatNumber, formatPercent, formatPercentInterval, formatRatio } from '../../base/format.ts';
import type { FunnelEntry, Report, StoreResult } from '../../contract/report.ts';
import { frontierChart, frontierOf } from '../charts/frontier-chart.ts';
import { survivalChart } from '../charts/survival-chart.ts';
import { baselineWords } from '../baseline-words.ts';
import { bestFunnel, isHighRecall } from '../choice.ts';
import { numeric, tableOf, words, type Section, type Table } from '../section.ts';
import { bestFunnelSentence, lossSentence, notPayingSentence, otherStoreSentences, remarkSentences } from '../sentences.ts';
import { storeResults } from '../store-results.ts';
import { captions } from './captions.ts';

const mostPictures = 4;

/** Recall against latency of all that was measured. */
export function frontierSection(report: Report): Section {
  const stores = storeResults(report);
  const own = stores[0]!;
  const lead =
    own.funnels.length === 0
      ? own.baseline.index === undefined ? `Exact search keeps everything at ${formatMs(own.baseline.latencyMs.p50)} p50; what lies left of it trades recall for time.` : `Plain ${baselineWords(own)} at full dimension keeps ${formatPercentInterval(own.baseline.recall)} at ${formatMs(own.baseline.latencyMs.p50)} p50.`
      : [notPayingSentence(own), bestFunnelSentence(own, report.model.dims)].filter((sentence) => sentence !== undefined).join(' ');
  return {
    id: 'frontier',
    title: 'Recall against latency',
    lead,
    notes: [...otherStoreSentences(report), ...remarkSentences(report)],
    figures: [{ chart: () => frontierChart(report), tables: captions(stores, 'The frontier: nothing measured beats these', true).map((caption, index) => frontierTable(stores[index]!, report, caption)) }],
  };
}

/** Each funnel: how many candidates and how many true neighbours are left after each stage. undefined without funnels. */
export function funnelSection(report: Report): Section | undefined {
  const stores = storeResults(report).filter((store) => store.funnels.length > 0);
  if (stores.length === 0) return undefined;
  const own = stores[0]!;
  const best = bestFunnel(own);
  // The recommended one first, then those on the frontier, then the rest in the order they were given.
  const rank = new Set([...(best === undefined ? [] : [best]), ...frontierOf(own.funnels), ...own.funnels]);
  const shown = [...rank].slice(0, mostPictures);
  const lead = best === undefined ? (notPayingSentence(own) ?? '') : lossSentence(best);
  return {
    id: 'funnels',
    title: 'Inside the funnels',
    lead,
    notes: [...(own.latencyRemark === undefined ? [] : [own.latencyRemark]), ...(shown.length < own.funnels.length ? [`The ${shown.length} most useful of ${own.funnels.length} funnels are drawn; the table has all.`] : [])],
    figures: [
      ...shown.map((funnel) => ({
        caption: captionOf(funnel, funnel === best, baselineWords(own)),
        chart: () => survivalChart(funnel, report.corpus.count, report.k),
        tables: [stageTable(funnel)],
      })),
      { tables: captions(stores, 'All funnels', true).map((caption, index) => funnelTable(stores[index]!, report, caption)) },
    ],
  };
}

function captionOf(funnel: FunnelEntry, isBest: boolean, baseline: string): string {
  const name = funnel.name === undefined ? '' : `${funnel.name}: `;
  const verdict = funnel.pays ? `${formatRatio(funnel.speedup)} as fast as ${baseline}` : funnel.speedup < 1 ? `slower than ${baseline}` : `not measurably faster than ${baseline}`;
  return `${name}${funnel.schedule}${isBest && isHighRecall(funnel.recall.value) ? ' (recommended)' : ''} · recall ${formatPercentInterval(funnel.recall)} · ${formatMs(funnel.latencyMs.p50)} p50 · ${verdict}`;
}

function stageTable(funnel: FunnelEntry): Table {
  const columns = [...['stage', 'dims', 'keep', 'alive (95 %)', 'p50, ms', 'p95, ms', 'request, ms', 'server, ms', 'local, ms'].map(numeric)];
  return tableOf(
    `Stages of ${funnel.schedule}`,
    columns,
    funnel.stages.map((stage, index) => [
      String(index + 1),
      String(stage.dims),
      formatCount(stage.keep),
      formatPercentInterval(stage.survivalInterval),
      formatNumber(stage.latencyMs.p50),
      formatNumber(stage.latencyMs.p95),
      stage.split?.requestMs === undefined ? '' : formatNumber(stage.split.requestMs.p50),
      stage.split === undefined ? '' : formatNumber(stage.split.serverMs.p50),
      stage.split === undefined ? '' : formatNumber(stage.split.localMs.p50),
    ]),
  );
}

/** All funnels of a store and its exact search in one table. */
function funnelTable(store: StoreResult, report: Report, caption: string): Table {
  const columns = [words('schedule'), numeric(`recall@${report.k} (95 %)`), numeric(`nDCG@${report.k}`), numeric('p50, ms'), numeric('p95, ms'), numeric('against exact'), words('pays'), numeric('read a query')];
  const exact = store.baseline;
  return tableOf(caption, columns, [
    ...store.funnels.map((funnel) => [
      funnel.name === undefined ? funnel.schedule : `${funnel.schedule} (${funnel.name})`,
      formatPercentInterval(funnel.recall),
      funnel.ndcg === undefined ? '' : formatInterval(funnel.ndcg),
      formatNumber(funnel.latencyMs.p50),
      formatNumber(funnel.latencyMs.p95),
      formatRatio(funnel.speedup),
      funnel.pays ? 'yes' : 'no',
      formatBytes(funnel.bytesReadPerQuery),
    ]),
    [`${exact.index === undefined ? 'exact' : baselineWords(store)}, ${report.model.dims} dims`, formatPercentInterval(exact.recall), exact.ndcg === undefined ? '' : formatInterval(exact.ndcg), formatNumber(exact.latencyMs.p50), formatNumber(exact.latencyMs.p95), '1×', '', formatBytes(exact.totalBytes)],
  ]);
}

const kindWords = { prefix: 'plain search, prefix', funnel: 'funnel', baseline: 'exact search' } as const;

function frontierTable(store: StoreResult, report: Report, caption: string): Table {
  const columns = [words('what'), words('which'), numeric(`recall@${report.k}`), numeric('p50, ms')];
  return tableOf(
    caption,
    columns,
    store.frontier.map((point) => [kindWords[point.kind], point.label, formatPercent(point.recall), formatNumber(point.latencyMs)]),
  );
}
