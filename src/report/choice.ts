import type { FunnelEntry, StoreResult } from '../contract/report.ts';

/** Whether a funnel counts as losing next to nothing: 99 %, at the digits that are shown (98.95 % is written as 99.0 %). */
export function isHighRecall(recall: number): boolean {
  return Math.round(recall * 1000) >= 990;
}

/**
 * The funnel to recommend: of those that pay, the fastest that keeps 99 % of the true neighbours; where none does, the one that keeps most.
 * undefined when no funnel pays.
 */
export function bestFunnel(store: Pick<StoreResult, 'funnels'>): FunnelEntry | undefined {
  const paying = store.funnels.filter((funnel) => funnel.pays);
  const high = paying.filter((funnel) => isHighRecall(funnel.recall.value));
  const order =
    high.length > 0
      ? (a: FunnelEntry, b: FunnelEntry) => a.latencyMs.p50 - b.latencyMs.p50
      : (a: FunnelEntry, b: FunnelEntry) => b.recall.value - a.recall.value || a.latencyMs.p50 - b.latencyMs.p50;
  return [...(high.length > 0 ? high : paying)].sort(order)[0];
}
