import type { WorkOptions } from '../base/progress.ts';
import { throwIfCancelled } from '../base/async.ts';
import type { HeadChoice, Latency } from '../contract/measure.ts';
import type { FunnelEntry, LadderEntry, StoreResult } from '../contract/report.ts';
import { checkSchedule, clampSchedule, formatSchedule } from '../contract/schedule.ts';
import type { Schedule } from '../contract/schedule.ts';
import { BYTES_PER_DIM, bytesReadOf } from '../funnel/cost-model.ts';
import { finishFunnel, runFunnel } from '../funnel/run.ts';
import { bootstrapMean } from '../math/statistics.ts';
import { survivalOf, truthDepth, truthOf } from '../metrics/truth.ts';
import type { Truth } from '../metrics/truth.ts';
import type { Head, Store, Survivors } from '../stores/store.ts';
import { neighboursOf } from '../vectors/neighbours.ts';
import type { NeighbourTable } from '../vectors/neighbours.ts';
import { queryOf } from '../vectors/query-matrix.ts';
import type { ExperimentData } from './data.ts';
import { frontierOf } from './frontier.ts';
import { latencyOf, measureInterleaved } from './latency.ts';
import type { TimedConfig, TimedParts, TimedSamples } from './latency.ts';
import { qualityOf } from './quality.ts';

/** What to measure on one store. */
export interface StoreRunSpec {
  /** Prefixes of the ladder, rising; empty to measure funnels only. */
  readonly dims: readonly number[];
  readonly k: number;
  readonly schedules: readonly Schedule[];
  readonly head: HeadChoice;
  readonly seed: number;
  readonly keepNeighbours?: boolean | undefined;
  /** Queries timed one at a time; the accuracy is always that of all queries. */
  readonly latencyQueries: number;
  readonly latencyBudgetMs: number;
  /** Ground truth from another store (exact, of the same rows); made by this store's own sweep otherwise. */
  readonly truth?: Truth | undefined;
}

export interface StoreRun {
  readonly result: StoreResult;
  readonly truth: Truth;
}

/**
 * The ladder, the funnels and the exact full-dimension baseline on one store. Accuracy comes from batched searches over all queries,
 * latency from single queries, with all configurations interleaved in one run.
 * @throws UserError when a schedule does not fit the embeddings or a head cannot be made on this store.
 */
