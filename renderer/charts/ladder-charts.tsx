import type { ReactElement, ReactNode } from 'react';
import type { LadderEntry } from '../../src/contract/report.ts';
import { dimension, percent, percentTick, score, scoreTick } from '../format/number.ts';
import { bytes, bytesTick, duration, durationTick } from '../format/unit.ts';
import { Term } from '../ui/term.tsx';
import type { TermName } from '../ui/term.tsx';
import type { FrontierPoint } from './frontier-chart.tsx';
import { markFrontier } from './frontier-chart.tsx';
import { doublingTicks, linearTicks, logTicks, shareTicks } from './scale.ts';
import { ladderPoints, storeStyle } from './series.ts';
import type { Series, SeriesStyle } from './series.ts';
import { SeriesChart } from './series-chart.tsx';

/** A ladder and whose it is: one line on each of the three charts. */
export interface LadderLine {
  readonly key: string;
  readonly label: string;
  readonly ladder: readonly LadderEntry[];
  readonly isStale: boolean;
  readonly style?: SeriesStyle;
}

export type LadderMetric = 'recall' | 'ndcg' | 'mrr' | 'map' | 'irRecall';

export interface LadderChartProps {
  readonly lines: readonly LadderLine[];
  readonly height: number;
  readonly trainedDims: readonly number[];
  readonly selectedDims: number | undefined;
  readonly onSelectDims: (dims: number) => void;
  readonly actions?: ReactNode;
  readonly syncId?: string;
}

const interval = { low: 'low', high: 'high' };

export const metricTitles: Readonly<Record<LadderMetric, { readonly words: (k: number) => string; readonly term: TermName; readonly isShare: boolean }>> = {
  recall: { words: (k) => `Recall@${k}`, term: 'recall', isShare: true },
  ndcg: { words: (k) => `nDCG@${k}`, term: 'ndcg', isShare: false },
  mrr: { words: (k) => `MRR@${k}`, term: 'mrr', isShare: false },
  map: { words: (k) => `MAP@${k}`, term: 'map', isShare: false },
  irRecall: { words: (k) => `IR recall@${k}`, term: 'IR recall', isShare: true },
};

/** Recall (or a measure against qrels) against the prefix, with its 95 % interval. */
export function RecallChart({ metric, k, ...props }: LadderChartProps & { readonly metric: LadderMetric; readonly k: number }): ReactElement {
  const words = metricTitles[metric];
  const series = seriesOf(props.lines, (entry) => {
    const value = metric === 'recall' ? entry.recall : entry[metric];
    return value === undefined ? undefined : { y: value.value, low: value.low, high: value.high };
  });
  const lows = series.flatMap((one) => one.points.map((point) => point.low ?? point.y));
  const highs = series.flatMap((one) => one.points.map((point) => point.high ?? point.y));
  const ticks = words.isShare ? shareTicks(lows) : linearTicks(0, Math.max(...highs, 0.01), 5);
  const format = words.isShare ? percent : score;
  const title = `${words.words(k)} against dimension`;
  return (
    <SeriesChart
      {...common(props)}
      title={
        <>
          <Term name={words.term}>{words.words(k)}</Term>
          {metric === 'recall' ? ' against dimension' : null}
        </>
      }
      plainTitle={title}
      fileName={`${metric}-by-dimension`}
      series={series}
      y={{ label: words.words(k), scale: 'linear', ticks, format: words.isShare ? percentTick : scoreTick }}
      bandWords={interval}
      formatValue={format}
      note={
        <>
          {(ticks[0] ?? 0) > 0 ? `Axis starts at ${(words.isShare ? percentTick : scoreTick)(ticks[0]!)}. ` : ''}Band: 95 % interval over queries.{metric === 'recall' && props.trainedDims.length > 0 ? ' ▴ trained prefix.' : ''}
        </>
      }
    />
  );
}

/** Time of single queries, p50 as the line and up to p95 as the band; log axis. */
export function LatencyChart({ note, ...props }: LadderChartProps & { readonly note?: ReactNode }): ReactElement {
  const series = seriesOf(props.lines, (entry) => (entry.latencyMs.p50 > 0 ? { y: entry.latencyMs.p50, low: entry.latencyMs.p50, high: entry.latencyMs.p95 } : undefined));
  const values = series.flatMap((one) => one.points.flatMap((point) => [point.y, point.high ?? point.y]));
  return (
    <SeriesChart
      {...common(props)}
      title={
        <>
          Latency, <Term name="p50">p50</Term>–<Term name="p95">p95</Term>
        </>
      }
      plainTitle="Latency against dimension, p50 to p95"
      fileName="latency-by-dimension"
      series={series}
      y={{ label: 'ms', scale: 'log', ticks: values.length === 0 ? [0.1, 1] : logTicks(Math.min(...values), Math.max(...values)), format: durationTick }}
      bandWords={{ low: 'p50', high: 'p95' }}
      formatValue={duration}
      note={note ?? 'One query at a time, after warm-up. Log axis.'}
    />
  );
}

