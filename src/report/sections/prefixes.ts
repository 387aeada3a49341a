import { formatBytes, formatCount, formatInterval, formatNumber, formatPercent, formatPercentInterval } from '../../base/format.ts';
import type { Report, StoreResult } from '../../contract/report.ts';
import { latencyChart, memoryChart, recallChart } from '../charts/prefix-charts.ts';
import { relevanceChart } from '../charts/relevance-chart.ts';
import { numeric, tableOf, type Section, type Table } from '../section.ts';
import { ladderSentence, prefixSentence, relevanceSentence, trainedSentence } from '../sentences.ts';
import { storeResults } from '../store-results.ts';
import { captions } from './captions.ts';
import { latencySentence, memorySentence } from './cost-words.ts';

/** Recall of plain search on each prefix. */
export function prefixSection(report: Report): Section {
  const stores = storeResults(report);
  return {
    id: 'prefixes',
    title: 'What each prefix keeps',
    lead: prefixSentence(stores[0]!, report.model.dims) ?? ladderSentence(stores[0]!, report.k),
    notes: [trainedSentence(report)].filter((note) => note !== undefined),
    figures: [{ chart: () => recallChart(report), tables: captions(stores, 'Plain search on each prefix', true).map((caption, index) => ladderTable(stores[index]!, report, caption)) }],
  };
}

/** Latency and memory by prefix. */
export function costSection(report: Report): Section {
  const stores = storeResults(report);
  const own = stores[0]!;
  return {
    id: 'cost',
    title: 'What each prefix costs',
    lead: `${latencySentence(own, report.model.dims)} ${memorySentence(own, report.model.dims)}`,
    notes: stores.flatMap((store) => store.latencyRemark ?? []),
    figures: [
      { half: true, chart: () => latencyChart(report), tables: captions(stores, 'Latency of single queries', true).map((caption, index) => latencyTable(stores[index]!, caption)) },
      { half: true, chart: () => memoryChart(report), tables: captions(stores, 'Memory of the head search', false).map((caption, index) => memoryTable(stores[index]!, caption)) },
    ],
  };
}

/** Metrics against qrels; undefined without. */
export function relevanceSection(report: Report): Section | undefined {
  const own = storeResults(report)[0]!;
  if (!own.ladder.some((entry) => entry.ndcg !== undefined)) return undefined;
  const { k } = report;
  const rows = own.ladder.map((entry) => [
    String(entry.dims),
    entry.ndcg === undefined ? '' : formatInterval(entry.ndcg),
    entry.retention === undefined ? '' : formatPercent(entry.retention),
    entry.mrr === undefined ? '' : formatInterval(entry.mrr),
    entry.map === undefined ? '' : formatInterval(entry.map),
    entry.irRecall === undefined ? '' : formatInterval(entry.irRecall),
  ]);
  const columns = [numeric('dims'), numeric(`nDCG@${k}`), numeric('nDCG kept'), numeric(`MRR@${k}`), numeric(`MAP@${k}`), numeric(`IR recall@${k}`)];
  return {
    id: 'relevance',
    title: 'What it means for relevance',
    lead: relevanceSentence(own, k) ?? `Plain search at full dimension has nDCG@${k} ${own.baseline.ndcg === undefined ? '–' : formatInterval(own.baseline.ndcg)}.`,
    notes: [`${formatCount(report.queries.withQrels)} of ${formatCount(report.queries.count)} queries have relevant documents. These numbers are against the qrels; recall elsewhere in this report is against exact search.`],
    figures: [{ chart: () => relevanceChart(report)!, tables: [tableOf('Relevance of plain search on each prefix, 95 % intervals', columns, rows)] }],
  };
}

function ladderTable(store: StoreResult, report: Report, caption: string): Table {
  const columns = [numeric('dims'), numeric(`recall@${report.k} (95 %)`), numeric('p50, ms'), numeric('p95, ms'), numeric('bytes/vector'), numeric('memory'), { title: 'trained', align: 'left' as const }];
  return tableOf(
    caption,
    columns,
    store.ladder.map((entry) => [
      String(entry.dims),
      formatPercentInterval(entry.recall),
      formatNumber(entry.latencyMs.p50),
      formatNumber(entry.latencyMs.p95),
      formatCount(entry.bytesPerVector),
      formatBytes(entry.totalBytes),
      entry.trained === undefined ? '' : entry.trained ? 'yes' : 'no',
    ]),
  );
}

function latencyTable(store: StoreResult, caption: string): Table {
  const columns = ['dims', 'p50, ms', 'p95, ms', 'p99, ms', 'mean, ms', 'queries/s', 'request, ms', 'server, ms', 'local, ms'].map(numeric);
  return tableOf(
    caption,
    columns,
    store.ladder.map(({ dims, latencyMs, qps, split }) => [
      String(dims),
      ...[latencyMs.p50, latencyMs.p95, latencyMs.p99, latencyMs.mean, qps].map((value) => formatNumber(value)),
      split?.requestMs === undefined ? '' : formatNumber(split.requestMs.p50),
      split === undefined ? '' : formatNumber(split.serverMs.p50),
      split === undefined ? '' : formatNumber(split.localMs.p50),
    ]),
  );
}

function memoryTable(store: StoreResult, caption: string): Table {
  return tableOf(caption, ['dims', 'bytes/vector', 'memory'].map(numeric), store.ladder.map((entry) => [String(entry.dims), formatCount(entry.bytesPerVector), formatBytes(entry.totalBytes)]));
}
