import { describe, expect, test } from 'vitest';
import { CancelledError } from '../../src/base/errors.ts';
import { randomInt, randomNormal, seededRandom } from '../../src/base/random.ts';
import { queryMatrixOf, queryOf } from '../../src/vectors/query-matrix.ts';
import type { PoolLine } from '../../src/vectors/pool-line.ts';
import { similaritiesAt } from '../../src/vectors/search.ts';
import { sweepPool } from '../../src/vectors/sweep-pool.ts';
import { vectorSetOf, type VectorSet } from '../../src/vectors/vector-set.ts';
import { copyOf, rankingOf, sinkOf } from './lines.ts';
import { makeData } from './naive.ts';

async function poolOf(vectors: VectorSet, queries: ReturnType<typeof queryMatrixOf>, dims: number[], depths: number[]): Promise<PoolLine[]> {
  const lines: PoolLine[] = [];
  await sweepPool(vectors, queries, dims, depths, sinkOf((query, line) => {
    expect(lines[query]).toBeUndefined();
    lines[query] = copyOf(line);
  }));
  return lines;
}

/**
 * Holds a pool against the search kernel's similarities of all rows: at every prefix the best are there and ranked first, and all that are among the best there or at a shorter prefix are
 * ranked, in the kernel's order; at the last one the best, in that order, with its similarities. Returns how many rows the pools have.
 */
async function check(vectors: VectorSet, queries: ReturnType<typeof queryMatrixOf>, dims: number[], depth: number | number[]): Promise<number> {
  const depths = dims.map((_, p) => Math.min(vectors.rowCount, typeof depth === 'number' ? depth : depth[p]!));
  const lines = await poolOf(vectors, queries, dims, depths);
  expect(lines.length).toBe(queries.queryCount);
  const everyRow = Int32Array.from({ length: vectors.rowCount }, (_, row) => row);
  const faults: string[] = [];
  lines.forEach((line, query) => {
    const { rows, best: ending, similarities } = line;
    const count = rows.length;
    if (new Set(rows).size !== count) faults.push(`query ${query}: a row twice`);
    const exact = similaritiesAt(vectors, queryOf(queries, query), everyRow, dims);
    const among = new Set<number>();
    dims.forEach((prefix, p) => {
      const own = exact.subarray(p * vectors.rowCount, (p + 1) * vectors.rowCount);
      const best = Array.from(everyRow).sort((a, b) => own[b]! - own[a]! || a - b).slice(0, depths[p]);
      const last = own[best[best.length - 1]!]!;
      for (const row of best) if (own[row]! - last > 1e-6 || rows.includes(row)) among.add(row);
      const isLast = p === dims.length - 1;
      const { order, ranks } = isLast ? { order: [...ending], ranks: [] } : rankingOf(line, p);
      const ranked = Array.from(order, (place) => rows[place]!);
      // Of very many that are alike at the edge, some.
      best.forEach((row, rank) => {
        if (ranked[rank] !== row && Math.abs(own[ranked[rank]!]! - last) > 1e-6) faults.push(`query ${query} at ${prefix}: rank ${rank} is row ${ranked[rank]}, not ${row}`);
      });
      for (const row of isLast ? [] : among) if (rows.includes(row) && !ranked.includes(row)) faults.push(`query ${query} at ${prefix}: row ${row} is not ranked`);
      ranked.forEach((row, i) => {
        const before = ranked[i - 1];
        if (before !== undefined && !(own[before]! > own[row]! || (own[before] === own[row] && before < row))) faults.push(`query ${query} at ${prefix}: row ${before} before ${row}`);
      });
      order.forEach((place, rank) => {
        if (!isLast && ranks[place] !== rank) faults.push(`query ${query} at ${prefix}: place ${place} is not of rank ${rank}`);
      });
      if (!isLast) return;
      if (similarities.length !== ending.length || ending.length < best.length) faults.push(`query ${query}: ${ending.length} at the last prefix, ${similarities.length} similarities`);
      similarities.forEach((similarity, rank) => {
        const isSame = ending.length > best.length ? similarity === own[ranked[rank]!] : Math.abs(similarity - own[ranked[rank]!]!) < 1e-6;
        if (!isSame) faults.push(`query ${query}: similarity of rank ${rank}`);
      });
      // All that are as good as the last.
      const asGood = Math.min(count, own.filter((similarity) => similarity > last - 5e-7).length);
      if (similarities.length < asGood) faults.push(`query ${query}: ${similarities.length} similarities, ${asGood} as good as the last`);
    });
  });
  expect(faults.slice(0, 3)).toEqual([]);
  return lines.reduce((sum, { rows }) => sum + rows.length, 0);
}

