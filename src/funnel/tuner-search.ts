import { sliceOf, throwIfCancelled } from '../base/async.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { CostModel } from '../contract/tuning.ts';
import { estimateRerank, estimateScan } from './cost-model.ts';
import { gridEntries, gridSweeperOf } from './evaluate-grid.ts';
import type { GridList, GridStage, GridTable } from './evaluate-grid.ts';
import { truthCountOf } from './pool.ts';
import type { Pool } from './pool.ts';
import { gridSize, staircaseOf } from './tuner-grid.ts';
import type { Candidate, GridPath } from './tuner-grid.ts';

export interface SearchOptions extends WorkOptions {
  readonly costModel: CostModel;
  /** Queries of the pool that the search may see. */
  readonly queries: ArrayLike<number>;
  /** Rising; the first is min(k, corpus), the last at most the pool's capacity. */
  readonly keeps: readonly number[];
  /** 1 … 5. */
  readonly maxStages: number;
  /** Prefixes (indices) that may be the head; all by default. */
  readonly isHead?: ((prefix: number) => boolean) | undefined;
  /** Schedules below this recall are of no interest: branches that cannot reach it are cut. 0 by default. */
  readonly recallFloor?: number | undefined;
  /** Schedules estimated above this cost are of no interest. */
  readonly costCeilingMs?: number | undefined;
  /** False evaluates the whole grid; for tests and benchmarks. */
  readonly prune?: boolean | undefined;
}

export interface SearchResult {
  /** The schedules that no other one beats in both recall (over `queries`) and estimated cost, by rising cost. */
  readonly frontier: readonly Candidate[];
  /** The same among schedules of exactly 1, 2, … stages: byStages[n − 1]. Of three stages and more only what the overall frontier had not cut. */
  readonly byStages: readonly (readonly Candidate[])[];
  /** Schedules whose recall was computed exactly. */
  readonly evaluated: number;
  /** Schedules of the grid that a bound ruled out unseen. */
  readonly pruned: number;
  readonly queryCount: number;
}

/** Entries of tables held at once: 16 MB. */
const BATCH_ENTRIES = 1 << 22;

interface Branch {
  readonly list: GridList;
  /** True neighbours alive, by position in list.open. */
  readonly survivals: readonly number[];
  /** Cost of the stages of `list.parents`; 0 for a head. */
  readonly costMs: number;
}

/**
 * The frontier over all schedules of a grid, exact in recall, by branch and bound. Depth by depth: all schedules of one more stage are evaluated,
 * then a branch is followed only where one of its continuations could still enter the frontier. Two things are monotone along a branch:
 * its survival only falls (survivors are nested), so it bounds the recall of every continuation from above; and its cost only rises, so
 * with the cheapest next stage added it bounds their cost from below. A branch is cut when a schedule already found costs no more and
 * finds no less, when its survival is below the recall asked for, or when its cost is above the limit. None of this can lose a point of the frontier.
 * (Recall is not monotone in a head's keep when stages follow: more candidates also means more competitors. So keeps are not cut that way.)
 */
