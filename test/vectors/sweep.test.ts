import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CancelledError } from '../../src/base/errors.ts';
import { randomInt, randomNormal, seededRandom } from '../../src/base/random.ts';
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

  test('prefixes that cut and join blocks are put together rightly', async () => {
    const { data } = makeData(0, 40, 25);
    const queries = queryMatrixOf(makeData(1, 3, 25).data, 25);
    const tables = await sweepTop(vectorSetOf(data, { rowCount: 40, dims: 25 }), queries, [1, 17, 18, 25], 5);
    for (const [prefix, table] of tables) {
      for (let query = 0; query < 3; query += 1) {
        expectExact(neighboursOf(table, query), naiveScores(data, 25, queries.data.subarray(query * 25, (query + 1) * 25), prefix), 5);
      }
    }
  });

  test('stays exact where it guesses thresholds from a sample, also when most guesses are wrong', async () => {
    const rowCount = 40_000;
    const dims = 8;
    const random = seededRandom(2);
    const data = Float32Array.from({ length: rowCount * dims }, () => randomNormal(random));
    // Every row the sample does not hold is turned away from the queries, so that few lie above the sample's threshold.
    const sampled = new Set<number>();
    const draw = seededRandom(1);
    for (let i = 0; i < 4096; i += 1) sampled.add(randomInt(draw, rowCount));
    for (let row = 0; row < rowCount; row += 1) if (!sampled.has(row)) data[row * dims] = -Math.abs(data[row * dims]!) - 3;
    const queries = queryMatrixOf(Float32Array.from({ length: 30 * dims }, (_, i) => (i % dims === 0 && i < 20 * dims ? 5 : randomNormal(random))), dims);
    const tables = await sweepTop(vectorSetOf(data, { rowCount, dims }), queries, [3, 8], 600);
    for (const [prefix, table] of tables) {
      for (let query = 0; query < 30; query += 5) {
        const naive = naiveScores(data, dims, queries.data.subarray(query * dims, (query + 1) * dims), prefix);
        expectExact(neighboursOf(table, query), naive, 600);
      }
    }
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
    expect(seen).toEqual([10240]);
  });
});
