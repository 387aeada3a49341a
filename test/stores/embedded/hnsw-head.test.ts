import { describe, expect, test } from 'vitest';
import { CancelledError } from '../../../src/base/errors.ts';
import { randomNormal, seededRandom } from '../../../src/base/random.ts';
import { openEmbeddedStore } from '../../../src/stores/embedded/embedded-store.ts';
import { neighboursOf } from '../../../src/vectors/neighbours.ts';
import { queryMatrixOf } from '../../../src/vectors/query-matrix.ts';
import { vectorSetOf } from '../../../src/vectors/vector-set.ts';
import { makeData, naiveScores } from '../../vectors/naive.ts';

const dims = 32;
const rowCount = 3000;
const random = seededRandom(1);
const data = Float32Array.from({ length: rowCount * dims }, () => randomNormal(random));
const queries = queryMatrixOf(Float32Array.from({ length: 20 * dims }, () => randomNormal(random)), dims);
const store = openEmbeddedStore(vectorSetOf(data, { rowCount, dims }));
const query = (i: number) => queries.data.subarray(i * dims, (i + 1) * dims);

describe.each(['f32', 'f16', 'int8'] as const)('an hnsw head in %s', (precision) => {
  test('finds nearly all true neighbours with exact scores, best first, and a re-rank goes on from them', async () => {
    const flat = await store.openHead({ dims: 16, index: 'flat', precision: 'f32' });
    const head = await store.openHead({ dims: 16, index: 'hnsw', precision, params: { M: 24, ef: 200 } });
    const many = await head.searchMany(queries, 10);
    let hits = 0;
    for (let i = 0; i < 20; i += 1) {
      const truth = new Set((await flat.search(query(i), 10)).rows);
      const naive = naiveScores(data, dims, query(i), 16);
      const found = await head.search(query(i), 10);
      expect([...neighboursOf(many, i).rows]).toEqual([...found.rows]);
      found.rows.forEach((row, place) => {
        if (truth.has(row)) hits += 1;
        expect(Math.abs(found.scores[place]! - naive[row]!)).toBeLessThan(1e-6);
        if (place > 0) expect(found.scores[place]!).toBeLessThanOrEqual(found.scores[place - 1]!);
      });
      const whole = naiveScores(data, dims, query(i), 32);
      const last = await store.rerank(query(i), found, { dims: 32, keep: 3 });
      last.rows.forEach((row, place) => expect(Math.abs(last.scores[place]! - whole[row]!)).toBeLessThan(1e-6));
    }
    expect(hits).toBeGreaterThan(precision === 'int8' ? 150 : 190);
    expect(head.sizeBytes).toBeGreaterThan(rowCount * 16);
  });
});

describe('an hnsw head', () => {
  test('keeps no more rows than there are, with zero rows and duplicates among them', async () => {
    const made = makeData(3, 40, 8);
    const head = await openEmbeddedStore(vectorSetOf(made.data, { rowCount: 40, dims: 8 })).openHead({ dims: 8, index: 'hnsw', precision: 'f32' });
    const found = await head.search(made.query, 100);
    expect(found.rows.length).toBeLessThanOrEqual(40);
    expect(new Set(found.rows).size).toBe(found.rows.length);
  });

  test('refuses unknown and impossible parameters, and sign bits', async () => {
    const open = (params: Record<string, number>) => store.openHead({ dims: 16, index: 'hnsw', precision: 'f32', params });
    await expect(open({ nlist: 4 })).rejects.toThrow('an hnsw head has no parameter "nlist", expected M, efConstruction, ef');
    await expect(open({ toString: 4 })).rejects.toThrow('no parameter "toString"');
    await expect(open({ M: 1 })).rejects.toThrow('M is 1, expected a whole number from 2 to 256');
    await expect(store.openHead({ dims: 16, index: 'hnsw', precision: 'binary' })).rejects.toThrow('no hnsw head of sign bits');
  });

  test('reports rows while it is built and stops when cancelled', async () => {
    const stop = new AbortController();
    const build = store.openHead(
      { dims: 32, index: 'hnsw', precision: 'f32' },
      { signal: stop.signal, onProgress: ({ done }) => (done > 500 ? stop.abort() : undefined) },
    );
    await expect(build).rejects.toBeInstanceOf(CancelledError);
  });
});
