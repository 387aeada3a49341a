import type { ReactElement } from 'react';
import type { MatryoshkaFindings } from '../../src/contract/tuning.ts';
import { count, dimension, percent, percentTick } from '../format/number.ts';
import { shareTicks } from './scale.ts';
import { styleOf } from './series.ts';
import { SeriesChart } from './series-chart.tsx';

const names = { raw: 'as it is', pca: 'PCA', adapter: 'adapter', reversed: 'reversed', random: 'random rotation' } as const;
const slots = { raw: 0, pca: 2, adapter: 4, reversed: 1, random: 3 } as const;

/** Recall of one model truncated in several ways, on rows that the adapter's training did not see. */
export function MatryoshkaChart({
  findings,
  height,
  trainedDims,
  selectedDims,
  onSelectDims,
}: {
  readonly findings: MatryoshkaFindings;
  readonly height: number;
  readonly trainedDims: readonly number[];
  readonly selectedDims: number | undefined;
  readonly onSelectDims: (dims: number) => void;
}): ReactElement {
  const series = findings.ladders.map(({ variant, recall }) => ({
    key: variant,
    label: names[variant],
    style: styleOf(slots[variant]),
    points: findings.dims.flatMap((dims, index) => {
      const one = recall[index];
      return one === undefined ? [] : [{ x: dims, y: one.value, low: one.low, high: one.high }];
    }),
  }));
  const { counts } = findings;
  return (
    <SeriesChart
      title="Recall by way of truncating"
      plainTitle="Recall by way of truncating"
      fileName="truncation"
      series={series}
      x={{ label: 'dims', scale: 'log', ticks: findings.dims, format: dimension }}
      y={{ label: 'recall', scale: 'linear', ticks: shareTicks(series.flatMap((one) => one.points.map((point) => point.low))), format: percentTick }}
      bandWords={{ low: 'low', high: 'high' }}
      formatValue={percent}
      height={height}
      markedX={trainedDims}
      selectedX={selectedDims}
      onSelectX={onSelectDims}
      note={`${count(counts.searched)} documents that training did not see, ${count(counts.queries)} queries (${counts.queriesAre}).`}
    />
  );
}
