import type { StoreResult } from '../../contract/report.ts';
import { storeNames } from '../store-results.ts';

/** A table's caption for each store: its name where there are several, and the remark that must stand next to its latencies. */
export function captions(stores: readonly StoreResult[], what: string, withLatency: boolean): readonly string[] {
  const names = storeNames(stores);
  return stores.map((store, index) => {
    const named = stores.length > 1 ? `${what}, ${names[index]}` : what;
    return withLatency && store.latencyRemark !== undefined ? `${named}. ${store.latencyRemark}` : named;
  });
}
