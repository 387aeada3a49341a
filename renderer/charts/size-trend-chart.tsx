import type { ReactElement } from 'react';
import type { SizeTrend } from '../../src/contract/tuning.ts';
import { count, percent, percentTick } from '../format/number.ts';
import { shortCount } from '../format/unit.ts';
import { logTicks, shareTicks } from './scale.ts';
import { dimsStyle } from './series.ts';
import type { Series } from './series.ts';
import { SeriesChart } from './series-chart.tsx';

const interval = { low: 'low', high: 'high' };

/** Recall as the corpus grows: measured on nested subsamples (solid), projected beyond (dashed, hollow). */
export function SizeTrendChart({ trend, height }: { readonly trend: SizeTrend; readonly height: number }): ReactElement {
  const series = trend.series.flatMap((one, index): Series[] => {
    const style = dimsStyle(index, trend.series.length);
    const last = one.measured[one.measured.length - 1];
    const measured = one.measured.map((point) => ({ x: point.rowCount, y: point.recall.value, low: point.recall.low, high: point.recall.high }));
    const projected = one.projected.map((point) => ({ x: point.rowCount, y: point.recall.value, low: point.recall.low, high: point.recall.high }));
    const joined = last === undefined || projected.length === 0 ? projected : [{ x: last.rowCount, y: last.recall.value, isJoint: true }, ...projected];
    return [
      { key: `${one.dims} measured`, label: `${one.dims} dims`, style, points: measured, isUnlabelled: joined.length > 0 },
      ...(joined.length === 0 ? [] : [{ key: `${one.dims} projected`, label: `${one.dims} dims`, style, points: joined, isEstimate: true }]),
    ];
  });
  const xs = series.flatMap((one) => one.points.map((point) => point.x));
  const ys = series.flatMap((one) => one.points.map((point) => point.low ?? point.y));
  const ticks = shareTicks(ys);
  return (
    <SeriesChart
      title="Recall as the corpus grows"
      plainTitle="Recall against corpus size"
      fileName="recall-by-corpus-size"
      series={series}
      x={{ label: 'documents', scale: 'log', ticks: logTicks(Math.min(...xs), Math.max(...xs)), format: shortCount }}
      y={{ label: 'recall', scale: 'linear', ticks, format: percentTick }}
      bandWords={interval}
      formatValue={percent}
      height={height}
      note={`Solid: measured on nested subsamples. Dashed: projection, not a measurement.${(ticks[0] ?? 0) > 0 ? ` Axis starts at ${percentTick(ticks[0]!)}.` : ''}`}
    />
  );
}

/** Candidates that lose nothing for 99 % of queries, as the corpus grows. */
export function CandidatesTrendChart({ trend, height }: { readonly trend: SizeTrend; readonly height: number }): ReactElement | null {
  const series = trend.series.flatMap((one, index): Series[] => {
    const style = dimsStyle(index, trend.series.length);
    const measured = one.measured.flatMap((point) => (point.candidates99 === null ? [] : [{ x: point.rowCount, y: point.candidates99 }]));
    const last = measured[measured.length - 1];
    const projected = one.projected.flatMap((point) => (point.candidates99 === null ? [] : [{ x: point.rowCount, y: point.candidates99.value, low: point.candidates99.low, high: point.candidates99.high }]));
    return [
      ...(measured.length === 0 ? [] : [{ key: `${one.dims} measured`, label: `${one.dims} dims`, style, points: measured, isUnlabelled: projected.length > 0 }]),
      ...(projected.length === 0 ? [] : [{ key: `${one.dims} projected`, label: `${one.dims} dims`, style, points: last === undefined ? projected : [{ ...last, isJoint: true }, ...projected], isEstimate: true }]),
    ];
  });
  if (series.length === 0) return null;
  const xs = series.flatMap((one) => one.points.map((point) => point.x));
  const ys = series.flatMap((one) => one.points.flatMap((point) => [point.low ?? point.y, point.high ?? point.y])).filter((y) => y > 0);
  return (
    <SeriesChart
      title="Candidates needed as the corpus grows"
      plainTitle="Candidates needed against corpus size"
      fileName="candidates-by-corpus-size"
      series={series}
      x={{ label: 'documents', scale: 'log', ticks: logTicks(Math.min(...xs), Math.max(...xs)), format: shortCount }}
      y={{ label: 'candidates', scale: 'log', ticks: logTicks(Math.min(...ys), Math.max(...ys)), format: shortCount }}
      bandWords={interval}
      formatValue={count}
      height={height}
      note="The keep at which 99 % of queries lose none of their true neighbours. Log axes."
    />
  );
}
