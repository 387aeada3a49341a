import type { WorkOptions } from '../base/progress.ts';
import type { HeadChoice } from '../contract/measure.ts';
import type { Constraints, CostModel, TunedPoint, Tuning } from '../contract/tuning.ts';
import { BYTES_PER_DIM } from '../funnel/cost-model.ts';
import { rowsOf, truthCountOf, truthsOf } from '../funnel/pool.ts';
import type { Pool } from '../funnel/pool.ts';
import { finishFunnel, runFunnel } from '../funnel/run.ts';
import { choosePoint, plainWins, speedupOf, verdictOf } from '../funnel/tuner-choice.ts';
import type { Limits, MeasuredPoint } from '../funnel/tuner-choice.ts';
import { planTuning } from '../funnel/tuner.ts';
import type { TunerPlan, TunerPoint } from '../funnel/tuner.ts';
import { bootstrapMean } from '../math/statistics.ts';
import type { Head, Store } from '../stores/store.ts';
import { neighboursOf } from '../vectors/neighbours.ts';
import { queryOf } from '../vectors/query-matrix.ts';
import type { QueryMatrix } from '../vectors/query-matrix.ts';
import { approximateFunnels } from './approximate-funnels.ts';
import { fitStoreCosts, headSetOf } from './cost-runs.ts';
import type { HeadSet } from './cost-runs.ts';
import { latencyOf, measureInterleaved } from './latency.ts';
import type { TimedConfig } from './latency.ts';

export interface TuneInput {
  readonly pool: Pool;
  /** The pool's queries, in its order. */
  readonly queries: QueryMatrix;
  readonly store: Store;
  /** Of every stage's head. A head that is not exact (flat, f32) makes the pool an upper bound; its recall is then measured. */
  readonly head: HeadChoice;
  readonly constraints: Constraints;
  readonly seed: number;
  /** Of this store and head; fitted first where it is not given. */
  readonly costModel?: CostModel | undefined;
  /** Bytes of a head at a prefix, as the store knows or computes them; rows × dims × bytes a dimension by default. */
  readonly headBytes?: ((dims: number) => number) | undefined;
  readonly latencyQueries?: number | undefined;
  readonly latencyBudgetMs?: number | undefined;
}

export interface TuneResult {
  readonly tuning: Tuning;
  readonly costModel: CostModel;
}

/**
 * Finds the schedule that meets the constraints at the lowest cost, and shows that it does:
 * exact recall of the whole grid from the pool on one half of the queries; the frontier's points measured for real on those queries, interleaved;
 * the choice, exact search and the best single prefix measured again on the other half, on which everything is reported.
 */
export async function tune(input: TuneInput, work: WorkOptions = {}): Promise<TuneResult> {
  const start = performance.now();
  const { pool, store, queries, constraints, seed } = input;
  const headBytes = input.headBytes ?? ((dims: number): number => store.rowCount * dims * BYTES_PER_DIM[input.head.precision]);
  const costModel =
    input.costModel ??
    (await fitStoreCosts(store, queries, { dims: pool.dims, k: pool.k, capacity: pool.capacity, head: input.head, seed }, work));
  const plan = await planTuning(pool, { constraints, costModel, seed, headBytes, ...work });
  const limits: Limits = { target: plan.target, p95Ms: constraints.p95Ms, memoryBytes: constraints.memoryBytes };
  const heads = openTuneHeads(input, work);
  try {
    const measured = await measureHalf(input, heads, [...plan.points, ...(await approximatePoints(input, heads, plan, headBytes, work)), plan.bestPrefix], plan.exact, plan.tuned, seed, work);
    const points = await withRealRecall(input, heads, measured.points, plan, work);
    const inConstraints = points.filter(({ point }) => point.schedule.length <= (constraints.maxStages ?? 5));
    const choice = choosePoint(inConstraints, limits, seed);

    const again = [...(choice.chosen === undefined ? [] : [choice.chosen.point]), plan.bestPrefix];
    const held = await measureHalf(input, heads, again, plan.exact, plan.heldOut, seed + 1, work);
    const find = (point: TunerPoint): MeasuredPoint => ({ ...held.points.find((each) => each.point.text === point.text)!, point });
    const { exact } = held;
    const bestPrefix = find(points.find(({ point }) => point.text === plan.bestPrefix.text)!.point);
    const first = choice.chosen === undefined ? undefined : find(choice.chosen.point);
    const speedup = first === undefined ? undefined : speedupOf(first, exact, seed);
    // Plain search is what the choice has to beat on queries that it was not chosen on. It may be out of the memory allowed.
    const exactFits = headBytes(store.dims) <= (constraints.memoryBytes ?? Infinity);
    const chosen = first !== undefined && exactFits && plainWins({ chosen: first, speedupOverExact: speedup }) ? exact : first;
    const outcome = {
      choice,
      limits,
      chosen,
      exact,
      bestPrefix,
      speedupOverExact: chosen === exact ? undefined : speedup,
      speedupOverBestPrefix: chosen === undefined || chosen === exact || plan.bestPrefix.schedule[0]!.dims === store.dims ? undefined : speedupOf(chosen, bestPrefix, seed),
      heldOutCount: plan.heldOut.length,
      fullDims: store.dims,
      k: pool.k,
      points,
      isExactHead: isExact(input.head),
    };
    return {
      costModel,
      tuning: {
        constraints,
        schedulesEvaluated: plan.evaluated,
        schedulesPruned: plan.pruned,
        elapsedMs: performance.now() - start,
        searchMs: plan.elapsedMs,
        queriesTuned: plan.tuned.length,
        queriesHeldOut: plan.heldOut.length,
        frontier: points.map(tunedPoint),
        ...(chosen === undefined ? {} : { chosen: tunedPoint(chosen) }),
        exactMs: exact.latency,
        bestPrefix: { dims: bestPrefix.point.schedule[0]!.dims, recall: bestPrefix.point.recallHeldOut, measured: bestPrefix.latency },
        ...(outcome.speedupOverExact === undefined ? {} : { speedupOverExact: outcome.speedupOverExact }),
        ...(outcome.speedupOverBestPrefix === undefined ? {} : { speedupOverBestPrefix: outcome.speedupOverBestPrefix }),
        contenders: chosen === exact ? [] : choice.contenders.map(({ point }) => point.text),
        verdict: verdictOf(outcome),
        how: howOf(plan, measured, held, isExact(input.head)),
      },
    };
  } finally {
    await heads.close();
  }
}

