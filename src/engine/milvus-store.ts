import type { WorkOptions } from '../base/progress.ts';
import type { HeadChoice } from '../contract/measure.ts';
import type { RerankStrategy } from '../stores/milvus/rerank.ts';
import { openMilvusStoreOn } from '../stores/milvus/milvus-store.ts';
import type { MilvusStore } from '../stores/milvus/milvus-store.ts';
import { vectorSourceOf } from '../stores/milvus/vector-source.ts';
import type { Dataset } from './dataset.ts';
import type { OpenMilvus } from './milvus-connection.ts';

export interface WantedOnMilvus {
  /** Prefixes to have on the server before anything is measured; full dimension included. */
  readonly dims: readonly number[];
  readonly head: HeadChoice;
  readonly rerank: 'auto' | RerankStrategy;
}

/** The store of a dataset on an open Milvus connection: what is there already is used, what is missing is loaded. */
export function openMilvusFor(dataset: Dataset, connection: OpenMilvus, wanted: WantedOnMilvus, work: WorkOptions): Promise<MilvusStore> {
  return openMilvusStoreOn(connection, vectorSourceOf(dataset.vectors), {
    corpus: dataset.name,
    model: dataset.modelInfo.id,
    dims: wanted.dims,
    rerank: wanted.rerank,
    signal: work.signal,
    onProgress: work.onProgress,
  });
}
