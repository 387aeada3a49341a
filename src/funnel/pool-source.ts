import { sliceOf, throwIfCancelled } from '../base/async.ts';
import { UserError } from '../base/errors.ts';
import { neighboursOf, tableOf } from '../vectors/neighbours.ts';
import type { NeighbourTable, Neighbours } from '../vectors/neighbours.ts';

import { queryOf } from '../vectors/query-matrix.ts';
import { similaritiesAt } from '../vectors/search.ts';
import { sweepPool } from '../vectors/sweep-pool.ts';
import { sweepTop } from '../vectors/sweep.ts';
import { vectorSetOf } from '../vectors/vector-set.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import type { PoolSource } from './pool-build.ts';

/** Candidates from vectors in memory: one pass over them for the neighbours at every prefix. */
export function vectorPoolSource(vectors: VectorSet, options: { readonly threads?: number | undefined } = {}): PoolSource {
  return {
    rowCount: vectors.rowCount,
    dims: vectors.dims,
    sweep: (queries, dims, k, work) => sweepTop(vectors, queries, dims, k, { ...work, threads: options.threads }),
    collect: (queries, dims, depths, sink, work) => sweepPool(vectors, queries, dims, depths, sink, { ...work, threads: options.threads }),
    async similarities(queries, rows, dims, { signal }) {
      const slice = sliceOf(signal);
      const found: Float32Array[] = [];
      for (let query = 0; query < rows.length; query += 1) {
        found.push(similaritiesAt(vectors, queryOf(queries, query), rows[query]!, dims));
        await slice();
      }
      return found;
    },
  };
}

export interface VectorStream {
  readonly rowCount: number;
  readonly dims: number;
  /** The rows from the first on, row-major, in chunks of whole rows; called once for each pass. */
  readonly open: () => AsyncIterable<Float32Array> | Iterable<Float32Array>;
}

/**
 * Candidates from vectors that are read chunk by chunk and never held together: a corpus larger than memory. Two passes: one for the
 * neighbours, merged chunk by chunk, one for the similarities of the rows that made it.
 */
export function streamedPoolSource(stream: VectorStream, options: { readonly threads?: number | undefined } = {}): PoolSource {
  const eachChunk = async (work: { signal?: AbortSignal | undefined }, visit: (vectors: VectorSet, firstRow: number) => Promise<void>, boundaries: readonly number[]): Promise<void> => {
    let firstRow = 0;
    for await (const chunk of stream.open()) {
      throwIfCancelled(work.signal);
      const rowCount = chunk.length / stream.dims;
      if (!Number.isInteger(rowCount)) throw new UserError('pool/stream', `a chunk of ${chunk.length} numbers is not whole rows of ${stream.dims}`);
      if (rowCount === 0) continue;
      await visit(vectorSetOf(chunk, { rowCount, dims: stream.dims, boundaries }), firstRow);
      firstRow += rowCount;
    }
    if (firstRow !== stream.rowCount) throw new UserError('pool/stream', `the vectors ended after ${firstRow} rows, expected ${stream.rowCount}`);
  };
  return {
    rowCount: stream.rowCount,
    dims: stream.dims,
    async sweep(queries, dims, k, work) {
      const best = new Map<number, NeighbourTable>();
      await eachChunk(
        work,
        async (vectors, firstRow) => {
          const tables = await sweepTop(vectors, queries, dims, k, { signal: work.signal, threads: options.threads });
          for (const [size, table] of tables) best.set(size, mergeTables(best.get(size), table, (row) => firstRow + row, k));
          work.onProgress?.({ phase: 'comparing', done: firstRow + vectors.rowCount, total: stream.rowCount, unit: 'rows' });
        },
        dims,
      );
      return best;
    },
    async similarities(queries, rows, dims, work) {
      const found = rows.map((list) => new Float32Array(list.length * dims.length));
      const slice = sliceOf(work.signal);
      await eachChunk(
        work,
        async (vectors, firstRow) => {
          for (let query = 0; query < rows.length; query += 1) {
            const list = rows[query]!;
            const start = lowerBound(list, firstRow);
            const end = lowerBound(list, firstRow + vectors.rowCount);
            if (start === end) continue;
            const local = list.slice(start, end).map((row) => row - firstRow);
            const part = similaritiesAt(vectors, queryOf(queries, query), local, dims);
            dims.forEach((_, p) => found[query]!.set(part.subarray(p * local.length, (p + 1) * local.length), p * list.length + start));
            await slice();
          }
        },
        dims,
      );
      return found;
    },
  };
}

/** Index of the first row that is not below `row` in a rising list. */
function lowerBound(rows: Int32Array, row: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle]! < row) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The best k of two tables of the same queries over two parts of a corpus, equal scores by rising row.
 * @param rowOf the corpus' row of a row of `more`. Where equal scores are to come out in order, it must rise with the row.
 */
export function mergeTables(best: NeighbourTable | undefined, more: NeighbourTable, rowOf: (row: number) => number, k: number): NeighbourTable {
  const lists = Array.from({ length: more.queryCount }, (_, query): Neighbours => {
    const a = best === undefined ? { rows: new Int32Array(0), scores: new Float32Array(0) } : neighboursOf(best, query);
    const found = neighboursOf(more, query);
    const b = { rows: found.rows.map(rowOf), scores: found.scores };
    const count = Math.min(k, a.rows.length + b.rows.length);
    const rows = new Int32Array(count);
    const scores = new Float32Array(count);
    for (let i = 0, x = 0, y = 0; i < count; i += 1) {
      const isFirst = y >= b.rows.length || (x < a.rows.length && (a.scores[x]! > b.scores[y]! || (a.scores[x] === b.scores[y] && a.rows[x]! < b.rows[y]!)));
      rows[i] = isFirst ? a.rows[x]! : b.rows[y]!;
      scores[i] = isFirst ? a.scores[x]! : b.scores[y]!;
      if (isFirst) x += 1;
      else y += 1;
    }
    return { rows, scores };
  });
  return tableOf(lists, Math.max(1, ...lists.map((list) => list.rows.length)));
}
