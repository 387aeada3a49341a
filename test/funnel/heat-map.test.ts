import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { candidateLevels, candidatesByQuery, candidatesNeeded } from '../../src/funnel/candidates-needed.ts';
import { recallsOf, scheduleHits } from '../../src/funnel/evaluate.ts';
import { heatMapOf } from '../../src/funnel/heat-map.ts';
import { buildPool } from '../../src/funnel/pool-build.ts';
import { vectorPoolSource } from '../../src/funnel/pool-source.ts';
import type { Pool } from '../../src/funnel/pool.ts';
import { mean } from '../../src/math/statistics.ts';
import { madeSet } from './made-data.ts';

const DIMS = [4, 8, 16, 32];

async function madePool(shape: { seed: number; rowCount?: number; queryCount?: number; k?: number; capacity?: number; duplicates?: number }): Promise<Pool> {
  const set = madeSet({ rowCount: 300, queryCount: 12, dims: 32, boundaries: DIMS, ...shape });
  return buildPool(vectorPoolSource(set.vectors), set.queries, { dims: DIMS, k: shape.k ?? 5, capacity: shape.capacity ?? 60 });
}

const recallAt = (pool: Pool, dims: number, keep: number, k: number): number => mean(recallsOf(pool, scheduleHits(pool, [{ dims, keep }, { dims: 32, keep: k }]).answer));

const shapes = fc.record({ seed: fc.integer({ min: 0, max: 1e6 }), rowCount: fc.integer({ min: 20, max: 300 }), k: fc.integer({ min: 1, max: 10 }), capacity: fc.integer({ min: 10, max: 80 }), duplicates: fc.constantFrom(0, 0.3) });

describe('the heat map', () => {
  test('each cell is the recall of its two-stage funnel', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const pool = await madePool(shape);
        const map = heatMapOf(pool);
        expect(map.dims).toEqual([4, 8, 16]);
        map.dims.forEach((dims, d) => {
          map.keeps.forEach((keep, i) => {
            expect(map.recall[d]![i]).toBeCloseTo(recallAt(pool, dims, keep, map.keeps[0]!), 9);
          });
        });
      }),
      { numRuns: 20 },
    );
  });

  test('the iso-recall line is the smallest keep that reaches the level', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.double({ min: 0, max: 1, noNaN: true }), async (shape, level) => {
        const pool = await madePool(shape);
        const k = Math.min(pool.k, pool.rowCount);
        const recall = (dims: number, keep: number): number => recallAt(pool, dims, keep, k);
        const line = heatMapOf(pool, { levels: [level] }).isoRecall[0]!;
        line.keeps.forEach((keep, d) => {
          const dims = pool.dims[d]!;
          if (keep === null) {
            expect(recall(dims, pool.capacity)).toBeLessThan(level);
          } else {
            expect(recall(dims, keep)).toBeGreaterThanOrEqual(level - 1e-9);
            if (keep > k) expect(recall(dims, keep - 1)).toBeLessThan(level);
          }
        });
      }),
      { numRuns: 20 },
    );
  });
});

describe('the keeps of the heat map', () => {
  test('rise from k to the capacity, six an octave, as many as were asked for where they were', async () => {
    const map = heatMapOf(await madePool({ seed: 3, rowCount: 300, k: 5, capacity: 160 }));
    expect([map.keeps[0], map.keeps.at(-1)]).toEqual([5, 160]);
    // Five octaves; where a tenth more is less than one row, neighbouring columns fall together.
    expect(map.keeps.length).toBeGreaterThan(22);
    expect(map.keeps.length).toBeLessThanOrEqual(31);
    expect(heatMapOf(await madePool({ seed: 3 }), { keeps: [5, 17, 40] }).keeps).toEqual([5, 17, 40]);
  });
});

