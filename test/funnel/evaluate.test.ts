import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import type { Schedule } from '../../src/contract/schedule.ts';
import { parseSchedule } from '../../src/contract/schedule.ts';
import { evaluateSchedule, funnelOf, recallsOf, scheduleHits, worstQueries } from '../../src/funnel/evaluate.ts';
import { buildPool } from '../../src/funnel/pool-build.ts';
import { vectorPoolSource } from '../../src/funnel/pool-source.ts';
import { truthCountOf } from '../../src/funnel/pool.ts';
import { runFunnel } from '../../src/funnel/run.ts';
import { openEmbeddedStore } from '../../src/stores/embedded/embedded-store.ts';
import { queryOf } from '../../src/vectors/query-matrix.ts';
import { similaritiesAt } from '../../src/vectors/search.ts';
import { truthOf, survivalOf, recallOf } from '../../src/metrics/truth.ts';
import { madeSet, scorerOf } from './made-data.ts';
import { naiveFunnel, naiveRecall, naiveTruth } from './naive-funnel.ts';

const DIMS = [4, 8, 16, 32];

/** Schedules over DIMS with keeps from k up to a capacity, any of whose stages may keep all. */
export function schedulesOf(k: number, capacity: number): fc.Arbitrary<Schedule> {
  return fc
    .tuple(fc.subarray(DIMS, { minLength: 1 }), fc.array(fc.integer({ min: k, max: capacity }), { minLength: DIMS.length, maxLength: DIMS.length }))
    .map(([dims, keeps]) => {
      const falling = [...keeps].sort((a, b) => b - a);
      return dims.map((size, i) => ({ dims: size, keep: falling[i]! }));
    });
}

const cases = fc
  .record({ seed: fc.integer({ min: 0, max: 1e6 }), rowCount: fc.integer({ min: 12, max: 400 }), k: fc.integer({ min: 1, max: 12 }), extra: fc.integer({ min: 0, max: 120 }), duplicates: fc.constantFrom(0, 0.3) })
  .chain((shape) => {
    const capacity = Math.min(shape.rowCount, shape.k + shape.extra);
    return fc.record({ shape: fc.constant(shape), capacity: fc.constant(capacity), schedules: fc.array(schedulesOf(shape.k, capacity), { minLength: 1, maxLength: 5 }) });
  });

