import { placesFor, withRanks, type PoolLine } from './pool-line.ts';

/**
 * The sweep and the stages may multiply in another order and so differ in the last bit; rows whose similarities are equal up to that could
 * change sides at the pool's edge. So each prefix's list is taken this much deeper and ordered anew by the stages' own similarities.
 */
export const EDGE_MARGIN = 16;

/** Distinct rows of several lists, rising. */
export function unionOf(lists: readonly Int32Array[]): Int32Array {
  let count = 0;
  for (const list of lists) count += list.length;
  const all = new Int32Array(count);
  let end = 0;
  for (const list of lists) {
    all.set(list, end);
    end += list.length;
  }
  all.sort();
  let kept = 0;
  for (let i = 0; i < count; i += 1) if (i === 0 || all[i] !== all[i - 1]) all[kept++] = all[i]!;
  return all.slice(0, kept);
}

/**
 * Ranks one query's candidates at every prefix.
 * @param rows rising. @param similarities by prefix and row. @param depth rows wanted at the last prefix
 */
export function rankRows(rows: Int32Array, similarities: Float32Array, prefixCount: number, depth: number): PoolLine {
  const count = rows.length;
  const orders = placesFor(count, (prefixCount - 1) * count);
  for (let p = 0; p < prefixCount - 1; p += 1) orders.set(orderOf(similarities.subarray(p * count, (p + 1) * count)), p * count);
  const full = similarities.subarray((prefixCount - 1) * count);
  const order = orderOf(full);
  const limit = full[order[Math.min(depth, count) - 1]!]! - AS_GOOD;
  let bestCount = 0;
  while (bestCount < count && full[order[bestCount]!]! >= limit) bestCount += 1;
  const best = order.slice(0, bestCount);
  const ends = Array.from({ length: prefixCount - 1 }, () => count);
  return { rows, ends, places: withRanks(orders, ends, count), best, similarities: Float32Array.from(best, (place) => full[place]!) };
}

/** Similarities nearer than this are one and the same to float32. */
const AS_GOOD = 1e-6;

const bits = new Uint32Array(1);
const asFloat = new Float32Array(bits.buffer);
const PLACES = 2 ** 20;

/**
 * Places by falling similarity, ties by rising place. Each similarity becomes an unsigned number that rises as it falls, joined with its
 * place into one whole number below 2^53, so that the engine's own numeric sort does it all without a comparator.
 */
function orderOf(similarities: Float32Array): Uint32Array {
  if (similarities.length > PLACES) throw new Error(`a query's pool of ${similarities.length} rows is beyond ${PLACES}`);
  const keys = new Float64Array(similarities.length);
  for (let i = 0; i < keys.length; i += 1) {
    asFloat[0] = similarities[i]! + 0; // −0 becomes 0: they tie
    const value = bits[0]!;
    const rising = value >= 0x80000000 ? ~value >>> 0 : value + 0x80000000;
    keys[i] = (0xffffffff - rising) * PLACES + i;
  }
  keys.sort();
  const order = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i += 1) order[i] = keys[i]! % PLACES;
  return order;
}