describe('candidates needed', () => {
  test('a query loses nothing with the keep it needs, and something with one less', async () => {
    const pool = await madePool({ seed: 8 });
    const k = 5;
    pool.dims.slice(0, -1).forEach((dims, prefix) => {
      candidatesByQuery(pool, prefix).forEach((keep, query) => {
        const hits = (size: number): number => scheduleHits(pool, [{ dims, keep: size }, { dims: 32, keep: k }], [query]).answer[0]!;
        if (keep === Infinity) return expect(hits(pool.capacity)).toBeLessThan(k);
        expect(hits(keep)).toBe(k);
        if (keep > k) expect(hits(keep - 1)).toBeLessThan(k);
      });
    });
  });

  test('levels are quantiles of the needs; the interval holds the estimate and comes from the seed alone', () => {
    const needs = Float64Array.from({ length: 200 }, (_, i) => i + 1);
    const levels = candidateLevels(needs, [0.5, 0.9, 0.99], 3);
    expect(levels.map((level) => level.keep)).toEqual([100, 180, 198]);
    for (const { low, keep, high } of levels) {
      expect(low!).toBeLessThanOrEqual(keep!);
      expect(high!).toBeGreaterThanOrEqual(keep!);
      expect(high! - low!).toBeGreaterThan(1);
    }
    expect(candidateLevels(needs, [0.5, 0.9, 0.99], 3)).toEqual(levels);
  });

  test('what is beyond the capacity is null, not a number', () => {
    const levels = candidateLevels(Float64Array.from([10, 10, 10, 10, 10, 10, 10, 10, Infinity, Infinity]), [0.5, 0.9]);
    expect(levels[0]).toMatchObject({ keep: 10, low: 10, high: 10 });
    expect(levels[1]).toMatchObject({ keep: null, high: null });
  });

  test('the rule of thumb is one sentence with its numbers', async () => {
    const pool = await madePool({ seed: 9, queryCount: 120, capacity: 300 });
    const needed = candidatesNeeded(pool);
    expect(needed.map((entry) => entry.dims)).toEqual([4, 8, 16]);
    const at16 = needed[2]!;
    const top = at16.levels.at(-1)!;
    expect(at16.sentence).toBe(`At 16 dims keep ${top.keep}: 99 % of queries lose nothing of their top 5 (95 % CI ${top.low}–${top.high}; 120 queries).`);
    const small = await madePool({ seed: 9, queryCount: 120, capacity: 6 });
    expect(candidatesNeeded(small)[0]!.sentence).toBe('At 4 dims even 6 candidates lose some of the top 5 for more than half of 120 queries.');
  });

  test('its interval is that of resampled order statistics: binomial ends, the order of the queries does not matter', () => {
    // Of 100 queries that need 1 … 100: the 90th smallest of a resample lies between the 84th and 95th of the needs, 95 times of 100.
    const needs = Float64Array.from({ length: 100 }, (_, i) => ((i * 37) % 100) + 1);
    const [level] = candidateLevels(needs, [0.9], 5);
    expect(level!.keep).toBe(90);
    expect(Math.abs(level!.low! - 84)).toBeLessThanOrEqual(1);
    expect(Math.abs(level!.high! - 95)).toBeLessThanOrEqual(1);
    expect(candidateLevels(needs.slice().sort(), [0.9], 5)).toEqual([level]);
  });

  test('the rule says what it cannot know: a worst query, a share beyond the capacity, an interval without an end', async () => {
    const one = await madePool({ seed: 9, queryCount: 1, capacity: 300 });
    const [first] = candidatesNeeded(one);
    expect(first!.sentence).toBe(`At 4 dims keep ${first!.levels[0]!.keep}: 99 % of queries lose nothing of their top 5 (95 % CI ${first!.levels[0]!.keep}–${first!.levels[0]!.keep}; 1 query), which is the hardest query seen.`);
    const fifty = await madePool({ seed: 9, queryCount: 50, capacity: 300 });
    expect(candidatesNeeded(fifty)[2]!.sentence).toMatch(/; 50 queries\), which is the hardest query seen\.$/);
    // A capacity between what half of the queries need and what nearly all do.
    const wide = await madePool({ seed: 9, queryCount: 120, capacity: 300 });
    const halfKeep = candidatesNeeded(wide)[1]!.levels[0]!.keep!;
    const narrow = await madePool({ seed: 9, queryCount: 120, capacity: halfKeep });
    const needed = candidatesNeeded(narrow)[1]!;
    expect(needed.levels.map(({ keep }) => keep)).toEqual([halfKeep, null, null, null]);
    expect(needed.sentence).toBe(`At 8 dims keep ${halfKeep}: 50 % of queries lose nothing of their top 5 (95 % CI ${needed.levels[0]!.low} to more than ${halfKeep}; 120 queries); 99 % would take more than ${halfKeep}.`);
  });
});