describe('evaluating a schedule from the pool', () => {
  test('equals a naive double-precision funnel: survivors of every stage in order, survival, recall', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, capacity, schedules }) => {
        const set = madeSet({ ...shape, queryCount: 3, dims: 32, boundaries: DIMS });
        const pool = await buildPool(vectorPoolSource(set.vectors), set.queries, { dims: DIMS, k: shape.k, capacity });
        for (const schedule of schedules) {
          const hits = scheduleHits(pool, schedule);
          const recalls = recallsOf(pool, hits.answer);
          for (let query = 0; query < 3; query += 1) {
            const naive = naiveFunnel(set, query, schedule);
            const found = funnelOf(pool, query, schedule, scorerOf(set, query));
            const truth = naiveTruth(set, query, shape.k);
            found.forEach((stage, s) => {
              if (s > 0 || stage.dims < 32) expect(stage.rows.length).toBe(naive[s]!.rows.length);
              stage.rows.forEach((row, i) => {
                // float32 cannot tell rows whose similarities are closer than this; identical rows come in rising order.
                if (row !== naive[s]!.rows[i]) expect(Math.abs(naive[s]!.scores[row]! - naive[s]!.scores[naive[s]!.rows[i]!]!)).toBeLessThan(1e-6);
              });
              if (truth === undefined) return;
              const survivors = [...stage.rows].filter((row) => truth.has(row)).length;
              expect(hits.stages[s]![query]!).toBe(Math.min(survivors, truthCountOf(pool)));
            });
            if (truth !== undefined) expect(recalls[query]).toBeCloseTo(naiveRecall(truth, [...found.at(-1)!.rows], shape.k, shape.rowCount), 9);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('equals the real run over the embedded store: the same rows in the same order after every stage', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, capacity, schedules }) => {
        const set = madeSet({ ...shape, queryCount: 2, dims: 32, boundaries: DIMS });
        const store = openEmbeddedStore(set.vectors);
        const pool = await buildPool(vectorPoolSource(set.vectors), set.queries, { dims: DIMS, k: shape.k, capacity });
        const table = (await store.sweep(set.queries, [32], Math.min(shape.rowCount, 3 * shape.k + 32))).get(32)!;
        const truth = truthOf(table, shape.k, shape.rowCount, (query, rows) => similaritiesAt(set.vectors, queryOf(set.queries, query), rows, [32]));
        for (const schedule of schedules) {
          const head = await store.openHead({ dims: schedule[0]!.dims, index: 'flat', precision: 'f32' });
          const hits = scheduleHits(pool, schedule);
          for (let query = 0; query < 2; query += 1) {
            const run = await runFunnel(store, head, schedule, queryOf(set.queries, query));
            const found = funnelOf(pool, query, schedule, scorerOf(set, query));
            found.forEach((stage, s) => {
              const real = run.stages[s]!;
              // A head at full dimension is the exact search, of which the pool knows the k best only.
              const known = s === 0 && stage.dims === 32 ? real.rows.subarray(0, stage.rows.length) : real.rows;
              expect([...stage.rows]).toEqual([...known]);
              expect(hits.stages[s]![query]! / truthCountOf(pool)).toBeCloseTo(survivalOf(truth, query, stage.rows), 9);
            });
            expect(hits.answer[query]! / truthCountOf(pool)).toBeCloseTo(recallOf(truth, query, found.at(-1)!.rows), 9);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test('a schedule evaluated on some queries has the same hits as on all', async () => {
    const set = madeSet({ seed: 3, rowCount: 300, queryCount: 9, dims: 32, boundaries: DIMS });
    const pool = await buildPool(vectorPoolSource(set.vectors), set.queries, { dims: DIMS, k: 5, capacity: 60 });
    const schedule = parseSchedule('4:60,16:12,32:5');
    const all = scheduleHits(pool, schedule).answer;
    const some = scheduleHits(pool, schedule, [8, 2, 2]).answer;
    expect([...some]).toEqual([all[8], all[2], all[2]]);
  });

  test('keeps that are larger than the corpus are cut to it, as in a run', async () => {
    const set = madeSet({ seed: 4, rowCount: 30, queryCount: 2, dims: 32, boundaries: DIMS });
    const pool = await buildPool(vectorPoolSource(set.vectors), set.queries, { dims: DIMS, k: 5, capacity: 1000 });
    expect(pool.capacity).toBe(30);
    expect(evaluateSchedule(pool, parseSchedule('4:5000,32:5')).recall.value).toBe(1);
  });

  test('refuses, in one clear line, what the pool cannot know', async () => {
    const set = madeSet({ seed: 5, rowCount: 200, queryCount: 1, dims: 32, boundaries: DIMS });
    const pool = await buildPool(vectorPoolSource(set.vectors), set.queries, { dims: [4, 8], k: 5, capacity: 50 });
    const message = (text: string): string => {
      try {
        evaluateSchedule(pool, parseSchedule(text));
      } catch (error) {
        if (error instanceof UserError) return error.message;
        throw error;
      }
      return 'accepted';
    };
    expect(message('4:50,32:5')).toBe('accepted');
    expect(message('4:51,32:5')).toBe("schedule 4:51,32:5: stage 1 (4:51) keeps 51, more than the candidate pool's capacity of 50");
    expect(message('4:50,16:20,32:5')).toBe('schedule 4:50,16:20,32:5: stage 2 (16:20) uses 16 dims, which the candidate pool was not built for; it has 4, 8, 32');
    expect(message('4:50,64:5')).toMatch(/64 dims is beyond the embeddings' 32/);
    expect(message('4:50,32:4')).toMatch(/keeps 4, fewer than k = 5/);
  });

  test('the worst queries come first, by recall and then by row', async () => {
    const set = madeSet({ seed: 6, rowCount: 500, queryCount: 20, dims: 32, boundaries: DIMS });
    const pool = await buildPool(vectorPoolSource(set.vectors), set.queries, { dims: DIMS, k: 5, capacity: 50 });
    const schedule = parseSchedule('4:10,32:5');
    const worst = worstQueries(pool, schedule, 20);
    const recalls = recallsOf(pool, scheduleHits(pool, schedule).answer);
    expect(worst.map(({ row }) => recalls[row])).toEqual([...recalls].sort((a, b) => a - b));
    expect(worst.slice(0, 3)).toEqual(worstQueries(pool, schedule, 3));
  });
});
