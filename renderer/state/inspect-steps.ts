import type { Schedule } from '../../src/contract/schedule.ts';
import { into } from './app.ts';
import type { App } from './app.ts';
import { active, withFull } from './funnel.ts';
import { ready } from './remote.ts';

/** The queries that lose most with the schedule at hand, worst first. */
export function loadLosses(app: App): Promise<unknown> {
  const pool = ready(app.work.get().pool);
  const schedule = active(app.funnel.store.get().history.present);
  if (pool === undefined || schedule.length === 0) return Promise.resolve();
  return into(app, 'losses', () => app.client.call('inspect.losses', { poolId: pool.poolId, schedule: [...schedule], limit: 500 }));
}

/** One query through the schedule: its true neighbours, the answer, and where each lost one fell. */
export function inspect(app: App, query: { readonly row: number } | { readonly text: string }): Promise<unknown> {
  const { dataset, pool } = app.work.get();
  const data = ready(dataset);
  const schedule: Schedule = active(app.funnel.store.get().history.present);
  if (data === undefined || schedule.length === 0) return Promise.resolve();
  const dims = withFull([...(ready(pool)?.dims ?? data.suggestedDims), ...schedule.map((stage) => stage.dims)], data.dims);
  return into(app, 'inspection', () => app.client.call('inspect.query', { datasetId: data.datasetId, schedule: [...schedule], k: ready(pool)?.k ?? app.session.get().k, dims: [...dims], query }));
}
