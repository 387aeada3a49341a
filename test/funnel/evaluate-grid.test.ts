import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CostModel } from '../../src/contract/tuning.ts';
import { estimateMs } from '../../src/funnel/cost-model.ts';
import { scheduleHits } from '../../src/funnel/evaluate.ts';
import { gridEntries, gridSweeperOf } from '../../src/funnel/evaluate-grid.ts';
import type { GridList } from '../../src/funnel/evaluate-grid.ts';
import { buildPool } from '../../src/funnel/pool-build.ts';
import { vectorPoolSource } from '../../src/funnel/pool-source.ts';
import type { Pool } from '../../src/funnel/pool.ts';
import { truthCountOf } from '../../src/funnel/pool.ts';
import { describeGrid, gridKeeps, gridSize, pathSchedule, staircaseOf, tuningDims } from '../../src/funnel/tuner-grid.ts';
import type { GridPath } from '../../src/funnel/tuner-grid.ts';
import { searchFrontier } from '../../src/funnel/tuner-search.ts';
import { madeSet } from './made-data.ts';

const DIMS = [4, 8, 12, 16, 32];

async function madePool(shape: { seed: number; rowCount: number; k: number; capacity: number; duplicates: number }): Promise<Pool> {
  const set = madeSet({ ...shape, queryCount: 6, dims: 32, boundaries: DIMS });
  return buildPool(vectorPoolSource(set.vectors), set.queries, { dims: DIMS, k: shape.k, capacity: shape.capacity });
}

const shapes = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  rowCount: fc.integer({ min: 40, max: 300 }),
  k: fc.integer({ min: 1, max: 8 }),
  capacity: fc.integer({ min: 10, max: 40 }),
  duplicates: fc.constantFrom(0, 0.4),
});

/** Every schedule of the grid, by plain recursion. */
function allPaths(prefixCount: number, keepCount: number, maxStages: number): GridPath[] {
  const paths: GridPath[] = [];
  const grow = (path: GridPath['inner']): void => {
    const last = path.at(-1);
    for (let prefix = (last?.prefix ?? -1) + 1; prefix < prefixCount; prefix += 1) {
      paths.push({ inner: path, last: prefix });
      if (path.length + 2 > maxStages) continue;
      for (let keep = 1; keep < (last?.keep ?? keepCount); keep += 1) grow([...path, { prefix, keep }]);
    }
  };
  grow([]);
  return paths;
}

function sumOf(hits: ArrayLike<number>): number {
  return Array.from(hits).reduce((sum, value) => sum + value, 0);
}

const prices: CostModel = {
  store: 'made up',
  fixedMs: 0.01,
  scanMsPerRowDim: 1e-5,
  scanMsPerKeep: 1e-4,
  rerankFixedMs: 0.003,
  rerankMsPerCandidate: 2e-5,
  rerankMsPerCandidateDim: 1e-5,
  relativeError: 0,
  runCount: 0,
  how: '',
};

describe('the grid sweep', () => {
  test('its sums equal evaluating each schedule on its own', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer(), async (shape, pick) => {
        const pool = await madePool(shape);
        const keeps = gridKeeps(truthCountOf(pool), pool.capacity, 5);
        const queries = [0, 2, 3, 5];
        const sweeper = gridSweeperOf(pool, queries, keeps);
        const all = allPaths(DIMS.length, keeps.length, 5);
        const lists: GridList[] = [];
        for (const { inner } of all) {
          if (inner.length === 0 || inner.at(-1)!.prefix + 1 >= DIMS.length - 1) continue;
          const own = inner.at(-1)!;
          const known = lists.find((list) => list.prefix === own.prefix && JSON.stringify(list.parents) === JSON.stringify(inner.slice(0, -1)));
          if (known === undefined) lists.push({ parents: inner.slice(0, -1), prefix: own.prefix, open: [own.keep] });
          else if (!known.open.includes(own.keep)) (known.open as number[]).push(own.keep);
        }
        for (const list of lists) (list.open as number[]).sort((a, b) => a - b);
        const { tables, sums } = await sweeper.evaluate(lists);
        const checks = Array.from({ length: 60 }, (_, i) => tables[Math.abs(pick + 7919 * i) % Math.max(1, tables.length)]).filter((table) => table !== undefined);
        for (const { list, next, offsets } of checks) {
          list.open.forEach((keep, i) => {
            const inner = [...list.parents, { prefix: list.prefix, keep }];
            for (let kept = 0; kept < keep; kept += 1) {
              const path = kept === 0 ? { inner, last: next } : { inner: [...inner, { prefix: next, keep: kept }], last: DIMS.length - 1 };
              expect(sums[offsets[i]! + kept]!).toBe(sumOf(scheduleHits(pool, pathSchedule(path, pool.dims, keeps), queries).answer));
            }
          });
        }
      }),
      { numRuns: 15 },
    );
  });

  test('a list’s tables have an entry for each keep below its own, and one more, at every longer prefix but the last', () => {
    expect(gridEntries({ parents: [], prefix: 1, open: [2, 4] }, 4)).toBe(2 * (3 + 5));
    expect(gridEntries({ parents: [], prefix: 3, open: [2, 4] }, 4)).toBe(0);
    expect(gridEntries({ parents: [], prefix: 4, open: [2] }, 4)).toBe(0);
  });

  test('the grid has as many schedules as plain recursion finds', () => {
    for (let prefixes = 1; prefixes <= 5; prefixes += 1) {
      for (let keeps = 1; keeps <= 6; keeps += 1) {
        for (let stages = 1; stages <= 5; stages += 1) expect(gridSize(prefixes, keeps, stages)).toBe(allPaths(prefixes, keeps, stages).length);
      }
    }
  });

  test('keeps of the grid are distinct, rising, and go from k to the capacity', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 9000 }), fc.integer({ min: 2, max: 60 }), (least, most, count) => {
        const keeps = gridKeeps(least, most, count);
        expect(keeps[0]).toBe(least);
        expect(keeps.at(-1)).toBe(Math.max(least, most));
        expect(keeps.length).toBeLessThanOrEqual(count);
        keeps.slice(1).forEach((keep, i) => expect(keep).toBeGreaterThan(keeps[i]!));
      }),
    );
  });
});

