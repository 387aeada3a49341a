import { formatSchedule } from '../contract/schedule.ts';
import type { Schedule } from '../contract/schedule.ts';
import type { GridStage } from './evaluate-grid.ts';

/**
 * Keeps from `least` to `most` in equal ratios, whole and distinct, at most `count` of them.
 * Recall and cost both move with the logarithm of the keep, so equal ratios are equal steps of either.
 */
export function gridKeeps(least: number, most: number, count: number): number[] {
  if (most <= least || count < 2) return [least];
  const keeps = new Set<number>();
  for (let i = 0; i < count; i += 1) keeps.add(Math.round(least * (most / least) ** (i / (count - 1))));
  return [...keeps];
}

/**
 * Prefixes for a tuner's pool: those given and points half-way between neighbours, the widest gaps (in ratio) first, in multiples of 8.
 * A model's trained prefixes are the best ones, but what lies between them is often the cheapest that is good enough — and the plain search that
 * a funnel has to beat.
 */
export function tuningDims(dims: readonly number[], most = 7): number[] {
  const found = new Set(dims);
  for (;;) {
    const sorted = [...found].sort((a, b) => a - b);
    if (sorted.length >= most) return sorted;
    const gaps = sorted.slice(1).map((to, i) => ({ middle: Math.round((sorted[i]! + to) / 16) * 8, ratio: to / sorted[i]!, from: sorted[i]!, to }));
    // Of equal ratios the longer prefixes first: there a scan costs most.
    const widest = gaps.filter(({ middle, from, to }) => middle > from && middle < to).sort((a, b) => b.ratio - a.ratio || b.to - a.to)[0];
    if (widest === undefined) return sorted;
    found.add(widest.middle);
  }
}

/** A schedule on the grid: stages that prune, then the last one, which keeps k. */
export interface GridPath {
  readonly inner: readonly GridStage[];
  readonly last: number;
}

export function pathSchedule(path: GridPath, dims: readonly number[], keeps: readonly number[]): Schedule {
  return [...path.inner.map((stage) => ({ dims: dims[stage.prefix]!, keep: keeps[stage.keep]! })), { dims: dims[path.last]!, keep: keeps[0]! }];
}

/**
 * How many schedules the grid has: prefixes strictly rising, keeps strictly falling down to k at the last stage
 * (a stage that keeps all it is given costs and changes nothing), at most `maxStages` stages, heads among the first `heads` prefixes allowed.
 */
export function gridSize(prefixCount: number, keepCount: number, maxStages: number, isHead: (prefix: number) => boolean = () => true): number {
  // ways[s][p]: paths with s pruning stages, the last at prefix p; keeps are a choice of s of the keepCount − 1 above k.
  let total = 0;
  let ways: number[] = Array.from({ length: prefixCount }, (_, prefix) => (isHead(prefix) ? 1 : 0));
  total += ways.reduce((sum, way) => sum + way, 0); // one stage: the plain search of a prefix
  let keepWays = 1;
  for (let inner = 1; inner < maxStages; inner += 1) {
    keepWays = (keepWays * (keepCount - inner)) / inner;
    if (keepWays <= 0) break;
    for (let prefix = 0; prefix < prefixCount; prefix += 1) total += ways[prefix]! * keepWays * (prefixCount - 1 - prefix);
    const before = ways;
    ways = before.map((_, prefix) => before.slice(0, prefix).reduce((sum, way) => sum + way, 0));
  }
  return total;
}

/** A schedule that may be on the frontier: its estimated cost and how many true neighbours it finds over the tuned queries. */
export interface Candidate {
  readonly path: GridPath;
  readonly costMs: number;
  readonly hits: number;
}

/** The schedules that no other one found so far beats in both recall and cost, by rising cost and rising recall. */
export interface Staircase {
  readonly steps: readonly Candidate[];
  /** The most hits at no more than this cost; −1 where nothing is that cheap. */
  bestAt(costMs: number): number;
  /** Takes the candidate in if nothing beats it. The path is asked for only then. */
  offer(costMs: number, hits: number, path: () => GridPath): void;
}

export function staircaseOf(): Staircase {
  const steps: Candidate[] = [];
  /** Index of the first step that costs more. */
  const after = (costMs: number): number => {
    let low = 0;
    let high = steps.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (steps[middle]!.costMs <= costMs) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    steps,
    bestAt(costMs) {
      const index = after(costMs);
      return index === 0 ? -1 : steps[index - 1]!.hits;
    },
    offer(costMs, hits, path) {
      const index = after(costMs);
      if (index > 0 && steps[index - 1]!.hits >= hits) return;
      let start = index;
      while (start > 0 && steps[start - 1]!.costMs === costMs) start -= 1;
      let end = index;
      while (end < steps.length && steps[end]!.hits <= hits) end += 1;
      steps.splice(start, end - start, { costMs, hits, path: path() });
    },
  };
}

/** For people: the grid's size in words. */
export function describeGrid(dims: readonly number[], keeps: readonly number[], maxStages: number): string {
  const last = keeps[keeps.length - 1]!;
  return `prefixes ${dims.join(', ')} × ${keeps.length} keeps from ${keeps[0]} to ${last} × 1–${maxStages} stages, e.g. ${formatSchedule(
    pathSchedule({ inner: keeps.length > 1 && dims.length > 1 ? [{ prefix: 0, keep: keeps.length - 1 }] : [], last: dims.length - 1 }, dims, keeps),
  )}`;
}