export async function measureStore(store: Store, data: ExperimentData, spec: StoreRunSpec, work: WorkOptions = {}): Promise<StoreRun> {
  const schedules = spec.schedules.map((schedule) => {
    checkSchedule(schedule, { dims: store.dims, k: Math.min(spec.k, store.rowCount) });
    return clampSchedule(schedule, store.rowCount);
  });
  // A store that has its heads answers for itself at every prefix, exact or not; what it has at full dimension is its baseline.
  const isFixed = store.fixedHeads !== undefined;
  const isExact = !isFixed && spec.head.index === 'flat' && spec.head.precision === 'f32';
  const { truth, tables } = await sweepTruth(store, data, spec, isExact, work);

  const heads = new Map<number, Head>();
  let baselineHead: Head | undefined;
  try {
    for (const dims of new Set([...spec.dims, ...schedules.map((schedule) => schedule[0]!.dims)])) {
      heads.set(dims, await store.openHead({ dims, ...spec.head }, work));
    }
    const exactHead = isFixed ? spec.head : ({ index: 'flat', precision: 'f32' } as const);
    baselineHead = (isExact || isFixed) && heads.has(store.dims) ? heads.get(store.dims)! : await store.openHead({ dims: store.dims, ...exactHead }, work);

    for (const dims of spec.dims) {
      if (!tables.has(dims)) tables.set(dims, await heads.get(dims)!.searchMany(data.queries, Math.min(spec.k, store.rowCount), work));
    }
    const funnelAnswers: (readonly Survivors[])[][] = [];
    for (const schedule of schedules) funnelAnswers.push(await answerFunnel(store, heads.get(schedule[0]!.dims)!, schedule, data, work));

    const timed = await measureInterleaved(timedConfigs(store, heads, baselineHead, schedules, data, spec), {
      ...work,
      queryCount: data.queries.queryCount,
      sampleCount: Math.min(spec.latencyQueries, data.queries.queryCount),
      warmupCount: Math.min(10, data.queries.queryCount),
      budgetMs: spec.latencyBudgetMs,
      minimumCount: Math.min(20, data.queries.queryCount),
      seed: spec.seed,
    });

    const baselineSamples = timed.get('baseline')!;
    const baselineTable = spec.truth === undefined ? truth.table : await baselineHead.searchMany(data.queries, Math.min(spec.k, store.rowCount), work);
    const baselineLatency = latencyOf(baselineSamples.totalMs);
    const baselineQuality = qualityOf(data, truth, (query) => neighboursOf(baselineTable, query).rows.subarray(0, spec.k), spec.seed);
    const baseline: StoreResult['baseline'] = {
      ...baselineQuality,
      latencyMs: baselineLatency,
      ...splitOf(baselineSamples, store),
      qps: qpsOf(baselineLatency),
      bytesPerVector: store.dims * 4,
      totalBytes: baselineHead.sizeBytes,
      ...(isFixed && spec.head.index !== 'flat' ? { index: spec.head.index } : {}),
    };
    const ladder = spec.dims.map((dims): LadderEntry => {
      const table = tables.get(dims)!;
      const quality = qualityOf(data, truth, (query) => neighboursOf(table, query).rows.subarray(0, spec.k), spec.seed);
      const samples = timed.get(`prefix ${dims}`)!;
      const latencyMs = latencyOf(samples.totalMs);
      return {
        dims,
        ...quality,
        latencyMs,
        ...splitOf(samples, store),
        qps: qpsOf(latencyMs),
        bytesPerVector: dims * BYTES_PER_DIM[spec.head.precision],
        totalBytes: heads.get(dims)!.sizeBytes,
        ...(quality.ndcg === undefined || baselineQuality.ndcg === undefined || baselineQuality.ndcg.value === 0
          ? {}
          : { retention: quality.ndcg.value / baselineQuality.ndcg.value }),
        ...(data.trainedDims === undefined ? {} : { trained: data.trainedDims.includes(dims) }),
        ...(spec.keepNeighbours ? { neighbours: listsOf(table, spec.k) } : {}),
      };
    });
    const funnels = schedules.map((schedule, index) =>
      funnelEntry(schedule, funnelAnswers[index]!, timed.get(`funnel ${index}`)!, baselineSamples, { store, data, spec, truth }),
    );
    const result: StoreResult = {
      kind: store.kind,
      label: store.label,
      ...(store.latencyRemark === undefined ? {} : { latencyRemark: store.latencyRemark }),
      head: spec.head,
      ...(isFixed ? { inPlace: true } : {}),
      ladder,
      funnels,
      baseline,
      frontier: frontierOf(ladder, funnels, baseline, store.dims),
    };
    return { result, truth };
  } finally {
    for (const head of new Set([...heads.values(), ...(baselineHead === undefined ? [] : [baselineHead])])) await head.close();
  }
}

/** The exact neighbours at full dimension, from a store that sweeps exactly. */
export async function exactTruth(store: Store, data: ExperimentData, k: number, work: WorkOptions = {}): Promise<Truth> {
  const swept = await store.sweep(data.queries, [store.dims], truthDepth(k, store.rowCount), work);
  return truthOf(swept.get(store.dims)!, k, store.rowCount, data.scorer);
}

async function sweepTruth(store: Store, data: ExperimentData, spec: StoreRunSpec, isExact: boolean, work: WorkOptions): Promise<{ truth: Truth; tables: Map<number, NeighbourTable> }> {
  const depth = truthDepth(spec.k, store.rowCount);
  const ladderDims = isExact ? spec.dims : [];
  if (spec.truth !== undefined) {
    const tables = ladderDims.length === 0 ? new Map() : new Map(await store.sweep(data.queries, ladderDims, Math.min(spec.k, store.rowCount), work));
    return { truth: spec.truth, tables };
  }
  const dims = [...new Set([...ladderDims, store.dims])].sort((a, b) => a - b);
  const swept = await store.sweep(data.queries, dims, depth, work);
  const truth = truthOf(swept.get(store.dims)!, spec.k, store.rowCount, data.scorer);
  return { truth, tables: new Map([...swept].filter(([size]) => ladderDims.includes(size))) };
}

/** The survivors of every stage for every query: head searched in batches, the rest per query. */
async function answerFunnel(store: Store, head: Head, schedule: Schedule, data: ExperimentData, work: WorkOptions): Promise<(readonly Survivors[])[]> {
  const table = await head.searchMany(data.queries, schedule[0]!.keep, work);
  const answers: (readonly Survivors[])[] = [];
  for (let query = 0; query < data.queries.queryCount; query += 1) {
    throwIfCancelled(work.signal);
    const found = neighboursOf(table, query);
    answers.push(await finishFunnel(store, schedule, queryOf(data.queries, query), { ...found, dims: schedule[0]!.dims }, work.signal));
    work.onProgress?.({ phase: `funnel ${formatSchedule(schedule)}`, done: query + 1, total: data.queries.queryCount, unit: 'queries' });
  }
  return answers;
}

