import type { Places } from '../vectors/pool-line.ts';
import type { Pool } from './pool.ts';

/** Room to work in, made once and used for one query after another. */
export interface WalkRoom {
  /** One bit a rank. */
  readonly marks: Int32Array;
  /** One byte a place. */
  readonly flags: Uint8Array;
}

export function walkRoomOf(pool: Pool): WalkRoom {
  let widest = 0;
  for (let query = 0; query < pool.queryCount; query += 1) widest = Math.max(widest, pool.counts[query]!);
  return { marks: new Int32Array((widest + 31) >>> 5), flags: new Uint8Array(widest) };
}

/** Where one query's places of one prefix, which is not the full dimension, begin in `ranks` and `orders`. */
export function baseOf(pool: Pool, query: number, prefix: number): number {
  return pool.starts[query]! * (pool.dims.length - 1) + prefix * pool.counts[query]!;
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
 * What is alive, as limits: a row is a survivor of stages 1 … n exactly when its rank at each stage's prefix is below that stage's limit
 * (a stage's survivors are those of the stage before up to the rank of its last one).
 */
export interface AliveLimits {
  /** Where each stage's prefix begins in `ranks`. */
  readonly bases: Int32Array;
  readonly limits: Int32Array;
}

export function aliveLimitsOf(stages: number): AliveLimits {
  return { bases: new Int32Array(stages), limits: new Int32Array(stages) };
}

/**
 * The same as `rerankPlaces`, without a mark: walks the order of the stage's prefix and takes what is alive until it has enough, which is
 * soon where a large part of the pool is alive.
 * @param stages how many of the limits hold so far, at least 1.
 */
export function walkAlive(
  ranks: Places,
  orders: Places,
  alive: AliveLimits,
  stages: number,
  base: number,
  poolRows: number,
  wanted: number,
  out: Places,
): number {
  const headBase = alive.bases[0]!;
  const headLimit = alive.limits[0]!;
  const end = base + poolRows;
  let found = 0;
  // Whether a row is alive is as good as chance to a branch predictor: the sign bit of rank − limit is added instead.
  if (stages === 1) {
    for (let i = base; i < end && found < wanted; i += 1) {
      const place = orders[i]!;
      out[found] = place;
      found += (ranks[headBase + place]! - headLimit) >>> 31;
    }
    return found;
  }
  const nextBase = alive.bases[1]!;
  const nextLimit = alive.limits[1]!;
  for (let i = base; i < end && found < wanted; i += 1) {
    const place = orders[i]!;
    let sign = (ranks[headBase + place]! - headLimit) & (ranks[nextBase + place]! - nextLimit);
    for (let stage = 2; stage < stages; stage += 1) sign &= ranks[alive.bases[stage]! + place]! - alive.limits[stage]!;
    out[found] = place;
    found += sign >>> 31;
  }
  return found;
}

/** Whether walking is the cheaper way: about keep · pool / alive steps with a test for each stage before, against three steps for each row alive. */
export function walksAlive(aliveCount: number, keep: number, poolRows: number, stages: number): boolean {
  return keep * poolRows * (stages + 1) < 6 * aliveCount * aliveCount;
}
