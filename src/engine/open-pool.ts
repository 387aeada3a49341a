import type { CostModel } from '../contract/tuning.ts';
import { buildPool } from '../funnel/pool-build.ts';
import type { PoolOptions } from '../funnel/pool-build.ts';
import type { Pool } from '../funnel/pool.ts';
import { similaritiesAt } from '../vectors/search.ts';
import { sweepTop } from '../vectors/sweep.ts';
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
  const { vectors, queries } = dataset;
  return buildPool(
    {
      rowCount: vectors.rowCount,
      dims: vectors.dims,
      sweep: (wanted, dims, k, work) => sweepTop(vectors, wanted, dims, k, { ...work, threads: 2 }),
      similaritiesAt: (query, rows, dims) => {
        const all = similaritiesAt(vectors, query, rows, dims);
        return dims.map((_, index) => all.subarray(index * rows.length, (index + 1) * rows.length));
      },
    },
    queries,
    options,
  );
}
