import type { NeighbourTable } from '../vectors/neighbours.ts';
import { neighboursOf } from '../vectors/neighbours.ts';

/** Full-dimension similarity of given rows to a query of the set. */
export type FullScorer = (query: number, rows: Int32Array) => Float32Array;

/** Two similarities closer than this are one and the same to float32 (big-ann-benchmarks' convention). */
export const TIE_TOLERANCE = 1e-6;

/**
 * The true neighbours of a query set: exact top-k at full dimension by cosine.
 * A document whose full-dimension similarity equals the k-th one within TIE_TOLERANCE counts as a true neighbour too,
 * but never more than k are counted.
 */
export interface Truth {
  readonly k: number;
  readonly table: NeighbourTable;
  /** min(k, rows in the corpus): what a perfect answer finds. */
  readonly countOf: (query: number) => number;
  /** How many of `rows` are true neighbours of the query, at most `countOf(query)`. */
  readonly hits: (query: number, rows: Int32Array) => number;
}

/** How deep the exact table should go so that ties at rank k are almost always inside it. */
export function truthDepth(k: number, rowCount: number): number {
  return Math.min(rowCount, k + Math.max(32, k));
}

/**
 * @param table exact neighbours at full dimension, `truthDepth(k, n)` deep.
 * @param scorer asked only for queries whose whole table is tied with the k-th neighbour (masses of duplicates).
 *   Without one such a query counts by row number alone.
 */
export function truthOf(table: NeighbourTable, k: number, rowCount: number, scorer?: FullScorer): Truth {
  const thresholds = new Float64Array(table.queryCount);
  const accepted: Set<number>[] = [];
  const isSaturated = new Uint8Array(table.queryCount);
  for (let query = 0; query < table.queryCount; query += 1) {
    const list = neighboursOf(table, query);
    const last = Math.min(k, list.rows.length) - 1;
    const threshold = last < 0 ? Infinity : list.scores[last]! - TIE_TOLERANCE;
    thresholds[query] = threshold;
    const rows = new Set<number>();
    for (let i = 0; i < list.rows.length && list.scores[i]! >= threshold; i += 1) rows.add(list.rows[i]!);
    accepted.push(rows);
    if (rows.size === list.rows.length && list.rows.length < rowCount && list.rows.length > k) isSaturated[query] = 1;
  }
  const countOf = (query: number): number => Math.min(k, neighboursOf(table, query).rows.length);
  return {
    k,
    table,
    countOf,
    hits(query, rows) {
      const most = countOf(query);
      let found = 0;
      if (isSaturated[query] === 1 && scorer !== undefined) {
        const scores = scorer(query, rows);
        for (let i = 0; i < rows.length; i += 1) if (scores[i]! >= thresholds[query]!) found += 1;
      } else {
        const set = accepted[query]!;
        for (let i = 0; i < rows.length; i += 1) if (set.has(rows[i]!)) found += 1;
      }
      return Math.min(found, most);
    },
  };
}

/** recall@k against exact neighbours: |answer ∩ true top-k at full dimension| / k, for one query; `rows` beyond k are not looked at. */
export function recallOf(truth: Truth, query: number, rows: Int32Array): number {
  const count = truth.countOf(query);
  return count === 0 ? 1 : truth.hits(query, rows.length > truth.k ? rows.subarray(0, truth.k) : rows) / count;
}

/** Survival: the share of the true neighbours still alive among any number of survivors. */
export function survivalOf(truth: Truth, query: number, survivors: Int32Array): number {
  const count = truth.countOf(query);
  return count === 0 ? 1 : truth.hits(query, survivors) / count;
}
