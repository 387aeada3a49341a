import { sliceOf, throwIfCancelled } from '../base/async.ts';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { neighboursOf } from '../vectors/neighbours.ts';
import type { NeighbourTable } from '../vectors/neighbours.ts';
import type { QueryMatrix } from '../vectors/query-matrix.ts';
import type { LineSink } from '../vectors/pool-line.ts';
import { EDGE_MARGIN, rankRows, unionOf } from '../vectors/pool-rank.ts';
import { openPoolWriter } from './pool-writer.ts';
import type { Pool } from './pool.ts';

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
  /** Both at once, for a source that can: each query's candidates to depths[p] at dims[p] (rising), in the orders that a run's stages give, whatever rounding does at the edge. */
  readonly collect?: (queries: QueryMatrix, dims: readonly number[], depths: readonly number[], sink: LineSink, work: WorkOptions) => Promise<void>;
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

  // A funnel that comes to the full dimension ends there: it is enough to know the true neighbours (and what ties with the last of them, which a line has as well).
  const depths = dims.map((size) => (size === source.dims ? k : capacity));
  const writer = openPoolWriter(queries.queryCount, dims.length - 1, k);
  if (source.collect !== undefined) {
    await source.collect(queries, dims, depths, writer, { signal, onProgress: options.onProgress });
  } else {
    const depth = Math.min(source.rowCount, capacity + EDGE_MARGIN);
    const bytesPerQuery = depth * dims.length * 8;
    const batch = Math.max(1, Math.min(queries.queryCount, Math.floor((options.tableBytes ?? DEFAULT_TABLE_BYTES) / bytesPerQuery)));
    const slice = sliceOf(signal);
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
        writer.add(first + query, rankRows(unions[query]!, similarities[query]!, dims.length, k));
        options.onProgress?.({ phase: 'collecting candidates', done: first + query + 1, total: queries.queryCount, unit: 'queries' });
        await slice();
      }
    }
  }
  throwIfCancelled(signal);
  return writer.finish({ dims, capacity, k, rowCount: source.rowCount, elapsedMs: performance.now() - start });
}

function checkedDims(source: PoolSource, wanted: readonly number[]): number[] {
  for (const size of wanted) {
    if (!Number.isSafeInteger(size) || size < 1 || size > source.dims) {
      throw new UserError('pool/dims', `prefix ${size} is not one of 1 … ${source.dims}, the embeddings' dims`);
    }
  }
  return [...new Set([...wanted, source.dims])].sort((a, b) => a - b);
}
