import { basename } from 'node:path';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { builtIn } from '../contract/built-in-schedules.ts';
import type { HeadChoice } from '../contract/measure.ts';
import type { FunnelEntry, Report, StoreResult } from '../contract/report.ts';
import { checkSchedule, clampSchedule, formatSchedule, parseSchedule } from '../contract/schedule.ts';
import { measureStore } from '../experiments/store-run.ts';
import type { StoreRunSpec } from '../experiments/store-run.ts';
import type { Store } from '../stores/store.ts';
import { writeAdapter } from '../training/adapter-file.ts';
import { runExperiments } from './bench-experiments.ts';
import type { ExperimentRun } from './bench-experiments.ts';
import type { BenchContext, BenchRequest, Shape } from './bench-request.ts';
import { buildReport } from './build-report.ts';
import { closeDataset, suggestedDims } from './dataset.ts';
import type { Dataset } from './dataset.ts';
import { fitToStore, isWhole } from './fit-to-store.ts';
import { createMilvusConnection } from './milvus-connection.ts';
import type { MilvusConnection } from './milvus-connection.ts';
import { EMBEDDED, FLAT, isInPlace, withStore } from './store-choice.ts';

const LATENCY_BUDGET_MS = 45_000;

/**
 * The main job: load or embed, measure the ladder, the funnels and the exact baseline, tune when asked, and put it all into a report.
 * @throws UserError for bad input, before long work where it can be told; CancelledError when stopped.
 */
export async function runBench(request: BenchRequest, context: BenchContext, work: WorkOptions = {}): Promise<Report> {
  const check = (shape: Shape): void => checkFits(request, shape);
  const milvus = createMilvusConnection(context.resolveSecret, () => undefined);
  try {
    const dataset = await loadDataset(request, context, milvus, check, work);
    try {
      return await measure(dataset, request, context, milvus, work);
    } finally {
      await closeDataset(dataset);
    }
  } finally {
    await milvus.close();
  }
}

/** Only the reader that is needed is loaded: with vectors given, memory is theirs. */
async function loadDataset(request: BenchRequest, context: BenchContext, milvus: MilvusConnection, check: (shape: Shape) => void, work: WorkOptions): Promise<Dataset> {
  if (request.collection !== undefined) return (await import('./bench-collection.ts')).datasetFromCollection(request, context, milvus, check, work);
  if (request.vectors !== undefined) return (await import('./vector-dataset.ts')).datasetFromVectors({ ...request, vectors: request.vectors }, check, work);
  return (await import('./text-dataset.ts')).datasetFromText(request, context, check, work);
}

async function measure(dataset: Dataset, request: BenchRequest, context: BenchContext, milvus: MilvusConnection, work: WorkOptions): Promise<Report> {
  const shape: Shape = { rowCount: dataset.vectors.rowCount, dims: dataset.vectors.dims, trainedDims: dataset.trainedDims };
  const dims = ladderDims(request, dataset);
  const heads = [...dims, ...request.schedules.flatMap((schedule) => schedule.map((stage) => stage.dims))];
  // A collection that cannot be searched in place is measured on its copy; its dataset says why.
  const choice = isInPlace(dataset, request.store) && dataset.collection?.inPlace.obstacle !== undefined ? EMBEDDED : request.store;
  return withStore(
    dataset,
    choice,
    { milvus, dims: heads, head: request.head, rerank: request.rerank },
    async (store) => {
      const isOwn = store === dataset.store;
      const { extras, adapter } = await runExperiments({ ...experimentsOn(store, dataset, request, dims), resourcesDir: context.resourcesDir }, work);
      // What the tuner chose is measured with everything else, interleaved in one run: only such times compare.
      const tuned = extras.tuning?.chosen?.schedule;
      const names = namedSchedules(request, headsToBeginWith(dataset, dims), shape, tuned);
      const spec: StoreRunSpec = {
        dims,
        k: request.k,
        schedules: [...names.keys()].map(parseSchedule),
        head: isOwn ? embeddedHead(dataset, request) : request.head,
        seed: request.seed,
        keepNeighbours: request.dumpNeighbours,
        latencyQueries: request.latencyQueries,
        latencyBudgetMs: LATENCY_BUDGET_MS,
      };
      const embedded = await measureStore(dataset.store, dataset.data, isOwn ? spec : { ...spec, head: FLAT }, work);
      dataset.truths.set(request.k, embedded.truth);
      const results: [StoreResult, ...StoreResult[]] = [embedded.result];
      if (!isOwn) {
        const fitted = fitToStore(store, spec);
        const { result } = await measureStore(store, dataset.data, { ...spec, ...fitted, truth: embedded.truth }, work);
        // The store asked for comes first, unless it could not measure all that was asked.
        if (isWhole(fitted)) results.unshift(result);
        else results.push(result);
      }
      const named = results.map((result) => ({ ...result, funnels: result.funnels.map((funnel) => withName(funnel, names.get(funnel.schedule))) }));
      if (adapter !== undefined && context.adapterFile !== undefined) {
        await writeAdapter(context.adapterFile, adapter);
        extras.matryoshka = { ...extras.matryoshka!, adapterFile: basename(context.adapterFile) };
      }
      return buildReport({ dataset, k: request.k, seed: request.seed, command: context.command, results: named as typeof results, extras, resourcesDir: context.resourcesDir });
    },
    work,
  );
}

