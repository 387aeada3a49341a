import { sliceOf } from '../base/async.ts';
import type { Places } from '../vectors/pool-line.ts';
import type { Pool } from './pool.ts';
import { orderBaseOf, placesLike, placesOf, rankBaseOf, rankedAt, truthCountOf, truthRanksOf, truthsOf } from './pool.ts';
import { aliveLimitsOf, rerankPlaces, walkAlive, walkRoomOf, walksAlive } from './pool-walk.ts';

/** A stage of a schedule on the grid: index into the pool's prefixes, index into the grid's keeps. */
export interface GridStage {
  readonly prefix: number;
  readonly keep: number;
}

/**
 * The survivors of `parents`, ordered by `prefix`: every keep in `open` cuts a first part of this list, so one ordering serves all of them.
 * `open` are indices into the grid's keeps, rising, each at least 1 and below the keep of the last parent.
 */
export interface GridList {
  readonly parents: readonly GridStage[];
  readonly prefix: number;
  readonly open: readonly number[];
}

/**
 * For one list and one longer prefix: how many true neighbours, summed over the queries, are among the first keeps[j'] of the
 * first keeps[j] of the list when those are ordered by the longer prefix. That is the survival after the stage (prefix, j') — and for
 * j' = 0, where keeps[0] = k, it is the recall of the schedule that ends there.
 */
export interface GridTable {
  readonly list: GridList;
  readonly next: number;
  /** By position in list.open: offset of the row in `sums`; the row of keep j has entries 0 … j−1. */
  readonly offsets: readonly number[];
}

export interface GridSums {
  readonly tables: readonly GridTable[];
  readonly sums: Uint32Array;
}

/** Prepared once for a set of queries; evaluates batches of lists. */
export interface GridSweeper {
  readonly queryCount: number;
  /** hits[prefix][j]: true neighbours among the first keeps[j] of the corpus at each prefix, summed over the queries. */
  readonly heads: readonly Uint32Array[];
  /**
   * @param lists those with the same first stages next to each other: what they share is then ordered once
   * @param signal checked between queries
   */
  evaluate(lists: readonly GridList[], signal?: AbortSignal): Promise<GridSums>;
}

/**
 * Evaluates whole families of schedules at once, exactly.
 *
 * What makes it fast: (1) recall only asks where the true neighbours stand, and a stage's outcome for all its keeps is known from
 * their positions among the survivors, so one pass over the survivors gives every keep of the next stage; (2) the first parts of a list for
 * rising keeps are nested, so the counts behind those positions only grow, and one pass serves every pair of keeps; (3) the full dimension
 * ranks true neighbours first, so a last stage there costs nothing; (4) schedules that share their first stages share those lists.
 * @param keeps rising; the first is min(k, corpus), the last at most the pool's capacity.
 */
export function gridSweeperOf(pool: Pool, queries: ArrayLike<number>, keeps: readonly number[]): GridSweeper {
  const codes = truthCodes(pool, queries);
  const most = truthCountOf(pool);
  const lastPrefix = pool.dims.length - 1;
  const widest = keeps[keeps.length - 1]!;
  // slotOf[position]: the first keep that reaches it.
  const slotOf = new Uint16Array(widest);
  for (let position = 0, slot = 0; position < widest; position += 1) {
    while (keeps[slot]! <= position) slot += 1;
    slotOf[position] = slot;
  }
  return {
    queryCount: queries.length,
    heads: headSums(pool, queries, keeps, slotOf, most),
    async evaluate(lists, signal) {
      const { tables, size } = layOut(lists, lastPrefix);
      const sums = new Uint32Array(size);
      const walker = walkerOf(pool, keeps, codes, slotOf, most);
      const slice = sliceOf(signal);
      for (let index = 0; index < queries.length; index += 1) {
        walker(queries[index]!, lists, tables, sums);
        await slice();
      }
      for (const table of tables) table.offsets.forEach((offset, i) => accumulate(sums, offset, table.list.open[i]!));
      return { tables, sums };
    },
  };
}

