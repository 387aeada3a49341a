import type { WorkOptions } from '../../base/progress.ts';
import { neighboursOf } from '../../vectors/neighbours.ts';
import type { NeighbourTable } from '../../vectors/neighbours.ts';
import { sweepTop } from '../../vectors/sweep.ts';
import { vectorSetOf } from '../../vectors/vector-set.ts';
import type { QueryMatrix } from '../store.ts';
import { checkQueries } from './check-query.ts';
import type { MilvusContext } from './context.ts';
import type { CollectionView, ViewedVectorField } from './existing-collection.ts';
import { readPages, vectorRowsAPage } from './existing-rows.ts';

export interface SweptRows {
  readonly view: CollectionView;
  readonly main: ViewedVectorField;
  readonly rowOfKey: ReadonlyMap<string, number>;
}

/** Exact neighbours at every prefix, whatever index the collection has: all vectors pass through here once. */
export async function sweepPages(context: MilvusContext, { view, main, rowOfKey }: SweptRows, queries: QueryMatrix, dims: readonly number[], k: number, work: WorkOptions): Promise<ReadonlyMap<number, NeighbourTable>> {
  checkQueries(queries, main.dims);
  const keep = Math.min(k, rowOfKey.size);
  const best = new Map<number, NeighbourTable>();
  let done = 0;
  for await (const page of readPages(context, view, [main.name], vectorRowsAPage(main.dims), work)) {
    const rows: number[] = [];
    const data = new Float32Array(page.rows.length * main.dims);
    page.rows.forEach((row, i) => {
      const number = rowOfKey.get(page.keys[i]!);
      if (number === undefined) return;
      data.set(row[main.name] as ArrayLike<number>, rows.length * main.dims);
      rows.push(number);
    });
    if (rows.length === 0) continue;
    const vectors = vectorSetOf(data.subarray(0, rows.length * main.dims), { rowCount: rows.length, dims: main.dims, boundaries: dims });
    const found = await sweepTop(vectors, queries, dims, keep, { signal: work.signal });
    for (const [size, table] of found) best.set(size, merged(best.get(size), table, rows, queries.queryCount, keep));
    done += page.rows.length;
    work.onProgress?.({ phase: `scoring all rows of ${view.name}`, done, total: rowOfKey.size, unit: 'rows' });
  }
  return best;
}

/** The best `keep` of what was found so far and of a page, whose rows are numbered within it. */
function merged(before: NeighbourTable | undefined, page: NeighbourTable, rowNumbers: readonly number[], queryCount: number, keep: number): NeighbourTable {
  const rows = new Int32Array(queryCount * keep).fill(-1);
  const scores = new Float32Array(queryCount * keep).fill(-Infinity);
  for (let query = 0; query < queryCount; query += 1) {
    const old = before === undefined ? undefined : neighboursOf(before, query);
    const fresh = neighboursOf(page, query);
    const all = [
      ...(old === undefined ? [] : Array.from(old.rows, (row, i) => ({ row, score: old.scores[i]! }))),
      ...Array.from(fresh.rows, (row, i) => ({ row: rowNumbers[row]!, score: fresh.scores[i]! })),
    ];
    all.sort((a, b) => b.score - a.score || a.row - b.row);
    all.slice(0, keep).forEach(({ row, score }, i) => {
      rows[query * keep + i] = row;
      scores[query * keep + i] = score;
    });
  }
  return { queryCount, k: keep, rows, scores };
}
