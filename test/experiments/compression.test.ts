import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { compressionSchema } from '../../src/contract/tuning.ts';
import { compressionExperiment } from '../../src/experiments/compression.ts';
import { productCodes, searchProductCodes } from '../../src/experiments/product-quantiser.ts';
import { openEmbeddedStore } from '../../src/stores/embedded/embedded-store.ts';
import { neighboursOf } from '../../src/vectors/neighbours.ts';
import { queryOf } from '../../src/vectors/query-matrix.ts';
import { gatherRows } from '../../src/vectors/vector-set.ts';
import { naiveOrder, naiveScores } from '../vectors/naive.ts';
import { madeSet } from '../funnel/made-data.ts';

const set = madeSet({ seed: 71, rowCount: 1200, queryCount: 16, dims: 32, boundaries: [4, 8, 16] });
const k = 5;

describe('product codes', () => {
  test('give each row its nearest centroid in every part', async () => {
    const codes = await productCodes(set.vectors, 8, { seed: 1 });
    const rows = gatherRows(set.vectors, Int32Array.from({ length: 1200 }, (_, i) => i));
    for (let row = 0; row < 1200; row += 37) {
      for (let part = 0; part < 8; part += 1) {
        const distance = (c: number): number => {
          let sum = 0;
          for (let j = 0; j < 4; j += 1) sum += (rows[row * 32 + part * 4 + j]! - codes.centroids[part]![c * 4 + j]!) ** 2;
          return sum;
        };
        const least = Math.min(...Array.from({ length: 256 }, (_, c) => distance(c)));
        expect(distance(codes.codes[part]![row]!)).toBeLessThan(least + 1e-6);
      }
    }
  });

  test('are searched by the inner product of the query with the decoded rows', async () => {
    for (const parts of [2, 8, 16]) {
      const codes = await productCodes(set.vectors, parts, { seed: 1 });
      const width = 32 / parts;
      const table = await searchProductCodes(codes, set.queries, 30);
      for (let query = 0; query < 16; query += 1) {
        const vector = queryOf(set.queries, query);
        const scores = Float64Array.from({ length: 1200 }, (_, row) => {
          let dot = 0;
          for (let j = 0; j < 32; j += 1) dot += vector[j]! * codes.centroids[Math.floor(j / width)]![codes.codes[Math.floor(j / width)]![row]! * width + (j % width)]!;
          return dot;
        });
        const expected = naiveOrder(scores).slice(0, 30);
        const found = neighboursOf(table, query);
        expect(found.rows.length).toBe(30);
        expect(new Set(found.rows).size).toBe(30);
        found.rows.forEach((row, i) => expect(Math.abs(scores[row]! - scores[expected[i]!]!)).toBeLessThan(1e-5));
      }
    }
  });

  test('refuse parts that do not divide the dims', async () => {
    await expect(productCodes(set.vectors, 5, { seed: 1 })).rejects.toThrow('32 dims do not divide into 5 equal parts');
  });
});

describe('the compression experiment', () => {
  test('measures every form at every size, alone and as a head; float32 prefixes have the recall of a naive search', async () => {
    const result = await compressionExperiment(openEmbeddedStore(set.vectors), set.vectors, set.queries, { dims: [8, 16], k, seed: 1, productBytes: [4, 8] });
    expect(compressionSchema.parse(result)).toEqual(result);
    const keys = result.points.map((point) => `${point.form} ${point.dims} ${point.bytesPerVector}`);
    expect(keys).toEqual([
      ...['f32 8 32', 'f16 8 16', 'int8 8 8', 'binary 8 1', 'pq4 8 1'],
      ...['f32 16 64', 'f16 16 32', 'int8 16 16', 'binary 16 2', 'pq4 16 2'],
      ...['f32 32 128', 'f16 32 64', 'int8 32 32', 'binary 32 4', 'pq4 32 4'],
      ...['pca 8 32', 'pca 16 64', 'pq 32 4', 'pq 32 8'],
    ]);
    const point = (form: string, dims: number) => result.points.find((each) => each.form === form && each.dims === dims)!;
    let alone = 0;
    let kept = 0;
    for (let query = 0; query < 16; query += 1) {
      const vector = set.queryRows.subarray(query * 32, (query + 1) * 32);
      const truth = new Set(naiveOrder(naiveScores(set.documents, 32, vector, 32)).slice(0, k));
      const found = naiveOrder(naiveScores(set.documents, 32, vector, 8));
      alone += found.slice(0, k).filter((row) => truth.has(row)).length;
      kept += found.slice(0, 10 * k).filter((row) => truth.has(row)).length;
    }
    expect(point('f32', 8).recall.value).toBeCloseTo(alone / (16 * k), 9);
    expect(point('f32', 8).funnel).toMatchObject({ keep: 50 });
    expect(point('f32', 8).funnel!.recall.value).toBeCloseTo(kept / (16 * k), 9);
    expect(point('f32', 32).recall.value).toBe(1);
    for (const each of result.points) expect(each.funnel!.recall.value).toBeGreaterThanOrEqual(each.recall.value);
  });

  test('leaves out what the store has no head for', async () => {
    const embedded = openEmbeddedStore(set.vectors);
    const store = {
      ...embedded,
      openHead: (spec: Parameters<typeof embedded.openHead>[0]) => {
        if (spec.precision !== 'f32') throw new UserError('store/head', 'no such head');
        return embedded.openHead(spec);
      },
    };
    const result = await compressionExperiment(store, set.vectors, set.queries, { dims: [8], k, seed: 1, productBytes: [] });
    expect(result.points.map((point) => point.form)).toEqual(['f32', 'f32', 'pca']);
  });

  test('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const running = compressionExperiment(openEmbeddedStore(set.vectors), set.vectors, set.queries, { dims: [8], k, seed: 1 }, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(running).rejects.toThrow('cancelled');
  });
});