export async function searchFrontier(pool: Pool, options: SearchOptions): Promise<SearchResult> {
  const { costModel, keeps, queries, maxStages, signal } = options;
  const isHead = options.isHead ?? ((): boolean => true);
  const prune = options.prune ?? true;
  const lastPrefix = pool.dims.length - 1;
  const hitsMost = queries.length * truthCountOf(pool);
  const floorHits = (options.recallFloor ?? 0) * hitsMost - 1e-9;
  const ceilingMs = options.costCeilingMs ?? Infinity;
  const total = gridSize(pool.dims.length, keeps.length, maxStages, isHead);
  const sweeper = gridSweeperOf(pool, queries, keeps);
  const frontier = staircaseOf();
  const byStages = Array.from({ length: maxStages }, staircaseOf);
  const offer = (stages: number, costMs: number, hits: number, path: () => GridPath): void => {
    frontier.offer(costMs, hits, path);
    byStages[stages - 1]!.offer(costMs, hits, path);
  };
  const slice = sliceOf(signal);
  let evaluated = 0;

  const rerankMs = (keep: number, from: number, to: number): number => estimateRerank(costModel, keeps[keep]!, pool.dims[from]!, pool.dims[to]!);
  const scanMs = (keep: number, prefix: number): number => estimateScan(costModel, pool.dims[prefix]!, keeps[keep]!, pool.rowCount);
  const isOpen = (costMs: number, survival: number, keep: number, prefix: number): boolean => {
    const leastMs = costMs + rerankMs(keep, prefix, prefix + 1);
    return leastMs <= ceilingMs && survival >= floorHits && frontier.bestAt(leastMs) < survival;
  };

  let branches: Branch[] = [];
  for (let prefix = 0; prefix <= lastPrefix; prefix += 1) {
    if (!isHead(prefix)) continue;
    const heads = sweeper.heads[prefix]!;
    offer(1, scanMs(0, prefix), prefix === lastPrefix ? hitsMost : heads[0]!, () => ({ inner: [], last: prefix }));
    evaluated += 1;
    if (prefix === lastPrefix || maxStages < 2) continue;
    const open: number[] = [];
    for (let keep = 1; keep < keeps.length; keep += 1) {
      open.push(keep);
      offer(2, scanMs(keep, prefix) + rerankMs(keep, prefix, lastPrefix), heads[keep]!, () => ({ inner: [{ prefix, keep }], last: lastPrefix }));
      evaluated += 1;
    }
    if (open.length > 0 && prefix + 1 < lastPrefix) branches.push({ list: { parents: [], prefix, open }, survivals: open.map((keep) => heads[keep]!), costMs: 0 });
  }

  // A branch of depth d has d pruning stages, its own among them; its tables hold schedules of d + 1 and of d + 2 stages.
  for (let depth = 1; depth < maxStages && branches.length > 0; depth += 1) {
    const mayFollow = depth + 2 <= maxStages;
    const children: Branch[] = [];
    for (const batch of batchesOf(branches, lastPrefix)) {
      throwIfCancelled(signal);
      const live = batch.flatMap(cut);
      const costs = new Map(live.map((branch) => [branch.list, branch.costMs]));
      const { tables, sums } = await sweeper.evaluate([...costs.keys()], signal);
      // All of the batch's schedules first: the further the frontier, the more of its branches are cut.
      for (const table of tables) {
        evaluated += offerTable(table, costs.get(table.list)!, sums, mayFollow);
        await slice();
      }
      for (const table of mayFollow ? tables : []) {
        children.push(...childrenOf(table, costs.get(table.list)!, sums));
        await slice();
      }
      options.onProgress?.({ phase: 'searching schedules', done: evaluated, total, unit: 'schedules' });
    }
    branches = children;
  }
  return { frontier: frontier.steps, byStages: byStages.map((stairs) => stairs.steps), evaluated, pruned: total - evaluated, queryCount: queries.length };

  /** The branch without the keeps that a bound rules out by now; nothing where none is left. */
  function cut(branch: Branch): Branch[] {
    if (!prune) return [branch];
    const { list, survivals, costMs } = branch;
    const kept = list.open.map((_, i) => i).filter((i) => isOpen(stageCost(list, costMs, list.open[i]!), survivals[i]!, list.open[i]!, list.prefix));
    if (kept.length === 0) return [];
    return [{ list: { ...list, open: kept.map((i) => list.open[i]!) }, survivals: kept.map((i) => survivals[i]!), costMs }];
  }

  /** Cost up to and with the list's own stage at each keep. */
  function stageCost(list: GridList, costMs: number, keep: number): number {
    const before = list.parents[list.parents.length - 1];
    return before === undefined ? scanMs(keep, list.prefix) : costMs + rerankMs(before.keep, before.prefix, list.prefix);
  }

  function offerTable({ list, next, offsets }: GridTable, costMs: number, sums: Uint32Array, mayFollow: boolean): number {
    let count = 0;
    list.open.forEach((keep, i) => {
      const offset = offsets[i]!;
      const inner = (): GridStage[] => [...list.parents, { prefix: list.prefix, keep }];
      const atNext = stageCost(list, costMs, keep) + rerankMs(keep, list.prefix, next);
      offer(list.parents.length + 2, atNext, sums[offset]!, () => ({ inner: inner(), last: next }));
      count += 1;
      if (!mayFollow) return;
      for (let kept = 1; kept < keep; kept += 1) {
        offer(list.parents.length + 3, atNext + rerankMs(kept, next, lastPrefix), sums[offset + kept]!, () => ({ inner: [...inner(), { prefix: next, keep: kept }], last: lastPrefix }));
      }
      count += keep - 1;
    });
    return count;
  }

  function childrenOf({ list, next, offsets }: GridTable, costMs: number, sums: Uint32Array): Branch[] {
    if (next + 1 >= lastPrefix) return []; // only the full dimension is left, and that was evaluated
    return list.open.flatMap((keep, i): Branch[] => {
      const open = Array.from({ length: keep - 1 }, (_, j) => j + 1);
      if (open.length === 0) return [];
      const parents = [...list.parents, { prefix: list.prefix, keep }];
      const survivals = open.map((kept) => sums[offsets[i]! + kept]!);
      return cut({ list: { parents, prefix: next, open }, survivals, costMs: stageCost(list, costMs, keep) });
    });
  }
}

function* batchesOf(branches: readonly Branch[], lastPrefix: number): Generator<Branch[]> {
  let batch: Branch[] = [];
  let entries = 0;
  for (const branch of branches) {
    const more = gridEntries(branch.list, lastPrefix);
    if (batch.length > 0 && entries + more > BATCH_ENTRIES) {
      yield batch;
      batch = [];
      entries = 0;
    }
    batch.push(branch);
    entries += more;
  }
  if (batch.length > 0) yield batch;
}
