import { candidatesNeeded } from '../funnel/candidates-needed.ts';
import { evaluateSchedule, worstQueries } from '../funnel/evaluate.ts';
import { heatMapOf } from '../funnel/heat-map.ts';
import { poolSummary } from '../funnel/pool.ts';
import { poolOf } from './open-pool.ts';
import type { HandlersOf, Workspace } from './workspace.ts';

type PoolCall = 'pool.build' | 'pool.evaluate' | 'pool.heatMap' | 'pool.candidates' | 'inspect.losses';

export function poolCalls(workspace: Workspace): HandlersOf<PoolCall> {
  return {
    'pool.build': async ({ datasetId, dims, k, capacity }, work) => {
      const dataset = workspace.datasets.get(datasetId);
      const pool = await poolOf(dataset, { ...work, dims, k, capacity });
      const poolId = `pool-${datasetId}-${pool.dims.join('.')}-${k}-${capacity}`;
      workspace.pools.put(poolId, { poolId, datasetId, pool, costModel: undefined });
      return poolSummary(pool, poolId);
    },
    'pool.evaluate': async ({ poolId, schedules }) => {
      const { pool, costModel } = workspace.pools.get(poolId);
      return schedules.map((schedule) => evaluateSchedule(pool, schedule, { costModel }));
    },
    'pool.heatMap': async ({ poolId, levels }) => {
      const { pool, datasetId } = workspace.pools.get(poolId);
      const heatMap = heatMapOf(pool, levels === undefined ? {} : { levels });
      workspace.datasets.get(datasetId).extras.heatMap = heatMap;
      return heatMap;
    },
    'pool.candidates': async ({ poolId }) => {
      const { pool, datasetId } = workspace.pools.get(poolId);
      const needed = candidatesNeeded(pool);
      workspace.datasets.get(datasetId).extras.candidatesNeeded = needed;
      return needed;
    },
    'inspect.losses': async ({ poolId, schedule, limit }) => {
      const { pool, datasetId } = workspace.pools.get(poolId);
      const { querySet } = workspace.datasets.get(datasetId);
      return worstQueries(pool, schedule, limit).map(({ row, recall }) => ({ row, recall, id: querySet?.ids[row] ?? String(row), text: querySet?.texts[row] ?? '' }));
    },
  };
}