describe('sweepPool', () => {
  const random = seededRandom(4);
  const rowCount = 40_000;
  const dims = 24;
  const data = Float32Array.from({ length: rowCount * dims }, (_, i) => randomNormal(random) / Math.sqrt(1 + (i % dims) / 2));
  for (let i = 0; i < 3000; i += 1) {
    const from = randomInt(random, rowCount) * dims;
    data.copyWithin(randomInt(random, rowCount) * dims, from, from + dims); // duplicates
  }
  const queries = queryMatrixOf(Float32Array.from({ length: 40 * dims }, () => randomNormal(random)), dims);

  test('collects the best of every prefix in one pass, in the orders that searches give', async () => {
    const vectors = vectorSetOf(data, { rowCount, dims, boundaries: [4, 8, 16] });
    expect(await check(vectors, queries, [4, 8, 16, 24], 500)).toBeGreaterThan(40 * 600);
    expect(await check(vectors, queries, [4, 8, 24], [500, 300, 20])).toBeLessThan(40 * 850);
  });

  test('several segments and a single prefix too', async () => {
    const vectors = vectorSetOf(data, { rowCount, dims, boundaries: [8], maxSegmentBytes: 2 ** 20 + 2_000_000 });
    expect(vectors.segments.length).toBeGreaterThan(1);
    const total = await check(vectors, queries, [8], 700);
    expect(total).toBeGreaterThanOrEqual(40 * 700);
    expect(total).toBeLessThan(40 * 730);
  });

  test('few rows, few queries, a depth beyond the rows, zero rows', async () => {
    const made = makeData(5, 300, 16);
    const vectors = vectorSetOf(made.data, { rowCount: 300, dims: 16, boundaries: [4, 8] });
    expect(await check(vectors, queryMatrixOf(makeData(6, 3, 16).data, 16), [4, 8, 16], 1000)).toBe(900);
    await check(vectors, queryMatrixOf(makeData(7, 3, 16).data, 16), [8, 16], 20);
  });

  test('guesses that are wrong, and queries without direction, are done anew', async () => {
    const turned = data.slice();
    const draw = seededRandom(1);
    const sampled = new Set(Array.from({ length: 4096 }, () => randomInt(draw, rowCount)));
    for (let row = 0; row < rowCount; row += 1) if (!sampled.has(row)) turned[row * dims] = -Math.abs(turned[row * dims]!) - 3;
    const odd = queryMatrixOf(Float32Array.from({ length: 30 * dims }, (_, i) => (i < dims ? 0 : i % dims === 0 ? 5 : randomNormal(random))), dims);
    await check(vectorSetOf(turned, { rowCount, dims, boundaries: [4] }), odd, [4, 24], 400);
  });

  test('small corpora are sampled too, and those hardly larger than the pool are collected whole', async () => {
    // 1503: what is copied four at a time does not end with the rows.
    for (const rows of [9000, 1500, 1503]) {
      const vectors = vectorSetOf(data.subarray(0, rows * dims), { rowCount: rows, dims, boundaries: [4, 8, 16] });
      expect(await check(vectors, queries, [4, 10, 24], 600)).toBeGreaterThan(40 * 600);
    }
  });

  test('rows that are all alike, or alike but for the last bits', async () => {
    const alike = Float32Array.from({ length: 3000 * 8 }, (_, i) => 1 + (i % 8) + (i % 7 === 0 ? 1e-6 * (i % 5) : 0));
    const same = Float32Array.from({ length: 3000 * 8 }, (_, i) => 1 + (i % 8));
    const asked = queryMatrixOf(makeData(9, 30, 8).data, 8);
    for (const rows of [alike, same]) await check(vectorSetOf(rows, { rowCount: 3000, dims: 8, boundaries: [4] }), asked, [4, 8], 1000);
  });

  test('texts of the same words in another order: rows that differ in the last bit of some numbers', async () => {
    const rows = 6000;
    const nearly = data.slice(0, rows * dims);
    const bits = new Int32Array(nearly.buffer);
    for (let row = 1; row < rows; row += 2) {
      nearly.copyWithin(row * dims, (row - 1) * dims, row * dims);
      for (let i = 0; i < dims; i += 1) if (randomInt(random, 4) === 0) bits[row * dims + i]! += 1;
    }
    await check(vectorSetOf(nearly, { rowCount: rows, dims, boundaries: [4, 8, 16] }), queries, [4, 8, 16, 24], [500, 500, 500, 20]);
  });

  test('stops when cancelled', async () => {
    const stop = new AbortController();
    const pool = sweepPool(vectorSetOf(data, { rowCount, dims }), queries, [8, 24], [500, 500], sinkOf(() => undefined), { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(pool).rejects.toBeInstanceOf(CancelledError);
  });
});
