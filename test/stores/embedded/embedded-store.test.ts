import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openEmbeddedStore } from '../../../src/stores/embedded/embedded-store.ts';
import { neighboursOf } from '../../../src/vectors/neighbours.ts';
import { queryMatrixOf } from '../../../src/vectors/query-matrix.ts';
import { vectorSetOf } from '../../../src/vectors/vector-set.ts';
import { expectExact, makeData, naiveScores } from '../../vectors/naive.ts';

function storeOf(seed: number, rowCount: number, dims: number) {
  const { data, query } = makeData(seed, rowCount, dims);
  return { data, query, store: openEmbeddedStore(vectorSetOf(data, { rowCount, dims })) };
}

describe('the embedded store', () => {
  test('a three-stage funnel by head and rerank equals a naive funnel', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 30, max: 900 }), async (seed, rowCount) => {
        const dims = 48;
        const { data, query, store } = storeOf(seed, rowCount, dims);
        const head = await store.openHead({ dims: 9, index: 'flat', precision: 'f32' });
        const first = await head.search(query, 200);
        expectExact(first, naiveScores(data, dims, query, 9), 200);
        const second = await store.rerank(query, first, { dims: 32, keep: 50 });
        expectExact(second, naiveScores(data, dims, query, 32), 50, first.rows);
        const third = await store.rerank(query, second, { dims: 48, keep: 10 });
        expectExact(third, naiveScores(data, dims, query, 48), 10, second.rows);
        expect(third.dims).toBe(48);
        expect(third.timing!.serverMs).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  test('searchMany and sweep give the lists that single searches give', async () => {
    const dims = 40;
    const { data, store } = storeOf(11, 700, dims);
    const queries = queryMatrixOf(makeData(12, 6, dims).data, dims);
    const head = await store.openHead({ dims: 16, index: 'flat', precision: 'f32' });
    const many = await head.searchMany(queries, 25);
    const swept = await store.sweep(queries, [16, 40], 25);
    for (let query = 0; query < 6; query += 1) {
      const vector = queries.data.subarray(query * dims, (query + 1) * dims);
      const naive = naiveScores(data, dims, vector, 16);
      expectExact(await head.search(vector, 25), naive, 25);
      expectExact(neighboursOf(many, query), naive, 25);
      expectExact(neighboursOf(swept.get(16)!, query), naive, 25);
    }
  });

  test('refuses what it cannot do in one line', async () => {
    const { store, query } = storeOf(1, 20, 8);
    await expect(store.openHead({ dims: 9, index: 'flat', precision: 'f32' })).rejects.toThrow('a prefix of 9 dimensions, expected 1 to 8');
    await expect(store.openHead({ dims: 8, index: 'diskann', precision: 'f32' })).rejects.toThrow('no diskann head');
    const head = await store.openHead({ dims: 8, index: 'flat', precision: 'f32' });
    await expect(head.search(query.subarray(0, 4), 3)).rejects.toThrow('a query of 4 dimensions, expected 8');
  });
});
