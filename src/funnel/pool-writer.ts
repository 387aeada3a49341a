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

export function openPoolWriter(queryCount: number, prefixCount: number, k: number): PoolWriter {
  const starts = new Float64Array(queryCount);
  const counts = new Int32Array(queryCount);
  const truths: Places[] = [];
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
    ranks = moved(ranks, placesFor(widest, room * prefixCount), used * prefixCount);
    orders = moved(orders, placesFor(widest, room * prefixCount), used * prefixCount);
  };

  return {
    add(query, line) {
      const count = line.rows.length;
      widest = Math.max(widest, count);
      if (used + count > rows.length) moveTo(Math.ceil(SPARE * (used === 0 ? count * queryCount : used + count)));
      else if (count > MOST_NARROW_PLACES && ranks instanceof Uint16Array) moveTo(rows.length);
      rows.set(line.rows, used);
      ranks.set(line.ranks, used * prefixCount);
      orders.set(line.orders, used * prefixCount);
      truths[query] = truthsOf(line.similarities, line.orders.subarray(line.orders.length - count), k);
      starts[query] = used;
      counts[query] = count;
      used += count;
    },
    finish(about) {
      const truthStarts = new Int32Array(queryCount + 1);
      truths.forEach((places, query) => (truthStarts[query + 1] = truthStarts[query]! + places.length));
      const allTruths = placesFor(widest, truthStarts[queryCount]!);
      truths.forEach((places, query) => allTruths.set(places, truthStarts[query]!));
      const places = used * prefixCount;
      return { ...about, queryCount, starts, counts, rows: rows.subarray(0, used), ranks: ranks.subarray(0, places), orders: orders.subarray(0, places), truthStarts, truths: allTruths };
    },
  };
}

/** Places of the k best at full dimension, and of those that tie with the k-th. @param full similarities by rank */
function truthsOf(full: Float32Array, order: Places, k: number): Places {
  const threshold = full[Math.min(k, full.length) - 1]! - TIE_TOLERANCE;
  let count = 0;
  while (count < full.length && full[count]! >= threshold) count += 1;
  return order.slice(0, count);
}
