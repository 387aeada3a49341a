import { describe, expect, test } from 'vitest';
import { formatSchedule, parseSchedule } from '../../src/contract/schedule.ts';
import type { Constraints, CostModel } from '../../src/contract/tuning.ts';
import { bytesReadOf, estimateMs } from '../../src/funnel/cost-model.ts';
import { scheduleHits } from '../../src/funnel/evaluate.ts';
import { buildPool } from '../../src/funnel/pool-build.ts';
import { vectorPoolSource } from '../../src/funnel/pool-source.ts';
import type { Pool } from '../../src/funnel/pool.ts';
import { isSureOf, planTuning, splitQueries } from '../../src/funnel/tuner.ts';
import type { PlanOptions, TunerPlan, TunerPoint } from '../../src/funnel/tuner.ts';
import { describeGrid, gridKeeps, gridSize, pathSchedule } from '../../src/funnel/tuner-grid.ts';
import type { Candidate } from '../../src/funnel/tuner-grid.ts';
import { searchFrontier } from '../../src/funnel/tuner-search.ts';
import { bootstrapMean, mean } from '../../src/math/statistics.ts';
import { madeSet } from './made-data.ts';

const DIMS = [4, 8, 16, 32];
const set = madeSet({ seed: 31, rowCount: 400, queryCount: 40, dims: 32, boundaries: DIMS });
const pool: Pool = await buildPool(vectorPoolSource(set.vectors), set.queries, { dims: DIMS, k: 5, capacity: 120 });
/** Scans cost by rows and dims, re-ranks little: funnels of several stages pay. */
const costs: CostModel = { store: 'made up', fixedMs: 0.01, scanMsPerRowDim: 1e-3, scanMsPerKeep: 1e-4, rerankFixedMs: 0.005, rerankMsPerCandidate: 2e-5, rerankMsPerCandidateDim: 1e-5, relativeError: 0.1, p95Ratio: 1.5, runCount: 0, how: '' };
const headBytes = (dims: number): number => 1000 * dims;

const plans = new Map<string, Promise<TunerPlan>>();

/** The same question is worked out once. */
function plan(constraints: Constraints, change?: Partial<PlanOptions>): Promise<TunerPlan> {
  const make = (): Promise<TunerPlan> => planTuning(pool, { constraints, costModel: costs, seed: 7, headBytes, keepCount: 12, ...change });
  if (change !== undefined) return make();
  const key = JSON.stringify(constraints);
  let known = plans.get(key);
  if (known === undefined) plans.set(key, (known = make()));
  return known;
}

const recallOn = (text: string, queries: ArrayLike<number>): number[] => Array.from(scheduleHits(pool, parseSchedule(text), queries).answer, (hits) => hits / 5);

