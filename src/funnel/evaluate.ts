import type { Schedule } from '../contract/schedule.ts';
import type { CostModel, Evaluation } from '../contract/tuning.ts';
import { bootstrapMean, mean } from '../math/statistics.ts';
import { bytesReadOf, estimateMs } from './cost-model.ts';
import { fitSchedule, orderBaseOf, placesLike, placesOf, prefixOf, rankBaseOf, rankedAt, rowsOf, truthCountOf, truthsOf } from './pool.ts';
import type { Places } from '../vectors/pool-line.ts';
import type { Pool } from './pool.ts';
import { aliveLimitsOf, rerankPlaces, walkAlive, walkRoomOf, walksAlive } from './pool-walk.ts';

/** What a schedule finds, by query: numbers of true neighbours, at most min(k, corpus). */
export interface ScheduleHits {
  /** Still alive after each stage. */
  readonly stages: readonly Uint16Array[];
  /** In the answer: the best k of the last stage. */
  readonly answer: Uint16Array;
}

/**
 * True neighbours that survive each stage and reach the answer, for every query of the pool (or those named).
 * Exact; a few microseconds a query and thousand candidates.
 * @throws UserError as `fitSchedule`.
 */
export function scheduleHits(pool: Pool, schedule: Schedule, queries?: ArrayLike<number>): ScheduleHits {
  const fitted = fitSchedule(pool, schedule);
  const prefixes = fitted.map((stage) => prefixOf(pool, stage.dims));
  const queryCount = queries?.length ?? pool.queryCount;
  const most = truthCountOf(pool);
  const stages = fitted.map(() => new Uint16Array(queryCount));
  const answer = new Uint16Array(queryCount);
  const { marks } = walkRoomOf(pool);
  // Of the same width as the pool's own: a loop that meets one kind of array only is compiled for it.
  const spare = [placesLike(pool, fitted[0]!.keep), placesLike(pool, fitted[0]!.keep)] as const;
  const lastPrefix = pool.dims.length - 1;
  const headKeep = fitted[0]!.keep;
  const limits = aliveLimitsOf(fitted.length);
  let truths = placesLike(pool, 0);

  for (let index = 0; index < queryCount; index += 1) {
    const query = queries?.[index] ?? index;
    if (prefixes[0] === lastPrefix) {
      // The exact search.
      stages[0]![index] = most;
      answer[index] = most;
      continue;
    }
    const places = placesOf(pool, query);
    const headBase = rankBaseOf(pool, query, prefixes[0]!);
    const truthStart = pool.truthStarts[query]!;
    const truthCount = pool.truthStarts[query + 1]! - truthStart;
    if (truthCount > truths.length) truths = placesLike(pool, truthCount);
    // A row that is not ranked at the head's prefix is not alive after it.
    const headRanked = rankedAt(pool, query, prefixes[0]!);
    let known = 0;
    for (let i = truthStart; i < truthStart + truthCount; i += 1) if (pool.truths[i]! < headRanked) truths[known++] = pool.truths[i]!;

    // True neighbours alive are the first `hits` of `truths`; a stage keeps those whose rank is not beyond its last survivor's.
    let hits = keepBelow(truths, known, places, headBase, headKeep);
    stages[0]![index] = Math.min(hits, most);
    let inAnswer = fitted.length > 1 ? 0 : countBelow(truths, hits, places, headBase, most);
    limits.bases[0] = headBase;
    limits.limits[0] = headKeep;
    let alive = places;
    let start = orderBaseOf(pool, query, prefixes[0]!);
    let count = headKeep;
    for (let stage = 1; stage < fitted.length; stage += 1) {
      // The full dimension ranks every true neighbour first: what entered the stage leaves it, and is the answer.
      if (prefixes[stage] === lastPrefix) {
        inAnswer = hits;
        stages[stage]![index] = Math.min(hits, most);
        break;
      }
      const out = spare[stage & 1]!;
      const order = orderBaseOf(pool, query, prefixes[stage]!);
      const base = rankBaseOf(pool, query, prefixes[stage]!);
      const ranked = rankedAt(pool, query, prefixes[stage]!);
      const keep = fitted[stage]!.keep;
      count =
        keep <= count && walksAlive(count, keep, ranked, stage)
          ? walkAlive(places, limits, stage, headRanked, order, ranked, keep, out)
          : rerankPlaces(places, order, base, ranked, alive, start, count, keep, out, marks);
      alive = out;
      start = 0;
      limits.bases[stage] = base;
      limits.limits[stage] = places[base + out[count - 1]!]! + 1;
      hits = keepBelow(truths, hits, places, base, limits.limits[stage]!);
      stages[stage]![index] = Math.min(hits, most);
      if (stage === fitted.length - 1) inAnswer = countBelow(truths, hits, places, base, places[base + out[most - 1]!]! + 1);
    }
    answer[index] = Math.min(inAnswer, most);
  }
  return { stages, answer };
}

