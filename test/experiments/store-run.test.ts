import { describe, expect, it } from 'vitest';
import { randomNormal, seededRandom } from '../../src/base/random.ts';
import { parseSchedule } from '../../src/contract/schedule.ts';
import { measureStore } from '../../src/experiments/store-run.ts';
import type { StoreRunSpec } from '../../src/experiments/store-run.ts';
import { openEmbeddedStore } from '../../src/stores/embedded/embedded-store.ts';
import { queryMatrixOf } from '../../src/vectors/query-matrix.ts';
import { similaritiesAt } from '../../src/vectors/search.ts';
import { queryOf } from '../../src/vectors/query-matrix.ts';
import { vectorSetOf } from '../../src/vectors/vector-set.ts';

const n = 600;
const D = 48;
const q = 25;
const k = 10;

/** Rows whose variance falls with the dimension, as Matryoshka embeddings' does. */
function rowsOf(seed: number, count: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count * D }, (_, i) => randomNormal(random) / (1 + (i % D) / 6));
}

/** Exact search on the re-normalised prefix in double precision. */
function naiveRank(rows: Float32Array, query: Float64Array, dims: number, among: readonly number[]): number[] {
  const norm = (v: ArrayLike<number>, at: number, size: number): number => {
    let sum = 0;
    for (let j = 0; j < size; j += 1) sum += v[at + j]! ** 2;
    return Math.sqrt(sum);
  };
  const score = (row: number): number => {
    let dot = 0;
    for (let j = 0; j < dims; j += 1) dot += rows[row * D + j]! * query[j]!;
    return dot / (norm(rows, row * D, dims) * norm(query, 0, dims));
  };
  return [...among].map((row) => ({ row, score: score(row) })).sort((a, b) => b.score - a.score || a.row - b.row).map(({ row }) => row);
}

const documents = rowsOf(1, n);
const queryRows = rowsOf(2, q);
const all = Array.from({ length: n }, (_, row) => row);

async function run(change: Partial<StoreRunSpec> = {}) {
  const vectors = vectorSetOf(documents, { rowCount: n, dims: D, boundaries: [8, 16, 32] });
  const queries = queryMatrixOf(queryRows, D);
  const store = openEmbeddedStore(vectors);
  const data = { queries, rowCount: n, dims: D, scorer: (query: number, rows: Int32Array) => similaritiesAt(vectors, queryOf(queries, query), rows, [D]) };
  const spec: StoreRunSpec = {
    dims: [8, 16, 32, D],
    k,
    schedules: [parseSchedule('8:100,16:40,48:10')],
    head: { index: 'flat', precision: 'f32' },
    seed: 7,
    keepNeighbours: true,
    latencyQueries: 5,
    latencyBudgetMs: 10_000,
    ...change,
  };
  return (await measureStore(store, data, spec)).result;
}

const naiveQuery = (query: number): Float64Array => Float64Array.from(queryRows.subarray(query * D, (query + 1) * D));

describe('measuring a store', () => {
  it('every ladder list is the exact search on the re-normalised prefix', async () => {
    const result = await run();
    for (const entry of result.ladder) {
      entry.neighbours!.forEach((rows, query) => expect(rows).toEqual(naiveRank(documents, naiveQuery(query), entry.dims, all).slice(0, k)));
    }
  });

  it('every funnel list is the naive funnel', async () => {
    const [funnel] = (await run()).funnels;
    funnel!.neighbours!.forEach((rows, query) => {
      let alive = all;
      for (const stage of parseSchedule(funnel!.schedule)) alive = naiveRank(documents, naiveQuery(query), stage.dims, alive).slice(0, stage.keep);
      expect(rows).toEqual(alive);
    });
  });

  it('recall and survival agree with the lists, and fall within their intervals', async () => {
    const result = await run();
    const truth = Array.from({ length: q }, (_, query) => naiveRank(documents, naiveQuery(query), D, all).slice(0, k));
    for (const entry of [...result.ladder, ...result.funnels]) {
      const found = entry.neighbours!.map((rows, query) => rows.filter((row) => truth[query]!.includes(row)).length / k);
      expect(entry.recall.value).toBeCloseTo(found.reduce((a, b) => a + b, 0) / q, 9);
      expect(entry.recall.low).toBeLessThanOrEqual(entry.recall.value);
      expect(entry.recall.high).toBeGreaterThanOrEqual(entry.recall.value);
    }
    const { stages, recall } = result.funnels[0]!;
    expect(stages.at(-1)!.survival).toBeCloseTo(recall.value, 9);
    expect(stages.map((stage) => stage.survival)).toEqual([...stages.map((stage) => stage.survival)].sort((a, b) => b - a));
    expect(result.baseline.recall).toEqual({ value: 1, low: 1, high: 1 });
    expect(result.ladder.at(-1)!.recall.value).toBe(1);
  });

  it('times every configuration on the same sampled queries', async () => {
    const result = await run();
    for (const entry of [...result.ladder, ...result.funnels, result.baseline]) {
      expect(entry.latencyMs.count).toBe(5);
      expect(entry.latencyMs.p50).toBeGreaterThan(0);
      expect(entry.latencyMs.p95).toBeGreaterThanOrEqual(entry.latencyMs.p50);
    }
  });

  it('refuses a schedule beyond the embeddings and one that keeps fewer than k', async () => {
    await expect(run({ schedules: [parseSchedule('8:100,64:10')] })).rejects.toThrow("64 dims is beyond the embeddings' 48");
    await expect(run({ schedules: [parseSchedule('8:100,48:5')] })).rejects.toThrow('keeps 5, fewer than k = 10');
  });
});
