import { throwIfCancelled } from '../base/async.ts';
import type { WorkOptions } from '../base/progress.ts';
import { mergeTables } from '../funnel/pool-source.ts';
import type { NeighbourTable } from '../vectors/neighbours.ts';
import { queryMatrixOf } from '../vectors/query-matrix.ts';
import type { QueryMatrix } from '../vectors/query-matrix.ts';
import { sweepTop } from '../vectors/sweep.ts';
import { gatherRows, vectorSetOf } from '../vectors/vector-set.ts';
import type { VectorSet } from '../vectors/vector-set.ts';

/** Turns whole rows (row-major) into rows of the same width. */
export type RowTransform = (rows: Float32Array) => Float32Array | Promise<Float32Array>;

export interface TransformedSweepOptions extends WorkOptions {
  readonly threads?: number | undefined;
  /** What is being done, for progress. */
  readonly phase: string;
}

/** Rows transformed at once: bounds the copy. */
const PIECE_ROWS = 16_384;

/**
 * Exact neighbours at every prefix of the transformed vectors (queries transformed alike), piece by piece: the transformed corpus is never held.
 * @param rows the documents to look at; all when left out. Row numbers in the result are those of `vectors`.
 */
export async function sweepTransformed(
  vectors: VectorSet,
  queries: QueryMatrix,
  transform: RowTransform,
  dims: readonly number[],
  k: number,
  options: TransformedSweepOptions,
): Promise<ReadonlyMap<number, NeighbourTable>> {
  const turned = queryMatrixOf(await transform(queries.data), queries.dims);
  const best = new Map<number, NeighbourTable>();
  for (let first = 0; first < vectors.rowCount; first += PIECE_ROWS) {
    throwIfCancelled(options.signal);
    const rowCount = Math.min(PIECE_ROWS, vectors.rowCount - first);
    const rows = await transform(gatherRows(vectors, Int32Array.from({ length: rowCount }, (_, i) => first + i)));
    const piece = vectorSetOf(rows, { rowCount, dims: vectors.dims, boundaries: dims });
    const tables = await sweepTop(piece, turned, dims, k, { signal: options.signal, threads: options.threads });
    for (const [size, table] of tables) best.set(size, mergeTables(best.get(size), table, (row) => first + row, k));
    options.onProgress?.({ phase: options.phase, done: first + rowCount, total: vectors.rowCount, unit: 'documents' });
  }
  return best;
}

/** Puts the dimensions into another order: dimension j of the result is dimension order[j] of the row. */
export function reorderDims(order: ArrayLike<number>): RowTransform {
  const dims = order.length;
  return (rows) => {
    const out = new Float32Array(rows.length);
    for (let start = 0; start < rows.length; start += dims) for (let j = 0; j < dims; j += 1) out[start + j] = rows[start + order[j]!]!;
    return out;
  };
}
