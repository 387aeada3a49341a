import { formatInterval } from '../../base/format.ts';
import type { Interval } from '../../contract/measure.ts';
import type { LadderEntry } from '../../contract/report.ts';
import type { Markup } from '../markup.ts';
import type { Measured } from '../store-results.ts';
import { lineChart, type LineSeries } from './line-chart.ts';
import { dimsAxis, linearTicks } from './scale.ts';

/** Metrics against the qrels by prefix dimension; undefined without qrels. The axis starts at 0. */
export function relevanceChart(report: Measured): Markup | undefined {
  const metrics: readonly (readonly [string, (entry: LadderEntry) => Interval | undefined])[] = [
    [`nDCG@${report.k}`, (entry) => entry.ndcg],
    [`MRR@${report.k}`, (entry) => entry.mrr],
    [`MAP@${report.k}`, (entry) => entry.map],
    [`IR recall@${report.k}`, (entry) => entry.irRecall],
  ];
  const series = metrics
    .map(([name, of]): LineSeries => ({
      name,
      points: report.ladder.flatMap((entry) => {
        const interval = of(entry);
        // One band is enough to see the noise; four over one another would hide it.
        const range = name.startsWith('nDCG') ? { low: interval?.low, high: interval?.high } : {};
        return interval === undefined ? [] : [{ x: entry.dims, y: interval.value, ...range, text: formatInterval(interval) }];
      }),
    }))
    .filter(({ points }) => points.length > 0);
  if (series.length === 0) return undefined;
  const high = Math.max(...series.flatMap(({ points }) => points.map((point) => point.high ?? point.y))) * 1.04 || 1;
  return lineChart({
    width: 960,
    height: 320,
    x: dimsAxis(report.ladder.map((entry) => entry.dims), report.model.trainedDims),
    y: { kind: 'linear', domain: [0, high], ticks: linearTicks(0, high).map((at) => ({ at, label: String(at) })), title: 'against the qrels, band: 95 % interval of nDCG' },
    series,
    columnName: (dims) => `${dims} dims`,
    label: 'Relevance metrics against prefix dimension',
  });
}