/** Moves the truths of rank below `limit` to the front. @returns how many they are. */
function keepBelow(truths: Places, count: number, places: Places, base: number, limit: number): number {
  let kept = 0;
  for (let i = 0; i < count; i += 1) {
    const place = truths[i]!;
    if (places[base + place]! < limit) truths[kept++] = place;
  }
  return kept;
}

function countBelow(truths: Places, count: number, places: Places, base: number, limit: number): number {
  let below = 0;
  for (let i = 0; i < count; i += 1) if (places[base + truths[i]!]! < limit) below += 1;
  return below;
}

/** Recall of each query from its hits. */
export function recallsOf(pool: Pool, hits: Uint16Array): Float64Array {
  return Float64Array.from(hits, (count) => count / truthCountOf(pool));
}

export interface EvaluateOptions {
  readonly costModel?: CostModel | undefined;
  readonly seed?: number | undefined;
  /** Of the interval; 1,000 by default: a drag has to stay within a frame. */
  readonly resamples?: number | undefined;
}

/**
 * A schedule's exact recall (with its bootstrap interval over the pool's queries), survival after every stage, bytes read, and the cost
 * model's estimate where there is one.
 */
export function evaluateSchedule(pool: Pool, schedule: Schedule, options: EvaluateOptions = {}): Evaluation {
  const start = performance.now();
  const hits = scheduleHits(pool, schedule);
  const recall = bootstrapMean(recallsOf(pool, hits.answer), { seed: options.seed, resamples: options.resamples ?? 1000 });
  const survival = hits.stages.map((stage) => mean(recallsOf(pool, stage)));
  const fitted = fitSchedule(pool, schedule);
  return {
    schedule: fitted.map((stage) => ({ ...stage })),
    recall,
    survival,
    ...(options.costModel === undefined ? {} : { estimate: estimateMs(options.costModel, fitted, pool.rowCount) }),
    bytesReadPerQuery: bytesReadOf(fitted, pool.rowCount),
    elapsedMs: performance.now() - start,
  };
}

/**
 * The funnel of one query from the pool: the rows that survive every stage, best first, exactly those of a real run. (Of a head at full dimension, which is the exact search, the k best.)
 * @param score similarities of rows at full dimension, at which the pool has no ranks
 */
export function funnelOf(pool: Pool, query: number, schedule: Schedule, score: (rows: Int32Array) => Float32Array): { readonly dims: number; readonly rows: Int32Array }[] {
  const fitted = fitSchedule(pool, schedule);
  const { marks } = walkRoomOf(pool);
  const places = placesOf(pool, query);
  const rows = rowsOf(pool, query);
  const lastPrefix = pool.dims.length - 1;
  const rowsAt = (chosen: Places): Int32Array => Int32Array.from(chosen, (place) => rows[place]!);
  let alive = placesLike(pool, 0);
  return fitted.map((stage, index) => {
    const prefix = prefixOf(pool, stage.dims);
    if (prefix === lastPrefix) {
      return { dims: stage.dims, rows: index === 0 ? rowsAt(truthsOf(pool, query).subarray(0, truthCountOf(pool))) : bestRows(rowsAt(alive), score, stage.keep) };
    }
    const order = orderBaseOf(pool, query, prefix);
    if (index === 0) {
      alive = places.slice(order, order + stage.keep);
    } else {
      const out = placesLike(pool, stage.keep);
      alive = out.subarray(0, rerankPlaces(places, order, rankBaseOf(pool, query, prefix), rankedAt(pool, query, prefix), alive, 0, alive.length, stage.keep, out, marks));
    }
    return { dims: stage.dims, rows: rowsAt(alive) };
  });
}

function bestRows(rows: Int32Array, score: (rows: Int32Array) => Float32Array, keep: number): Int32Array {
  const rising = rows.slice().sort();
  const scores = score(rising);
  const order = Array.from(rising.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
  return Int32Array.from(order.slice(0, keep), (i) => rising[i]!);
}

/** Queries by what the schedule loses, worst first; ties by rising query row. */
export function worstQueries(pool: Pool, schedule: Schedule, limit: number): { row: number; recall: number }[] {
  const recalls = recallsOf(pool, scheduleHits(pool, schedule).answer);
  return Array.from(recalls, (recall, row) => ({ row, recall }))
    .sort((a, b) => a.recall - b.recall || a.row - b.row)
    .slice(0, limit);
}