/** Bytes a vector takes in the head index; log axis. */
export function MemoryChart(props: LadderChartProps): ReactElement {
  const series = seriesOf(props.lines, (entry) => ({ y: entry.bytesPerVector }));
  const values = series.flatMap((one) => one.points.map((point) => point.y));
  const ticks = values.length === 0 ? [64, 1024] : doublingTicks(Math.min(...values), Math.max(...values));
  return (
    <SeriesChart
      {...common(props)}
      title="Bytes a vector"
      plainTitle="Bytes a vector against dimension"
      fileName="bytes-by-dimension"
      series={series}
      y={{ label: 'bytes', scale: 'log', ticks, format: bytesTick }}
      bandWords={interval}
      formatValue={bytes}
      note="Without an index. Log axis."
    />
  );
}

/** Recall against time of all that was measured: prefixes, funnels and the exact search, on every store. */
export function frontierPoints(
  stores: readonly {
    readonly key: string;
    readonly label: string;
    readonly ladder: readonly LadderEntry[];
    readonly funnels: readonly { readonly schedule: string; readonly recall: { readonly value: number; readonly low: number; readonly high: number }; readonly latencyMs: { readonly p50: number; readonly p95: number } }[];
    readonly baseline: { readonly recall: { readonly value: number; readonly low: number; readonly high: number }; readonly latencyMs: { readonly p50: number; readonly p95: number }; readonly index?: string | undefined };
    readonly fullDims: number;
  }[],
  selectedDims: number | undefined,
): readonly FrontierPoint[] {
  const keys = stores.map((store) => store.key);
  return markFrontier(
    stores.flatMap((store) => {
      const shared = { group: store.label, style: storeStyle(store.key, keys), isEstimate: false };
      const point = (kind: FrontierPoint['kind'], label: string, one: { readonly recall: { value: number; low: number; high: number }; readonly latencyMs: { p50: number; p95: number } }): Omit<FrontierPoint, 'isOnFrontier'> => ({
        ...shared,
        key: `${store.key} ${kind} ${label}`,
        kind,
        label,
        latencyMs: one.latencyMs.p50,
        p95Ms: one.latencyMs.p95,
        recall: one.recall.value,
        low: one.recall.low,
        high: one.recall.high,
      });
      return [
        ...store.ladder.filter((entry) => entry.dims < store.fullDims).map((entry) => ({ ...point('prefix', String(entry.dims), entry), isSelected: entry.dims === selectedDims })),
        ...store.funnels.map((funnel) => point('funnel', funnel.schedule.replaceAll(',', ' → '), funnel)),
        point('baseline', `${store.baseline.index === undefined ? 'exact' : store.baseline.index === 'autoindex' ? 'full' : store.baseline.index.toUpperCase()} ${store.fullDims}`, store.baseline),
      ];
    }),
  );
}

function seriesOf(lines: readonly LadderLine[], pick: (entry: LadderEntry) => { readonly y: number; readonly low?: number; readonly high?: number } | undefined): readonly Series[] {
  const keys = lines.map((line) => line.key);
  return lines.map((line) => ({ key: line.key, label: line.label, style: line.style ?? storeStyle(line.key, keys), points: ladderPoints(line.ladder, pick), isStale: line.isStale }));
}

function common(props: LadderChartProps): Pick<Parameters<typeof SeriesChart>[0], 'x' | 'height' | 'markedX' | 'selectedX' | 'onSelectX' | 'actions' | 'syncId'> {
  const dims = [...new Set(props.lines.flatMap((line) => line.ladder.map((entry) => entry.dims)))].sort((a, b) => a - b);
  return {
    x: { label: 'dims', scale: 'log', ticks: dims, format: dimension },
    height: props.height,
    markedX: props.trainedDims,
    selectedX: props.selectedDims,
    onSelectX: props.onSelectDims,
    actions: props.actions,
    syncId: props.syncId ?? 'dims',
  };
}
