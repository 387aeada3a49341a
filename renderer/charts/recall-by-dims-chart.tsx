import type { ReactElement } from 'react';
import type { Interval } from '../../src/contract/measure.ts';
import { dimension, percent, percentTick } from '../format/number.ts';
import { shareTicks } from './scale.ts';
import { styleOf } from './series.ts';
import { SeriesChart } from './series-chart.tsx';

/** Where a chart over dimensions stands: its height, the marks on its axis, and who hears of a click. */
export interface DimsChartPlace {
  readonly height: number;
  readonly trainedDims: readonly number[];
  readonly selectedDims: number | undefined;
  readonly onSelectDims: (dims: number) => void;
}

/** Recall at the same prefixes in several ways, one line each with its interval. */
export function RecallByDimsChart({
  title,
  plainTitle = title,
  fileName,
  dims,
  lines,
  note,
  syncId,
  place,
}: {
  readonly title: string;
  readonly plainTitle?: string;
  readonly fileName: string;
  readonly dims: readonly number[];
  /** `recall` has an entry for each of `dims`; `slot` is the look. */
  readonly lines: readonly { readonly key: string; readonly label: string; readonly slot: number; readonly recall: readonly Interval[] }[];
  readonly note?: string;
  readonly syncId?: string;
  readonly place: DimsChartPlace;
}): ReactElement {
  const series = lines.map(({ key, label, slot, recall }) => ({
    key,
    label,
    style: styleOf(slot),
    points: dims.flatMap((x, index) => {
      const one = recall[index];
      return one === undefined ? [] : [{ x, y: one.value, low: one.low, high: one.high }];
    }),
  }));
  return (
    <SeriesChart
      title={title}
      plainTitle={plainTitle}
      fileName={fileName}
      series={series}
      x={{ label: 'dims', scale: 'log', ticks: dims, format: dimension }}
      y={{ label: 'recall', scale: 'linear', ticks: shareTicks(series.flatMap((one) => one.points.map((point) => point.low))), format: percentTick }}
      bandWords={{ low: 'low', high: 'high' }}
      formatValue={percent}
      height={place.height}
      markedX={place.trainedDims}
      selectedX={place.selectedDims}
      onSelectX={place.onSelectDims}
      {...(note === undefined ? {} : { note })}
      {...(syncId === undefined ? {} : { syncId })}
    />
  );
}
