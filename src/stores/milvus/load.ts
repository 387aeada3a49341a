import { throwIfCancelled } from '../../base/async.ts';
import { UserError } from '../../base/errors.ts';
import type { WorkOptions } from '../../base/progress.ts';
import type { CollectionInfo } from './milvus.ts';
import { KEY_FIELD } from './collection-plan.ts';
import type { CollectionPlan } from './collection-plan.ts';
import type { MilvusContext } from './context.ts';
import { ensureIndexes } from './indexed.ts';
import { insertRows } from './insert-rows.ts';
import { loadCollection, onLoaded } from './loaded.ts';
import { manifestOf, storedManifest } from './manifest.ts';
import type { ManifestField } from './manifest.ts';
import { faultyBlocks, missingBlocks } from './missing-rows.ts';
import { rowsIn } from './row-ranges.ts';
import type { RowRange } from './row-ranges.ts';
import type { VectorSource } from './vector-source.ts';
import { verifySample } from './verify-rows.ts';

export interface LoadOutcome {
  readonly collection: string;
  /** Rows that had to be sent; 0 when all were there. */
  readonly insertedRows: number;
  readonly elapsedMs: number;
}

const VECTOR_TYPES: Readonly<Record<ManifestField['precision'], string>> = { f32: 'FloatVector', f16: 'Float16Vector', binary: 'BinaryVector' };
const MOST_REPAIRS = 2;

/**
 * Finds the planned collection complete, completes it, or makes it; then it is indexed, loaded, counted and sampled.
 * Interrupted at any point, the next call goes on where it stopped.
 * @throws UserError `milvus/foreign` when a collection of that name is not what the plan says, `milvus/verify`, `milvus/…`; CancelledError
 */
export function ensureCollection(context: MilvusContext, plan: CollectionPlan, source: VectorSource, work: WorkOptions = {}): Promise<LoadOutcome> {
  return inTurn(`${context.milvus.address}/${plan.name}`, work.signal, () => ensureInTurn(context, plan, source, work));
}

/** Loads under way in this process, by address and collection: a second one of the same waits, and finds it done. */
const turns = new Map<string, Promise<unknown>>();

async function inTurn<T>(key: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  const before = turns.get(key) ?? Promise.resolve();
  const mine = before
    .catch(() => undefined)
    .then(() => {
      throwIfCancelled(signal);
      return work();
    });
  turns.set(key, mine);
  try {
    return await mine;
  } finally {
    if (turns.get(key) === mine) turns.delete(key);
  }
}

async function ensureInTurn(context: MilvusContext, plan: CollectionPlan, source: VectorSource, work: WorkOptions): Promise<LoadOutcome> {
  const start = performance.now();
  const { milvus } = context;
  const { signal } = work;
  const { rowCount } = plan.manifest;
  const count = (): Promise<number> => onLoaded(context, plan.name, signal, () => milvus.count(plan.name, { signal }));
  const phase = `loading ${plan.manifest.fields.map((field) => field.dims).join(', ')} dims into Milvus`;

  const existing = await createOrFind(context, plan, work);
  let missing: readonly RowRange[] = [{ from: 0, to: rowCount }];
  // Rows that another run, now dead, may have sent: counted strictly at the end.
  let isDisturbed = false;
  if (existing) {
    // Milvus counts only what is loaded, and loads only what is indexed.
    await ensureIndexes(context, plan, work);
    await loadCollection(context, plan.name, signal);
    missing = (await count()) === rowCount ? [] : await missingBlocks(context, plan.name, rowCount, work);
    isDisturbed = missing.length > 0;
  }
  const insertedRows = rowsIn(missing);
  if (insertedRows > 0) {
    const outcome = await insertRows(context, plan, source, missing, { ...work, phase, doneBefore: rowCount - insertedRows, upsert: existing });
    isDisturbed ||= outcome.isDisturbed;
    await makeSearchable(context, plan, work);
  }

  for (let repairs = 0; ; repairs += 1) {
    const found = await count();
    const faulty = found === rowCount && !isDisturbed ? [] : await faultyBlocks(context, plan.name, rowCount, work);
    if (found === rowCount && faulty.length === 0) break;
    if (repairs === MOST_REPAIRS) {
      throw new UserError('milvus/verify', `collection ${plan.name} at ${milvus.address} holds ${found} rows, expected ${rowCount}`, { hint: 'drop the collection on the server and run again' });
    }
    await insertRows(context, plan, source, faulty, { ...work, phase: 'sending missing rows again', doneBefore: rowCount - rowsIn(faulty), upsert: true });
    await makeSearchable(context, plan, work);
    isDisturbed = true;
  }
  await verifySample(context, plan, source, work);
  return { collection: plan.name, insertedRows, elapsedMs: performance.now() - start };
}

/** Whether the collection was there already. Another program may create it at the same moment. */
async function createOrFind(context: MilvusContext, plan: CollectionPlan, work: WorkOptions): Promise<boolean> {
  const { milvus } = context;
  const options = { signal: work.signal };
  const found = await milvus.describe(plan.name, options);
  if (found !== undefined) {
    checkIsPlanned(plan, found);
    return true;
  }
  const { fields } = plan.manifest;
  try {
    await milvus.create(
      {
        name: plan.name,
        ...storedManifest(plan.manifest, context.server.isLite),
        fields: [
          { name: KEY_FIELD, type: 'Int64', isPrimary: true },
          ...fields.map((field) => ({ name: field.name, type: VECTOR_TYPES[field.precision], isPrimary: false, dims: field.dims })),
        ],
      },
      options,
    );
    return false;
  } catch (error) {
    const now = await milvus.describe(plan.name, options);
    if (now === undefined) throw error;
    checkIsPlanned(plan, now);
    return true;
  }
}

function checkIsPlanned(plan: CollectionPlan, found: CollectionInfo): void {
  const manifest = manifestOf(found);
  const { manifest: wanted } = plan;
  const agrees =
    manifest !== undefined &&
    manifest.contentHash === wanted.contentHash &&
    manifest.rowCount === wanted.rowCount &&
    manifest.dims === wanted.dims &&
    wanted.fields.every((field) => found.fields.some((one) => one.name === field.name && one.dims === field.dims && one.type === VECTOR_TYPES[field.precision]));
  if (!agrees) {
    throw new UserError('milvus/foreign', `collection ${plan.name} exists and holds something else than ${wanted.corpus} by ${wanted.model}`, {
      hint: 'rename or drop it on the server, then run again',
    });
  }
}

/** Sealed, indexed and in memory with its new rows: searches then meet index and rows as they will stay. */
async function makeSearchable(context: MilvusContext, plan: CollectionPlan, work: WorkOptions): Promise<void> {
  const { milvus, times } = context;
  work.onProgress?.({ phase: 'writing rows to the server’s disk', done: 0, total: plan.manifest.rowCount, unit: 'rows' });
  await milvus.flush(plan.name, { signal: work.signal, timeoutMs: times.insertMs });
  await ensureIndexes(context, plan, work);
  // A collection that was loaded before holds the new rows as growing ones, outside its index.
  if (await milvus.isLoaded(plan.name, { signal: work.signal })) await milvus.release(plan.name, { signal: work.signal });
  work.onProgress?.({ phase: 'loading into the server’s memory', done: 0, total: plan.manifest.rowCount, unit: 'rows' });
  await loadCollection(context, plan.name, work.signal);
}
