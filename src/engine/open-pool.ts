import type { CostModel } from '../contract/tuning.ts';
import { buildPool } from '../funnel/pool-build.ts';
import type { PoolOptions } from '../funnel/pool-build.ts';
import { vectorPoolSource } from '../funnel/pool-source.ts';
import type { Pool } from '../funnel/pool.ts';
import type { Dataset } from './dataset.ts';

/** A candidate pool that is held open, with the cost model fitted for it, if any. */
export interface OpenPool {
  readonly poolId: string;
  readonly datasetId: string;
  readonly pool: Pool;
  costModel: CostModel | undefined;
}

/** The pool of a dataset's queries, from its own vectors. */
export function poolOf(dataset: Dataset, options: PoolOptions): Promise<Pool> {
  return buildPool(vectorPoolSource(dataset.vectors, { threads: 2 }), dataset.queries, options);
}