function layOut(lists: readonly GridList[], lastPrefix: number): { tables: GridTable[]; size: number } {
  const tables: GridTable[] = [];
  let size = 0;
  for (const list of lists) {
    for (let next = list.prefix + 1; next < lastPrefix; next += 1) {
      const offsets = list.open.map((keep) => {
        const offset = size;
        size += keep + 1; // the last slot takes neighbours that only the list's own keep reaches
        return offset;
      });
      tables.push({ list, next, offsets });
    }
  }
  return { tables, size };
}

/** Entries of all tables that a list would need: to evaluate in batches of bounded memory. */
export function gridEntries(list: GridList, lastPrefix: number): number {
  return Math.max(0, lastPrefix - 1 - list.prefix) * list.open.reduce((sum, keep) => sum + keep + 1, 0);
}

function accumulate(sums: Uint32Array, offset: number, count: number): void {
  for (let i = 1; i <= count; i += 1) sums[offset + i]! += sums[offset + i - 1]!;
}

/** Codes by query (of those chosen), prefix and place, those of a query laid out as its ranks; `starts[query]` is to be added to an index into the query's ranks. */
interface TruthCodes {
  readonly codes: Places;
  readonly starts: Int32Array;
}

/**
 * For the chosen queries: 2i + 1 for the true neighbour that is the i-th of them at that
 * prefix, 2i for any other row with i true neighbours ahead of it. Counting codes counts rows between true neighbours.
 */
function truthCodes(pool: Pool, queries: ArrayLike<number>): TruthCodes {
  const starts = new Int32Array(pool.queryCount);
  let length = 0;
  for (let index = 0; index < queries.length; index += 1) {
    const query = queries[index]!;
    starts[query] = length - rankBaseOf(pool, query, 0);
    length += pool.rankOffsets[query]!;
  }
  const codes = 2 * mostTruths(pool) < 65_536 ? new Uint16Array(length) : new Uint32Array(length);
  const { flags: isTruth } = walkRoomOf(pool);
  for (let index = 0; index < queries.length; index += 1) {
    const query = queries[index]!;
    const places = placesOf(pool, query);
    const truths = truthsOf(pool, query);
    for (const place of truths) isTruth[place] = 1;
    for (let prefix = 0; prefix < pool.dims.length - 1; prefix += 1) {
      const order = orderBaseOf(pool, query, prefix);
      const base = starts[query]! + rankBaseOf(pool, query, prefix);
      const end = rankedAt(pool, query, prefix);
      let code = 0;
      for (let rank = 0; rank < end; rank += 1) {
        const place = places[order + rank]!;
        if (isTruth[place] === 1) {
          codes[base + place] = code + 1;
          code += 2;
        } else {
          codes[base + place] = code;
        }
      }
    }
    for (const place of truths) isTruth[place] = 0;
  }
  return { codes, starts };
}

function mostTruths(pool: Pool): number {
  let most = 0;
  for (let query = 0; query < pool.queryCount; query += 1) most = Math.max(most, pool.truthStarts[query + 1]! - pool.truthStarts[query]!);
  return most;
}

function headSums(pool: Pool, queries: ArrayLike<number>, keeps: readonly number[], slotOf: Uint16Array, most: number): Uint32Array[] {
  return pool.dims.map((_, prefix) => {
    const sums = new Uint32Array(keeps.length);
    if (prefix === pool.dims.length - 1) return sums.fill(most * queries.length);
    for (let index = 0; index < queries.length; index += 1) {
      const query = queries[index]!;
      for (const rank of truthRanksOf(pool, query, prefix).subarray(0, most)) if (rank < slotOf.length) sums[slotOf[rank]!]! += 1;
    }
    accumulate(sums, 0, keeps.length - 1);
    return sums;
  });
}

type Walker = (query: number, lists: readonly GridList[], tables: readonly GridTable[], sums: Uint32Array) => void;

