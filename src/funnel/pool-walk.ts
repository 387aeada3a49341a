import type { Places, Pool } from './pool.ts';

/** Room to work in, made once and used for one query after another. */
export interface WalkRoom {
  /** One bit a rank. */
  readonly marks: Int32Array;
  /** One byte a place. */
  readonly flags: Uint8Array;
}

export function walkRoomOf(pool: Pool): WalkRoom {
  let widest = 0;
  for (let query = 0; query < pool.queryCount; query += 1) widest = Math.max(widest, pool.starts[query + 1]! - pool.starts[query]!);
  return { marks: new Int32Array((widest + 31) >>> 5), flags: new Uint8Array(widest) };
}

/** Where one query's places of one prefix begin in `ranks`, `orders` and `similarities`. */
export function baseOf(pool: Pool, query: number, prefix: number): number {
  const start = pool.starts[query]!;
  return start * pool.dims.length + prefix * (pool.starts[query + 1]! - start);
}

/**
 * One re-ranking stage: writes the best `keep` of the `count` places in `alive` to `out`, best first at the prefix that `base` points to.
 * The ranks are marked in a bitset and read off in order: no comparison, count + (pool rows / 32) steps.
 * @returns how many were written, min(keep, count).
 */
export function rerankPlaces(
  ranks: Places,
  orders: Places,
  base: number,
  poolRows: number,
  alive: Places,
  aliveStart: number,
  count: number,
  keep: number,
  out: Places,
  marks: Int32Array,
): number {
  for (let i = aliveStart; i < aliveStart + count; i += 1) {
    const rank = ranks[base + alive[i]!]!;
    marks[rank >>> 5]! |= 1 << (rank & 31);
  }
  const wanted = keep < count ? keep : count;
  const words = (poolRows + 31) >>> 5;
  let found = 0;
  for (let word = 0; word < words; word += 1) {
    let left = marks[word]!;
    if (left === 0) continue;
    marks[word] = 0;
    while (left !== 0 && found < wanted) {
      const lowest = left & -left;
      out[found] = orders[base + (word << 5) + 31 - Math.clz32(lowest)]!;
      found += 1;
      left ^= lowest;
    }
  }
  return found;
}

/**
 * The stage after the head, when the head kept a large part of the pool: walks the order of its prefix and takes the rows that the head kept
 * until it has enough, which is soon. Writes and returns the same as `rerankPlaces`.
 * @param headBase the head's prefix in `ranks`: rows of rank below `headKeep` there are alive.
 */
export function rerankHead(
  ranks: Places,
  orders: Places,
  headBase: number,
  headKeep: number,
  base: number,
  poolRows: number,
  keep: number,
  out: Places,
): number {
  const wanted = keep < headKeep ? keep : headKeep;
  const end = base + poolRows;
  let found = 0;
  for (let i = base; i < end && found < wanted; i += 1) {
    const place = orders[i]!;
    out[found] = place;
    // Whether a row is alive is as good as chance to a branch predictor: the sign bit is added instead.
    found += (ranks[headBase + place]! - headKeep) >>> 31;
  }
  return found;
}

/** Above this share of the pool, walking the order beats marking the head's rows. */
export function walksHead(headKeep: number, poolRows: number): boolean {
  return headKeep * 5 > poolRows;
}
