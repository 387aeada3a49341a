import type { Places } from '../vectors/pool-line.ts';
import { rankedAt, type Pool } from './pool.ts';

/** Room to work in, made once and used for one query after another. */
export interface WalkRoom {
  /** One bit a rank. */
  readonly marks: Int32Array;
  /** One byte a place. */
  readonly flags: Uint8Array;
}

export function walkRoomOf(pool: Pool): WalkRoom {
  let widest = 0;
  for (let query = 0; query < pool.queryCount; query += 1) widest = Math.max(widest, rankedAt(pool, query, pool.dims.length - 1));
  return { marks: new Int32Array((widest + 31) >>> 5), flags: new Uint8Array(widest) };
}

/**
 * One re-ranking stage: writes the best `keep` of the `count` places in `alive` to `out`, best first at the prefix that the bases in `places` point to.
 * The ranks are marked in a bitset and read off in order: no comparison, count + (ranked rows / 32) steps.
 * @returns how many were written, min(keep, count).
 */
export function rerankPlaces(
  places: Places,
  orderBase: number,
  rankBase: number,
  ranked: number,
  alive: Places,
  aliveStart: number,
  count: number,
  keep: number,
  out: Places,
  marks: Int32Array,
): number {
  for (let i = aliveStart; i < aliveStart + count; i += 1) {
    const rank = places[rankBase + alive[i]!]!;
    marks[rank >>> 5]! |= 1 << (rank & 31);
  }
  const wanted = keep < count ? keep : count;
  const words = (ranked + 31) >>> 5;
  let found = 0;
  for (let word = 0; word < words; word += 1) {
    let left = marks[word]!;
    if (left === 0) continue;
    marks[word] = 0;
    while (left !== 0 && found < wanted) {
      const lowest = left & -left;
      out[found] = places[orderBase + (word << 5) + 31 - Math.clz32(lowest)]!;
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
  /** Where the ranks of each stage's prefix begin. */
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
 * @param headRanked rows ranked at the first stage's prefix: places from there on are not alive, and have no rank to ask for
 */
export function walkAlive(
  places: Places,
  alive: AliveLimits,
  stages: number,
  headRanked: number,
  orderBase: number,
  ranked: number,
  wanted: number,
  out: Places,
): number {
  const headBase = alive.bases[0]!;
  const headLimit = alive.limits[0]!;
  const end = orderBase + ranked;
  let found = 0;
  // Whether a row is alive is as good as chance to a branch predictor: the sign bit of rank − limit is added instead.
  if (stages === 1) {
    for (let i = orderBase; i < end && found < wanted; i += 1) {
      const place = places[i]!;
      out[found] = place;
      found += ((place - headRanked) & (places[headBase + place]! - headLimit)) >>> 31;
    }
    return found;
  }
  const nextBase = alive.bases[1]!;
  const nextLimit = alive.limits[1]!;
  for (let i = orderBase; i < end && found < wanted; i += 1) {
    const place = places[i]!;
    let sign = (place - headRanked) & (places[headBase + place]! - headLimit) & (places[nextBase + place]! - nextLimit);
    for (let stage = 2; stage < stages; stage += 1) sign &= places[alive.bases[stage]! + place]! - alive.limits[stage]!;
    out[found] = place;
    found += sign >>> 31;
  }
  return found;
}

/** Whether walking is the cheaper way: about keep · ranked / alive steps with a test for each stage before, against three steps for each row alive. */
export function walksAlive(aliveCount: number, keep: number, ranked: number, stages: number): boolean {
  return keep * ranked * (stages + 1) < 6 * aliveCount * aliveCount;
}
