import type { StoreResult } from '../contract/report.ts';

/** What a store's funnels are held against: exact search, or the index that stands for it in a collection which has no exact one. */
export function baselineWords({ baseline }: Pick<StoreResult, 'baseline'>): string {
  return baseline.index === undefined ? 'exact search' : baseline.index === 'autoindex' ? 'search by its own index' : `search by its ${baseline.index.toUpperCase()} index`;
}
