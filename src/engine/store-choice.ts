import type { WorkOptions } from '../base/progress.ts';
import type { StoreChoice } from '../contract/connection.ts';
import type { HeadChoice } from '../contract/measure.ts';
import type { Store } from '../stores/store.ts';
import type { Dataset } from './dataset.ts';
import { openMilvusFor } from './milvus-store.ts';

export const FLAT: HeadChoice = { index: 'flat', precision: 'f32' };

/** Runs `use` on the chosen store: the dataset's own, or a Milvus that holds the prefixes `dims` (loaded first where it does not). */
export async function withStore<T>(
  dataset: Dataset,
  choice: StoreChoice,
  wanted: { readonly dims: readonly number[]; readonly head: HeadChoice; readonly resolveSecret: (ref: string) => Promise<string | undefined> },
  use: (store: Store) => Promise<T>,
  work: WorkOptions = {},
): Promise<T> {
  if (choice.kind === 'embedded') return use(dataset.store);
  const dims = [...new Set([...wanted.dims, dataset.vectors.dims])].sort((a, b) => a - b);
  const store = await openMilvusFor(dataset, choice.target, { dims, head: wanted.head, rerank: 'auto' }, wanted.resolveSecret, work);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
