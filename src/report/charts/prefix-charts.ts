import { baselineWords } from '../baseline-words.ts';
import { formatBytes, formatMs, formatPercent, formatPercentInterval } from '../../base/format.ts';
import type { LadderEntry } from '../../contract/report.ts';
import type { Markup } from '../markup.ts';
import { storeNames, storeResults, type Measured } from '../store-results.ts';
import { lineChart, type LineSeries } from './line-chart.ts';
import { dimsAxis, logDomain, logTicks, shareAxis, type Axis } from './scale.ts';

const wide = { width: 960, height: 360 } as const;
const half = { width: 468, height: 320 } as const;

const columnName = (dims: number): string => `${dims} dims`;

function seriesOf(report: Measured, pointOf: (entry: LadderEntry) => Omit<LineSeries['points'][number], 'x'>): readonly LineSeries[] {
  const stores = storeResults(report);
  const names = storeNames(stores);
  return stores.map((store, index) => ({ name: names[index]!, points: store.ladder.map((entry) => ({ x: entry.dims, ...pointOf(entry) })) }));
}

function dimsOf(report: Measured): Axis {
  const dims = [...new Set(storeResults(report).flatMap((store) => store.ladder.map((entry) => entry.dims)))].sort((a, b) => a - b);
  const trained = report.ladder.filter((entry) => entry.trained).map((entry) => entry.dims);
  return dimsAxis(dims, [...report.model.trainedDims, ...trained]);
}

/** Recall against prefix dimension, one line a store, with 95 % intervals. */
export function recallChart(report: Measured): Markup {
  const series = seriesOf(report, ({ recall }) => ({ y: recall.value, low: recall.low, high: recall.high, text: formatPercentInterval(recall), label: formatPercent(recall.value) }));
  return lineChart({
    ...wide,
    x: dimsOf(report),
    y: shareAxis(series.flatMap(({ points }) => points.map((point) => point.low!)), `recall@${report.k} of plain search, 95 % interval`),
    series,
    whiskers: true,
    columnName,
    label: `Recall@${report.k} against prefix dimension`,
  });
}

/** Median latency against prefix dimension, the band up to p95. */
export function latencyChart(report: Measured): Markup {
  const series = seriesOf(report, ({ latencyMs }) => ({
    y: latencyMs.p50,
    low: latencyMs.p50,
    high: latencyMs.p95,
    text: `p50 ${formatMs(latencyMs.p50)}, p95 ${formatMs(latencyMs.p95)}`,
    label: formatMs(latencyMs.p50),
  }));
  const approximate = report.store.head.index !== 'flat';
  const exactMs = report.baseline.latencyMs.p50;
  const domain = logDomain([...series.flatMap(({ points }) => points.flatMap((point) => [point.y, point.high!])), ...(approximate ? [exactMs] : [])], 0.06, 0.14);
  return lineChart({
    ...half,
    x: dimsOf(report),
    y: { kind: 'log', domain, ticks: logTicks(...domain).map((at) => ({ at, label: timeTick(at) })), title: 'latency, p50 with band to p95, log scale' },
    series,
    columnName,
    reference: approximate ? { y: exactMs, text: `${baselineWords(report)} ${formatMs(exactMs)}` } : undefined,
    label: 'Latency against prefix dimension',
  });
}

/** Memory of the head index against prefix dimension. */
export function memoryChart(report: Measured): Markup {
  const series = seriesOf(report, ({ totalBytes, bytesPerVector }) => ({
    y: totalBytes,
    text: `${formatBytes(totalBytes)}, ${formatBytes(bytesPerVector)} a vector`,
    label: formatBytes(totalBytes),
  }));
  // Stores that keep the same bytes would lie on one line: it is drawn once.
  const [own, ...others] = series;
  const different = others.filter((other) => other.points.some((point) => own!.points.find(({ x }) => x === point.x)?.y !== point.y));
  const shown = own === undefined ? [] : different.length === 0 ? [own] : [own, ...different];
  const domain = logDomain(shown.flatMap(({ points }) => points.map((point) => point.y)), 0.06, 0.14);
  return lineChart({
    ...half,
    x: dimsOf(report),
    y: { kind: 'log', domain, ticks: byteTicks(...domain).map((at) => ({ at, label: formatBytes(at) })), title: 'memory of the head search, log scale' },
    series: shown,
    columnName,
    label: 'Memory against prefix dimension',
  });
}

/** `0.5 ms`, `20 µs`, `2 s`: no digits that a tick does not need. */
export function timeTick(ms: number): string {
  if (ms < 0.1) return `${Number((ms * 1000).toPrecision(3))} µs`;
  return ms < 1000 ? `${Number(ms.toPrecision(3))} ms` : `${Number((ms / 1000).toPrecision(3))} s`;
}

/** Powers of two in the domain, at most seven. */
export function byteTicks(low: number, high: number): readonly number[] {
  const first = Math.ceil(Math.log2(low));
  const last = Math.floor(Math.log2(high));
  const step = Math.max(1, Math.ceil((last - first + 1) / 7));
  return Array.from({ length: Math.max(0, Math.floor((last - first) / step) + 1) }, (_, index) => 2 ** (first + index * step));
}
