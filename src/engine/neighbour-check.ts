import { sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { NeighbourCheckResult } from '../contract/dataset.ts';
import type { Store } from '../stores/store.ts';
import { queryOf } from '../vectors/query-matrix.ts';
import type { QueryMatrix } from '../vectors/query-matrix.ts';
import { similaritiesAt } from '../vectors/search.ts';
import { checkNeighbours, type ProvidedNeighbours } from '../vectors/vector-dataset.ts';
import type { VectorSet } from '../vectors/vector-set.ts';

/** So many queries tell a wrong table from a right one: a single wrong list in a hundred is found with 87 % among 200. */
const checkedQueries = 200;

export interface CheckedNeighbours {
  readonly result: NeighbourCheckResult;
  /** What to say when they are not ours. */
  readonly warning?: string | undefined;
}

/** Compares neighbours that came with the data with our own exact ones, over the first k of each query. They are never used as truth themselves. */
export async function checkProvided(provided: ProvidedNeighbours, store: Store, vectors: VectorSet, queries: QueryMatrix, k: number, work: WorkOptions = {}): Promise<CheckedNeighbours> {
  const count = Math.min(checkedQueries, queries.queryCount);
  const rows = Array.from(sampleWithoutReplacement(seededRandom(1), queries.queryCount, count)).sort((a, b) => a - b);
  const { dims } = queries;
  const some: QueryMatrix = { queryCount: count, dims, data: new Float32Array(count * dims) };
  const lists: ProvidedNeighbours = { rowCount: count, width: provided.width, data: new Int32Array(count * provided.width) };
  rows.forEach((row, index) => {
    some.data.set(queryOf(queries, row), index * dims);
    lists.data.set(provided.data.subarray(row * provided.width, (row + 1) * provided.width), index * provided.width);
  });
  const depth = Math.min(k, provided.width, vectors.rowCount);
  const exact = (await store.sweep(some, [dims], depth, work)).get(dims)!;
  const check = checkNeighbours(lists, exact, (query, row) => (row < vectors.rowCount ? similaritiesAt(vectors, queryOf(some, query), Int32Array.of(row), [dims])[0]! : -Infinity));
  const result: NeighbourCheckResult = { k: depth, queryCount: count, agreement: check.agreement, isTruth: check.isTruth };
  if (check.isTruth) return { result };
  const { example } = check;
  const shown = example === undefined ? '' : `; query ${rows[example.query]} is given row ${example.row} with similarity ${example.similarity.toFixed(6)}, its ${depth}${depth === 1 ? 'st' : 'th'} true neighbour has ${example.worstTrue.toFixed(6)}`;
  return { result, warning: `the neighbours that came with the data are not the exact ones by cosine: ${(check.agreement * 100).toFixed(2)} % of the first ${depth} agree over ${count} queries${shown}. Our own are used as truth` };
}