describe('the grid in words', () => {
  test('names prefixes, keeps, stages and an example', () => {
    expect(describeGrid([16, 64, 256], [10, 20, 40], 3)).toBe('prefixes 16, 64, 256 × 3 keeps from 10 to 40 × 1–3 stages, e.g. 16:40,256:10');
    expect(describeGrid([256], [10, 20], 1)).toBe('prefixes 256 × 2 keeps from 10 to 20 × 1–1 stages, e.g. 256:10');
    expect(describeGrid([16, 256], [10], 2)).toBe('prefixes 16, 256 × 1 keeps from 10 to 10 × 1–2 stages, e.g. 256:10');
    expect(gridSize(3, 4, 3, (prefix) => prefix === 1)).toBe(1 + 3);
  });
});

describe('prefixes for tuning', () => {
  test('fill the widest gaps, keep what was given, stay within it and within the number allowed', () => {
    expect(tuningDims([16, 32, 64, 128, 256])).toEqual([16, 32, 64, 96, 128, 192, 256]);
    expect(tuningDims([64, 768], 5)).toEqual([64, 152, 240, 416, 768]);
    expect(tuningDims([8])).toEqual([8]);
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 3072 }), { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 12 }), (dims, most) => {
        const found = tuningDims(dims, most);
        expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
        for (const size of dims) expect(found).toContain(size);
        expect(Math.min(...found)).toBe(Math.min(...dims));
        expect(Math.max(...found)).toBe(Math.max(...dims));
        expect(found.length).toBeLessThanOrEqual(Math.max(most, dims.length));
      }),
    );
  });
});

describe('the staircase', () => {
  test('holds exactly the points that no other one beats', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ cost: fc.integer({ min: 1, max: 12 }), hits: fc.integer({ min: 0, max: 12 }) }), { maxLength: 40 }), (points) => {
        const stairs = staircaseOf();
        for (const { cost, hits } of points) stairs.offer(cost, hits, () => ({ inner: [], last: 0 }));
        const best = points.filter(({ cost, hits }) => !points.some((other) => other.cost <= cost && other.hits >= hits && (other.cost < cost || other.hits > hits)));
        const expected = [...new Map(best.map((point) => [point.cost, point.hits])).entries()].sort((a, b) => a[0] - b[0]);
        expect(stairs.steps.map((step) => [step.costMs, step.hits])).toEqual(expected);
        for (let cost = 0; cost <= 13; cost += 1) {
          expect(stairs.bestAt(cost)).toBe(Math.max(-1, ...points.filter((point) => point.cost <= cost).map((point) => point.hits)));
        }
      }),
    );
  });
});

