import { UserError } from '../base/errors.ts';

/** Queries as q × dims float32, row-major, every row normalised to length 1 (a zero row stays zero). */
export interface QueryMatrix {
  readonly queryCount: number;
  readonly dims: number;
  readonly data: Float32Array;
}

/**
 * Normalises a copy of the rows.
 * @param expected the width the vectors have; checked when given
 * @throws UserError `queries/width` or `queries/not-finite` (naming the row).
 */
export function queryMatrixOf(rows: Float32Array, dims: number, expected?: { readonly dims?: number | undefined; readonly name?: string | undefined }): QueryMatrix {
  const place = expected?.name === undefined ? {} : { file: expected.name };
  if (expected?.dims !== undefined && dims !== expected.dims) {
    throw new UserError('queries/width', `queries have ${dims} dimensions, the vectors ${expected.dims}; both must come from one model`, { place });
  }
  if (!Number.isInteger(rows.length / dims)) throw new UserError('queries/width', `${rows.length} numbers do not make whole queries of ${dims} dimensions`, { place });
  const data = Float32Array.from(rows);
  for (let start = 0; start < data.length; start += dims) {
    let squares = 0;
    for (let j = start; j < start + dims; j += 1) squares += data[j]! * data[j]!;
    if (!Number.isFinite(squares)) {
      const dimension = data.subarray(start, start + dims).findIndex((value) => !Number.isFinite(value));
      throw new UserError('queries/not-finite', `query row ${start / dims} has ${data[start + dimension]} at dimension ${dimension}, expected finite numbers`, { place });
    }
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let j = start; j < start + dims; j += 1) data[j] = data[j]! * scale;
  }
  return { queryCount: data.length / dims, dims, data };
}

/** One query as a view (no copy). */
export function queryOf(queries: QueryMatrix, index: number): Float32Array {
  return queries.data.subarray(index * queries.dims, (index + 1) * queries.dims);
}

/** 1 / length of the first `dims` numbers; 0 where that length is 0. */
export function inversePrefixNorm(query: Float32Array, dims: number): number {
  let squares = 0;
  for (let j = 0; j < dims; j += 1) squares += query[j]! * query[j]!;
  const norm = Math.sqrt(squares);
  return norm < 2 ** -100 ? 0 : 1 / norm;
}
