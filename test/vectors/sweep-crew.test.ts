import { describe, expect, test } from 'vitest';
import { CancelledError } from '../../src/base/errors.ts';
import type { Progress } from '../../src/base/progress.ts';
import { randomNormal, seededRandom } from '../../src/base/random.ts';
import type { PoolLine } from '../../src/vectors/pool-line.ts';
import { queryMatrixOf } from '../../src/vectors/query-matrix.ts';
import { sweepWorkers } from '../../src/vectors/sweep-crew.ts';
import { sweepPool } from '../../src/vectors/sweep-pool.ts';
import { sweepTop } from '../../src/vectors/sweep.ts';
import { vectorSetOf } from '../../src/vectors/vector-set.ts';
import { copyOf, sinkOf } from './lines.ts';

describe('a sweep split over worker threads', () => {
  const random = seededRandom(8);
  const rowCount = 60_000;
  const dims = 128;
  const queryCount = 701;
  const prefixes = [16, 50, 128];
  const rows = Float32Array.from({ length: rowCount * dims }, () => randomNormal(random));
  // 50 is no boundary: its norms are made before the vectors are lent. Several memories, each shared.
  const vectors = vectorSetOf(rows, { rowCount, dims, boundaries: [16, 64], maxSegmentBytes: 12 * 2 ** 20 });
  const queries = queryMatrixOf(Float32Array.from({ length: queryCount * dims }, () => randomNormal(random)), dims);

  test('is worth it for many queries over many rows in memory', () => {
    expect(vectors.segments.length).toBeGreaterThan(1);
    expect(sweepWorkers(vectors, queryCount, dims, 2)).toBe(2);
    expect(sweepWorkers(vectors, queryCount, dims, 1)).toBe(1);
    expect(sweepWorkers(vectors, 20, dims, 2)).toBe(1);
    const onDisk = vectorSetOf(rows.subarray(0, 1000 * dims), { rowCount: 1000, dims, memoryBytes: 1 });
    expect(sweepWorkers({ ...onDisk, rowCount: 1e7 }, queryCount, dims, 2)).toBe(1);
  });

  test('gives the tables of one thread, and says how far it is', async () => {
    const told: Progress[] = [];
    const alone = await sweepTop(vectors, queries, prefixes, 10);
    const together = await sweepTop(vectors, queries, prefixes, 10, { threads: 2, onProgress: (progress) => told.push(progress) });
    for (const prefix of prefixes) expect(Buffer.from(together.get(prefix)!.rows.buffer).equals(Buffer.from(alone.get(prefix)!.rows.buffer))).toBe(true);
    for (const prefix of prefixes) expect(together.get(prefix)!.scores).toEqual(alone.get(prefix)!.scores);
    expect(told.length).toBeGreaterThan(0);
    for (const { done, total, unit } of told) {
      expect(total).toBe(queryCount * rowCount);
      expect(done).toBeLessThanOrEqual(total!);
      expect(unit).toBe('pairs');
    }
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).sort((a, b) => a - b));
  });

  test('gives the pool lines of one thread', async () => {
    const linesWith = async (threads: number): Promise<PoolLine[]> => {
      const lines: PoolLine[] = [];
      await sweepPool(vectors, queries, prefixes, [200, 150, 20], sinkOf((query, line) => (lines[query] = copyOf(line))), { threads });
      return lines;
    };
    const alone = await linesWith(1);
    const together = await linesWith(2);
    expect(together.length).toBe(queryCount);
    const differing = together.filter((line, query) => (['rows', 'best', 'similarities', 'places'] as const).some((part) => !sameBytes(line[part], alone[query]![part])) || `${line.ends}` !== `${alone[query]!.ends}`);
    expect(differing.length).toBe(0);
  });

  test('stops all workers when cancelled, and works again after', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    await expect(sweepPool(vectors, queries, prefixes, [1000, 1000, 1000], sinkOf(() => undefined), { threads: 2, signal: stop.signal })).rejects.toBeInstanceOf(CancelledError);
    const tables = await sweepTop(vectors, queries, [16], 1, { threads: 2 });
    expect(tables.get(16)!.rows.every((row) => row >= 0)).toBe(true);
  });

  test('two at once do not disturb each other', async () => {
    const [first, second] = await Promise.all([sweepTop(vectors, queries, [16], 5, { threads: 2 }), sweepTop(vectors, queries, [16], 5, { threads: 2 })]);
    expect(first).toEqual(second);
    // Had no worker been able to start, all would have been done on this thread.
    expect(sweepWorkers(vectors, queryCount, dims, 2)).toBe(2);
  });
});

function sameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
}