/** The experiments run on the store itself where it has every prefix they may ask for, on the embedded one otherwise. */
function experimentsOn(store: Store, dataset: Dataset, request: BenchRequest, dims: readonly number[]): Omit<ExperimentRun, 'resourcesDir'> {
  const fitted = fitToStore(store, { dims, schedules: [], head: request.head });
  if (store !== dataset.store && isWhole(fitted)) return { dataset, store, request: { ...request, head: fitted.head }, dims };
  return { dataset, store: dataset.store, request: { ...request, head: store === dataset.store ? embeddedHead(dataset, request) : FLAT }, dims };
}

/** A collection's own index, which is asked for as `autoindex`, is nothing to its copy. */
function embeddedHead(dataset: Dataset, request: BenchRequest): HeadChoice {
  return dataset.collection !== undefined && request.head.index === 'autoindex' ? FLAT : request.head;
}

/** Those asked for, and the tuned one; with neither, a funnel to begin with. A schedule that comes by a name has it: the last one that it comes by. */
function namedSchedules(request: BenchRequest, heads: readonly number[], shape: Shape, tuned: string | undefined): ReadonlyMap<string, string | undefined> {
  const limits = { dims: [...heads.filter((size) => size < shape.dims), shape.dims], k: request.k };
  const named = new Map<string, string | undefined>(request.schedules.map((schedule) => [formatSchedule(schedule), undefined]));
  for (const name of request.builtIns ?? []) named.set(formatSchedule(clampSchedule(builtIn(name).schedule(limits), shape.rowCount)), name);
  if (tuned !== undefined) named.set(tuned, 'tuned');
  if (named.size === 0 && request.tune === undefined) named.set(formatSchedule(builtIn('two-stage').schedule(limits)), undefined);
  return named;
}

/** The prefixes that a collection has fields for, so that the funnel can be measured in place; all of the ladder otherwise. */
function headsToBeginWith(dataset: Dataset, dims: readonly number[]): readonly number[] {
  const own = dataset.collection?.inPlace.dims.filter((size) => size < dataset.vectors.dims) ?? [];
  return own.length > 0 ? own : dims;
}

function checkFits(request: BenchRequest, shape: Shape): void {
  if (request.k > shape.rowCount) throw new UserError('bench/k', `k = ${request.k} is more than the ${shape.rowCount} documents there are`);
  for (const dims of request.dims ?? []) {
    if (dims > shape.dims) throw new UserError('bench/dims', `--dims ${dims} is beyond the embeddings' ${shape.dims}`);
  }
  for (const schedule of request.schedules) checkSchedule(schedule, { dims: shape.dims, rowCount: shape.rowCount, k: request.k });
}

/** The ladder always ends at full D: it is the baseline's own rung. */
function ladderDims(request: BenchRequest, dataset: Dataset): number[] {
  return [...(request.dims ?? dataset.suggestedDims ?? suggestedDims(dataset.vectors.dims, dataset.trainedDims))];
}

function withName(funnel: FunnelEntry, name: string | undefined): FunnelEntry {
  return name === undefined ? funnel : { ...funnel, name };
}
