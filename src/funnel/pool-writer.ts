import { TIE_TOLERANCE } from '../metrics/truth.ts';
import { MOST_NARROW_PLACES, placesFor, type Places, type PoolLine } from '../vectors/pool-line.ts';
import type { Pool } from './pool.ts';

/** Puts a pool together from its queries' lines, in whatever order they come. */
export interface PoolWriter {
  /** Copies a line. Its last prefix is the full dimension. */
  readonly add: (query: number, line: PoolLine) => void;
  finish(about: Pick<Pool, 'dims' | 'capacity' | 'k' | 'rowCount' | 'elapsedMs'>): Pool;
}

/** Lines differ in length: as much more room than the first line needs for all is made, and as much more whenever that was too little. Memory that is not written to is not taken. */
const SPARE = 1.25;

/** @param orderCount prefixes but for the full dimension */
export function openPoolWriter(queryCount: number, orderCount: number, k: number): PoolWriter {
  const starts = new Float64Array(queryCount);
  const counts = new Int32Array(queryCount);
  const truths: Uint32Array[] = [];
  let widest = 0;
  let used = 0;
  let rows = new Int32Array(0);
  let ranks = placesFor(0, 0);
  let orders = placesFor(0, 0);

  const moveTo = (room: number): void => {
    const moved = <T extends Int32Array | Places>(from: T, to: T, count: number): T => {
      to.set(from.subarray(0, count));
      return to;
    };
    if (room > rows.length) rows = moved(rows, new Int32Array(room), used);
    ranks = moved(ranks, placesFor(widest, room * orderCount), used * orderCount);
    orders = moved(orders, placesFor(widest, room * orderCount), used * orderCount);
  };

  return {
    add(query, line) {
      const count = line.rows.length;
      widest = Math.max(widest, count);
      if (used + count > rows.length) moveTo(Math.ceil(SPARE * (used === 0 ? count * queryCount : used + count)));
      else if (count > MOST_NARROW_PLACES && ranks instanceof Uint16Array) moveTo(rows.length);
      rows.set(line.rows, used);
      ranks.set(line.ranks, used * orderCount);
      orders.set(line.orders, used * orderCount);
      truths[query] = truthsOf(line, k);
      starts[query] = used;
      counts[query] = count;
      used += count;
    },
    finish(about) {
      const truthStarts = new Int32Array(queryCount + 1);
      truths.forEach((places, query) => (truthStarts[query + 1] = truthStarts[query]! + places.length));
      const allTruths = placesFor(widest, truthStarts[queryCount]!);
      truths.forEach((places, query) => allTruths.set(places, truthStarts[query]!));
      const places = used * orderCount;
      return { ...about, queryCount, starts, counts, rows: rows.subarray(0, used), ranks: ranks.subarray(0, places), orders: orders.subarray(0, places), truthStarts, truths: allTruths };
    },
  };
}

/** Places of the k best at full dimension, and of those that tie with the k-th. */
function truthsOf({ best, similarities }: PoolLine, k: number): Uint32Array {
  const threshold = similarities[Math.min(k, best.length) - 1]! - TIE_TOLERANCE;
  let count = 0;
  while (count < best.length && similarities[count]! >= threshold) count += 1;
  return best.slice(0, count);
}
