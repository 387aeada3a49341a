import type { ReactElement } from 'react';
import type { CompressionResult } from '../../src/contract/tuning.ts';
import { percent, percentTick } from '../format/number.ts';
import { bytesTick } from '../format/unit.ts';
import { doublingTicks, shareTicks } from './scale.ts';
import { styleOf } from './series.ts';
import type { SeriesStyle } from './series.ts';
import { SeriesChart } from './series-chart.tsx';

const forms = ['f32', 'f16', 'int8', 'binary', 'pq4', 'pq', 'pca'] as const;
/** Product codes of four and of eight bits are of one kind: one colour, two shapes. */
const looks: Readonly<Record<(typeof forms)[number], SeriesStyle>> = {
  f32: styleOf(0),
  f16: styleOf(2),
  int8: styleOf(4),
  binary: styleOf(5),
  pq4: { ...styleOf(1), shape: 'diamond' },
  pq: styleOf(1),
  pca: styleOf(3),
};

/** What a form is called where people read it. */
export const formNames: Readonly<Record<(typeof forms)[number], string>> = { f32: 'f32', f16: 'f16', int8: 'int8', binary: 'binary', pq4: 'PQ 4-bit', pq: 'PQ 8-bit', pca: 'PCA' };

/** Recall at equal bytes: prefixes against quantised forms, alone or as the head of a funnel. */
export function CompressionChart({ result, height, asHead }: { readonly result: CompressionResult; readonly height: number; readonly asHead: boolean }): ReactElement {
  const series = forms
    .map((form) => ({
      key: form,
      label: formNames[form],
      style: looks[form],
      points: result.points
        .filter((point) => point.form === form)
        .flatMap((point) => {
          const recall = asHead ? point.funnel?.recall : point.recall;
          return recall === undefined ? [] : [{ x: point.bytesPerVector, y: recall.value, low: recall.low, high: recall.high }];
        })
        .sort((a, b) => a.x - b.x),
    }))
    .filter((one) => one.points.length > 0);
  const xs = series.flatMap((one) => one.points.map((point) => point.x));
  const ticks = shareTicks(series.flatMap((one) => one.points.map((point) => point.low)));
  const keep = result.points.find((point) => point.funnel !== undefined)?.funnel?.keep;
  return (
    <SeriesChart
      title={asHead ? 'Recall as the head of a funnel, by bytes' : 'Recall alone, by bytes'}
      plainTitle={asHead ? 'Recall as the head of a funnel against bytes a vector' : 'Recall against bytes a vector'}
      fileName={asHead ? 'compression-as-head' : 'compression'}
      series={series}
      x={{ label: 'a vector', scale: 'log', ticks: xs.length === 0 ? [1, 16] : doublingTicks(Math.min(...xs), Math.max(...xs)), format: bytesTick }}
      y={{ label: 'recall', scale: 'linear', ticks, format: percentTick }}
      bandWords={{ low: 'low', high: 'high' }}
      formatValue={percent}
      height={height}
      note={asHead && keep !== undefined ? `After an exact re-rank of ${keep} candidates at full dimension.` : 'One form of the vectors a line; log axis.'}
    />
  );
}
