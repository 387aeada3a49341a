import { formatSchedule } from '../../src/contract/schedule.ts';
import type { Schedule } from '../../src/contract/schedule.ts';
import type { StoreResult } from '../../src/contract/report.ts';
import { loadAdapters } from './adapter-steps.ts';
import { chosenStore, into, patchSession, patchWork } from './app.ts';
import type { App } from './app.ts';
import { withFull } from './funnel.ts';
import { ready } from './remote.ts';
import { defaultSchedule, suggestFunnel } from './suggest.ts';
import { datasetKey, seriesKey } from './work.ts';
import type { MeasuredFunnel } from './work.ts';

/** The prefixes to measure: chosen by the user or suggested by the dataset, always with the full dimension. */
export function testedDims(app: App): readonly number[] {
  const dataset = ready(app.work.get().dataset);
  if (dataset === undefined) return [];
  const chosen = app.session.get().dims ?? dataset.suggestedDims;
  return withFull(chosen.filter((one) => one >= 1), dataset.dims);
}

/** Measures every prefix on the chosen store. The result joins those of other stores and heads on the charts. */
export async function measureLadder(app: App): Promise<boolean> {
  const dataset = ready(app.work.get().dataset);
  if (dataset === undefined) return false;
  const session = app.session.get();
  const { k, head } = session;
  const done = await into(app, 'ladderRun', async () => {
    const result: StoreResult = await app.jobs.run('ladder.run', { datasetId: dataset.datasetId, dims: [...testedDims(app)], k, store: chosenStore(session), head });
    const key = seriesKey(result.kind, result.head);
    const measured = { key, datasetKey: datasetKey(dataset), k, measuredAt: new Date().toISOString(), result };
    app.work.set((work) => ({ ...work, ladders: { ...work.ladders, [key]: measured } }));
    return true as const;
  });
  return done === true;
}

/** Collects the candidate pool, then what follows from it without asking: the heat map, the rule of thumb, the first schedule. */
export async function collectPool(app: App): Promise<boolean> {
  const dataset = ready(app.work.get().dataset);
  if (dataset === undefined) return false;
  const { k, capacity } = app.session.get();
  const fitted = Math.max(k, Math.min(capacity, dataset.rowCount));
  const pool = await into(app, 'pool', () => app.jobs.run('pool.build', { datasetId: dataset.datasetId, dims: [...testedDims(app)], k, capacity: fitted }));
  if (pool === undefined) return false;
  const { poolId } = pool;
  const [heatMap] = await Promise.all([
    into(app, 'heatMap', () => app.client.call('pool.heatMap', { poolId, levels: [0.9, 0.95, 0.99] })),
    into(app, 'candidates', () => app.client.call('pool.candidates', { poolId })),
  ]);
  const shape = { rowCount: dataset.rowCount, dims: dataset.dims, k };
  const first = heatMap === undefined ? defaultSchedule(pool.dims, dataset.dims, dataset.rowCount, pool.capacity, k) : suggestFunnel(heatMap, shape);
  const { present } = app.funnel.store.get().history;
  const fits = present.A.length > 0 && present.A.every((stage) => pool.dims.includes(stage.dims)) && present.A[present.A.length - 1]!.keep >= k;
  if (fits) app.funnel.evaluate();
  else app.funnel.start({ A: first, B: undefined, active: 'A' });
  return true;
}

/** Fits the cost model, so that every schedule carries an estimate of its time on the chosen store. */
export async function fitCost(app: App): Promise<void> {
  const { dataset, pool } = app.work.get();
  const data = ready(dataset);
  const built = ready(pool);
  if (data === undefined || built === undefined) return;
  // In place only some prefixes can be searched: there is nothing to estimate the others from.
  if (app.session.get().storeKind === 'milvus' && data.inPlace !== undefined && !built.dims.every((dims) => data.inPlace!.dims.includes(dims))) return;
  const model = await into(app, 'costModel', () => app.jobs.run('cost.fit', { datasetId: data.datasetId, poolId: built.poolId, store: chosenStore(app.session.get()) }));
  if (model !== undefined) app.funnel.evaluate();
}

