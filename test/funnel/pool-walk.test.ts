import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomInt, seededRandom } from '../../src/base/random.ts';
import type { CostModel } from '../../src/contract/tuning.ts';
import { parseSchedule } from '../../src/contract/schedule.ts';
import { estimateMs } from '../../src/funnel/cost-model.ts';
import { evaluateSchedule, recallsOf, scheduleHits } from '../../src/funnel/evaluate.ts';
import { buildPool } from '../../src/funnel/pool-build.ts';
import { streamedPoolSource, vectorPoolSource } from '../../src/funnel/pool-source.ts';
import { aliveLimitsOf, rerankPlaces, walkAlive, walksAlive } from '../../src/funnel/pool-walk.ts';
import { bootstrapMean, mean } from '../../src/math/statistics.ts';
import { naiveScores } from '../vectors/naive.ts';
import { madeSet } from './made-data.ts';

/** Orders of `rows` places at `prefixes` prefixes, each a permutation, and after them their inverses, the ranks; laid out as in a pool, a query's worth after `before` numbers. */
function permutations(seed: number, rows: number, prefixes: number, before: number) {
  const random = seededRandom(seed);
  const places = new Uint16Array(before + 2 * prefixes * rows).fill(60_000);
  const orderBaseOf = (prefix: number): number => before + prefix * rows;
  const rankBaseOf = (prefix: number): number => before + (prefixes + prefix) * rows;
  for (let prefix = 0; prefix < prefixes; prefix += 1) {
    const order = Array.from({ length: rows }, (_, i) => i);
    for (let i = rows - 1; i > 0; i -= 1) {
      const j = randomInt(random, i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    order.forEach((place, rank) => {
      places[orderBaseOf(prefix) + rank] = place;
      places[rankBaseOf(prefix) + place] = rank;
    });
  }
  return { places, orderBaseOf, rankBaseOf };
}

const shapes = fc.record({ seed: fc.nat(1e6), rows: fc.integer({ min: 1, max: 150 }), stages: fc.integer({ min: 1, max: 4 }), before: fc.constantFrom(0, 7), wanted: fc.integer({ min: 1, max: 150 }) });

describe('one stage over a pool', () => {
  test('walking what is alive, and marking it, both give the best of it in order', () => {
    fc.assert(
      fc.property(shapes, ({ seed, rows, stages, before, wanted }) => {
        const { places, orderBaseOf, rankBaseOf } = permutations(seed, rows, stages + 1, before);
        const random = seededRandom(seed + 1);
        const limits = aliveLimitsOf(stages);
        // Some are not ranked at the head's prefix: whatever stands where their ranks would is not asked.
        const headRanked = 1 + randomInt(random, rows);
        for (let stage = 0; stage < stages; stage += 1) {
          limits.bases[stage] = rankBaseOf(stage);
          limits.limits[stage] = 1 + randomInt(random, rows);
        }
        const alive = Array.from({ length: headRanked }, (_, place) => place).filter((place) => Array.from({ length: stages }, (_, stage) => places[rankBaseOf(stage) + place]! < limits.limits[stage]!).every(Boolean));
        const [order, base] = [orderBaseOf(stages), rankBaseOf(stages)];
        const expected = [...alive].sort((a, b) => places[base + a]! - places[base + b]!).slice(0, wanted);

        const walked = new Uint16Array(wanted + 1);
        const found = walkAlive(places, limits, stages, headRanked, order, rows, wanted, walked);
        expect([...walked.subarray(0, found)]).toEqual(expected);

        const marks = new Int32Array((rows + 31) >>> 5);
        const marked = new Uint16Array(wanted);
        const given = Uint16Array.from([9999, ...alive, 9999]);
        const count = rerankPlaces(places, order, base, rows, given, 1, alive.length, wanted, marked, marks);
        expect([...marked.subarray(0, count)]).toEqual(expected);
        // Left clean for the next query.
        expect(marks.every((word) => word === 0)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('walking pays where few are wanted of many that are alive', () => {
    // keep · pool · (stages + 1) steps against 6 · alive²
    expect(walksAlive(1000, 10, 2000, 1)).toBe(true);
    expect(walksAlive(100, 50, 2000, 1)).toBe(false);
    expect([59, 60].map((keep) => walksAlive(100, keep, 500, 1))).toEqual([true, false]);
    expect([29, 30].map((keep) => walksAlive(100, keep, 500, 3))).toEqual([true, false]);
  });
});

describe('where a pool’s candidates come from', () => {
  const set = madeSet({ seed: 51, rowCount: 90, queryCount: 3, dims: 32, boundaries: [8, 32] });

  test('similarities of each query to rows of its own, by prefix and row, from memory and from a stream alike', async () => {
    const rows = [Int32Array.of(1, 4, 80), new Int32Array(0), Int32Array.of(30)];
    const stream = { rowCount: 90, dims: 32, *open() {
      yield new Float32Array(0);
      for (let row = 0; row < 90; row += 40) yield set.documents.slice(row * 32, Math.min(90, row + 40) * 32);
    } };
    for (const source of [vectorPoolSource(set.vectors), streamedPoolSource(stream)]) {
      const found = await source.similarities(set.queries, rows, [8, 32], {});
      expect(found.map(({ length }) => length)).toEqual([6, 0, 2]);
      rows.forEach((list, query) =>
        [8, 32].forEach((dims, p) => {
          const scores = naiveScores(set.documents, 32, set.queryRows.subarray(query * 32, (query + 1) * 32), dims);
          list.forEach((row, i) => expect(found[query]![p * list.length + i]).toBeCloseTo(scores[row]!, 5));
        }),
      );
    }
  });

  test('a stream that is not whole rows, or not as many as announced, is refused; its progress counts rows', async () => {
    const of = (chunks: Float32Array[], rowCount = 90) => streamedPoolSource({ rowCount, dims: 32, open: () => chunks });
    await expect(of([set.documents.slice(0, 33)]).sweep(set.queries, [32], 5, {})).rejects.toThrow('a chunk of 33 numbers is not whole rows of 32');
    await expect(of([set.documents.slice(0, 64)]).sweep(set.queries, [32], 5, {})).rejects.toThrow('the vectors ended after 2 rows, expected 90');
    const heard: unknown[] = [];
    await of([set.documents.slice(0, 40 * 32), set.documents.slice(40 * 32)]).sweep(set.queries, [32], 5, { onProgress: (progress) => heard.push(progress) });
    expect(heard).toEqual([40, 90].map((done) => ({ phase: 'comparing', done, total: 90, unit: 'rows' })));
  });

  test('a sweep from memory is the stream’s', async () => {
    const memory = await vectorPoolSource(set.vectors, { threads: 1 }).sweep(set.queries, [8, 32], 7, {});
    const stream = await streamedPoolSource({ rowCount: 90, dims: 32, open: () => [set.documents] }).sweep(set.queries, [8, 32], 7, {});
    for (const dims of [8, 32]) expect([...memory.get(dims)!.rows]).toEqual([...stream.get(dims)!.rows]);
  });
});

describe('an evaluation', () => {
  const costs: CostModel = { store: 'x', fixedMs: 1, scanMsPerRowDim: 1e-3, scanMsPerKeep: 0, rerankFixedMs: 0.5, rerankMsPerCandidate: 1e-3, rerankMsPerCandidateDim: 0, relativeError: 0.1, runCount: 3, how: '' };

  test('carries recall with its interval, survival after each stage, bytes, and an estimate where there is a cost model', async () => {
    const set = madeSet({ seed: 52, rowCount: 200, queryCount: 30, dims: 32, boundaries: [4, 16, 32] });
    const pool = await buildPool(vectorPoolSource(set.vectors), set.queries, { dims: [4, 16, 32], k: 5, capacity: 60 });
    const schedule = parseSchedule('4:50,16:12,32:5');
    const { elapsedMs, ...found } = evaluateSchedule(pool, schedule, { seed: 3 });
    const hits = scheduleHits(pool, schedule);
    expect(found).toEqual({
      schedule: [...schedule],
      recall: bootstrapMean(recallsOf(pool, hits.answer), { seed: 3, resamples: 1000 }),
      survival: hits.stages.map((stage) => mean(recallsOf(pool, stage))),
      bytesReadPerQuery: 200 * 4 * 4 + 50 * 12 * 4 + 12 * 16 * 4,
    });
    expect(elapsedMs).toBeGreaterThanOrEqual(0);
    expect(elapsedMs).toBeLessThan(60_000);
    expect(evaluateSchedule(pool, schedule, { costModel: costs }).estimate).toEqual(estimateMs(costs, schedule, 200));
    expect(evaluateSchedule(pool, schedule, { seed: 3, resamples: 50 }).recall).toEqual(bootstrapMean(recallsOf(pool, hits.answer), { seed: 3, resamples: 50 }));
  });
});
