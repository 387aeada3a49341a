import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildPool } from '../../src/funnel/pool-build.ts';
import { mergeTables, streamedPoolSource, vectorPoolSource } from '../../src/funnel/pool-source.ts';
import { orderBaseOf, placesOf, poolBytes, poolSummary, rankBaseOf, rankedAt, rowsOf, truthsOf } from '../../src/funnel/pool.ts';
import type { Pool } from '../../src/funnel/pool.ts';
import { poolSummarySchema } from '../../src/contract/tuning.ts';
import { funnelOf, scheduleHits } from '../../src/funnel/evaluate.ts';
import { parseSchedule } from '../../src/contract/schedule.ts';
import { tableOf } from '../../src/vectors/neighbours.ts';
import { naiveOrder, naiveScores } from '../vectors/naive.ts';
import { madeSet, scorerOf } from './made-data.ts';

const DIMS = [4, 8, 16, 32];

describe('building a pool', () => {
  test('holds the top rows of every prefix, once each, ranked as their similarities are', async () => {
    const set = madeSet({ seed: 1, rowCount: 400, queryCount: 4, dims: 32, duplicates: 0.2, boundaries: DIMS });
    const pool = await buildPool(vectorPoolSource(set.vectors), set.queries, { dims: [16, 4, 8], k: 5, capacity: 40 });
    expect(pool.dims).toEqual([4, 8, 16, 32]);
    for (let query = 0; query < 4; query += 1) {
      const rows = [...rowsOf(pool, query)];
      expect(new Set(rows).size).toBe(rows.length);
      const truths = [...truthsOf(pool, query)].map((place) => rows[place]!);
      DIMS.forEach((dims, p) => {
        const scores = naiveScores(set.documents, 32, set.queryRows.subarray(query * 32, (query + 1) * 32), dims);
        const limit = scores[naiveOrder(scores)[dims === 32 ? 4 : 39]!]!;
        scores.forEach((score, row) => {
          if (score > limit + 1e-6) expect(dims === 32 ? truths : rows).toContain(row);
        });
        if (dims === 32) return;
        const ranked = rankedAt(pool, query, p);
        const places = placesOf(pool, query);
        const [order, ranks] = [orderBaseOf, rankBaseOf].map((baseOf) => [...places.subarray(baseOf(pool, query, p), baseOf(pool, query, p) + ranked)]) as [number[], number[]];
        expect(ranked).toBeGreaterThanOrEqual(40);
        expect([...ranks].sort((a, b) => a - b)).toEqual(Array.from({ length: ranked }, (_, i) => i));
        ranks.forEach((rank, place) => expect(order[rank]).toBe(place));
        const best = order.map((place) => scores[rows[place]!]!).slice(0, 40);
        best.forEach((score, rank) => {
          if (rank > 0) expect(score).toBeLessThanOrEqual(best[rank - 1]! + 1e-6);
        });
      });
    }
  });

  test('from a stream read in chunks, and in as many passes as the tables need, is the same pool', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e5 }), fc.integer({ min: 40, max: 320 }), fc.constantFrom(1, 30_000, undefined), async (seed, chunkRows, tableBytes) => {
        const set = madeSet({ seed, rowCount: 300, queryCount: 5, dims: 32, duplicates: 0.2, boundaries: DIMS });
        const options = { dims: DIMS, k: 5, capacity: 40 };
        const whole = await buildPool(vectorPoolSource(set.vectors), set.queries, options);
        const streamed = await buildPool(
          streamedPoolSource({
            rowCount: 300,
            dims: 32,
            *open() {
              for (let row = 0; row < 300; row += chunkRows) yield set.documents.slice(row * 32, Math.min(300, row + chunkRows) * 32);
            },
          }),
          set.queries,
          { ...options, tableBytes },
        );
        const schedules = ['4:40,32:5', '8:30,16:10,32:5', '4:5'].map(parseSchedule);
        for (const schedule of schedules) expect(scheduleHits(streamed, schedule)).toEqual(scheduleHits(whole, schedule));
        for (const schedule of schedules) for (let query = 0; query < 5; query += 1) expect(funnelOf(streamed, query, schedule, scorerOf(set, query))).toEqual(funnelOf(whole, query, schedule, scorerOf(set, query)));
      }),
      { numRuns: 8 },
    );
  });

  test('survives being posted to another thread', async () => {
    const set = madeSet({ seed: 2, rowCount: 200, queryCount: 3, dims: 32, boundaries: DIMS });
    const pool = await buildPool(vectorPoolSource(set.vectors), set.queries, { dims: DIMS, k: 5, capacity: 40 });
    const schedule = parseSchedule('4:40,16:10,32:5');
    const before = scheduleHits(pool, schedule);
    const posted = structuredClone(pool, { transfer: pool.blocks.map(({ rows }) => rows.buffer as ArrayBuffer) });
    expect(scheduleHits(posted, schedule)).toEqual(before);
    expect(pool.blocks[0]!.rows.length).toBe(0);
  });

  test('says how large it is', async () => {
    const set = madeSet({ seed: 2, rowCount: 200, queryCount: 3, dims: 32, boundaries: DIMS });
    const pool = await buildPool(vectorPoolSource(set.vectors), set.queries, { dims: DIMS, k: 5, capacity: 40 });
    const summary = poolSummary(pool, 'p');
    expect(poolSummarySchema.parse(summary)).toEqual(summary);
    expect(summary).toMatchObject({ poolId: 'p', dims: DIMS, capacity: 40, queryCount: 3, rowCount: 200, k: 5, sizeBytes: poolBytes(pool) });
    expect(summary.rowsPerQuery).toBeCloseTo([0, 1, 2].reduce((sum, query) => sum + rowsOf(pool, query).length, 0) / 3, 9);
  });

  test('refuses what cannot be evaluated later', async () => {
    const set = madeSet({ seed: 3, rowCount: 20, queryCount: 1, dims: 32, boundaries: DIMS });
    const build = (change: { dims?: number[]; k?: number; capacity?: number }): Promise<Pool> => buildPool(vectorPoolSource(set.vectors), set.queries, { dims: DIMS, k: 5, capacity: 10, ...change });
    await expect(build({ dims: [64] })).rejects.toThrow('prefix 64 is not one of 1 … 32');
    await expect(build({ k: 21, capacity: 50 })).rejects.toThrow('k = 21 is more than the 20 documents');
    await expect(build({ k: 11 })).rejects.toThrow('capacity of 10 is less than k = 11');
    await expect(buildPool(vectorPoolSource(set.vectors), { ...set.queries, queryCount: 0 }, { dims: DIMS, k: 5, capacity: 10 })).rejects.toThrow('at least one query, got none');
  });

  test('stops when it is cancelled', async () => {
    const set = madeSet({ seed: 3, rowCount: 200, queryCount: 3, dims: 32, boundaries: DIMS });
    const controller = new AbortController();
    const building = buildPool(vectorPoolSource(set.vectors), set.queries, { dims: DIMS, k: 5, capacity: 10, signal: controller.signal, onProgress: () => controller.abort() });
    await expect(building).rejects.toThrow('cancelled');
  });
});

describe('merging neighbour tables of two parts of a corpus', () => {
  test('equals sorting all of them', () => {
    const lists = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 20 });
    fc.assert(
      fc.property(lists, lists, fc.integer({ min: 1, max: 25 }), (first, second, k) => {
        const listOf = (scores: readonly number[]): { row: number; score: number }[] =>
          scores.map((score, row) => ({ row, score })).sort((a, b) => b.score - a.score || a.row - b.row).slice(0, k);
        const table = (scores: readonly number[]) =>
          tableOf([{ rows: Int32Array.from(listOf(scores), ({ row }) => row), scores: Float32Array.from(listOf(scores), ({ score }) => score) }], Math.max(1, k));
        const merged = mergeTables(table(first), table(second), (row) => first.length + row, k);
        const expected = listOf([...first, ...second]);
        expect([...merged.rows].filter((row) => row >= 0)).toEqual(expected.map(({ row }) => row));
      }),
    );
  });
});
