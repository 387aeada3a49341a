import { formatBytes, formatCount, formatMs, formatPercent, formatPercentInterval, formatShortCount } from '../../base/format.ts';
import type { CompressionResult, MatryoshkaFindings, OrderResult, SizeTrend, Tuning } from '../../contract/tuning.ts';
import type { Markup } from '../markup.ts';
import { lineChart } from './line-chart.ts';
import { byteTicks, timeTick } from './prefix-charts.ts';
import { dimsAxis, logDomain, logTicks, shareAxis } from './scale.ts';
import { scatterChart, type ScatterPoint } from './scatter-chart.ts';
import type { Shape } from './mark.ts';

/** Recall as the corpus grows: measured solid, projected dashed and hollow. */
export function sizeTrendChart(trend: SizeTrend, k: number): Markup {
  // The longest prefix first: its line is on top, and so is its name.
  const series = [...trend.series].reverse().map(({ dims, measured, projected }) => ({
    name: `${dims} dims`,
    points: [
      ...measured.map(({ rowCount, recall }) => ({ x: rowCount, y: recall.value, low: recall.low, high: recall.high, text: formatPercentInterval(recall) })),
      ...projected.map(({ rowCount, recall }) => ({ x: rowCount, y: recall.value, low: recall.low, high: recall.high, text: `projected ${formatPercentInterval(recall)}`, estimated: true })),
    ],
  }));
  const sizes = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))].sort((a, b) => a - b);
  const domain = logDomain(sizes, 0.03);
  return lineChart({
    width: 960,
    height: 360,
    x: { kind: 'log', domain, ticks: sizes.map((at) => ({ at, label: formatShortCount(at) })), title: 'documents, log scale · hollow and dashed: projected, not measured' },
    y: shareAxis(series.flatMap(({ points }) => points.map((point) => point.low)), `recall@${k} of plain search, 95 % interval`),
    series,
    columnName: (rowCount) => `${formatCount(rowCount)} documents`,
    label: `Recall@${k} against corpus size, measured and projected`,
  });
}

const orderNames = { prefix: 'prefix', suffix: 'last dims', random: 'random dims', pca: 'PCA' } as const;

/** Recall of prefixes beside suffixes, random dimensions and PCA: what the order of the dimensions is worth. */
export function orderChart(order: OrderResult, trained: readonly number[], k: number): Markup {
  const series = order.series.map((item) => ({
    name: orderNames[item.order],
    points: item.recall.flatMap((recall, index) => {
      const x = order.dims[index];
      return x === undefined ? [] : [{ x, y: recall.value, low: recall.low, high: recall.high, text: formatPercentInterval(recall) }];
    }),
  }));
  return lineChart({
    width: 960,
    height: 340,
    x: dimsAxis(order.dims, trained),
    y: shareAxis(series.flatMap(({ points }) => points.map((point) => point.low)), `recall@${k}, 95 % interval`),
    series,
    columnName: (dims) => `${dims} dims`,
    label: `Recall@${k} of the first, the last, random and PCA dimensions`,
  });
}

const variantNames = { raw: 'as it is', pca: 'PCA', adapter: 'adapter', reversed: 'reversed', random: 'random rotation' } as const;

/** Recall by prefix for each way to truncate. */
export function matryoshkaChart(found: MatryoshkaFindings, trained: readonly number[], k: number): Markup {
  const series = found.ladders.map((item) => ({
    name: variantNames[item.variant],
    points: item.recall.flatMap((recall, index) => {
      const x = found.dims[index];
      return x === undefined ? [] : [{ x, y: recall.value, low: recall.low, high: recall.high, text: formatPercentInterval(recall) }];
    }),
  }));
  return lineChart({
    width: 960,
    height: 340,
    x: dimsAxis(found.dims, trained),
    y: shareAxis(series.flatMap(({ points }) => points.map((point) => point.low)), `recall@${k}, 95 % interval`),
    series,
    columnName: (dims) => `${dims} dims`,
    label: `Recall@${k} of vectors as they are, turned by PCA, by an adapter, reversed and rotated at random`,
  });
}

