import { fitStoreCosts } from '../experiments/cost-runs.ts';
import { FLAT, withStore } from './store-choice.ts';
import type { HandlersOf, Workspace } from './workspace.ts';

const SEED = 1;

export function tuneCalls(workspace: Workspace): HandlersOf<'cost.fit'> {
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
  };
}
