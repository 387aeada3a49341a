import { compressionExperiment } from '../experiments/compression.ts';
import { fitStoreCosts } from '../experiments/cost-runs.ts';
import { orderExperiment } from '../experiments/order.ts';
import { sizeTrend } from '../experiments/size-trend.ts';
import { tune } from '../experiments/tune.ts';
import { FLAT, withStore } from './store-choice.ts';
import type { HandlersOf, Workspace } from './workspace.ts';

const SEED = 1;
const THREADS = 2;

type TuneCall = 'cost.fit' | 'tune.run' | 'experiment.sizeTrend' | 'experiment.order' | 'experiment.compression';

export function tuneCalls(workspace: Workspace): HandlersOf<TuneCall> {
  return {
    'cost.fit': async ({ datasetId, poolId, store }, work) => {
      const dataset = workspace.datasets.get(datasetId);
      const open = workspace.pools.get(poolId);
      const { dims, k, capacity } = open.pool;
      const model = await withStore(
        dataset,
        store,
        { milvus: workspace.milvus, dims, head: FLAT },
        (chosen) => fitStoreCosts(chosen, dataset.queries, { dims, k, capacity, head: FLAT, seed: SEED }, work),
        work,
      );
      open.costModel = model;
      dataset.extras.costModel = model;
      return model;
    },
    'tune.run': async ({ datasetId, poolId, constraints, store, seed }, work) => {
      const dataset = workspace.datasets.get(datasetId);
      const open = workspace.pools.get(poolId);
      const { tuning, costModel } = await withStore(
        dataset,
        store,
        { milvus: workspace.milvus, dims: open.pool.dims, head: FLAT },
        (chosen) =>
          tune(
            {
              pool: open.pool,
              queries: dataset.queries,
              store: chosen,
              head: FLAT,
              constraints,
              seed: seed ?? SEED,
              // A cost model of another store would price the wrong thing.
              costModel: open.costModel?.store === chosen.label ? open.costModel : undefined,
            },
            work,
          ),
        work,
      );
      open.costModel = costModel;
      dataset.extras.costModel = costModel;
      dataset.extras.tuning = tuning;
      return tuning;
    },
    'experiment.sizeTrend': async ({ datasetId, dims, k }, work) => {
      const { vectors, queries, extras } = workspace.datasets.get(datasetId);
      extras.sizeTrend = await sizeTrend(vectors, queries, { dims, k, seed: SEED, threads: THREADS }, work);
      return extras.sizeTrend;
    },
    'experiment.order': async ({ datasetId, dims, k }, work) => {
      const { vectors, queries, extras } = workspace.datasets.get(datasetId);
      extras.order = await orderExperiment(vectors, queries, { dims, k, seed: SEED, threads: THREADS }, work);
      return extras.order;
    },
    'experiment.compression': async ({ datasetId, dims, k }, work) => {
      const { store, vectors, queries, extras } = workspace.datasets.get(datasetId);
      extras.compression = await compressionExperiment(store, vectors, queries, { dims, k, seed: SEED, threads: THREADS }, work);
      return extras.compression;
    },
  };
}
