import { describe, expect, test } from 'vitest';
import { CancelledError } from '../../src/base/errors.ts';
import { neighboursOf } from '../../src/vectors/neighbours.ts';
import { quantisePrefix, searchQuantised } from '../../src/vectors/quantised.ts';
import { queryMatrixOf, queryOf } from '../../src/vectors/query-matrix.ts';
import { rerankPrefix, searchPrefix, searchShelved, similaritiesAt } from '../../src/vectors/search.ts';
import { sweepPool } from '../../src/vectors/sweep-pool.ts';
import { sweepTop } from '../../src/vectors/sweep.ts';
import { gatherRows, readVectorSet, vectorSetOf } from '../../src/vectors/vector-set.ts';
import { sinkOf } from './lines.ts';
import { makeData } from './naive.ts';

const ROWS = 9_000;
const DIMS = 40;
const { data } = makeData(1, ROWS, DIMS);
const shape = { rowCount: ROWS, dims: DIMS, boundaries: [8, 16] };
const inMemory = vectorSetOf(data, shape);
const onDisk = vectorSetOf(data, { ...shape, memoryBytes: 0, maxSegmentBytes: 150_000 });
const queries = queryMatrixOf(makeData(2, 30, DIMS).data, DIMS);
const query = queryOf(queries, 0);

describe('vectors on disk', () => {
  test('lie in several shards, and only when they are too many for memory', () => {
    expect(inMemory.shelf).toBeUndefined();
    expect(onDisk.segments.length).toBeGreaterThan(5);
    expect(vectorSetOf(data, { ...shape, memoryBytes: onDisk.sizeBytes }).shelf).toBeUndefined();
  });

  test('are the rows that were written, bit for bit', () => {
    const rows = [0, 1, 4_095, 5_000, ROWS - 1, 17];
    expect(gatherRows(onDisk, rows)).toEqual(gatherRows(inMemory, rows));
    expect(gatherRows(onDisk, rows, 13)).toEqual(gatherRows(inMemory, rows, 13));
  });

  test('are searched with the same rows, scores and sums at any prefix', async () => {
    for (const dims of [5, 8, 16, 29, 40]) expect(await searchShelved(onDisk, query, dims, 300)).toEqual(searchPrefix(inMemory, query, dims, 300));
  });

  test('are re-ranked and scored the same, going on from partial sums or from nothing', () => {
    const head = { ...searchPrefix(inMemory, query, 8, 700), dims: 8 };
    for (const dims of [16, 29, 40]) {
      expect(rerankPrefix(onDisk, query, head, dims, 90)).toEqual(rerankPrefix(inMemory, query, head, dims, 90));
      expect(rerankPrefix(onDisk, query, { ...head, dots: undefined }, dims, 90)).toEqual(rerankPrefix(inMemory, query, { ...head, dots: undefined }, dims, 90));
    }
    expect(similaritiesAt(onDisk, query, head.rows, [8, 11, 40])).toEqual(similaritiesAt(inMemory, query, head.rows, [8, 11, 40]));
  });

  test.each(['f16', 'int8', 'binary', 'pq4'] as const)('give the same %s codes', async (form) => {
    const [a, b] = [await quantisePrefix(onDisk, 29, form), await quantisePrefix(inMemory, 29, form)];
    expect(a.segments.length).toBe(1);
    expect(searchQuantised(a, query, 200)).toEqual(searchQuantised(b, query, 200));
  });

  test('give the same ladder and the same pool', async () => {
    const [a, b] = [await sweepTop(onDisk, queries, [8, 20, 40], 10), await sweepTop(inMemory, queries, [8, 20, 40], 10)];
    for (const dims of [8, 20, 40]) for (let q = 0; q < 30; q += 1) expect(neighboursOf(a.get(dims)!, q).rows).toEqual(neighboursOf(b.get(dims)!, q).rows);
    const pools = await Promise.all(
      [onDisk, inMemory].map(async (vectors) => {
        const lines = new Map<number, number[]>();
        await sweepPool(vectors, queries, [8, 40], [20, 20], sinkOf((q, line) => void lines.set(q, [...line.rows])));
        return [...lines].sort(([x], [y]) => x - y);
      }),
    );
    expect(pools[0]).toEqual(pools[1]);
  });

  test('work while two searches take turns', async () => {
    const alone = searchPrefix(inMemory, query, 29, 50);
    const other = searchPrefix(inMemory, queryOf(queries, 1), 16, 50);
    const [a, b] = await Promise.all([searchShelved(onDisk, query, 29, 50), searchShelved(onDisk, queryOf(queries, 1), 16, 50)]);
    expect(a).toEqual(alone);
    expect(b).toEqual(other);
  });

  test('stop when a search is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(searchShelved(onDisk, query, 40, 10, controller.signal)).rejects.toThrow(CancelledError);
  });

  test('count the rows that were written as those in memory do', async () => {
    await expect(readVectorSet([data.subarray(0, 10 * DIMS)], { ...shape, memoryBytes: 0 })).rejects.toThrow(/10 vectors arrived, expected 9000/);
  });
});
