import { sliceOf } from '../base/async.ts';
import { similaritiesAt } from '../vectors/search.ts';
import type { VectorSet } from '../vectors/vector-set.ts';

/** Where one row stands at one prefix: its rank among all rows, from 1 (equal similarities by rising row), and its similarity. */
export interface Standing {
  readonly rank: number;
  readonly similarity: number;
}

const CHUNK_ROWS = 8192;

/**
 * Exact ranks among the whole corpus of a few rows at several prefixes, in one pass over the vectors.
 * @param query full-D. @param dims rising. @returns standings[p][i] of rows[i] at dims[p].
 */
export async function standingsOf(vectors: VectorSet, query: Float32Array, rows: Int32Array, dims: readonly number[], signal?: AbortSignal): Promise<Standing[][]> {
  const own = similaritiesAt(vectors, query, rows, dims);
  const ahead = new Uint32Array(own.length);
  const slice = sliceOf(signal);
  for (let first = 0; first < vectors.rowCount; first += CHUNK_ROWS) {
    const chunk = Int32Array.from({ length: Math.min(CHUNK_ROWS, vectors.rowCount - first) }, (_, i) => first + i);
    const similarities = similaritiesAt(vectors, query, chunk, dims);
    for (let p = 0; p < dims.length; p += 1) {
      const mine = own.subarray(p * rows.length, (p + 1) * rows.length);
      const least = mine.reduce((low, value) => Math.min(low, value), Infinity);
      for (let i = 0; i < chunk.length; i += 1) {
        const similarity = similarities[p * chunk.length + i]!;
        if (similarity < least) continue;
        for (let j = 0; j < rows.length; j += 1) {
          if (similarity > mine[j]! || (similarity === mine[j]! && first + i < rows[j]!)) ahead[p * rows.length + j]! += 1;
        }
      }
    }
    await slice();
  }
  return dims.map((_, p) => Array.from(rows, (_, i) => ({ rank: ahead[p * rows.length + i]! + 1, similarity: own[p * rows.length + i]! })));
}
