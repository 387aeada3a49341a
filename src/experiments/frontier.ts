import type { StoreResult } from '../contract/report.ts';

type Point = StoreResult['frontier'][number];

/** The points that no other one beats in both recall and p50 latency, by rising latency. */
export function frontierOf(
  ladder: StoreResult['ladder'],
  funnels: StoreResult['funnels'],
  baseline: StoreResult['baseline'],
  fullDims: number,
): Point[] {
  const points: Point[] = [
    ...ladder.map((entry): Point => ({ kind: 'prefix', label: String(entry.dims), recall: entry.recall.value, latencyMs: entry.latencyMs.p50 })),
    ...funnels.map((entry): Point => ({ kind: 'funnel', label: entry.schedule, recall: entry.recall.value, latencyMs: entry.latencyMs.p50 })),
    { kind: 'baseline', label: `exact ${fullDims}`, recall: baseline.recall.value, latencyMs: baseline.latencyMs.p50 },
  ];
  points.sort((a, b) => a.latencyMs - b.latencyMs || b.recall - a.recall);
  let best = -Infinity;
  return points.filter((point) => {
    if (point.recall <= best) return false;
    best = point.recall;
    return true;
  });
}