function timedConfigs(
  store: Store,
  heads: ReadonlyMap<number, Head>,
  baselineHead: Head,
  schedules: readonly Schedule[],
  data: ExperimentData,
  spec: StoreRunSpec,
): TimedConfig[] {
  const plain = (name: string, head: Head): TimedConfig => ({
    name,
    async run(query): Promise<TimedParts> {
      const start = performance.now();
      const found = await head.search(queryOf(data.queries, query), Math.min(spec.k, store.rowCount));
      return { totalMs: performance.now() - start, requestMs: found.timing?.requestMs, serverMs: found.timing?.serverMs };
    },
  });
  return [
    ...spec.dims.map((dims) => plain(`prefix ${dims}`, heads.get(dims)!)),
    plain('baseline', baselineHead),
    ...schedules.map((schedule, index): TimedConfig => ({
      name: `funnel ${index}`,
      async run(query): Promise<TimedParts> {
        const run = await runFunnel(store, heads.get(schedule[0]!.dims)!, schedule, queryOf(data.queries, query));
        const partsServerMs = run.stages.map((stage) => stage.timing?.serverMs ?? 0);
        const partsRequestMs = run.stages.map((stage) => stage.timing?.requestMs ?? 0);
        return { totalMs: run.totalMs, parts: run.stageMs, partsRequestMs, partsServerMs, requestMs: sumOf(partsRequestMs), serverMs: sumOf(partsServerMs) };
      },
    })),
  ];
}

interface Context {
  readonly store: Store;
  readonly data: ExperimentData;
  readonly spec: StoreRunSpec;
  readonly truth: Truth;
}

function funnelEntry(schedule: Schedule, answers: readonly (readonly Survivors[])[], samples: TimedSamples, baseline: TimedSamples, context: Context): FunnelEntry {
  const { store, data, spec, truth } = context;
  const finalRows = (query: number): Int32Array => answers[query]!.at(-1)!.rows.subarray(0, spec.k);
  const latencyMs = latencyOf(samples.totalMs);
  const baselineLatency = latencyOf(baseline.totalMs);
  // Both were timed on the same queries, interleaved: the mean log ratio is a paired difference.
  const logRatio = bootstrapMean(Float64Array.from(samples.totalMs, (ms, i) => Math.log(ms / baseline.totalMs[i]!)), { seed: spec.seed });
  return {
    schedule: formatSchedule(schedule),
    ...qualityOf(data, truth, finalRows, spec.seed),
    latencyMs,
    ...splitOf(samples, store),
    qps: qpsOf(latencyMs),
    stages: schedule.map((stage, index) => {
      const survival = bootstrapMean(
        Float64Array.from(answers, (stages, query) => survivalOf(truth, query, stages[index]!.rows)),
        { seed: spec.seed },
      );
      return { ...stage, survival: survival.value, survivalInterval: survival, latencyMs: latencyOf(samples.parts[index]!), ...splitOf({ totalMs: samples.parts[index]!, requestMs: samples.partsRequestMs[index]!, serverMs: samples.partsServerMs[index]! }, store) };
    }),
    speedup: baselineLatency.p50 / latencyMs.p50,
    pays: logRatio.high < 0,
    bytesReadPerQuery: bytesReadOf(schedule, store.rowCount, spec.head.precision),
    ...(spec.keepNeighbours ? { neighbours: answers.map((_, query) => Array.from(finalRows(query))) } : {}),
  };
}

function splitOf({ totalMs, requestMs, serverMs }: Pick<TimedSamples, 'totalMs' | 'requestMs' | 'serverMs'>, store: Store): { split?: { requestMs: Latency; serverMs: Latency; localMs: Latency } } {
  if (store.kind === 'embedded') return {};
  return { split: { requestMs: latencyOf(requestMs), serverMs: latencyOf(serverMs), localMs: latencyOf(totalMs.map((ms, i) => Math.max(0, ms - requestMs[i]! - serverMs[i]!))) } };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, ms) => sum + ms, 0);
}

function qpsOf(latency: Latency): number {
  return latency.mean > 0 ? 1000 / latency.mean : 0;
}

function listsOf(table: NeighbourTable, k: number): number[][] {
  return Array.from({ length: table.queryCount }, (_, query) => Array.from(neighboursOf(table, query).rows.subarray(0, k)));
}
