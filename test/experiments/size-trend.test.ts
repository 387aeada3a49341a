import { describe, expect, test } from 'vitest';
import { sampleWithoutReplacement, seededRandom } from '../../src/base/random.ts';
import { sizeTrendSchema } from '../../src/contract/tuning.ts';
import { milvusIndexSizes } from '../../src/experiments/milvus-sizing.ts';
import { sizeTrend } from '../../src/experiments/size-trend.ts';
import { naiveOrder, naiveScores } from '../vectors/naive.ts';
import { madeSet } from '../funnel/made-data.ts';

const set = madeSet({ seed: 5, rowCount: 1600, queryCount: 40, dims: 32, boundaries: [4, 8, 16] });
const k = 5;

/** Recall of the plain prefix search and the smallest keep that loses nothing, on some rows only, in double precision. */
function naiveAt(rows: readonly number[], prefix: number): { recall: number; needs: number[] } {
  let hits = 0;
  const needs: number[] = [];
  for (let query = 0; query < 40; query += 1) {
    const vector = set.queryRows.subarray(query * 32, (query + 1) * 32);
    const truth = new Set(naiveOrder(naiveScores(set.documents, 32, vector, 32), rows).slice(0, k));
    const found = naiveOrder(naiveScores(set.documents, 32, vector, prefix), rows);
    hits += found.slice(0, k).filter((row) => truth.has(row)).length;
    needs.push(Math.max(...[...truth].map((row) => found.indexOf(row) + 1)));
  }
  return { recall: hits / (40 * k), needs: needs.sort((a, b) => a - b) };
}

describe('the corpus-size experiment', () => {
  test('measures each nested subsample against its own truth', async () => {
    const trend = await sizeTrend(set.vectors, set.queries, { dims: [4, 8, 16], k, seed: 9 });
    expect(sizeTrendSchema.parse(trend)).toEqual(trend);
    expect(trend.sizes).toEqual([100, 200, 400, 800, 1600]);
    const order = sampleWithoutReplacement(seededRandom(9), 1600, 1600);
    expect(trend.series.map((series) => series.dims)).toEqual([4, 8, 16]);
    for (const series of trend.series) {
      for (const [index, size] of trend.sizes.entries()) {
        const naive = naiveAt([...order.slice(0, size)], series.dims);
        expect(series.measured[index]!.recall.value).toBeCloseTo(naive.recall, 9);
        expect(series.measured[index]!.candidates99).toBe(naive.needs[39]);
      }
    }
  });

  test('checks its own projection at n, and projects 10×, 100× and a billion with wider and wider intervals', async () => {
    const trend = await sizeTrend(set.vectors, set.queries, { dims: [8, 16], k, seed: 9 });
    for (const series of trend.series) {
      const { predicted, measured, inside } = series.check!;
      expect(inside).toBe(measured >= predicted.low && measured <= predicted.high);
      expect(measured).toBe(series.measured.at(-1)!.recall.value);
      expect(inside).toBe(true);
      expect(series.checkCandidates!.inside).toBe(true);
      expect(series.projected.map((point) => point.rowCount)).toEqual([16_000, 160_000, 1e9]);
      const logWidth = series.projected.map(({ recall }) => Math.log(recall.high / (1 - recall.high)) - Math.log(recall.low / (1 - recall.low)));
      expect(logWidth[2]!).toBeGreaterThan(logWidth[0]!);
      for (const { recall, candidates99, rowCount } of series.projected) {
        expect(recall.low).toBeLessThanOrEqual(recall.value);
        expect(recall.high).toBeGreaterThanOrEqual(recall.value);
        expect(candidates99!.high).toBeLessThanOrEqual(rowCount);
      }
    }
    expect(trend.how).toContain('they are not measurements');
  });

  test('candidates beyond the depth looked at are null, and then not projected', async () => {
    const trend = await sizeTrend(set.vectors, set.queries, { dims: [4], k, seed: 9, depth: 40 });
    const series = trend.series[0]!;
    expect(series.measured.at(-1)!.candidates99).toBeNull();
    expect(series.projected.every((point) => point.candidates99 === null)).toBe(true);
  });

  test('sizes Milvus indexes for each corpus size, head and full', async () => {
    const trend = await sizeTrend(set.vectors, set.queries, { dims: [4, 8, 16], k, seed: 9 });
    expect(new Set(trend.sizing.map((row) => row.rowCount))).toEqual(new Set([1600, 16_000, 160_000, 1e9]));
    expect(new Set(trend.sizing.map((row) => row.dims))).toEqual(new Set([8, 32]));
    const billion = trend.sizing.find((row) => row.rowCount === 1e9 && row.index === 'FLAT' && row.dims === 8)!;
    expect(billion.headBytes).toBe(1e9 * 8 * 4);
    expect(billion.fullBytes).toBe(1e9 * 32 * 4);
  });

  test('refuses a corpus too small to halve four times', async () => {
    const tiny = madeSet({ seed: 5, rowCount: 200, queryCount: 3, dims: 32 });
    await expect(sizeTrend(tiny.vectors, tiny.queries, { dims: [8], k, seed: 1 })).rejects.toThrow('200 documents leave 12, fewer than 4 k = 20');
  });

  test('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const running = sizeTrend(set.vectors, set.queries, { dims: [8], k, seed: 1 }, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(running).rejects.toThrow('cancelled');
  });
});

describe('Milvus sizing', () => {
  test('a million vectors of 768 dims, by the sizing tool’s formulas', () => {
    const size = (index: string) => milvusIndexSizes(1e6, 768, { M: 30, nlist: 128, maxDegree: 56 }).find((row) => row.index.split(' ')[0] === index)!;
    expect(size('FLAT').memoryBytes).toBe(3_072_000_000);
    expect(size('HNSW').memoryBytes).toBe(3_072_000_000 + 1e6 * 30 * 8);
    expect(size('IVF_FLAT').memoryBytes).toBe(3_072_000_000 + 128 * 768 * 4);
    expect(size('IVF_SQ8').memoryBytes).toBe(768_000_000 + 128 * 768 * 4);
    expect(size('SCANN').memoryBytes).toBe(384_000_000);
    expect(size('DISKANN')).toMatchObject({ memoryBytes: 768_000_000, diskBytes: 3_072_000_000 + 1e6 * 56 * 4 });
  });
});
