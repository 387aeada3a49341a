import { UserError } from '../base/errors.ts';
import { checkSchedule, clampSchedule, formatSchedule } from '../contract/schedule.ts';
import type { Schedule } from '../contract/schedule.ts';
import type { PoolSummary } from '../contract/tuning.ts';
import type { Places } from '../vectors/pool-line.ts';

/**
 * The candidate pool: for every query the union of the best `capacity` rows at every prefix of `dims` (and a few more), with their
 * ranks at every prefix. It evaluates exactly, without the corpus, every schedule over those prefixes whose keeps are ≤ capacity:
 *
 * - The head keeps the best keep₁ rows of the corpus at its prefix. keep₁ ≤ capacity, so they are all in the pool, and at that prefix they are ranked first.
 *   So a pool row is a survivor of the head exactly when its rank there is below keep₁.
 * - A later stage orders the survivors of the stage before by their similarities at its own prefix. All of them are among the best `capacity` at the head's prefix, which is a
 *   shorter one, and the pool ranks such rows among each other at every longer prefix as their similarities do. So by induction every survivor of every stage is in the pool, and each
 *   stage's outcome depends on nothing outside it.
 * - Ties: equal similarities are ordered by rising row number, in the pool as in a run: `ranks` is a permutation that already has the ties broken.
 * - Truth: the full dimension is one of the prefixes and k ≤ capacity, so the true neighbours are in the pool, and so is any row
 *   that a schedule can return; hence also every returned row whose full-dimension similarity ties with the k-th.
 *
 * Where a row stands at a prefix at which, and at all shorter ones, it is not among the best `capacity` is left open (but after those that are): no funnel holds it there. At the full
 * dimension there are no ranks at all: the true neighbours come first there, so a stage at it keeps those it is given, and a funnel ends with it. Rows that are among the best only there, and no true neighbours, are
 * not in the pool.
 *
 * Only typed arrays and numbers: a pool can be posted to a worker (`poolBuffers` names what to transfer) or written to a file.
 *
 * Layout: query q has m = counts[q] rows. Its row numbers are rows[starts[q] …]. Everything by prefix is at
 * starts[q]·P + p·m + i for prefix p of the P below the full dimension and place i (0 … m−1) within the query's pool. Queries lie in any order.
 */
export interface Pool {
  /** Rising; the last one is the full dimension. */
  readonly dims: readonly number[];
  /** The largest keep that can be evaluated, min(what was asked for, rows in the corpus). */
  readonly capacity: number;
  readonly rowCount: number;
  readonly queryCount: number;
  readonly k: number;
  /** By query: where its rows begin in `rows`. */
  readonly starts: Float64Array;
  /** By query: its rows. */
  readonly counts: Int32Array;
  /** Document rows. */
  readonly rows: Int32Array;
  /** By prefix and place: rank among the query's pool, from 0. Below `capacity` it is the rank in the whole corpus. */
  readonly ranks: Places;
  /** The inverse of `ranks`: by prefix and rank, the place. */
  readonly orders: Places;
  /** queryCount + 1 offsets into `truths`. */
  readonly truthStarts: Int32Array;
  /** Places of the true neighbours by rising rank at full dimension; more than k where rows tie with the k-th. */
  readonly truths: Places;
  readonly elapsedMs: number;
}

/** An empty array of the same width. */
export function placesLike(places: Places, length: number): Places {
  return places instanceof Uint16Array ? new Uint16Array(length) : new Uint32Array(length);
}

/** How many true neighbours a perfect answer has: min(k, rows in the corpus). */
export function truthCountOf(pool: Pool): number {
  return Math.min(pool.k, pool.rowCount);
}

/** Index of a prefix in the pool, or −1. */
export function prefixOf(pool: Pool, dims: number): number {
  return pool.dims.indexOf(dims);
}

/**
 * A schedule as the pool can evaluate it: keeps cut to the corpus size.
 * @throws UserError when it is no schedule for these embeddings, uses a prefix the pool has not, or keeps more than its capacity.
 */
export function fitSchedule(pool: Pool, schedule: Schedule): Schedule {
  checkSchedule(schedule, { dims: pool.dims[pool.dims.length - 1]!, k: truthCountOf(pool) });
  const fitted = clampSchedule(schedule, pool.rowCount);
  fitted.forEach((stage, index) => {
    const name = `schedule ${formatSchedule(schedule)}: stage ${index + 1} (${stage.dims}:${stage.keep})`;
    if (prefixOf(pool, stage.dims) < 0) {
      throw new UserError('pool/dims', `${name} uses ${stage.dims} dims, which the candidate pool was not built for; it has ${pool.dims.join(', ')}`, {
        hint: 'build the pool with this prefix, or measure the schedule for real',
      });
    }
    if (stage.keep > pool.capacity) {
      throw new UserError('pool/capacity', `${name} keeps ${stage.keep}, more than the candidate pool's capacity of ${pool.capacity}`, {
        hint: 'build a pool with a larger capacity, or measure the schedule for real',
      });
    }
  });
  return fitted;
}

function arraysOf(pool: Pool) {
  return [pool.starts, pool.counts, pool.rows, pool.ranks, pool.orders, pool.truthStarts, pool.truths];
}

/** What a pool's typed arrays lie in: the transfer list for a worker. */
export function poolBuffers(pool: Pool): ArrayBufferLike[] {
  return arraysOf(pool).map((array) => array.buffer);
}

export function poolBytes(pool: Pool): number {
  return arraysOf(pool).reduce((sum, array) => sum + array.byteLength, 0);
}

export function poolSummary(pool: Pool, poolId: string): PoolSummary {
  return {
    poolId,
    dims: [...pool.dims],
    capacity: pool.capacity,
    queryCount: pool.queryCount,
    rowCount: pool.rowCount,
    k: pool.k,
    rowsPerQuery: pool.queryCount === 0 ? 0 : pool.rows.length / pool.queryCount,
    sizeBytes: poolBytes(pool),
    elapsedMs: pool.elapsedMs,
  };
}
