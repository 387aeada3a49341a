import { Index, MetricKind, ScalarKind } from 'usearch';

/** Number formats that usearch stores vectors in. */
export type GraphPrecision = 'f32' | 'f16' | 'int8';

export interface GraphOptions {
  readonly dims: number;
  readonly precision: GraphPrecision;
  /** Neighbours a node keeps on the upper levels (twice that on the lowest). */
  readonly M: number;
  /** Candidates looked at while a row is added. */
  readonly efConstruction: number;
  /** Candidates looked at while searching; usearch raises it to the number of rows wanted. */
  readonly ef: number;
}

/** A navigable small-world graph (HNSW) over rows by cosine similarity. */
export interface Graph {
  /** Adds rows firstRow, firstRow + 1 … (row-major). Blocks this thread. */
  add(firstRow: number, rows: Float32Array, threads: number): void;
  /** About the best `keep` rows of each query, best first; fewer where the graph finds fewer. */
  search(queries: Float32Array, keep: number, threads: number): Int32Array[];
}

const SCALARS: Readonly<Record<GraphPrecision, ScalarKind>> = { f32: ScalarKind.F32, f16: ScalarKind.F16, int8: ScalarKind.I8 };
const SCALAR_BYTES: Readonly<Record<GraphPrecision, number>> = { f32: 4, f16: 2, int8: 1 };

export function openGraph({ dims, precision, M, efConstruction, ef }: GraphOptions): Graph {
  const index = new Index({
    dimensions: dims,
    metric: MetricKind.Cos,
    quantization: SCALARS[precision],
    connectivity: M,
    expansion_add: efConstruction,
    expansion_search: ef,
    multi: false,
  });
  return {
    add(firstRow, rows, threads) {
      const keys = BigUint64Array.from({ length: rows.length / dims }, (_, i) => BigInt(firstRow + i));
      index.add(keys, rows, threads);
    },
    search(queries, keep, threads) {
      const count = queries.length / dims;
      // usearch gives a batch for several queries and a single list for one; its types know neither for a flat matrix.
      const found = index.search(queries, keep, threads) as { keys: BigUint64Array; counts?: BigUint64Array; k?: number };
      const width = found.k ?? found.keys.length;
      return Array.from({ length: count }, (_, query) => {
        const length = found.counts === undefined ? found.keys.length : Number(found.counts[query]);
        return Int32Array.from({ length }, (_, i) => Number(found.keys[query * width + i]));
      });
    },
  };
}

/**
 * Bytes a graph of this many rows needs, from usearch's layout: the vector, an 8-byte key, a 4-byte level, 2M + 1 four-byte places on
 * the lowest level and M + 1 on each of the 1/(M−1) upper levels a row has on average. (Its saved files are within 1 %.)
 */
export function graphSizeBytes(rowCount: number, { dims, precision, M }: GraphOptions): number {
  const vector = dims * SCALAR_BYTES[precision];
  const links = 4 * (2 * M + 1) + (4 * (M + 1)) / (M - 1);
  return Math.round(rowCount * (vector + 12 + links));
}
