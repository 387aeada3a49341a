import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { StoreChoice } from '../contract/connection.ts';
import type { HeadChoice } from '../contract/measure.ts';
import type { RerankStrategy } from '../stores/milvus/rerank.ts';
import type { Store } from '../stores/store.ts';
import { openInPlace } from './collection-dataset.ts';
import type { Dataset } from './dataset.ts';
import type { MilvusConnection, OpenMilvus } from './milvus-connection.ts';
import { openMilvusFor } from './milvus-store.ts';

export const FLAT: HeadChoice = { index: 'flat', precision: 'f32' };

export const EMBEDDED: StoreChoice = { kind: 'embedded' };

export interface StoreWanted {
  readonly milvus: MilvusConnection;
  readonly dims: readonly number[];
  readonly head: HeadChoice;
  readonly rerank?: 'auto' | RerankStrategy | undefined;
}

/**
 * Runs `use` on the chosen store: the dataset's own, a Milvus that holds the prefixes `dims` (loaded first where it does not), or for a
 * collection of the user's that collection itself, unless copies are asked for.
 */
export async function withStore<T>(dataset: Dataset, choice: StoreChoice, wanted: StoreWanted, use: (store: Store) => Promise<T>, work: WorkOptions = {}): Promise<T> {
  if (choice.kind === 'embedded') return use(dataset.store);
  const connection = await wanted.milvus.connect(choice.target, work.signal);
  if (isInPlace(dataset, choice)) return use(await storeInPlace(connection, dataset, wanted, work));
  const dims = [...new Set([...wanted.dims, dataset.vectors.dims])].sort((a, b) => a - b);
  const store = await openMilvusFor(dataset, connection, { dims, head: wanted.head, rerank: wanted.rerank ?? 'auto' }, work);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Whether a choice means the collection that the dataset is. */
export function isInPlace(dataset: Dataset, choice: StoreChoice): boolean {
  if (choice.kind === 'embedded' || choice.copies === true || dataset.collection === undefined) return false;
  const { target } = dataset.collection.source;
  return target.address === choice.target.address && (target.database ?? '') === (choice.target.database ?? '');
}

async function storeInPlace(connection: OpenMilvus, dataset: Dataset, wanted: StoreWanted, work: WorkOptions): Promise<Store> {
  const collection = dataset.collection!;
  if (collection.inPlace.obstacle !== undefined) throw new UserError('milvus/in-place', collection.inPlace.obstacle, { hint: 'measure on the embedded store, or load copies of the prefixes' });
  if (wanted.rerank === 'local') throw new UserError('milvus/rerank', 'a collection that is searched in place re-ranks on the server or from fetched vectors, not locally', { hint: 'take auto, server or fetch' });
  return openInPlace(connection, collection, work, wanted.rerank);
}
