/**
 * The neighbours of one query, best first. Ties in score are ordered by rising row number,
 * so that every exact search gives the same list.
 */
export interface Neighbours {
  /** Row numbers of documents. */
  readonly rows: Int32Array;
  /** Cosine similarity to the query, same length as `rows`. */
  readonly scores: Float32Array;
}

/** Neighbours of many queries: row-major `queryCount × k`; rows beyond a short list are −1, their scores −Infinity. */
export interface NeighbourTable {
  readonly queryCount: number;
  readonly k: number;
  readonly rows: Int32Array;
  readonly scores: Float32Array;
}

/** The list of one query as views (no copy), without the padding. */
export function neighboursOf(table: NeighbourTable, query: number): Neighbours {
  const start = query * table.k;
  let end = start + table.k;
  while (end > start && table.rows[end - 1]! < 0) end -= 1;
  return { rows: table.rows.subarray(start, end), scores: table.scores.subarray(start, end) };
}

/** A table from lists of possibly different lengths; `k` is the longest unless given. */
export function tableOf(lists: readonly Neighbours[], k = lists.reduce((most, list) => Math.max(most, list.rows.length), 0)): NeighbourTable {
  const rows = new Int32Array(lists.length * k).fill(-1);
  const scores = new Float32Array(lists.length * k).fill(-Infinity);
  lists.forEach((list, query) => {
    rows.set(list.rows.subarray(0, k), query * k);
    scores.set(list.scores.subarray(0, k), query * k);
  });
  return { queryCount: lists.length, k, rows, scores };
}