function walkerOf(pool: Pool, keeps: readonly number[], { codes, starts }: TruthCodes, slotOf: Uint16Array, most: number): Walker {
  const { marks } = walkRoomOf(pool);
  const prefixCount = pool.dims.length;
  const counts = new Uint32Array(2 * mostTruths(pool) + 1);
  const limits = aliveLimitsOf(prefixCount);
  // sortedAt[depth]: the survivors of `depth` parents in the order of the prefix after them. Depth 0 is the corpus itself: the pool's own order.
  const sortedAt = Array.from({ length: prefixCount }, () => placesLike(pool, keeps.at(-1)!));

  return (query, lists, tables, sums) => {
    const places = placesOf(pool, query);
    const truthCount = pool.truthStarts[query + 1]! - pool.truthStarts[query]!;
    let table = 0;
    for (let index = 0; index < lists.length; index += 1) {
      const list = lists[index]!;
      const depth = list.parents.length;
      // Lists of one family follow each other and keep what they share.
      for (let step = sharedDepth(lists[index - 1], list) + 1; step <= depth; step += 1) {
        const parent = list.parents[step - 1]!;
        const prefix = step === depth ? list.prefix : list.parents[step]!.prefix;
        const order = orderBaseOf(pool, query, prefix);
        const ranked = rankedAt(pool, query, prefix);
        const count = keeps[parent.keep]!;
        const keep = keeps[parent.keep - 1]!;
        const source = step === 1 ? places : sortedAt[step - 1]!;
        const start = step === 1 ? orderBaseOf(pool, query, parent.prefix) : 0;
        limits.bases[step - 1] = rankBaseOf(pool, query, parent.prefix);
        limits.limits[step - 1] = step === 1 ? count : places[limits.bases[step - 1]! + source[count - 1]!]! + 1;
        if (walksAlive(count, keep, ranked, step)) walkAlive(places, limits, step, rankedAt(pool, query, list.parents[0]!.prefix), order, ranked, keep, sortedAt[step]!);
        else rerankPlaces(places, order, rankBaseOf(pool, query, prefix), ranked, source, start, count, keep, sortedAt[step]!, marks);
      }
      const alive = depth === 0 ? places : sortedAt[depth]!;
      const start = depth === 0 ? orderBaseOf(pool, query, list.prefix) : 0;
      while (table < tables.length && tables[table]!.list === list) {
        const { next, offsets } = tables[table]!;
        table += 1;
        countTable(alive, start, list.open, offsets, starts[query]! + rankBaseOf(pool, query, next), truthCount, sums);
      }
    }
  };

  function countTable(alive: Places, start: number, open: readonly number[], offsets: readonly number[], base: number, truthCount: number, sums: Uint32Array): void {
    counts.fill(0, 0, 2 * truthCount + 1);
    let done = 0;
    for (let i = 0; i < open.length; i += 1) {
      const keep = keeps[open[i]!]!;
      for (; done < keep; done += 1) counts[codes[base + alive[start + done]!]!]! += 1;
      const offset = offsets[i]!;
      let position = 0;
      let taken = 0;
      for (let truth = 0; truth < truthCount; truth += 1) {
        position += counts[2 * truth]!;
        if (counts[2 * truth + 1] === 0) continue;
        sums[offset + slotOf[position]!]! += 1;
        position += 1;
        taken += 1;
        if (taken === most) break; // rows tied with the k-th may make more than k: never more are counted
      }
    }
  }
}

/** How many of the orderings made for the list before still hold: list d is made from the first d parents and the prefix after them. */
function sharedDepth(before: GridList | undefined, list: GridList): number {
  if (before === undefined) return 0;
  let depth = 0;
  while (depth < list.parents.length && depth < before.parents.length) {
    const a = before.parents[depth]!;
    const b = list.parents[depth]!;
    if (a.prefix !== b.prefix || a.keep !== b.keep) break;
    const afterA = before.parents[depth + 1]?.prefix ?? before.prefix;
    const afterB = list.parents[depth + 1]?.prefix ?? list.prefix;
    if (afterA !== afterB) break;
    depth += 1;
  }
  return depth;
}
