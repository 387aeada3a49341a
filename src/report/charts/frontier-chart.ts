import { baselineWords } from '../baseline-words.ts';
import { formatMs, formatPercentInterval } from '../../base/format.ts';
import type { Interval, Latency } from '../../contract/measure.ts';
import type { StoreResult } from '../../contract/report.ts';
import type { Markup } from '../markup.ts';
import { storeNames, storeResults, type Measured } from '../store-results.ts';
import { timeTick } from './prefix-charts.ts';
import { scatterChart, type ScatterPoint } from './scatter-chart.ts';
import { logDomain, logTicks, shareAxis } from './scale.ts';
import { maxSeries, type Shape } from './mark.ts';

interface Configuration {
  readonly name: string;
  readonly shape: Shape;
  readonly recall: Interval;
  readonly latencyMs: Latency;
}

const shapeOf = { prefix: 'circle', funnel: 'diamond', baseline: 'square' } as const satisfies Record<string, Shape>;

/** Everything measured, recall against median latency, one staircase a store; what others beat is grey. */
export function frontierChart(report: Measured): Markup {
  const stores = storeResults(report).slice(0, maxSeries);
  const names = storeNames(stores);
  const all = stores.map((store) => configurations(store, report.model.dims));
  const points = all.flatMap((list, colour): readonly ScatterPoint[] => {
    const best = new Set(frontierOf(list));
    return list.map((item) => ({
      x: item.latencyMs.p50,
      y: item.recall.value,
      low: item.recall.low,
      high: item.recall.high,
      xHigh: item.latencyMs.p95,
      shape: item.shape,
      colour: best.has(item) ? colour : undefined,
      text: `${item.name}${stores.length > 1 ? ` on ${names[colour]}` : ''}\nrecall ${formatPercentInterval(item.recall)}\np50 ${formatMs(item.latencyMs.p50)}, p95 ${formatMs(item.latencyMs.p95)}`,
      label: best.has(item) || item.shape === 'diamond' ? item.name : undefined,
    }));
  });
  const domain = logDomain(points.flatMap((point) => [point.x, point.xHigh!]));
  const kinds = [
    { shape: 'circle', colour: 0, text: 'prefix' },
    { shape: 'diamond', colour: 0, text: 'funnel' },
    { shape: 'square', colour: 0, text: 'exact' },
  ] as const;
  const key = [
    ...kinds.filter(({ shape }) => points.some((point) => point.shape === shape)),
    ...(points.some((point) => point.colour === undefined) ? [{ shape: 'circle' as const, colour: undefined, text: 'beaten' }] : []),
    ...(stores.length > 1 ? names.map((text, colour) => ({ shape: 'bar' as const, colour, text })) : []),
  ];
  return scatterChart({
    width: 960,
    height: 420,
    x: { kind: 'log', domain, ticks: logTicks(...domain).map((at) => ({ at, label: timeTick(at) })), title: 'median latency of one query, line to p95, log scale' },
    y: shareAxis(points.map((point) => point.low ?? point.y), `recall@${report.k}`),
    points,
    frontiers: all.map((list, colour) => ({ colour, points: frontierOf(list).map((item) => ({ x: item.latencyMs.p50, y: item.recall.value })) })),
    key,
    label: `Recall@${report.k} against median latency, with the frontier`,
  });
}

function configurations(store: StoreResult, dims: number): readonly Configuration[] {
  return [
    // Plain search of all dimensions on an exact head, or on the only one there is, is the baseline itself.
    ...store.ladder
      .filter((entry) => entry.dims < dims || (store.baseline.index === undefined && (store.head.index !== 'flat' || store.head.precision !== 'f32')))
      .map((entry) => ({ ...entry, name: `${entry.dims} dims`, shape: shapeOf.prefix })),
    ...store.funnels.map((funnel) => ({ ...funnel, name: funnel.schedule, shape: shapeOf.funnel })),
    { ...store.baseline, name: `${store.baseline.index === undefined ? 'exact' : baselineWords(store)}, ${dims} dims`, shape: shapeOf.baseline },
  ];
}

/** Those that nothing beats in both recall and median latency, fastest first. */
export function frontierOf<Item extends { readonly recall: Interval; readonly latencyMs: Latency }>(items: readonly Item[]): readonly Item[] {
  const byTime = [...items].sort((a, b) => a.latencyMs.p50 - b.latencyMs.p50 || b.recall.value - a.recall.value);
  let best = -1;
  return byTime.filter((item) => {
    if (item.recall.value <= best) return false;
    best = item.recall.value;
    return true;
  });
}

