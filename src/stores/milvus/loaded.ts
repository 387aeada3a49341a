import { sleep } from '../../base/async.ts';
import { UserError } from '../../base/errors.ts';
import { kindOf } from './faults.ts';
import type { MilvusContext } from './context.ts';

const SHORTEST_POLL_MS = 20;
const LONGEST_POLL_MS = 500;
/** A load that was asked for before a restart is forgotten: asked again after this long without success. */
const ASK_AGAIN_MS = 2_000;

/**
 * Brings a collection into the server's memory and waits for it, with the load's own time-out.
 * @throws UserError `milvus/timeout`, `milvus/no-collection` …; CancelledError
 */
export async function loadCollection(context: MilvusContext, collection: string, signal?: AbortSignal): Promise<void> {
  const { milvus, times } = context;
  const start = performance.now();
  let askedMs = -Infinity;
  let pollMs = SHORTEST_POLL_MS;
  for (;;) {
    if (performance.now() - askedMs > ASK_AGAIN_MS) {
      // Milvus Lite builds indexes inside this call: it may take as long as the index may.
      await milvus.startLoad(collection, { signal, timeoutMs: Math.max(times.loadMs, times.indexMs) });
      askedMs = performance.now();
    }
    if (await milvus.isLoaded(collection, { signal })) return;
    if (performance.now() - start > times.loadMs) {
      throw new UserError('milvus/timeout', `Milvus at ${milvus.address} did not load ${collection} within ${Math.round(times.loadMs / 1000)} s`, { hint: 'its query node may lack memory' });
    }
    await sleep(pollMs, signal);
    pollMs = Math.min(pollMs * 1.5, LONGEST_POLL_MS);
  }
}

/** A call on a loaded collection. After a restart the server has released it: it is loaded again and the call made once more. */
export async function onLoaded<T>(context: MilvusContext, collection: string, signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (kindOf(error) !== 'released') throw error;
    await loadCollection(context, collection, signal);
    return call();
  }
}
