import { randomNormal, seededRandom } from '../../src/base/random.ts';
import { queryMatrixOf, queryOf } from '../../src/vectors/query-matrix.ts';
import type { QueryMatrix } from '../../src/vectors/query-matrix.ts';
import { similaritiesAt } from '../../src/vectors/search.ts';
import { vectorSetOf } from '../../src/vectors/vector-set.ts';
import type { VectorSet } from '../../src/vectors/vector-set.ts';

/** Rows whose variance falls with the dimension, as Matryoshka embeddings' does. With `duplicates`, that share of them are copies of others. */
export function embeddingRows(seed: number, count: number, dims: number, duplicates = 0): Float32Array {
  const random = seededRandom(seed);
  const rows = Float32Array.from({ length: count * dims }, (_, i) => randomNormal(random) / (1 + (i % dims) / (dims / 6)));
  for (let row = 1; row < count; row += 1) {
    if (random() >= duplicates) continue;
    const other = Math.floor(random() * row) * dims;
    rows.copyWithin(row * dims, other, other + dims);
  }
  return rows;
}

export interface MadeSet {
  readonly documents: Float32Array;
  readonly queryRows: Float32Array;
  readonly vectors: VectorSet;
  readonly queries: QueryMatrix;
}

export function madeSet(shape: { seed: number; rowCount: number; queryCount: number; dims: number; duplicates?: number; boundaries?: readonly number[] }): MadeSet {
  const documents = embeddingRows(shape.seed, shape.rowCount, shape.dims, shape.duplicates);
  const queryRows = embeddingRows(shape.seed + 1, shape.queryCount, shape.dims);
  return {
    documents,
    queryRows,
    vectors: vectorSetOf(documents, { rowCount: shape.rowCount, dims: shape.dims, boundaries: shape.boundaries }),
    queries: queryMatrixOf(queryRows, shape.dims),
  };
}

/** The embedded store's similarities of a query of the set at full dimension. */
export function scorerOf({ vectors, queries }: MadeSet, query: number): (rows: Int32Array) => Float32Array {
  return (rows) => similaritiesAt(vectors, queryOf(queries, query), rows, [vectors.dims]);
}
