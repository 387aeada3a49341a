import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { StoreChoice } from '../contract/connection.ts';
import type { HeadChoice } from '../contract/measure.ts';
import type { StoreResult } from '../contract/report.ts';
import type { Schedule } from '../contract/schedule.ts';
import { exactTruth, measureStore } from '../experiments/store-run.ts';
import type { Dataset } from './dataset.ts';
import { fitToStore } from './fit-to-store.ts';
import { FLAT, isInPlace, withStore } from './store-choice.ts';
import type { HandlersOf, Workspace } from './workspace.ts';

const SEED = 1;
const LATENCY_QUERIES = 200;
const LATENCY_BUDGET_MS = 20_000;

export function measureCalls(workspace: Workspace): HandlersOf<'ladder.run' | 'funnel.measure'> {
  return {
    'ladder.run': async ({ datasetId, dims, k, store, head }, work) => measure(workspace, workspace.datasets.get(datasetId), { dims, k, store, head: head ?? FLAT, schedules: [] }, work),
    'funnel.measure': async ({ datasetId, schedules, k, store, head }, work) => {
      const dataset = workspace.datasets.get(datasetId);
      return (await measure(workspace, dataset, { dims: [], k, store, head: head ?? FLAT, schedules }, work)).funnels;
    },
  };
}

interface Wanted {
  readonly dims: readonly number[];
  readonly k: number;
  readonly store: StoreChoice;
  readonly head: HeadChoice;
  readonly schedules: readonly Schedule[];
}

async function measure(workspace: Workspace, dataset: Dataset, wanted: Wanted, work: WorkOptions): Promise<StoreResult> {
  const dims = [...new Set(wanted.dims)].sort((a, b) => a - b);
  const allDims = [...dims, ...wanted.schedules.flatMap((schedule) => schedule.map((stage) => stage.dims))];
  // A collection that is searched in place has the index it has.
  const head: HeadChoice = isInPlace(dataset, wanted.store) ? { index: 'autoindex', precision: 'f32' } : wanted.head;
  const result = await withStore(
    dataset,
    wanted.store,
    { milvus: workspace.milvus, dims: allDims, head },
    async (store) => {
      const fitted = fitToStore(store, { dims, schedules: wanted.schedules, head });
      const [missing] = fitted.left.schedules;
      if (missing !== undefined) throw new UserError('milvus/in-place', `${missing}: ${store.label} has no field of its first prefix`, { hint: `it has ${store.fixedHeads!.dims.join(', ')}; measure this one on the embedded store` });
      const truth = dataset.truths.get(wanted.k) ?? (store.fixedHeads === undefined ? undefined : await exactTruth(dataset.store, dataset.data, wanted.k, work));
      const run = await measureStore(
        store,
        dataset.data,
        { dims: fitted.dims, k: wanted.k, schedules: fitted.schedules, head: fitted.head, seed: SEED, latencyQueries: LATENCY_QUERIES, latencyBudgetMs: LATENCY_BUDGET_MS, truth },
        work,
      );
      dataset.truths.set(wanted.k, run.truth);
      return run.result;
    },
    work,
  );
  remember(dataset, result, wanted.k);
  return result;
}

/** Keeps the latest ladder and the funnels measured so far on each store, for the report that is saved from them. */
function remember(dataset: Dataset, result: StoreResult, k: number): void {
  const key = `${result.label} · ${result.head.index} ${result.head.precision} · k ${k}`;
  const before = dataset.measured.get(key);
  if (before === undefined) {
    dataset.measured.set(key, result);
    return;
  }
  const kept = before.funnels.filter((old) => !result.funnels.some((fresh) => fresh.schedule === old.schedule));
  const ladder = result.ladder.length > 0 ? result.ladder : before.ladder;
  // Last measured is last in the map: the report takes the most recent store first.
  dataset.measured.delete(key);
  dataset.measured.set(key, { ...result, ladder, funnels: [...kept, ...result.funnels], baseline: result.ladder.length > 0 ? result.baseline : before.baseline });
}