function isExact(head: HeadChoice): boolean {
  return head.index === 'flat' && head.precision === 'f32';
}

interface TuneHeads {
  readonly heads: HeadSet;
  /** The exact head at full dimension that everything is held against; one of `heads` where those are exact. */
  readonly exactHead: () => Promise<Head>;
  close(): Promise<void>;
}

function openTuneHeads({ store, head }: TuneInput, work: WorkOptions): TuneHeads {
  const heads = headSetOf(store, head, work);
  const flat = isExact(head) ? heads : headSetOf(store, { index: 'flat', precision: 'f32' }, work);
  return {
    heads,
    exactHead: () => flat.of(store.dims),
    async close() {
      await heads.close();
      if (flat !== heads) await flat.close();
    },
  };
}

interface MeasuredHalf {
  readonly points: readonly MeasuredPoint[];
  readonly exact: MeasuredPoint;
  /** Timed runs whose answer had exactly the recall that the pool says, of all timed runs. */
  readonly agreed: number;
  readonly runs: number;
}

/** Times the points and exact search on some of these queries, interleaved, and checks every answer against the pool's. */
async function measureHalf(
  input: TuneInput,
  { heads, exactHead }: TuneHeads,
  wanted: readonly TunerPoint[],
  exact: TunerPoint,
  half: Int32Array,
  seed: number,
  work: WorkOptions,
): Promise<MeasuredHalf> {
  const { pool, store, queries } = input;
  let agreed = 0;
  let runs = 0;
  const configOf = (name: string, { schedule, hits }: TunerPoint, head: Head): TimedConfig => ({
    name,
    async run(index) {
      const query = half[index]!;
      const run = await runFunnel(store, head, schedule, queryOf(queries, query), work.signal);
      runs += 1;
      if (hitsOf(pool, query, run.stages[run.stages.length - 1]!.rows) === hits(query)) agreed += 1;
      return { totalMs: run.totalMs };
    },
  });
  const configs: TimedConfig[] = [configOf(EXACT, exact, await exactHead())];
  // With exact heads, the plain full-dimension search is the exact search: once is enough.
  const points = [...new Map(wanted.map((point) => [point.text, point])).values()];
  const others = points.filter((point) => !isExact(input.head) || point.text !== exact.text);
  for (const point of others) configs.push(configOf(point.text, point, await heads.of(point.schedule[0]!.dims)));
  const sampleCount = Math.min(input.latencyQueries ?? 200, half.length);
  const timed = await measureInterleaved(configs, {
    ...work,
    queryCount: half.length,
    sampleCount,
    warmupCount: Math.min(5, sampleCount),
    budgetMs: input.latencyBudgetMs ?? 20_000,
    minimumCount: Math.min(20, sampleCount),
    seed,
  });
  const measured = (name: string, point: TunerPoint): MeasuredPoint => ({ point, latency: latencyOf(timed.get(name)!.totalMs), totalMs: timed.get(name)!.totalMs });
  return { points: points.map((point) => measured(others.includes(point) ? point.text : EXACT, point)), exact: measured(EXACT, exact), agreed, runs };
}

