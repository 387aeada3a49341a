import { describe, expect, test } from 'vitest';
import { queryMatrixOf } from '../../src/vectors/query-matrix.ts';
import { quantisePrefix, searchQuantised } from '../../src/vectors/quantised.ts';
import { searchPrefix } from '../../src/vectors/search.ts';
import { vectorSetOf } from '../../src/vectors/vector-set.ts';
import { makeData } from '../vectors/naive.ts';

describe('a search on several threads', () => {
  const rowCount = 40_000;
  const dims = 256;
  const vectors = vectorSetOf(makeData(1, rowCount, dims).data, { rowCount, dims });
  const queries = Array.from({ length: 5 }, (_, seed) => queryMatrixOf(makeData(seed + 2, 1, dims).data, dims).data);

  test.each([2, 3])('gives the rows, scores and sums of one thread (%i threads)', (threads) => {
    for (const query of queries) for (const prefix of [16, 100, 256]) expect(searchPrefix(vectors, query, prefix, 150, threads)).toEqual(searchPrefix(vectors, query, prefix, 150));
  });

  test.each(['f16', 'int8', 'binary', 'pq4'] as const)('gives the %s list of one thread', async (form) => {
    const set = await quantisePrefix(vectors, dims, form);
    for (const query of queries) expect(searchQuantised(set, query, 150, 2)).toEqual(searchQuantised(set, query, 150));
  });

  test('keeps all the rows where more are wanted than there are', () => {
    const found = searchPrefix(vectors, queries[0]!, 16, 2 * rowCount, 2);
    expect(new Set(found.rows).size).toBe(rowCount);
  });
});
