import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rerankPrefix, searchPrefix, similaritiesAt } from '../../src/vectors/search.ts';
import { vectorSetOf } from '../../src/vectors/vector-set.ts';
import { expectExact, makeData, naiveOrder, naiveScores, TIE } from './naive.ts';

const shapes = fc.record({
  seed: fc.integer(),
  rowCount: fc.integer({ min: 1, max: 1500 }),
  dims: fc.integer({ min: 1, max: 70 }),
  keep: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 2000 })),
  prefix: fc.nat(),
  second: fc.nat(),
  segments: fc.constantFrom(undefined, 2 ** 20 + 4096, 2 ** 20 + 40_000),
});

describe('searchPrefix', () => {
  test('equals a naive double-precision search at any prefix, with ties, zero rows, duplicates, k > n and several segments', () => {
    fc.assert(
      fc.property(shapes, ({ seed, rowCount, dims, keep, prefix, segments }) => {
        const { data, query } = makeData(seed, rowCount, dims);
        const vectors = vectorSetOf(data, { rowCount, dims, maxSegmentBytes: segments });
        const at = 1 + (prefix % dims);
        expectExact(searchPrefix(vectors, query, at, keep), naiveScores(data, dims, query, at), keep);
      }),
      { numRuns: 150 },
    );
  });

  test('identical rows come in rising order, wherever they lie', () => {
    const dims = 24;
    const { data, query } = makeData(7, 1, dims);
    const rowCount = 1037;
    const copies = new Float32Array(rowCount * dims);
    for (let row = 0; row < rowCount; row += 1) copies.set(data, row * dims);
    const vectors = vectorSetOf(copies, { rowCount, dims });
    expect([...searchPrefix(vectors, query, 19, 700).rows]).toEqual(Array.from({ length: 700 }, (_, i) => i));
  });

  test('a zero query and a zero prefix of a query score 0 everywhere', () => {
    const { data } = makeData(1, 20, 8);
    const vectors = vectorSetOf(data, { rowCount: 20, dims: 8 });
    const query = Float32Array.of(0, 0, 0, 0, 1, 1, 1, 1);
    const found = searchPrefix(vectors, query, 4, 5);
    expect([...found.scores]).toEqual([0, 0, 0, 0, 0]);
    expect([...found.rows]).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('rerankPrefix', () => {
  test('a funnel that goes on from partial sums equals a naive funnel', () => {
    fc.assert(
      fc.property(shapes, ({ seed, rowCount, dims, keep, prefix, second, segments }) => {
        const { data, query } = makeData(seed, rowCount, dims);
        const vectors = vectorSetOf(data, { rowCount, dims, maxSegmentBytes: segments });
        const [low, high] = [1 + (prefix % dims), 1 + (second % dims)].sort((a, b) => a - b) as [number, number];
        const head = searchPrefix(vectors, query, low, keep);
        const kept = Math.max(1, keep >> 1);
        const naive = naiveScores(data, dims, query, high);
        const again = rerankPrefix(vectors, query, { ...head, dims: low }, high, kept);
        expectExact(again, naive, kept, head.rows);
        const fresh = rerankPrefix(vectors, query, { rows: head.rows, scores: head.scores, dims: low }, high, kept);
        expectExact(fresh, naive, kept, head.rows);
        const last = rerankPrefix(vectors, query, { ...again, dims: high }, dims, 3);
        expectExact(last, naiveScores(data, dims, query, dims), 3, again.rows);
      }),
      { numRuns: 100 },
    );
  });

  test('any way through the prefixes gives the same similarities to the last bit, where prefixes end blocks', () => {
    fc.assert(
      fc.property(fc.integer(), fc.subarray([8, 16, 24, 48], { minLength: 1 }), (seed, stages) => {
        const { data, query } = makeData(seed, 300, 64);
        const vectors = vectorSetOf(data, { rowCount: 300, dims: 64, boundaries: [8, 16, 24, 48] });
        let survivors = { ...searchPrefix(vectors, query, stages[0]!, 60), dims: stages[0]! };
        for (const dims of [...stages.slice(1), 64]) {
          survivors = { ...rerankPrefix(vectors, query, survivors, dims, Math.max(5, survivors.rows.length - 10)), dims };
        }
        const direct = similaritiesAt(vectors, query, survivors.rows, [8, 64]).subarray(survivors.rows.length);
        expect([...survivors.scores]).toEqual([...direct]);
        const scanned = searchPrefix(vectors, query, 64, 300);
        survivors.rows.forEach((row, i) => expect(scanned.scores[scanned.rows.indexOf(row)]).toBe(direct[i]));
      }),
      { numRuns: 60 },
    );
  });

  test('no candidates give no survivors', () => {
    const { data, query } = makeData(2, 10, 8);
    const vectors = vectorSetOf(data, { rowCount: 10, dims: 8 });
    const none = { rows: new Int32Array(0), scores: new Float32Array(0), dims: 4 };
    expect(rerankPrefix(vectors, query, none, 8, 5).rows.length).toBe(0);
  });
});

describe('similaritiesAt', () => {
  test('gives every asked row at every asked prefix, in the order asked', () => {
    fc.assert(
      fc.property(shapes, ({ seed, rowCount, dims, prefix, second, segments }) => {
        const { data, query } = makeData(seed, rowCount, dims);
        const vectors = vectorSetOf(data, { rowCount, dims, maxSegmentBytes: segments });
        const prefixes = [...new Set([1 + (prefix % dims), 1 + (second % dims), dims])].sort((a, b) => a - b);
        const rows = Int32Array.from(naiveOrder(naiveScores(data, dims, query, dims)).slice(0, 37).reverse());
        const found = similaritiesAt(vectors, query, rows, prefixes);
        prefixes.forEach((at, p) => {
          const naive = naiveScores(data, dims, query, at);
          const widest = Math.max(...Array.from(rows, (row, i) => Math.abs(found[p * rows.length + i]! - naive[row]!)));
          expect(widest).toBeLessThan(TIE);
        });
      }),
      { numRuns: 50 },
    );
  });
});
