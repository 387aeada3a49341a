import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { MilvusTarget } from '../contract/connection.ts';
import type { HeadChoice } from '../contract/measure.ts';
import type { Store } from '../stores/store.ts';
import type { Dataset } from './dataset.ts';

export async function openMilvusFor(_dataset: Dataset, _target: MilvusTarget, _wanted: { dims: readonly number[]; head: HeadChoice; rerank: string }, _resolveSecret: (ref: string) => Promise<string | undefined>, _work: WorkOptions): Promise<Store> {
  throw new UserError('milvus/not-wired', 'Milvus is not wired up yet');
}