describe('searching the frontier', () => {
  test('finds with pruning the same frontier as plain enumeration, and accounts for every schedule of the grid', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer({ min: 1, max: 5 }), async (shape, maxStages) => {
        const pool = await madePool(shape);
        const keeps = gridKeeps(truthCountOf(pool), pool.capacity, 5);
        const queries = [1, 2, 4];
        const found = await searchFrontier(pool, { costModel: prices, queries, keeps, maxStages });
        const full = await searchFrontier(pool, { costModel: prices, queries, keeps, maxStages, prune: false });
        const stairs = staircaseOf();
        const paths = allPaths(DIMS.length, keeps.length, maxStages);
        for (const path of paths) {
          const schedule = pathSchedule(path, pool.dims, keeps);
          stairs.offer(estimateMs(prices, schedule, pool.rowCount).totalMs, sumOf(scheduleHits(pool, schedule, queries).answer), () => path);
        }
        const points = (steps: typeof stairs.steps): unknown => steps.map((step) => [step.costMs.toPrecision(9), step.hits]);
        expect(points(found.frontier)).toEqual(points(stairs.steps));
        expect(points(full.frontier)).toEqual(points(stairs.steps));
        expect(full.evaluated).toBe(paths.length);
        expect(full.pruned).toBe(0);
        expect(found.evaluated + found.pruned).toBe(paths.length);
        for (const { path, hits } of found.frontier) expect(sumOf(scheduleHits(pool, pathSchedule(path, pool.dims, keeps), queries).answer)).toBe(hits);
      }),
      { numRuns: 25 },
    );
  });

  test('cutting below a recall or above a cost loses no point that meets both', async () => {
    const pool = await madePool({ seed: 11, rowCount: 300, k: 5, capacity: 40, duplicates: 0 });
    const keeps = gridKeeps(5, 40, 6);
    const queries = [0, 1, 2, 3, 4, 5];
    const all = (await searchFrontier(pool, { costModel: prices, queries, keeps, maxStages: 5 })).frontier;
    const ceiling = all[Math.floor(all.length * 0.8)]!.costMs;
    const cut = await searchFrontier(pool, { costModel: prices, queries, keeps, maxStages: 5, recallFloor: 0.8, costCeilingMs: ceiling });
    const wanted = (step: { costMs: number; hits: number }): boolean => step.hits >= 0.8 * 30 && step.costMs <= ceiling;
    expect(cut.frontier.filter(wanted).map((step) => step.hits)).toEqual(all.filter(wanted).map((step) => step.hits));
    expect(all.filter(wanted).length).toBeGreaterThan(1);
  });

  test('of each number of stages the best, with the paths that give them; and cutting spares work by each of its bounds', async () => {
    const pool = await madePool({ seed: 11, rowCount: 300, k: 5, capacity: 40, duplicates: 0 });
    // Scans cost much and re-ranks little: frontiers of many stages.
    const scansCost = { ...prices, scanMsPerRowDim: 1e-3, rerankFixedMs: 1e-5, rerankMsPerCandidate: 1e-5 };
    const keeps = gridKeeps(5, 40, 6);
    const queries = [0, 1, 2, 3, 4, 5];
    const search = (change: object = {}) => searchFrontier(pool, { costModel: scansCost, queries, keeps, maxStages: 5, ...change });
    const full = await search({ prune: false });
    const paths = allPaths(DIMS.length, keeps.length, 5);
    const costOf = (path: GridPath): number => estimateMs(scansCost, pathSchedule(path, pool.dims, keeps), 300).totalMs;
    for (let stages = 1; stages <= 5; stages += 1) {
      const stairs = staircaseOf();
      for (const path of paths) if (path.inner.length + 1 === stages) stairs.offer(costOf(path), sumOf(scheduleHits(pool, pathSchedule(path, pool.dims, keeps), queries).answer), () => path);
      expect(full.byStages[stages - 1]!.map(({ hits }) => hits)).toEqual(stairs.steps.map(({ hits }) => hits));
      for (const { path, costMs, hits } of full.byStages[stages - 1]!) {
        expect(path.inner.length + 1).toBe(stages);
        expect(costOf(path)).toBeCloseTo(costMs, 12);
        expect(sumOf(scheduleHits(pool, pathSchedule(path, pool.dims, keeps), queries).answer)).toBe(hits);
      }
    }
    expect(full.queryCount).toBe(6);
    expect(full.frontier.some(({ path }) => path.inner.length >= 3)).toBe(true);
    // The default cuts; each bound alone cuts more, and none of them anything that it may not.
    const plain = await search();
    const [floor, ceiling] = [await search({ recallFloor: 0.9 }), await search({ costCeilingMs: plain.frontier[2]!.costMs })];
    expect(plain.evaluated).toBeLessThan(full.evaluated);
    expect(floor.evaluated).toBeLessThan(plain.evaluated);
    expect(ceiling.evaluated).toBeLessThan(plain.evaluated);
    const enough = (steps: typeof plain.frontier): unknown => steps.filter(({ hits }) => hits >= 27).map(({ costMs, hits }) => [costMs, hits]);
    expect(enough(floor.frontier)).toEqual(enough(plain.frontier));
    // A head that is not allowed never leads, and is not counted.
    const long = await search({ isHead: (prefix: number) => prefix >= 2 });
    for (const { path } of long.frontier) expect(path.inner[0]?.prefix ?? path.last).toBeGreaterThanOrEqual(2);
    expect(long.evaluated + long.pruned).toBe(paths.filter((path) => (path.inner[0]?.prefix ?? path.last) >= 2).length);
  });

  test('stops when it is cancelled', async () => {
    const pool = await madePool({ seed: 12, rowCount: 300, k: 5, capacity: 40, duplicates: 0 });
    const controller = new AbortController();
    controller.abort();
    await expect(searchFrontier(pool, { costModel: prices, queries: [0], keeps: gridKeeps(5, 40, 6), maxStages: 5, signal: controller.signal })).rejects.toThrow('cancelled');
  });
});
