import type { ReactElement } from 'react';
import type { OrderResult } from '../../src/contract/tuning.ts';
import { dimension, percent, percentTick } from '../format/number.ts';
import { shareTicks } from './scale.ts';
import { styleOf } from './series.ts';
import { SeriesChart } from './series-chart.tsx';

export const orderNames = { prefix: 'first dims', suffix: 'last dims', random: 'random dims', pca: 'PCA' } as const;
const slots = { prefix: 0, suffix: 1, random: 3, pca: 2 } as const;

/** The same number of dimensions, taken in another order. */
export function OrderChart({ order, height, trainedDims, selectedDims, onSelectDims }: { readonly order: OrderResult; readonly height: number; readonly trainedDims: readonly number[]; readonly selectedDims: number | undefined; readonly onSelectDims: (dims: number) => void }): ReactElement {
  const series = order.series.map((one) => ({
    key: one.order,
    label: orderNames[one.order],
    style: styleOf(slots[one.order]),
    points: order.dims.flatMap((dims, index) => {
      const recall = one.recall[index];
      return recall === undefined ? [] : [{ x: dims, y: recall.value, low: recall.low, high: recall.high }];
    }),
  }));
  const ticks = shareTicks(series.flatMap((one) => one.points.map((point) => point.low)));
  return (
    <SeriesChart
      title="Recall by which dimensions are kept"
      plainTitle="Recall by order of dimensions"
      fileName="recall-by-order"
      series={series}
      x={{ label: 'dims', scale: 'log', ticks: order.dims, format: dimension }}
      y={{ label: 'recall', scale: 'linear', ticks, format: percentTick }}
      bandWords={{ low: 'low', high: 'high' }}
      formatValue={percent}
      height={height}
      markedX={trainedDims}
      selectedX={selectedDims}
      onSelectX={onSelectDims}
      syncId="dims"
    />
  );
}
