import type { WorkOptions } from '../base/progress.ts';
import type { StoreChoice } from '../contract/connection.ts';
import type { HeadChoice } from '../contract/measure.ts';
import type { RerankStrategy } from '../stores/milvus/rerank.ts';
import type { Store } from '../stores/store.ts';
import type { Dataset } from './dataset.ts';
import type { MilvusConnection } from './milvus-connection.ts';
import { openMilvusFor } from './milvus-store.ts';

export const FLAT: HeadChoice = { index: 'flat', precision: 'f32' };

export interface StoreWanted {
  readonly milvus: MilvusConnection;
  readonly dims: readonly number[];
  readonly head: HeadChoice;
  readonly rerank?: 'auto' | RerankStrategy | undefined;
}

/** Runs `use` on the chosen store: the dataset's own, or a Milvus that holds the prefixes `dims` (loaded first where it does not). */
export async function withStore<T>(dataset: Dataset, choice: StoreChoice, wanted: StoreWanted, use: (store: Store) => Promise<T>, work: WorkOptions = {}): Promise<T> {
  if (choice.kind === 'embedded') return use(dataset.store);
  const dims = [...new Set([...wanted.dims, dataset.vectors.dims])].sort((a, b) => a - b);
  const connection = await wanted.milvus.connect(choice.target, work.signal);
  const store = await openMilvusFor(dataset, connection, { dims, head: wanted.head, rerank: wanted.rerank ?? 'auto' }, work);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