/** Runs schedules for real on the chosen store. */
export async function measureFunnels(app: App, schedules: readonly Schedule[]): Promise<readonly MeasuredFunnel[]> {
  const dataset = ready(app.work.get().dataset);
  if (dataset === undefined || schedules.length === 0) return [];
  const session = app.session.get();
  const { k, head } = session;
  const store = chosenStore(session);
  let fresh: readonly MeasuredFunnel[] = [];
  await into(app, 'funnelRun', async () => {
    const entries = await app.jobs.run('funnel.measure', {
      datasetId: dataset.datasetId,
      schedules: schedules.map((schedule) => schedule.map((stage) => ({ ...stage }))),
      k,
      store,
      head,
    });
    const key = seriesKey(store.kind, head);
    fresh = entries.map((entry) => ({ key, datasetKey: datasetKey(dataset), k, measuredAt: new Date().toISOString(), entry }));
    app.work.set((work) => ({ ...work, funnels: joinFunnels(work.funnels, fresh) }));
    return true as const;
  });
  return fresh;
}

/** Both, newest last; of two that measured the same thing the fresh one. */
export function joinFunnels(before: readonly MeasuredFunnel[], fresh: readonly MeasuredFunnel[]): readonly MeasuredFunnel[] {
  const again = new Set(fresh.map(identity));
  return [...before.filter((one) => !again.has(identity(one))), ...fresh];
}

function identity(one: MeasuredFunnel): string {
  return [one.key, one.datasetKey, one.k, one.entry.schedule].join('|');
}

export function measuredFor(funnels: readonly MeasuredFunnel[], schedule: Schedule, key: string, dataset: string, k: number): MeasuredFunnel | undefined {
  const text = formatSchedule(schedule);
  return funnels.find((one) => one.entry.schedule === text && one.key === key && one.datasetKey === dataset && one.k === k);
}

export async function tune(app: App): Promise<void> {
  const { dataset, pool } = app.work.get();
  const data = ready(dataset);
  const built = ready(pool);
  if (data === undefined || built === undefined) return;
  const session = app.session.get();
  await into(app, 'tuning', () => app.jobs.run('tune.run', {
    datasetId: data.datasetId,
    poolId: built.poolId,
    store: chosenStore(session),
    constraints: {
      recall: session.tuneRecall,
      maxStages: session.tuneMaxStages,
      ...(session.tuneP95Ms === undefined ? {} : { p95Ms: session.tuneP95Ms }),
      ...(session.tuneMemoryMiB === undefined ? {} : { memoryBytes: session.tuneMemoryMiB * 1024 * 1024 }),
    },
  }));
}

export type Experiment = 'sizeTrend' | 'order' | 'compression' | 'matryoshka';

export async function runExperiment(app: App, experiment: Experiment): Promise<void> {
  const dataset = ready(app.work.get().dataset);
  if (dataset === undefined) return;
  const input = { datasetId: dataset.datasetId, dims: [...testedDims(app)], k: app.session.get().k };
  switch (experiment) {
    case 'sizeTrend':
      await into(app, 'sizeTrend', () => app.jobs.run('experiment.sizeTrend', input));
      return;
    case 'order':
      await into(app, 'order', () => app.jobs.run('experiment.order', input));
      return;
    case 'compression':
      await into(app, 'compression', () => app.jobs.run('experiment.compression', input));
      return;
    case 'matryoshka':
      // It chooses its own sizes: between the usual ones a trained size could not stand out.
      await into(app, 'matryoshka', () => app.jobs.run('experiment.matryoshka', { datasetId: input.datasetId, k: input.k }));
      await loadAdapters(app);
      return;
  }
}

export function selectDims(app: App, dims: number | undefined): void {
  patchSession(app, { selectedDims: app.session.get().selectedDims === dims ? undefined : dims });
}

export function forgetLadder(app: App, key: string): void {
  const { [key]: _gone, ...rest } = app.work.get().ladders;
  patchWork(app, { ladders: rest });
}
