import { UserError } from '../base/errors.ts';
import { checkSchedule, clampSchedule, formatSchedule } from '../contract/schedule.ts';
import type { Schedule } from '../contract/schedule.ts';
import type { PoolSummary } from '../contract/tuning.ts';
import type { LineBlock, Places } from '../vectors/pool-line.ts';

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
 * A row is not ranked at a prefix at which, and at all shorter ones, it is not among the best `capacity`: no funnel holds it there. At the full
 * dimension there are no ranks at all: the true neighbours come first there, so a stage at it keeps those it is given, and a funnel ends with it. Rows that are among the best only there, and no true neighbours, are
 * not in the pool.
 *
 * Only typed arrays and numbers: a pool can be posted to another thread or written to a file.
 *
 * Layout: the rows, orders and ranks of a query lie in one of a few blocks of memory. A place is a position within a query's rows; those ranked at a prefix are the first ones. With P prefixes below
 * the full dimension, and m = ends[q·(P+1) + p] rows ranked at the p-th: the order is places[orderStarts[q·P + p] …], m places by rank, and its inverse, ranks by place, lies rankOffsets[q] further.
 */
export interface Pool {
  /** Rising; the last one is the full dimension. */
  readonly dims: readonly number[];
  /** The largest keep that can be evaluated, min(what was asked for, rows in the corpus). */
  readonly capacity: number;
  readonly rowCount: number;
  readonly queryCount: number;
  readonly k: number;
  readonly blocks: readonly LineBlock[];
  /** By query: index of its block. */
  readonly blockOf: Int32Array;
  /** By query: where its rows begin in the block's `rows`. */
  readonly rowStarts: Int32Array;
  /** By query and prefix: how many rows are ranked there; at the full dimension the number of the query's rows. */
  readonly ends: Int32Array;
  /** By query and prefix but for the full dimension: where the order begins in the block's `places`. */
  readonly orderStarts: Int32Array;
  /** By query: how far behind the orders the ranks lie. A rank below `capacity` is that in the whole corpus. */
  readonly rankOffsets: Int32Array;
  /** queryCount + 1 offsets into `truths`. */
  readonly truthStarts: Int32Array;
  /** Places of the true neighbours by rising rank at full dimension; more than k where rows tie with the k-th. */
  readonly truths: Places;
  readonly elapsedMs: number;
}

/** A query's rows, by place. */
export function rowsOf(pool: Pool, query: number): Int32Array {
  const start = pool.rowStarts[query]!;
  return pool.blocks[pool.blockOf[query]!]!.rows.subarray(start, start + rankedAt(pool, query, pool.dims.length - 1));
}

/** The memory that a query's orders and ranks lie in. */
export function placesOf(pool: Pool, query: number): Places {
  return pool.blocks[pool.blockOf[query]!]!.places;
}

/** How many of a query's rows are ranked at a prefix (by index); at the full dimension how many there are. */
export function rankedAt(pool: Pool, query: number, prefix: number): number {
  return pool.ends[query * pool.dims.length + prefix]!;
}

/** Where the order of a query at a prefix, which is not the full dimension, begins in its places. */
export function orderBaseOf(pool: Pool, query: number, prefix: number): number {
  return pool.orderStarts[query * (pool.dims.length - 1) + prefix]!;
}

/** Where the ranks begin. */
export function rankBaseOf(pool: Pool, query: number, prefix: number): number {
  return orderBaseOf(pool, query, prefix) + pool.rankOffsets[query]!;
}

/** Places of a query's true neighbours. */
export function truthsOf(pool: Pool, query: number): Places {
  return pool.truths.subarray(pool.truthStarts[query], pool.truthStarts[query + 1]);
}

/** Ranks of a query's true neighbours at a prefix that is not the full dimension, rising; of those that are not ranked there one above all others. */
export function truthRanksOf(pool: Pool, query: number, prefix: number): Uint32Array {
  const places = placesOf(pool, query);
  const base = rankBaseOf(pool, query, prefix);
  const end = rankedAt(pool, query, prefix);
  return Uint32Array.from(truthsOf(pool, query), (place) => (place < end ? places[base + place]! : end)).sort();
}

/** Room for places of any query. */
export function placesLike(pool: Pool, length: number): Places {
  return pool.truths instanceof Uint16Array ? new Uint16Array(length) : new Uint32Array(length);
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

/** Bytes of what is kept for the queries. */
export function poolBytes(pool: Pool): number {
  const { ends, blockOf, rowStarts, orderStarts, rankOffsets, truthStarts, truths } = pool;
  let sum = 0;
  for (const array of [ends, blockOf, rowStarts, orderStarts, rankOffsets, truthStarts, truths]) sum += array.byteLength;
  for (let query = 0; query < pool.queryCount; query += 1) sum += 4 * rankedAt(pool, query, pool.dims.length - 1) + 2 * pool.rankOffsets[query]! * placesOf(pool, query).BYTES_PER_ELEMENT;
  return sum;
}

export function poolSummary(pool: Pool, poolId: string): PoolSummary {
  return {
    poolId,
    dims: [...pool.dims],
    capacity: pool.capacity,
    queryCount: pool.queryCount,
    rowCount: pool.rowCount,
    k: pool.k,
    rowsPerQuery: rowsPerQuery(pool),
    sizeBytes: poolBytes(pool),
    elapsedMs: pool.elapsedMs,
  };
}

function rowsPerQuery(pool: Pool): number {
  let sum = 0;
  for (let query = 0; query < pool.queryCount; query += 1) sum += rankedAt(pool, query, pool.dims.length - 1);
  return pool.queryCount === 0 ? 0 : sum / pool.queryCount;
}
