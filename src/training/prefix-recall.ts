import type { WorkOptions } from '../base/progress.ts';
import { sweepTop } from '../vectors/sweep.ts';
import { queryMatrixOf } from '../vectors/query-matrix.ts';
import { neighboursOf, type NeighbourTable } from '../vectors/neighbours.ts';
import { vectorSetOf } from '../vectors/vector-set.ts';

/** Rows to search and rows to search for, both n × dims, row-major. */
export interface SearchPart {
  readonly rows: Float32Array;
  readonly queries: Float32Array;
  readonly dims: number;
}

/** Exact neighbours of the queries at each prefix. */
export async function prefixNeighbours({ rows, queries, dims }: SearchPart, prefixes: readonly number[], k: number, options: WorkOptions & { readonly threads?: number | undefined } = {}): Promise<ReadonlyMap<number, NeighbourTable>> {
  const vectors = vectorSetOf(rows, { rowCount: rows.length / dims, dims, boundaries: prefixes });
  return sweepTop(vectors, queryMatrixOf(queries, dims), prefixes, k, options);
}

/** Mean share of the true k neighbours that a table finds; ties are broken by row number, which is enough to compare training states. */
export function meanRecall(found: NeighbourTable, truth: NeighbourTable): number {
  let sum = 0;
  for (let query = 0; query < truth.queryCount; query += 1) {
    const wanted = new Set(neighboursOf(truth, query).rows);
    let hits = 0;
    for (const row of neighboursOf(found, query).rows) if (wanted.has(row)) hits += 1;
    sum += hits / Math.max(1, wanted.size);
  }
  return sum / Math.max(1, truth.queryCount);
}
