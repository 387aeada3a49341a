import { sliceOf } from '../base/async.ts';
import { sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { Interval } from '../contract/measure.ts';
import type { Schedule } from '../contract/schedule.ts';
import { formatSchedule } from '../contract/schedule.ts';
import type { Constraints, CostModel } from '../contract/tuning.ts';
import { bootstrapMean } from '../math/statistics.ts';
import { bytesReadOf, estimateMs } from './cost-model.ts';
import { recallsOf, scheduleHits } from './evaluate.ts';
import { truthCountOf } from './pool.ts';
import type { Pool } from './pool.ts';
import { describeGrid, gridKeeps, pathSchedule } from './tuner-grid.ts';
import type { Candidate } from './tuner-grid.ts';
import { searchFrontier } from './tuner-search.ts';

/** A schedule that the tuner may choose, as the pool sees it. */
export interface TunerPoint {
  readonly schedule: Schedule;
  readonly text: string;
  /** On the half of the queries that the choice sees. */
  readonly recallTuned: Interval;
  /** On the other half. */
  readonly recallHeldOut: Interval;
  /** True neighbours that the pool says it finds for a query. */
  readonly hits: (query: number) => number;
  readonly estimatedMs: number;
  readonly headBytes: number;
  readonly totalBytes: number;
  readonly bytesReadPerQuery: number;
}

export interface TunerPlan {
  readonly tuned: Int32Array;
  readonly heldOut: Int32Array;
  /** Recall asked for; undefined when only time was limited. */
  readonly target: number | undefined;
  /** To be measured for real: the frontier's points and the best of each number of stages, by rising estimated cost. */
  readonly points: readonly TunerPoint[];
  /** The plain full-dimension search, always measured. */
  readonly exact: TunerPoint;
  /** The shortest prefix whose plain search has the recall asked for; the full dimension where no other one has. */
  readonly bestPrefix: TunerPoint;
  /** Any other schedule within the pool's capacity as such a point. */
  readonly pointOf: (schedule: Schedule) => Promise<TunerPoint>;
  readonly evaluated: number;
  readonly pruned: number;
  readonly elapsedMs: number;
  readonly grid: string;
}

export interface PlanOptions extends WorkOptions {
  readonly constraints: Constraints;
  readonly costModel: CostModel;
  readonly seed: number;
  /** Bytes of a head at a prefix. */
  readonly headBytes: (dims: number) => number;
  readonly keepCount?: number | undefined;
  /** Most points to measure; 16 by default. */
  readonly mostPoints?: number | undefined;
}

const DEFAULT_RECALL = 0.99;
const LEAST_QUERIES = 10;
/** Recall below the one asked for that the frontier still shows: what giving a little up would buy. */
const SHOWN_BELOW = 0.05;
const LEVELS = [0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 1];

/** Two halves of the queries in seeded order: one to choose on, one to report on. */
export function splitQueries(queryCount: number, seed: number): { tuned: Int32Array; heldOut: Int32Array } {
  const order = sampleWithoutReplacement(seededRandom(seed), queryCount, queryCount);
  const half = Math.ceil(queryCount / 2);
  return { tuned: order.slice(0, half).sort(), heldOut: order.slice(half).sort() };
}

/**
 * How far below the mean, in half-widths of its 95 % interval, the recall may be thought to lie. More than 1 because the choice itself takes
 * advantage of chance: of thousands of schedules near the target, the cheapest that passes is one that these queries flatter.
 * (WordNet, 18 splits of 500 queries, recall ≥ 0.99: with 1, four choices fell short on the other half, by up to 0.0036; with 2, one, by 0.0004.)
 */
const DOUBT = 2;

/** Whether the tuned half's queries leave little doubt that the recall is reached on others as well. */
export function isSureOf(point: Pick<TunerPoint, 'recallTuned'>, target: number | undefined): boolean {
  const { value, low } = point.recallTuned;
  return target === undefined || value - DOUBT * (value - low) >= target;
}

/** Keeps on the grid: fine steps where few prefixes leave room for them. */
function gridKeepCount(prefixCount: number): number {
  return prefixCount <= 6 ? 40 : prefixCount <= 8 ? 24 : 16;
}

/**
 * Searches the grid on one half of the queries and picks what has to be measured: the cheapest point of each level of recall, the first ones
 * that meet the constraints, and the cheapest of each number of stages (does another stage pay?).
 * @throws UserError for too few queries to halve.
 */
export async function planTuning(pool: Pool, options: PlanOptions): Promise<TunerPlan> {
  const start = performance.now();
  const { constraints, costModel } = options;
  if (pool.queryCount < LEAST_QUERIES) {
    throw new UserError('tune/queries', `tuning chooses on one half of the queries and reports on the other: it needs at least ${LEAST_QUERIES}, got ${pool.queryCount}`);
  }
  const { tuned, heldOut } = splitQueries(pool.queryCount, options.seed);
  const target = constraints.recall ?? (constraints.p95Ms === undefined ? DEFAULT_RECALL : undefined);
  const maxStages = Math.min(5, constraints.maxStages ?? 5, pool.dims.length);
  const keeps = gridKeeps(truthCountOf(pool), pool.capacity, options.keepCount ?? gridKeepCount(pool.dims.length));
  const fitsMemory = (dims: number): boolean => options.headBytes(dims) <= (constraints.memoryBytes ?? Infinity);
  const ceilingMs = constraints.p95Ms === undefined ? Infinity : (constraints.p95Ms / (costModel.p95Ratio ?? 1)) * (1 + 2 * costModel.relativeError);
  const found = await searchFrontier(pool, {
    costModel,
    queries: tuned,
    keeps,
    maxStages,
    isHead: (prefix) => fitsMemory(pool.dims[prefix]!),
    recallFloor: Math.max(0, (target ?? 0) - SHOWN_BELOW),
    costCeilingMs: ceilingMs,
    signal: options.signal,
    onProgress: options.onProgress,
  });

  const slice = sliceOf(options.signal);
  const makePoint = pointMaker(pool, tuned, heldOut, options);
  const known = new Map<string, TunerPoint>();
  const pointOf = async (schedule: Schedule): Promise<TunerPoint> => {
    const text = formatSchedule(schedule);
    let point = known.get(text);
    if (point === undefined) {
      known.set(text, (point = makePoint(schedule)));
      await slice();
    }
    return point;
  };
  const pointAt = (candidate: Candidate): Promise<TunerPoint> => pointOf(pathSchedule(candidate.path, pool.dims, keeps));
  const recallOf = (candidate: Candidate): number => candidate.hits / (tuned.length * truthCountOf(pool));
  const reaches = (candidate: Candidate): boolean => candidate.costMs <= ceilingMs && (target === undefined || recallOf(candidate) >= target);
  const picked = new Set<TunerPoint>();

  // The first points that meet the recall beyond doubt, and the cheapest of each number of stages that does.
  for (const [steps, most] of [[found.frontier, 4] as const, ...found.byStages.map((stairs) => [stairs, 1] as const)]) {
    let taken = 0;
    for (const candidate of target === undefined ? [...steps].reverse() : steps) {
      if (taken === most) break;
      if (!reaches(candidate)) continue;
      const point = await pointAt(candidate);
      if (!isSureOf(point, target)) continue;
      picked.add(point);
      taken += 1;
    }
  }
  // Where none is beyond doubt, those that have it on these queries.
  if (target !== undefined && picked.size === 0) for (const candidate of found.frontier.filter(reaches).slice(0, 4)) picked.add(await pointAt(candidate));
  for (const level of LEVELS.filter((each) => each >= (target ?? 0) - SHOWN_BELOW)) {
    if (picked.size >= (options.mostPoints ?? 16)) break;
    const first = found.frontier.find((candidate) => recallOf(candidate) >= level - 1e-12);
    if (first !== undefined) picked.add(await pointAt(first));
  }
  const wanted = target ?? Math.max(0, ...[...picked].map((point) => point.recallTuned.value));
  const prefixes: TunerPoint[] = [];
  for (const dims of pool.dims) prefixes.push(await pointOf([{ dims, keep: keeps[0]! }]));
  const exact = prefixes[prefixes.length - 1]!;
  return {
    tuned,
    heldOut,
    target,
    points: [...picked].sort((a, b) => a.estimatedMs - b.estimatedMs),
    exact,
    bestPrefix: prefixes.find((point) => point.recallTuned.value >= wanted) ?? exact,
    pointOf,
    evaluated: found.evaluated,
    pruned: found.pruned,
    elapsedMs: performance.now() - start,
    grid: describeGrid(pool.dims, keeps, maxStages),
  };
}

function pointMaker(pool: Pool, tuned: Int32Array, heldOut: Int32Array, options: PlanOptions): (schedule: Schedule) => TunerPoint {
  return (schedule) => {
    const { answer } = scheduleHits(pool, schedule);
    const recallOn = (queries: Int32Array): Interval =>
      bootstrapMean(recallsOf(pool, Uint16Array.from(queries, (query) => answer[query]!)), { seed: options.seed });
    const head = options.headBytes(schedule[0]!.dims);
    const longest = schedule[schedule.length - 1]!.dims;
    return {
      schedule,
      text: formatSchedule(schedule),
      recallTuned: recallOn(tuned),
      recallHeldOut: recallOn(heldOut),
      hits: (query) => answer[query]!,
      estimatedMs: estimateMs(options.costModel, schedule, pool.rowCount).totalMs,
      headBytes: head,
      totalBytes: head + (schedule.length > 1 ? pool.rowCount * longest * 4 : 0),
      bytesReadPerQuery: bytesReadOf(schedule, pool.rowCount),
    };
  };
}
