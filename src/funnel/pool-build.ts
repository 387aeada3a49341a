import { sliceOf, throwIfCancelled } from '../base/async.ts';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { TIE_TOLERANCE } from '../metrics/truth.ts';
import { neighboursOf } from '../vectors/neighbours.ts';
import type { NeighbourTable } from '../vectors/neighbours.ts';
import type { QueryMatrix } from '../vectors/query-matrix.ts';
import type { PoolLine } from '../vectors/sweep-pool.ts';
import type { Places, Pool } from './pool.ts';

/** Where a pool's candidates and their similarities come from. */
export interface PoolSource {
  readonly rowCount: number;
  /** Full dimension D. */
  readonly dims: number;
  /** Exact neighbours at every prefix, best first, in one pass over the vectors (which need not fit in memory). */
  readonly sweep: (queries: QueryMatrix, dims: readonly number[], k: number, work: WorkOptions) => Promise<ReadonlyMap<number, NeighbourTable>>;
  /**
   * Similarities of each query to rows of its own, by the arithmetic that a run's stages use: `result[q][p · rows + i]` is that of the
   * q-th query to its i-th row at dims[p].
   */
  readonly similarities: (queries: QueryMatrix, rows: readonly Int32Array[], dims: readonly number[], work: WorkOptions) => Promise<readonly Float32Array[]>;
  /** Both at once, for a source that can: each query's candidates to `depth` at every prefix (rising), in the orders that a run's stages give. */
  readonly collect?: (
    queries: QueryMatrix, dims: readonly number[], depth: number, onLine: (query: number, line: PoolLine) => void, work: WorkOptions,
  ) => Promise<void>;
}

export interface PoolOptions extends WorkOptions {
  /** Prefixes; the full dimension is added where it is missing. */
  readonly dims: readonly number[];
  readonly k: number;
  /** The largest keep that the pool has to evaluate; cut to the corpus size. */
  readonly capacity: number;
  /** Bytes of neighbour tables held at once: more queries than fit are swept in further passes. */
  readonly tableBytes?: number | undefined;
}

const DEFAULT_TABLE_BYTES = 512 * 2 ** 20;

/**
 * The sweep and the stages may multiply in another order and so differ in the last bit; rows whose similarities are equal up to that could
 * change sides at the pool's edge. So each prefix's list is taken this much deeper and ordered anew by the stages' own similarities.
 */
const EDGE_MARGIN = 16;

/**
 * Builds the candidate pool of a query set. Streams: the sweep passes once over the vectors for as many queries as `tableBytes`
 * lets it hold tables for, and only the rows of one query's pool are scored at a time.
 * @throws UserError for a prefix beyond D, k beyond the corpus or the capacity, or no queries.
 */
export async function buildPool(source: PoolSource, queries: QueryMatrix, options: PoolOptions): Promise<Pool> {
  const start = performance.now();
  const { k, signal } = options;
  const dims = checkedDims(source, options.dims);
  const capacity = Math.min(options.capacity, source.rowCount);
  if (queries.dims !== source.dims) throw new UserError('pool/queries', `the queries have ${queries.dims} dims, the documents ${source.dims}`);
  if (queries.queryCount === 0) throw new UserError('pool/queries', 'a candidate pool needs at least one query, got none');
  if (k > source.rowCount) throw new UserError('pool/k', `k = ${k} is more than the ${source.rowCount} documents of the corpus`);
  if (k > capacity) throw new UserError('pool/capacity', `the candidate pool's capacity of ${capacity} is less than k = ${k}`);

  const depth = Math.min(source.rowCount, capacity + EDGE_MARGIN);
  const bytesPerQuery = depth * dims.length * 8;
  const batch = Math.max(1, Math.min(queries.queryCount, Math.floor((options.tableBytes ?? DEFAULT_TABLE_BYTES) / bytesPerQuery)));
  const parts: QueryPool[] = [];
  const slice = sliceOf(signal);
  if (source.collect !== undefined) {
    await source.collect(queries, dims, depth, (query, line) => void (parts[query] = partOf(line, dims.length, k)), { signal, onProgress: options.onProgress });
    throwIfCancelled(signal);
    return joinPools(parts, { dims, capacity, k, rowCount: source.rowCount, elapsedMs: performance.now() - start });
  }
  for (let first = 0; first < queries.queryCount; first += batch) {
    throwIfCancelled(signal);
    const count = Math.min(batch, queries.queryCount - first);
    const part: QueryMatrix = { queryCount: count, dims: queries.dims, data: queries.data.subarray(first * queries.dims, (first + count) * queries.dims) };
    const tables = await source.sweep(part, dims, depth, { signal, onProgress: options.onProgress });
    const unions: Int32Array[] = [];
    for (let query = 0; query < count; query += 1) {
      unions.push(unionOf(dims.map((size) => neighboursOf(tables.get(size)!, query).rows)));
      await slice();
    }
    const similarities = await source.similarities(part, unions, dims, { signal });
    for (let query = 0; query < count; query += 1) {
      parts.push(rankRows(unions[query]!, similarities[query]!, dims.length, k));
      options.onProgress?.({ phase: 'collecting candidates', done: first + query + 1, total: queries.queryCount, unit: 'queries' });
      await slice();
    }
  }
  throwIfCancelled(signal);
  return joinPools(parts, { dims, capacity, k, rowCount: source.rowCount, elapsedMs: performance.now() - start });
}

