import { describe, expect, test } from 'vitest';
import { orderSchema } from '../../src/contract/tuning.ts';
import { orderExperiment, pcaRotationOf } from '../../src/experiments/order.ts';
import { reorderDims, sweepTransformed } from '../../src/experiments/transformed-sweep.ts';
import { applyLinear } from '../../src/training/linear.ts';
import { sweepTop } from '../../src/vectors/sweep.ts';
import { naiveOrder, naiveScores } from '../vectors/naive.ts';
import { madeSet } from '../funnel/made-data.ts';

const set = madeSet({ seed: 61, rowCount: 900, queryCount: 20, dims: 32, boundaries: [4, 8, 16] });
const k = 5;

/** Recall of searching only these dimensions, against all of them. */
function naiveRecall(chosen: readonly number[]): number {
  const pick = (rows: Float32Array): Float32Array => Float32Array.from({ length: (rows.length / 32) * chosen.length }, (_, i) => rows[Math.floor(i / chosen.length) * 32 + chosen[i % chosen.length]!]!);
  const documents = pick(set.documents);
  let hits = 0;
  for (let query = 0; query < 20; query += 1) {
    const vector = set.queryRows.subarray(query * 32, (query + 1) * 32);
    const truth = new Set(naiveOrder(naiveScores(set.documents, 32, vector, 32)).slice(0, k));
    const found = naiveOrder(naiveScores(documents, chosen.length, pick(vector), chosen.length)).slice(0, k);
    hits += found.filter((row) => truth.has(row)).length;
  }
  return hits / (20 * k);
}

describe('the order experiment', () => {
  test('front and back dimensions have the recall of a naive search over just those', async () => {
    const result = await orderExperiment(set.vectors, set.queries, { dims: [8, 4, 16, 32], k, seed: 1 });
    expect(orderSchema.parse(result)).toEqual(result);
    expect(result.dims).toEqual([4, 8, 16]);
    const of = (order: string): number[] => result.series.find((series) => series.order === order)!.recall.map((recall) => recall.value);
    result.dims.forEach((dims, i) => {
      expect(of('prefix')[i]).toBeCloseTo(naiveRecall(Array.from({ length: dims }, (_, j) => j)), 9);
      expect(of('suffix')[i]).toBeCloseTo(naiveRecall(Array.from({ length: dims }, (_, j) => 31 - j)), 9);
    });
    expect(result.series.map((series) => series.order)).toEqual(['prefix', 'suffix', 'random', 'pca']);
  });

  test('where the variance falls along the dimensions, the front beats random choices and these the back', async () => {
    const result = await orderExperiment(set.vectors, set.queries, { dims: [8], k, seed: 1 });
    const [prefix, suffix, random, pca] = result.series.map((series) => series.recall[0]!.value);
    expect(prefix!).toBeGreaterThan(random!);
    expect(random!).toBeGreaterThan(suffix!);
    expect(pca!).toBeGreaterThan(random!);
  });

  test('the same seed gives the same result', async () => {
    const spec = { dims: [8], k, seed: 4 };
    expect(await orderExperiment(set.vectors, set.queries, spec)).toEqual(await orderExperiment(set.vectors, set.queries, spec));
  });

  test('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const running = orderExperiment(set.vectors, set.queries, { dims: [8], k, seed: 4 }, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(running).rejects.toThrow('cancelled');
  });
});

describe('a sweep over transformed vectors', () => {
  const lists = (tables: Awaited<ReturnType<typeof sweepTop>>, dims: number): number[] => [...tables.get(dims)!.rows];

  test('leaves rows as they are under the order that they have', async () => {
    const plain = await sweepTop(set.vectors, set.queries, [8, 32], 7);
    const same = await sweepTransformed(set.vectors, set.queries, reorderDims(Int32Array.from({ length: 32 }, (_, j) => j)), [8, 32], 7, { phase: 'x' });
    for (const dims of [8, 32]) expect(lists(same, dims)).toEqual(lists(plain, dims));
  });

  test('a rotation to principal axes keeps the full-dimension neighbours', async () => {
    const rotation = await pcaRotationOf(set.vectors, Int32Array.from({ length: 900 }, (_, i) => i), {});
    const plain = (await sweepTop(set.vectors, set.queries, [32], 7)).get(32)!;
    const turned = (await sweepTransformed(set.vectors, set.queries, (rows) => applyLinear(rows, 32, rotation), [32], 7, { phase: 'x' })).get(32)!;
    plain.rows.forEach((row, i) => {
      expect(turned.scores[i]!).toBeCloseTo(plain.scores[i]!, 5);
      if (turned.rows[i] !== row) expect(Math.abs(turned.scores[i]! - plain.scores[i]!)).toBeLessThan(1e-5);
    });
  });
});