/** Product codes of four and of eight bits are of one kind: one colour, two shapes. */
const formLooks: Readonly<Record<CompressionResult['points'][number]['form'], { readonly shape: Shape; readonly colour: number }>> = {
  f32: { shape: 'circle', colour: 0 },
  f16: { shape: 'bar', colour: 1 },
  int8: { shape: 'square', colour: 2 },
  binary: { shape: 'triangle', colour: 3 },
  pq4: { shape: 'square', colour: 4 },
  pq: { shape: 'cross', colour: 4 },
  pca: { shape: 'diamond', colour: 5 },
};

/** Recall against bytes a vector for each number format. */
export function compressionChart(result: CompressionResult, k: number): Markup {
  const points = result.points.map(({ form, dims, bytesPerVector, recall, funnel }): ScatterPoint => {
    return {
      x: bytesPerVector,
      y: recall.value,
      low: recall.low,
      high: recall.high,
      ...formLooks[form],
      text: `${form}, ${dims} dims, ${formatBytes(bytesPerVector)} a vector\nrecall ${formatPercentInterval(recall)}${funnel === undefined ? '' : `\nas head keeping ${formatCount(funnel.keep)}: ${formatPercentInterval(funnel.recall)}`}`,
      label: `${form}, ${dims} dims`,
    };
  });
  const present = Object.entries(formLooks).filter(([form]) => result.points.some((point) => point.form === form)).map(([text, look]) => ({ ...look, text }));
  const domain = logDomain(points.map((point) => point.x));
  return scatterChart({
    width: 960,
    height: 360,
    x: { kind: 'log', domain, ticks: byteTicks(...domain).map((at) => ({ at, label: formatBytes(at) })), title: 'bytes a vector, log scale' },
    y: shareAxis(points.map((point) => point.low ?? point.y), `recall@${k} of plain search, 95 % interval`),
    points,
    frontiers: [],
    key: present,
    label: `Recall@${k} against bytes a vector by number format`,
  });
}

/** The tuner's frontier on held-out queries: measured points solid, estimated ones hollow. */
export function tuningChart(tuning: Tuning, k: number): Markup {
  const points = tuning.frontier.map((point): ScatterPoint => {
    const ms = point.measured?.p50 ?? point.estimatedMs;
    return {
      x: ms,
      y: point.recallHeldOut.value,
      low: point.recallHeldOut.low,
      high: point.recallHeldOut.high,
      xHigh: point.measured?.p95,
      shape: 'diamond',
      colour: 0,
      strong: point.schedule === tuning.chosen?.schedule,
      estimated: point.measured === undefined,
      text: `${point.schedule}\nheld-out recall ${formatPercentInterval(point.recallHeldOut)}\n${point.measured === undefined ? `estimated ${formatMs(ms)}` : `measured p50 ${formatMs(ms)}`}`,
      label: point.schedule === tuning.chosen?.schedule ? `${point.schedule} (chosen)` : point.schedule,
    };
  });
  const exact: readonly ScatterPoint[] =
    tuning.exactMs === undefined ? [] : [{ x: tuning.exactMs.p50, y: 1, xHigh: tuning.exactMs.p95, shape: 'square', colour: 0, text: `exact search\nrecall ${formatPercent(1)}\np50 ${formatMs(tuning.exactMs.p50)}`, label: 'exact search' }];
  const all = [...points, ...exact];
  const domain = logDomain(all.flatMap((point) => [point.x, point.xHigh ?? point.x]));
  return scatterChart({
    width: 960,
    height: 360,
    x: { kind: 'log', domain, ticks: logTicks(...domain).map((at) => ({ at, label: timeTick(at) })), title: 'median latency of one query, log scale' },
    y: shareAxis(all.map((point) => point.low ?? point.y), `recall@${k} on held-out queries`),
    points: all,
    frontiers: [],
    key: [
      { shape: 'diamond', colour: 0, text: 'measured' },
      { shape: 'diamond', colour: 0, text: 'estimated', estimated: true },
    ],
    label: `The tuner's frontier: recall@${k} on held-out queries against latency`,
  });
}