function checkedDims(source: PoolSource, wanted: readonly number[]): number[] {
  for (const size of wanted) {
    if (!Number.isSafeInteger(size) || size < 1 || size > source.dims) {
      throw new UserError('pool/dims', `prefix ${size} is not one of 1 … ${source.dims}, the embeddings' dims`);
    }
  }
  return [...new Set([...wanted, source.dims])].sort((a, b) => a - b);
}

/** Distinct rows of several lists, rising. */
function unionOf(lists: readonly Int32Array[]): Int32Array {
  let count = 0;
  for (const list of lists) count += list.length;
  const all = new Int32Array(count);
  let end = 0;
  for (const list of lists) {
    all.set(list, end);
    end += list.length;
  }
  all.sort();
  let kept = 0;
  for (let i = 0; i < count; i += 1) if (i === 0 || all[i] !== all[i - 1]) all[kept++] = all[i]!;
  return all.slice(0, kept);
}

/** One query's part of a pool, places still 32 bits wide. */
export interface QueryPool {
  readonly rows: Int32Array;
  /** similarities[p · rows + i]. */
  readonly similarities: Float32Array;
  readonly orders: readonly Uint32Array[];
  readonly truths: Uint32Array;
}

/**
 * Orders one query's candidates at every prefix, and finds its true neighbours.
 * @param rows rising. @param similarities by prefix and row, the last prefix at full dimension.
 */
export function rankRows(rows: Int32Array, similarities: Float32Array, prefixCount: number, k: number): QueryPool {
  const count = rows.length;
  const orders = Array.from({ length: prefixCount }, (_, prefix) => orderOf(similarities.subarray(prefix * count, (prefix + 1) * count)));
  return { rows, similarities, orders, truths: truthsOf(similarities.subarray((prefixCount - 1) * count), orders[orders.length - 1]!, k) };
}

/** A copy of a line that came ranked. */
function partOf(line: PoolLine, prefixCount: number, k: number): QueryPool {
  const count = line.rows.length;
  const all = line.orders.slice();
  const similarities = line.similarities.slice();
  const orders = Array.from({ length: prefixCount }, (_, prefix) => all.subarray(prefix * count, (prefix + 1) * count));
  return { rows: line.rows.slice(), similarities, orders, truths: truthsOf(similarities.subarray((prefixCount - 1) * count), orders[prefixCount - 1]!, k) };
}

/** Places of the k best at full dimension, and of those that tie with the k-th. */
function truthsOf(full: Float32Array, order: Uint32Array, k: number): Uint32Array {
  const last = order[Math.min(k, full.length) - 1]!;
  const threshold = full[last]! - TIE_TOLERANCE;
  let truthCount = 0;
  while (truthCount < full.length && full[order[truthCount]!]! >= threshold) truthCount += 1;
  return order.slice(0, truthCount);
}

const bits = new Uint32Array(1);
const asFloat = new Float32Array(bits.buffer);
const PLACES = 2 ** 20;

/**
 * Places by falling similarity, ties by rising place. Each similarity becomes an unsigned number that rises as it falls, joined with its
 * place into one whole number below 2^53, so that the engine's own numeric sort does it all without a comparator.
 */
function orderOf(similarities: Float32Array): Uint32Array {
  if (similarities.length > PLACES) throw new Error(`a query's pool of ${similarities.length} rows is beyond ${PLACES}`);
  const keys = new Float64Array(similarities.length);
  for (let i = 0; i < keys.length; i += 1) {
    asFloat[0] = similarities[i]! + 0; // −0 becomes 0: they tie
    const value = bits[0]!;
    const rising = value >= 0x80000000 ? ~value >>> 0 : value + 0x80000000;
    keys[i] = (0xffffffff - rising) * PLACES + i;
  }
  keys.sort();
  const order = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i += 1) order[i] = keys[i]! % PLACES;
  return order;
}

/** Joins the pools of single queries into one, with places as narrow as they fit. */
export function joinPools(parts: readonly QueryPool[], about: Pick<Pool, 'dims' | 'capacity' | 'k' | 'rowCount' | 'elapsedMs'>): Pool {
  const prefixCount = about.dims.length;
  const starts = new Float64Array(parts.length + 1);
  const truthStarts = new Int32Array(parts.length + 1);
  let widest = 0;
  parts.forEach((part, query) => {
    starts[query + 1] = starts[query]! + part.rows.length;
    truthStarts[query + 1] = truthStarts[query]! + part.truths.length;
    widest = Math.max(widest, part.rows.length);
  });
  const total = starts[parts.length]!;
  const places = (length: number): Places => (widest > 65_536 ? new Uint32Array(length) : new Uint16Array(length));
  const pool: Pool = {
    ...about,
    queryCount: parts.length,
    starts,
    rows: new Int32Array(total),
    similarities: new Float32Array(total * prefixCount),
    ranks: places(total * prefixCount),
    orders: places(total * prefixCount),
    truthStarts,
    truths: places(truthStarts[parts.length]!),
  };
  parts.forEach((part, query) => {
    const count = part.rows.length;
    pool.rows.set(part.rows, starts[query]!);
    pool.truths.set(part.truths, truthStarts[query]!);
    pool.similarities.set(part.similarities, starts[query]! * prefixCount);
    for (let prefix = 0; prefix < prefixCount; prefix += 1) {
      const base = starts[query]! * prefixCount + prefix * count;
      const order = part.orders[prefix]!;
      pool.orders.set(order, base);
      for (let rank = 0; rank < count; rank += 1) pool.ranks[base + order[rank]!] = rank;
    }
  });
  return pool;
}
