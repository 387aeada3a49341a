import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { neighboursOf } from '../../src/vectors/neighbours.ts';
import { inversePrefixNorm, queryMatrixOf } from '../../src/vectors/query-matrix.ts';
import { quantisePrefix, searchManyQuantised, searchQuantised, type CodeForm } from '../../src/vectors/quantised.ts';
import { encodeProductQuery, PART_DIMS, type ProductBook } from '../../src/vectors/product-book.ts';
import { searchPrefix } from '../../src/vectors/search.ts';
import { inverseNormsOf } from '../../src/vectors/segment.ts';
import { gatherRows, vectorSetOf, type VectorSet } from '../../src/vectors/vector-set.ts';
import { makeData } from './naive.ts';

const { fround } = Math;

/** The prefix of every row as it is stored, with its inverse norm. */
function prefixesOf(vectors: VectorSet, dims: number): { row: Float32Array; inverse: number }[] {
  return Array.from({ length: vectors.rowCount }, (_, i) => {
    const segment = vectors.segments.findLast((each) => each.firstRow <= i)!;
    const inverse = segment.kernel.floats(inverseNormsOf(segment, dims), segment.rowCount)[i - segment.firstRow]!;
    return { row: gatherRows(vectors, [i], dims), inverse };
  });
}

function even(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

/** int8 by its definition: whole-number codes and sums, one scale a row. */
function naiveInt8(prefix: Float32Array, inverse: number): { codes: number[]; scale: number } {
  const most = Math.max(...prefix.map(Math.abs));
  if (most === 0) return { codes: Array.from(prefix, () => 0), scale: 0 };
  const factor = fround(127 / most);
  return { codes: Array.from(prefix, (x) => even(fround(x * factor))), scale: fround(fround(most * inverse) / 127) };
}

/** Half precision by definition: the nearest multiple of the step at that size, ties to even. */
function naiveHalf(x: number): number {
  const step = 2 ** (Math.max(-14, Math.floor(Math.log2(Math.abs(x) || 1))) - 10);
  return even(x / step) * step;
}

function naiveScore(form: CodeForm, a: { row: Float32Array; inverse: number }, b: { row: Float32Array; inverse: number }): number {
  const dims = a.row.length;
  if (form === 'int8') {
    const x = naiveInt8(a.row, a.inverse);
    const q = naiveInt8(b.row, b.inverse);
    return fround(fround(x.codes.reduce((sum, code, j) => sum + code * q.codes[j]!, 0) * x.scale) * q.scale);
  }
  if (form === 'binary') {
    const differing = a.row.reduce((sum, x, j) => sum + (x > 0 === b.row[j]! > 0 ? 0 : 1), 0);
    return fround((dims - 2 * differing) / dims);
  }
  return a.row.reduce((sum, x, j) => sum + naiveHalf(fround(x * a.inverse)) * b.row[j]! * b.inverse, 0);
}

const shapes = fc.record({
  seed: fc.integer(),
  rowCount: fc.integer({ min: 1, max: 700 }),
  dims: fc.integer({ min: 1, max: 150 }),
  keep: fc.integer({ min: 1, max: 800 }),
  prefix: fc.nat(),
  segments: fc.constantFrom(undefined, 2 ** 20 + 40_000),
});

describe.each(['int8', 'binary', 'f16'] as const)('a %s prefix', (form) => {
  test('scores and orders rows as its definition says', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async ({ seed, rowCount, dims, keep, prefix, segments }) => {
        const { data, query: raw } = makeData(seed, rowCount, dims);
        const vectors = vectorSetOf(data, { rowCount, dims, maxSegmentBytes: segments });
        const query = queryMatrixOf(raw, dims).data;
        const at = 1 + (prefix % dims);
        const set = await quantisePrefix(vectors, at, form);
        const found = searchQuantised(set, query, keep);
        const q = { row: query.slice(0, at), inverse: fround(inversePrefixNorm(query, at)) };
        const naive = prefixesOf(vectors, at).map((row) => naiveScore(form, row, q));
        const order = [...naive.keys()].sort((x, y) => naive[y]! - naive[x]! || x - y).slice(0, keep);
        if (form === 'f16') {
          expect(found.rows.length).toBe(order.length);
          found.rows.forEach((row, i) => {
            expect(Math.abs(found.scores[i]! - naive[row]!)).toBeLessThan(1e-6);
            expect(Math.abs(naive[row]! - naive[order[i]!]!)).toBeLessThan(1e-6);
          });
        } else {
          expect([...found.rows]).toEqual(order);
          expect([...found.scores]).toEqual(order.map((row) => naive[row]! + 0));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe.each(['int8', 'binary', 'f16', 'pq4'] as const)('%s prefixes', (form) => {
  test('many queries at once give the lists of single searches', async () => {
    const { data } = makeData(3, 5000, 40);
    const vectors = vectorSetOf(data, { rowCount: 5000, dims: 40, maxSegmentBytes: 2 ** 20 + 400_000 });
    const queries = queryMatrixOf(makeData(4, 7, 40).data, 40);
    const set = await quantisePrefix(vectors, 33, form);
    const table = await searchManyQuantised(set, queries, 50);
    for (let query = 0; query < 7; query += 1) {
      const single = searchQuantised(set, queries.data.subarray(query * 40, (query + 1) * 40), 50);
      expect([...neighboursOf(table, query).rows]).toEqual([...single.rows]);
      expect([...neighboursOf(table, query).scores]).toEqual([...single.scores]);
    }
  });
});

test('two batches on one set at the same time do not disturb each other', async () => {
  const { data } = makeData(8, 20_000, 64);
  const vectors = vectorSetOf(data, { rowCount: 20_000, dims: 64 });
  const set = await quantisePrefix(vectors, 64, 'int8');
  const [a, b] = [queryMatrixOf(makeData(9, 60, 64).data, 64), queryMatrixOf(makeData(10, 60, 64).data, 64)];
  const together = await Promise.all([searchManyQuantised(set, a, 20), searchManyQuantised(set, b, 20)]);
  const alone = [await searchManyQuantised(set, a, 20), await searchManyQuantised(set, b, 20)];
  expect(together).toEqual(alone);
});

test('a smaller format takes the bytes it says', async () => {
  const { data } = makeData(5, 100, 256);
  const vectors = vectorSetOf(data, { rowCount: 100, dims: 256 });
  const sizes = await Promise.all((['f16', 'int8', 'binary', 'pq4'] as const).map(async (form) => (await quantisePrefix(vectors, 256, form)).sizeBytes));
  expect(sizes).toEqual([100 * 512, 100 * 260, 100 * 32, 100 * 36]);
});

describe('product codes', () => {
  const PART = 16 * (PART_DIMS + 1);

  /** A row's nearest centroids in double precision, and the factor that makes the row's inner product with its code its own squared length. */
  function decoded(book: ProductBook, row: Float32Array, inverse: number): { readonly code: Float64Array; readonly scale: number } {
    const out = new Float64Array(book.parts * PART_DIMS);
    const x = Float64Array.from({ length: out.length }, (_, j) => (j < row.length ? row[j]! * inverse : 0));
    for (let part = 0; part < book.parts; part += 1) {
      const centroid = (c: number): number[] => Array.from({ length: PART_DIMS }, (_, j) => book.centroids[part * PART + 16 * j + c]!);
      const distance = (c: number): number => centroid(c).reduce((sum, value, j) => sum + (value - x[part * PART_DIMS + j]!) ** 2, 0);
      const best = Array.from({ length: 16 }, (_, c) => c).reduce((a, b) => (distance(b) < distance(a) ? b : a));
      out.set(centroid(best), part * PART_DIMS);
    }
    const dot = out.reduce((sum, value, j) => sum + value * x[j]!, 0);
    const squares = x.reduce((sum, value) => sum + value * value, 0);
    return { code: out, scale: dot > 0 ? squares / dot : 0 };
  }

  test('score a row as the query times its nearest centroids, to the step of the tables', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async ({ seed, rowCount, dims, prefix, segments }) => {
        const { data, query: raw } = makeData(seed, rowCount, dims);
        const vectors = vectorSetOf(data, { rowCount, dims, maxSegmentBytes: segments });
        const query = queryMatrixOf(raw, dims).data;
        const at = 1 + (prefix % dims);
        const set = await quantisePrefix(vectors, at, 'pq4');
        const { step } = encodeProductQuery(set.book!, query);
        const found = searchQuantised(set, query, rowCount);
        expect(found.rows.length).toBe(rowCount);
        const rows = prefixesOf(vectors, at);
        const inverse = inversePrefixNorm(query, at);
        found.rows.forEach((row, i) => {
          const { code, scale } = decoded(set.book!, rows[row]!.row, rows[row]!.inverse);
          const expected = scale * code.reduce((sum, value, j) => sum + value * (j < at ? query[j]! * inverse : 0), 0);
          // A part's entry is off by half a step at most.
          expect(Math.abs(found.scores[i]! - expected)).toBeLessThan(scale * 0.5 * step * set.book!.parts + 1e-3);
          if (i > 0) expect(found.scores[i]!).toBeLessThanOrEqual(found.scores[i - 1]!);
        });
      }),
      { numRuns: 40 },
    );
  });

  test('hold more of the true neighbours than as many sign bits', async () => {
    const { data } = makeData(11, 6000, 64);
    const vectors = vectorSetOf(data, { rowCount: 6000, dims: 64 });
    const queries = queryMatrixOf(makeData(12, 30, 64).data, 64);
    const survivors = async (form: CodeForm): Promise<number> => {
      const table = await searchManyQuantised(await quantisePrefix(vectors, 64, form), queries, 100);
      let alive = 0;
      for (let query = 0; query < 30; query += 1) {
        const truth = searchPrefix(vectors, queries.data.subarray(query * 64, (query + 1) * 64), 64, 10);
        const kept = new Set(neighboursOf(table, query).rows);
        alive += truth.rows.filter((row) => kept.has(row)).length;
      }
      return alive / 300;
    };
    const [product, signs] = [await survivors('pq4'), await survivors('binary')];
    expect(product).toBeGreaterThan(signs + 0.1);
  });
});
