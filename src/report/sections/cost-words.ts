import { formatBytes, formatMs, formatRatio } from '../../base/format.ts';
import type { StoreResult } from '../../contract/report.ts';

/** How latency moves from the shortest to the longest tested prefix. */
export function latencySentence(store: StoreResult, dims: number): string {
  const first = store.ladder[0];
  const last = store.ladder[store.ladder.length - 1];
  const exact = `Exact search at ${dims} dims takes ${formatMs(store.baseline.latencyMs.p50)} p50 and ${formatMs(store.baseline.latencyMs.p95)} p95`;
  if (first === undefined || last === undefined || first.dims >= dims) return `${exact}.`;
  const ratio = store.baseline.latencyMs.p50 / first.latencyMs.p50;
  return ratio >= 1
    ? `${exact}; at ${first.dims} dims it is ${formatMs(first.latencyMs.p50)}, ${formatRatio(ratio)} as fast.`
    : `${exact}; at ${first.dims} dims it is ${formatMs(first.latencyMs.p50)}, which is not faster.`;
}

/** What a vector takes at both ends of the ladder. */
export function memorySentence(store: StoreResult, dims: number): string {
  const first = store.ladder[0];
  const full = `A vector takes ${formatBytes(store.baseline.bytesPerVector)} at ${dims} dims`;
  return first === undefined || first.dims >= dims ? `${full}.` : `${full} and ${formatBytes(first.bytesPerVector)} at ${first.dims}.`;
}
