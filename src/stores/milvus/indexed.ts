import { sleep } from '../../base/async.ts';
import { CancelledError, UserError } from '../../base/errors.ts';
import type { WorkOptions } from '../../base/progress.ts';
import type { IndexInfo } from './milvus.ts';
import type { CollectionPlan } from './collection-plan.ts';
import type { MilvusContext } from './context.ts';

const SHORTEST_POLL_MS = 50;
const LONGEST_POLL_MS = 1_000;
/** Milvus leaves segments of fewer rows than this without an index: searching them row by row is faster. */
const UNINDEXED_ROWS = 1_024;

/**
 * Creates the planned index of every field that has none and waits until the server says it is built: a collection that is loaded
 * earlier answers with wrong recall.
 * @throws UserError `milvus/foreign` when a field has another index, `milvus/timeout`, `milvus/index`; CancelledError
 */
export async function ensureIndexes(context: MilvusContext, plan: CollectionPlan, work: WorkOptions = {}): Promise<void> {
  const { milvus, times } = context;
  const { signal } = work;
  const { index, indexParams, metric, fields } = plan.manifest;
  const indexOf = async (field: string): Promise<IndexInfo | undefined> => (await milvus.indexes(plan.name, { signal })).find((one) => one.field === field);
  for (const field of fields) {
    let found = await indexOf(field.name);
    if (found === undefined) {
      try {
        // On a loaded collection Milvus Lite builds within the call.
        await milvus.createIndex(plan.name, field.name, index, metric, indexParams, { signal, timeoutMs: times.indexMs });
        continue;
      } catch (error) {
        // Asked twice because the first answer was lost, or another program was faster: it is there all the same.
        found = error instanceof CancelledError ? undefined : await indexOf(field.name);
        if (found === undefined) throw error;
      }
    }
    if (found.type !== index || found.metric !== metric) {
      throw new UserError('milvus/foreign', `collection ${plan.name}: ${field.name} has a ${found.type} index by ${found.metric}, expected ${index} by ${metric}`, {
        hint: 'somebody changed it; drop the collection and run again',
      });
    }
  }
  await waitUntilBuilt(context, plan, work);
}

async function waitUntilBuilt(context: MilvusContext, plan: CollectionPlan, work: WorkOptions): Promise<void> {
  const { milvus, times } = context;
  const start = performance.now();
  let pollMs = SHORTEST_POLL_MS;
  for (;;) {
    const indexes = (await milvus.indexes(plan.name, { signal: work.signal })).filter((one) => plan.manifest.fields.some((field) => field.name === one.field));
    const failed = indexes.find((one) => one.failure !== undefined);
    if (failed !== undefined) throw new UserError('milvus/index', `Milvus at ${milvus.address} could not build the ${failed.type} index of ${plan.name}: ${failed.failure}`);
    const done = indexes.reduce((least, one) => Math.min(least, one.indexedRows), plan.manifest.rowCount);
    if (indexes.length === plan.manifest.fields.length && indexes.every(isBuilt)) return;
    work.onProgress?.({ phase: `building the ${plan.manifest.index} index`, done, total: plan.manifest.rowCount, unit: 'rows' });
    if (performance.now() - start > times.indexMs) {
      throw new UserError('milvus/timeout', `Milvus at ${milvus.address} did not build the index of ${plan.name} within ${Math.round(times.indexMs / 1000)} s`);
    }
    await sleep(pollMs, work.signal);
    pollMs = Math.min(pollMs * 1.5, LONGEST_POLL_MS);
  }
}

function isBuilt(index: IndexInfo): boolean {
  return index.isFinished && index.totalRows - index.indexedRows < UNINDEXED_ROWS;
}