const EXACT = 'exact search';

/** True neighbours in an answer, ties with the k-th included, at most min(k, corpus). */
function hitsOf(pool: Pool, query: number, rows: Int32Array): number {
  const own = rowsOf(pool, query);
  const answer = new Set(rows.subarray(0, pool.k));
  let hits = 0;
  for (const place of truthsOf(pool, query)) if (answer.has(own[place]!)) hits += 1;
  return Math.min(hits, truthCountOf(pool));
}

/** Funnels with the keeps that an approximate head needs, which the grid does not know. */
async function approximatePoints(input: TuneInput, { heads }: TuneHeads, plan: TunerPlan, headBytes: (dims: number) => number, work: WorkOptions): Promise<TunerPoint[]> {
  const { pool, constraints, head, queries } = input;
  if (isExact(head) || plan.target === undefined || (constraints.maxStages ?? 5) < 2) return [];
  const schedules = await approximateFunnels(pool, queries, plan.tuned.slice(0, REAL_RECALL_QUERIES), heads.of, plan.target, work);
  const points: TunerPoint[] = [];
  for (const schedule of schedules) if (headBytes(schedule[0]!.dims) <= (constraints.memoryBytes ?? Infinity)) points.push(await plan.pointOf(schedule));
  return points;
}

/** Queries of each half on which an approximate head's recall is measured. */
const REAL_RECALL_QUERIES = 200;

/** With an approximate head the pool's recall is an upper bound: each point's real one takes its place. */
async function withRealRecall(input: TuneInput, { heads }: TuneHeads, points: readonly MeasuredPoint[], plan: TunerPlan, work: WorkOptions): Promise<MeasuredPoint[]> {
  if (isExact(input.head)) return [...points];
  const found: MeasuredPoint[] = [];
  for (const measured of points) {
    const recallOn = async (half: Int32Array): Promise<TunerPoint['recallTuned']> => {
      const rows = half.slice(0, REAL_RECALL_QUERIES);
      const data = new Float32Array(rows.length * input.queries.dims);
      rows.forEach((query, i) => data.set(queryOf(input.queries, query), i * input.queries.dims));
      const { schedule } = measured.point;
      const head = await heads.of(schedule[0]!.dims);
      const table = await head.searchMany({ queryCount: rows.length, dims: input.queries.dims, data }, schedule[0]!.keep, work);
      const recalls = new Float64Array(rows.length);
      for (let i = 0; i < rows.length; i += 1) {
        const stages = await finishFunnel(input.store, schedule, queryOf(input.queries, rows[i]!), { ...neighboursOf(table, i), dims: schedule[0]!.dims }, work.signal);
        recalls[i] = hitsOf(input.pool, rows[i]!, stages[stages.length - 1]!.rows) / truthCountOf(input.pool);
      }
      return bootstrapMean(recalls, { seed: input.seed });
    };
    found.push({ ...measured, point: { ...measured.point, recallTuned: await recallOn(plan.tuned), recallHeldOut: await recallOn(plan.heldOut) } });
  }
  return found;
}

function tunedPoint({ point, latency }: MeasuredPoint): TunedPoint {
  return {
    schedule: point.text,
    recallTuned: point.recallTuned,
    recallHeldOut: point.recallHeldOut,
    estimatedMs: point.estimatedMs,
    measured: latency,
    headBytes: point.headBytes,
    totalBytes: point.totalBytes,
    bytesReadPerQuery: point.bytesReadPerQuery,
  };
}

function howOf(plan: TunerPlan, first: MeasuredHalf, second: MeasuredHalf, exactHead: boolean): string {
  const runs = first.runs + second.runs;
  const agreed = first.agreed + second.agreed;
  return (
    `Grid: ${plan.grid}. Recall of every schedule is exact, from the candidate pool; branches whose survival or cost could no longer reach the frontier were cut. ` +
    `The frontier's points were then run for real, one query at a time, interleaved, ${first.points[0]?.totalMs.length ?? 0} queries each; ` +
    (exactHead
      ? `${agreed === runs ? `all ${runs}` : `${agreed} of ${runs}`} answers had the recall that the pool had said. `
      : `the head is approximate, so recall is that of real runs. `) +
    `Chosen on ${plan.tuned.length} queries, where possible with the recall asked for still met at twice the lower half-width of its interval; recall, times and speed-ups of the choice are those of the ${plan.heldOut.length} others. ` +
    `Speed-ups are medians of the ratios of each query's two times. Memory counts the head that has to be held; later stages read the longer vectors wherever they lie.`
  );
}