describe('planning what to measure', () => {
  test('every point’s figures are its own: recall on either half, cost, bytes', async () => {
    const { tuned, heldOut, points, exact } = await plan({ recall: 0.9 });
    expect({ tuned, heldOut }).toEqual(splitQueries(40, 7));
    expect(points.length).toBeGreaterThan(5);
    for (const point of [...points, exact]) {
      expect(point.recallTuned).toEqual(bootstrapMean(recallOn(point.text, tuned), { seed: 7 }));
      expect(point.recallHeldOut).toEqual(bootstrapMean(recallOn(point.text, heldOut), { seed: 7 }));
      expect(Array.from(heldOut, point.hits).map((hits) => hits / 5)).toEqual(recallOn(point.text, heldOut));
      expect(point.estimatedMs).toBe(estimateMs(costs, point.schedule, 400).totalMs);
      expect(point.headBytes).toBe(1000 * point.schedule[0]!.dims);
      expect(point.totalBytes).toBe(point.headBytes + (point.schedule.length > 1 ? 400 * point.schedule.at(-1)!.dims * 4 : 0));
      expect(point.bytesReadPerQuery).toBe(bytesReadOf(point.schedule, 400));
    }
    expect(points.map(({ estimatedMs }) => estimatedMs)).toEqual(points.map(({ estimatedMs }) => estimatedMs).sort((a, b) => a - b));
    expect(new Set(points.map(({ text }) => text)).size).toBe(points.length);
  });

  test('the points hold the cheapest of the whole grid that has the recall beyond doubt, and of each number of stages', async () => {
    const found = await plan({ recall: 0.9 });
    const keeps = gridKeeps(5, 120, 12);
    const every = await searchFrontier(pool, { costModel: costs, queries: found.tuned, keeps, maxStages: 4, prune: false });
    expect(found.evaluated + found.pruned).toBe(gridSize(4, keeps.length, 4));
    expect(found.pruned).toBeGreaterThan(0);
    expect(found.grid).toBe(describeGrid(DIMS, keeps, 4));
    const texts = new Set(found.points.map(({ text }) => text));
    const sureOnes = (steps: typeof every.frontier): string[] =>
      steps
        .map(({ path }) => [...path.inner.map(({ prefix, keep }) => `${DIMS[prefix]}:${keeps[keep]}`), `${DIMS[path.last]}:${keeps[0]}`].join(','))
        .filter((text) => isSureOf({ recallTuned: bootstrapMean(recallOn(text, found.tuned), { seed: 7 }) }, 0.9));
    const [cheapest] = sureOnes(every.frontier);
    expect(texts).toContain(cheapest);
    for (const steps of every.byStages.slice(0, 2)) expect(texts).toContain(sureOnes(steps)[0]);
    // And lower levels of recall, down to five points below: what giving a little up would buy.
    const lowest = Math.min(...(await plan({ recall: 0.97 })).points.map(({ recallTuned }) => recallTuned.value));
    expect(lowest).toBeLessThan(0.97);
    expect(lowest).toBeGreaterThanOrEqual(0.95 - 1e-9);
  });

  test('plain searches to hold it against: all dimensions, and the shortest prefix with the recall', async () => {
    const high = await plan({ recall: 0.99 });
    expect([high.exact.text, high.bestPrefix.text, high.target]).toEqual(['32:5', '32:5', 0.99]);
    const recallOfPrefix = (dims: number): number => bootstrapMean(recallOn(`${dims}:5`, high.tuned)).value;
    const target = recallOfPrefix(16);
    expect(target).toBeLessThan(1);
    const low = await plan({ recall: target });
    expect(low.bestPrefix.text).toBe(`${DIMS.find((dims) => recallOfPrefix(dims) >= target)}:5`);
    expect(low.bestPrefix.text).not.toBe('32:5');
  });

  test('0.99 is asked for where nothing is, nothing where only time is limited', async () => {
    expect((await plan({})).target).toBe(0.99);
    const timed = await plan({ p95Ms: 4 });
    expect(timed.target).toBeUndefined();
    // p95 is half as much again as the median; twice the model's own error is allowed for.
    const ceiling = (4 / 1.5) * 1.2;
    expect(timed.points.length).toBeGreaterThan(1);
    const best = Math.max(...timed.points.filter(({ estimatedMs }) => estimatedMs <= ceiling).map(({ recallTuned }) => recallTuned.value));
    const every = await searchFrontier(pool, { costModel: costs, queries: timed.tuned, keeps: gridKeeps(5, 120, 12), maxStages: 4 });
    expect(best).toBeCloseTo(Math.max(...every.frontier.filter(({ costMs }) => costMs <= ceiling).map(({ hits }) => hits / (timed.tuned.length * 5))), 12);
  });

  test('keeps to the memory and to the stages allowed', async () => {
    const small = await plan({ recall: 0.9, memoryBytes: 8000 });
    expect(Math.max(...small.points.map(({ headBytes: bytes }) => bytes))).toBe(8000);
    const two = await plan({ recall: 0.9, maxStages: 2 });
    expect(Math.max(...two.points.map(({ schedule }) => schedule.length))).toBe(2);
    expect(two.grid).toContain('1–2 stages');
    const few = await plan({ recall: 0.9 }, { mostPoints: 3 });
    expect(few.points.length).toBeLessThan((await plan({ recall: 0.9 })).points.length);
  });

  test('where no point is beyond doubt it takes those that have the recall on these queries', async () => {
    // Asked for just the recall that 16 dims have here: half of what other queries may give is below it.
    const { tuned } = splitQueries(40, 7);
    const recall = mean(recallOn('16:5', tuned));
    const doubtful = { recallTuned: bootstrapMean(recallOn('16:5', tuned), { seed: 7 }) };
    expect(isSureOf(doubtful, recall)).toBe(false);
    const asked = { recall, maxStages: 1, memoryBytes: 16_000 };
    expect((await plan(asked, { mostPoints: 0 })).points.map(({ text }) => text)).toEqual(['16:5']);
    // Nothing within the memory has more, and nothing is taken for it.
    const more = await plan({ ...asked, recall: recall + 0.01 }, { mostPoints: 0 });
    expect([more.points.length, more.bestPrefix.text]).toEqual([0, '32:5']);
  });

  test('refuses too few queries to halve, tells its progress, and stops when it is cancelled', async () => {
    const nine = madeSet({ seed: 5, rowCount: 60, queryCount: 9, dims: 32, boundaries: DIMS });
    const small = await buildPool(vectorPoolSource(nine.vectors), nine.queries, { dims: DIMS, k: 5, capacity: 30 });
    await expect(planTuning(small, { constraints: {}, costModel: costs, seed: 1, headBytes })).rejects.toMatchObject({
      code: 'tune/queries',
      message: 'tuning chooses on one half of the queries and reports on the other: it needs at least 10, got 9',
    });
    const heard: unknown[] = [];
    const { evaluated, pruned } = await plan({ recall: 0.9 }, { onProgress: (progress) => heard.push(progress) });
    expect(heard.at(-1)).toEqual({ phase: 'searching schedules', done: evaluated, total: evaluated + pruned, unit: 'schedules' });
    const abort = new AbortController();
    await expect(plan({ recall: 0.9 }, { signal: abort.signal, onProgress: () => abort.abort() })).rejects.toThrow('cancelled');
  });

  test('the points are those first to meet the recall, the first of each number of stages, and the first of each level of recall, and no other', async () => {
    const textsOf = (steps: readonly Candidate[]): string[] => steps.map(({ path }) => formatSchedule(pathSchedule(path, DIMS, gridKeeps(5, 120, 12))));
    const search = (tuned: Int32Array, change: object) => searchFrontier(pool, { costModel: costs, queries: tuned, keeps: gridKeeps(5, 120, 12), maxStages: 4, ...change });
    const timeOf = (text: string): number => estimateMs(costs, parseSchedule(text), 400).totalMs;
    const recallOfText = (text: string, tuned: Int32Array): number => mean(recallOn(text, tuned));

    const asked = await plan({ recall: 0.9 });
    const found = await search(asked.tuned, { recallFloor: 0.85 });
    const sure = (steps: readonly Candidate[], most: number): string[] => {
      const taken: string[] = [];
      for (const text of textsOf(steps.filter(({ hits }) => hits >= 0.9 * 100))) {
        if (taken.length < most && isSureOf({ recallTuned: bootstrapMean(recallOn(text, asked.tuned), { seed: 7 }) }, 0.9)) taken.push(text);
      }
      return taken;
    };
    const levels = [0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 1].map((level) => textsOf(found.frontier).find((text) => recallOfText(text, asked.tuned) >= level - 1e-9)!);
    const expected = new Set([...sure(found.frontier, 4), ...found.byStages.flatMap((steps) => sure(steps, 1)), ...levels]);
    expect(expected.size).toBeLessThan(16);
    expect(asked.points.map(({ text }) => text)).toEqual([...expected].sort((a, b) => timeOf(a) - timeOf(b)));

    // Where only time is limited, the best that it allows, overall and of each number of stages, and the levels from a half up.
    const ceiling = (3 / 1.5) * 1.2;
    const timed = await plan({ p95Ms: 3 });
    const within = await search(timed.tuned, { costCeilingMs: ceiling });
    const best = (steps: readonly Candidate[], most: number): string[] => textsOf(steps).filter((text) => timeOf(text) <= ceiling).reverse().slice(0, most);
    const leading = [...best(within.frontier, 4), ...within.byStages.flatMap((steps) => best(steps, 1))];
    const steps = [0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 1].flatMap((level) => textsOf(within.frontier).find((text) => recallOfText(text, timed.tuned) >= level - 1e-9) ?? []);
    const all = new Set([...leading, ...steps]);
    expect(all.size).toBeLessThan(16);
    expect(timed.points.map(({ text }) => text)).toEqual([...all].sort((a, b) => timeOf(a) - timeOf(b)));
    // The plain search to hold them against is the shortest as good as the best of them.
    const bestRecall = Math.max(...[...all].map((text) => recallOfText(text, timed.tuned)));
    expect(timed.bestPrefix.text).toBe(`${DIMS.find((dims) => recallOfText(`${dims}:5`, timed.tuned) >= bestRecall) ?? 32}:5`);
    // A store that tells nothing of its slowest runs has them as fast as the median.
    const { p95Ratio: _, ...plain } = costs;
    expect((await plan({ p95Ms: 2 }, { costModel: plain })).points.map(({ text }) => text)).toEqual(timed.points.map(({ text }) => text));
  });

  test('16 points at most where levels are added, finer keeps where there are few prefixes, 10 queries are enough', async () => {
    expect((await plan({ recall: 0.5 })).points.length).toBeLessThanOrEqual(16);
    const small = madeSet({ seed: 6, rowCount: 150, queryCount: 10, dims: 32, boundaries: [2, 4, 6, 8, 10, 12, 16, 24, 32] });
    for (const [dims, most] of [[[2, 4, 6, 8, 10, 32], 40], [[2, 4, 6, 8, 10, 12, 32], 24], [[2, 4, 6, 8, 10, 12, 16, 32], 24], [[2, 4, 6, 8, 10, 12, 16, 24, 32], 16]] as const) {
      const few = await buildPool(vectorPoolSource(small.vectors), small.queries, { dims, k: 5, capacity: 140 });
      const { grid } = await planTuning(few, { constraints: { maxStages: 1 }, costModel: costs, seed: 1, headBytes });
      expect(grid).toContain(` × ${gridKeeps(5, 140, most).length} keeps from 5 to 140 × 1–1 stages`);
    }
  });

  test('a schedule asked for twice is the same point, worked out once', async () => {
    const start = performance.now();
    const { pointOf, exact, elapsedMs } = await plan({ recall: 0.9 }, {});
    expect(elapsedMs).toBeGreaterThan(0);
    expect(elapsedMs).toBeLessThanOrEqual(performance.now() - start);
    expect(await pointOf(parseSchedule('32:5'))).toBe(exact);
    expect((await pointOf(parseSchedule('4:77,8:40,32:5'))).recallHeldOut.value).toBeCloseTo(mean(recallOn('4:77,8:40,32:5', splitQueries(40, 7).heldOut)), 12);
  });

  test('the two halves hold every query once, the first the odd one; another seed another half', () => {
    for (const count of [10, 11]) {
      const { tuned, heldOut } = splitQueries(count, 3);
      expect([...tuned, ...heldOut].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      expect([tuned.length, heldOut.length]).toEqual([Math.ceil(count / 2), Math.floor(count / 2)]);
      for (const half of [tuned, heldOut]) expect([...half]).toEqual([...half].sort((a, b) => a - b));
    }
    expect(splitQueries(40, 1)).not.toEqual(splitQueries(40, 2));
  });

  test('beyond doubt means twice the lower half-width above the recall asked for', () => {
    const at = (value: number, low: number): Pick<TunerPoint, 'recallTuned'> => ({ recallTuned: { value, low, high: 1 } });
    expect([isSureOf(at(0.95, 0.925), 0.9), isSureOf(at(0.95, 0.924), 0.9), isSureOf(at(0.1, 0), undefined), isSureOf(at(0.89, 0.89), 0.9)]).toEqual([true, false, true, false]);
  });
});
