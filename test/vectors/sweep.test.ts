import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CancelledError } from '../../src/base/errors.ts';
import { neighboursOf } from '../../src/vectors/neighbours.ts';
import { queryMatrixOf } from '../../src/vectors/query-matrix.ts';
import { sweepTop } from '../../src/vectors/sweep.ts';
import { vectorSetOf } from '../../src/vectors/vector-set.ts';
import { expectExact, makeData, naiveScores } from './naive.ts';

describe('sweepTop', () => {
  test('every list at every prefix equals a naive double-precision search', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer(),
          rowCount: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 2040, max: 4200 })),
          dims: fc.integer({ min: 1, max: 50 }),
          queryCount: fc.integer({ min: 1, max: 5 }),
          k: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 900 })),
          prefixes: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
          segments: fc.constantFrom(undefined, 2 ** 20 + 40_000),
          threads: fc.constantFrom(1, 2),
        }),
        async ({ seed, rowCount, dims, queryCount, k, prefixes, segments, threads }) => {
          const { data } = makeData(seed, rowCount, dims);
          const queries = queryMatrixOf(makeData(seed + 1, queryCount, dims).data, dims);
          const vectors = vectorSetOf(data, { rowCount, dims, maxSegmentBytes: segments });
          const wanted = prefixes.map((prefix) => 1 + (prefix % dims));
          const tables = await sweepTop(vectors, queries, wanted, k, { threads });
          expect([...tables.keys()].sort()).toEqual([...new Set(wanted)].sort());
          for (const [prefix, table] of tables) {
            for (let query = 0; query < queryCount; query += 1) {
              const naive = naiveScores(data, dims, queries.data.subarray(query * dims, (query + 1) * dims), prefix);
              expectExact(neighboursOf(table, query), naive, Math.min(k, rowCount));
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a prefix beyond the vectors is refused', async () => {
    const { data } = makeData(1, 5, 8);
    const vectors = vectorSetOf(data, { rowCount: 5, dims: 8 });
    await expect(sweepTop(vectors, queryMatrixOf(data, 8), [4, 9], 3)).rejects.toThrow('prefix of 9 dimensions, expected 1 to 8');
  });

  test('stops when cancelled, and reports pairs on the way', async () => {
    const { data } = makeData(1, 9000, 8);
    const vectors = vectorSetOf(data, { rowCount: 9000, dims: 8 });
    const stop = new AbortController();
    const seen: number[] = [];
    const sweep = sweepTop(vectors, queryMatrixOf(data.subarray(0, 80), 8), [8], 3, {
      signal: stop.signal,
      onProgress: ({ done }) => {
        seen.push(done);
        stop.abort();
      },
    });
    await expect(sweep).rejects.toBeInstanceOf(CancelledError);
    expect(seen).toEqual([20480]);
  });
});
