import type { HeatMap } from '../contract/tuning.ts';
import { truthCountOf, truthRanksOf } from './pool.ts';
import type { Pool } from './pool.ts';
import { gridKeeps } from './tuner-grid.ts';

/**
 * For each query, its true neighbours' ranks at a prefix, rising, the best min(k, corpus) of them: what keeps them alive in a head search.
 * Ranks count from 0; those at or above the pool's capacity are only known to be so.
 */
export function truthRanks(pool: Pool, prefix: number): Uint32Array[] {
  const most = truthCountOf(pool);
  return Array.from({ length: pool.queryCount }, (_, query) => truthRanksOf(pool, query, prefix).subarray(0, most));
}

const DEFAULT_LEVELS = [0.9, 0.95, 0.99, 0.999];
/** A keep grows by about a tenth from one column to the next. */
const COLUMNS_PER_OCTAVE = 6;

/**
 * Recall of the two-stage funnel `dims:keep,D:k` for every prefix and keep, and for each level the smallest keep (any whole number, not only
 * those of the grid) that reaches it at each prefix. Exact.
 */
export function heatMapOf(pool: Pool, options: { levels?: readonly number[] | undefined; keeps?: readonly number[] | undefined } = {}): HeatMap {
  const most = truthCountOf(pool);
  const columns = Math.max(2, Math.round(COLUMNS_PER_OCTAVE * Math.log2(pool.capacity / most)) + 1);
  const keeps = options.keeps ?? gridKeeps(most, pool.capacity, columns);
  const levels = options.levels ?? DEFAULT_LEVELS;
  const total = most * pool.queryCount;
  const byPrefix = pool.dims.slice(0, -1).map((_, prefix) => joined(truthRanks(pool, prefix), total));
  return {
    dims: pool.dims.slice(0, -1),
    keeps: [...keeps],
    recall: byPrefix.map((ranks) => keeps.map((keep) => countBelow(ranks, keep) / total)),
    isoRecall: levels.map((level) => ({
      level,
      keeps: byPrefix.map((ranks) => {
        const needed = Math.ceil(level * total - 1e-9);
        const keep = needed <= 0 ? most : Math.max(most, ranks[needed - 1]! + 1);
        return keep <= pool.capacity ? keep : null;
      }),
    })),
  };
}

function joined(lists: readonly Uint32Array[], total: number): Uint32Array {
  const all = new Uint32Array(total);
  let end = 0;
  for (const list of lists) {
    all.set(list, end);
    end += list.length;
  }
  return all.sort();
}

/** How many of a rising list are below a value. */
function countBelow(ranks: Uint32Array, value: number): number {
  let low = 0;
  let high = ranks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranks[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
