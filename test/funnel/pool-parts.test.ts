import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { parseSchedule } from '../../src/contract/schedule.ts';
import { evaluateSchedule, funnelOf } from '../../src/funnel/evaluate.ts';
import { buildPool } from '../../src/funnel/pool-build.ts';
import type { PoolOptions, PoolSource } from '../../src/funnel/pool-build.ts';
import { openPoolWriter } from '../../src/funnel/pool-writer.ts';
import { streamedPoolSource, vectorPoolSource } from '../../src/funnel/pool-source.ts';
import { orderBaseOf, placesLike, placesOf, poolBytes, rankBaseOf, rowsOf, truthRanksOf, truthsOf } from '../../src/funnel/pool.ts';
import type { Pool } from '../../src/funnel/pool.ts';
import { openLinePacker, placesFor, unpackLines, withRanks, type PackedLines, type Places, type PoolLine } from '../../src/vectors/pool-line.ts';
import { rankRows } from '../../src/vectors/pool-rank.ts';
import { rankingOf, sinkOf } from '../vectors/lines.ts';
import { madeSet, scorerOf } from './made-data.ts';

const DIMS = [4, 8, 16, 32];
const set = madeSet({ seed: 71, rowCount: 60, queryCount: 5, dims: 32, boundaries: DIMS });
const options: PoolOptions = { dims: DIMS, k: 5, capacity: 10 };

async function refusal(doing: () => unknown): Promise<Pick<UserError, 'code' | 'message' | 'hint'>> {
  try {
    await doing();
  } catch (error) {
    if (error instanceof UserError) return { code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error('accepted');
}

/** A source in memory that notes how it is asked. */
function counted(change: Partial<PoolSource> = {}): { source: PoolSource; asked: { queries: number; depth: number }[] } {
  const { collect: _, ...source } = vectorPoolSource(set.vectors);
  const asked: { queries: number; depth: number }[] = [];
  const sweep: PoolSource['sweep'] = (queries, dims, depth, work) => {
    asked.push({ queries: queries.queryCount, depth });
    return source.sweep(queries, dims, depth, work);
  };
  return { source: { ...source, sweep, ...change }, asked };
}

const sameBytes = (a: Int32Array | Places, b: Int32Array | Places): boolean => Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

/** What a pool says of some schedules. */
const saysOf = (pool: Pool): unknown => ['4:10,32:5', '8:9,16:7,32:5', '16:6,32:5', '4:8'].map((text) => [0, 1, 2, 3, 4].map((query) => funnelOf(pool, query, parseSchedule(text), scorerOf(set, query))));

describe('what a pool is built from', () => {
  test('is swept for as many queries at once as their tables fit, each a margin deeper than the capacity', async () => {
    // A query's tables: 10 rows and 16 more, at 4 prefixes, 8 bytes each.
    const bytes = (10 + 16) * 4 * 8;
    const batches = async (tableBytes: number | undefined): Promise<number[]> => {
      const { source, asked } = counted();
      const pool = await buildPool(source, set.queries, { ...options, tableBytes });
      expect(saysOf(pool)).toEqual(saysOf(await buildPool(vectorPoolSource(set.vectors), set.queries, options)));
      expect(new Set(asked.map(({ depth }) => depth))).toEqual(new Set([26]));
      return asked.map(({ queries }) => queries);
    };
    expect(await batches(2 * bytes)).toEqual([2, 2, 1]);
    expect(await batches(5 * bytes)).toEqual([5]);
    expect(await batches(5 * bytes - 1)).toEqual([4, 1]);
    expect(await batches(0)).toEqual([1, 1, 1, 1, 1]);
    expect(await batches(undefined)).toEqual([5]);
    const whole = counted();
    await buildPool(whole.source, set.queries, { ...options, capacity: 59 });
    expect(whole.asked).toEqual([{ queries: 5, depth: 60 }]);
  });

  test('collects by itself where it can, and may use its arrays again for the next line', async () => {
    const never = (): never => {
      throw new Error('asked twice');
    };
    const real = vectorPoolSource(set.vectors);
    const source: PoolSource = {
      ...real,
      sweep: never,
      similarities: never,
      collect: (queries, dims, depths, sink, work) =>
        real.collect!(queries, dims, depths, sinkOf((query, line) => {
          sink.add(query, line);
          for (const array of [line.rows, line.best, line.similarities, line.places]) array.fill(0);
        }), work),
    };
    const [pool, usual] = [await buildPool(source, set.queries, options), await buildPool(real, set.queries, options)];
    expect({ ...pool, elapsedMs: 0 }).toEqual({ ...usual, elapsedMs: 0 });
  });

  test('is told who waits and who gives up; queries are counted as their candidates are ranked', async () => {
    const heard: unknown[] = [];
    const works: object[] = [];
    const controller = new AbortController();
    const { source } = counted();
    const listening: PoolSource = {
      ...source,
      sweep: (queries, dims, depth, work) => (works.push(work), source.sweep(queries, dims, depth, { signal: work.signal })),
      similarities: (queries, rows, dims, work) => (works.push(work), source.similarities(queries, rows, dims, work)),
    };
    const onProgress = (progress: unknown): void => void heard.push(progress);
    await buildPool(listening, set.queries, { ...options, tableBytes: 3 * 26 * 4 * 8, signal: controller.signal, onProgress });
    expect(heard).toEqual([1, 2, 3, 4, 5].map((done) => ({ phase: 'collecting candidates', done, total: 5, unit: 'queries' })));
    expect(works).toEqual([1, 2].flatMap(() => [{ signal: controller.signal, onProgress }, { signal: controller.signal }]));
  });

  test('its time is that of the building', async () => {
    const start = performance.now();
    for (const source of [counted().source, vectorPoolSource(set.vectors)]) {
      const { elapsedMs } = await buildPool(source, set.queries, options);
      expect(elapsedMs).toBeGreaterThan(0);
      expect(elapsedMs).toBeLessThanOrEqual(performance.now() - start);
    }
  });

  test('is refused in words, and by a name that a program can tell', async () => {
    const build = (change: Partial<PoolOptions>, queries = set.queries): Promise<unknown> => refusal(() => buildPool(vectorPoolSource(set.vectors), queries, { ...options, ...change }));
    for (const wrong of [0, -8, 2.5, 33, NaN]) {
      expect(await build({ dims: [wrong] })).toMatchObject({ code: 'pool/dims', message: `prefix ${wrong} is not one of 1 … 32, the embeddings' dims` });
    }
    expect((await buildPool(vectorPoolSource(set.vectors), set.queries, { ...options, dims: [1, 32] })).dims).toEqual([1, 32]);
    expect(await build({ k: 61, capacity: 100 })).toMatchObject({ code: 'pool/k', message: 'k = 61 is more than the 60 documents of the corpus' });
    expect((await buildPool(vectorPoolSource(set.vectors), set.queries, { ...options, k: 60, capacity: 100 })).k).toBe(60);
    expect(await build({ k: 11 })).toMatchObject({ code: 'pool/capacity', message: "the candidate pool's capacity of 10 is less than k = 11" });
    expect(await build({}, { ...set.queries, queryCount: 0 })).toMatchObject({ code: 'pool/queries', message: 'a candidate pool needs at least one query, got none' });
    const short = madeSet({ seed: 1, rowCount: 3, queryCount: 5, dims: 16 });
    expect(await build({}, short.queries)).toMatchObject({ code: 'pool/queries', message: 'the queries have 16 dims, the documents 32' });
    const stream = (chunk: Float32Array): Promise<unknown> => refusal(() => buildPool(streamedPoolSource({ rowCount: 60, dims: 32, open: () => [chunk] }), set.queries, options));
    expect(await stream(new Float32Array(33))).toMatchObject({ code: 'pool/stream' });
    expect(await stream(new Float32Array(64))).toMatchObject({ code: 'pool/stream' });
  });

  test('what it was not built for is refused with what to do instead', async () => {
    const pool = await buildPool(vectorPoolSource(set.vectors), set.queries, { ...options, dims: [8] });
    const evaluate = (text: string): Promise<unknown> => refusal(() => evaluateSchedule(pool, parseSchedule(text)));
    expect(await evaluate('4:10,32:5')).toMatchObject({ code: 'pool/dims', hint: 'build the pool with this prefix, or measure the schedule for real' });
    expect(await evaluate('8:11,32:5')).toMatchObject({ code: 'pool/capacity', hint: 'build a pool with a larger capacity, or measure the schedule for real' });
  });
});

describe('the candidates of one query', () => {
  test('are ordered by falling similarity at each prefix, equal ones by row; those that tie with the k-th are true neighbours too', () => {
    // −0 equals 0, and a subnormal number is more than nothing.
    const values = fc.constantFrom(-1, -0.5, -1e-40, -0, 0, 1e-40, 0.25, 0.250_000_8, 0.5, 1);
    const cases = fc.integer({ min: 1, max: 30 }).chain((count) =>
      fc.record({ count: fc.constant(count), list: fc.array(values, { minLength: 2 * count, maxLength: 2 * count }), k: fc.integer({ min: 1, max: 35 }) }),
    );
    fc.assert(
      fc.property(cases, ({ count, list, k }) => {
        const similarities = Float32Array.from(list);
        const places = Array.from({ length: count }, (_, i) => i);
        const line = rankRows(Int32Array.from(places), similarities, 2, k);
        const expected = [0, count].map((base) => [...places].sort((a, b) => similarities[base + b]! - similarities[base + a]! || a - b));
        expect(rankingOf(line, 0).order).toEqual(expected[0]);
        rankingOf(line, 0).ranks.forEach((rank, place) => expect(expected[0]![rank]).toBe(place));
        expect([...line.best]).toEqual(expected[1]!.slice(0, line.best.length));
        expect(line.best.length).toBeGreaterThanOrEqual(Math.min(k, count));
        const full = expected[1]!;
        const kth = similarities[count + full[Math.min(k, count) - 1]!]!;
        const writer = openPoolWriter(1, 1, k);
        writer.add(0, line);
        expect([...writer.finish({ dims: [4, 8], capacity: count, k, rowCount: count, elapsedMs: 0 }).truths]).toEqual(full.filter((place) => similarities[count + place]! >= kth - 1e-6));
      }),
    );
  });

  test('are at most 2^20', () => {
    const most = 2 ** 20;
    const of = (count: number): number => rankRows(new Int32Array(count), new Float32Array(count), 1, 1).rows.length;
    expect(() => of(most + 1)).toThrow('a query\'s pool of 1048577 rows is beyond 1048576');
  });

  test('have places of 16 bits up to 65,536 rows, of 32 bits beyond, whatever the other queries have', () => {
    const line = (count: number): PoolLine => {
      const rows = Int32Array.from({ length: count }, (_, i) => i);
      return { rows, ends: [count], places: withRanks(placesFor(count, count).map((_, i) => count - 1 - i), [count], count), best: Uint32Array.from(rows), similarities: new Float32Array(count) };
    };
    const join = (...counts: number[]): Pool => {
      const writer = openPoolWriter(counts.length, 1, 1);
      counts.forEach((count, query) => writer.add(query, line(count)));
      return writer.finish({ dims: [8, 16], capacity: 1, k: 1, rowCount: 70_000, elapsedMs: 0 });
    };
    for (const counts of [[65_536, 3], [65_537, 3], [3, 65_537], [3, 65_537, 70_000, 2]]) {
      const pool = join(...counts);
      expect(counts.map((_, query) => placesOf(pool, query).BYTES_PER_ELEMENT)).toEqual(counts.map((count) => (count > 65_536 ? 4 : 2)));
      expect([pool.truths, placesLike(pool, 1)].map((places) => places.BYTES_PER_ELEMENT)).toEqual(Math.max(...counts) > 65_536 ? [4, 4] : [2, 2]);
      counts.forEach((count, query) => {
        expect(rowsOf(pool, query).length).toBe(count);
        expect(rowsOf(pool, query)[count - 1]).toBe(count - 1);
        const places = placesOf(pool, query);
        expect([places[orderBaseOf(pool, query, 0)], places[rankBaseOf(pool, query, 0)], places[rankBaseOf(pool, query, 0) + count - 1]]).toEqual([count - 1, count - 1, 0]);
        expect([...truthRanksOf(pool, query, 0).subarray(0, 3)]).toEqual([0, 1, 2].slice(0, count));
      });
      // Rows of 4 bytes, ranks and orders of as many as the query needs, truths (here all rows tie) of as many as the widest; seven numbers a query, one more offset.
      const width = Math.max(...counts) > 65_536 ? 4 : 2;
      expect(poolBytes(pool)).toBe(counts.reduce((sum, count) => sum + count * (4 + 2 * (count > 65_536 ? 4 : 2) + width), 0) + 4 * (7 * counts.length + 1));
    }
  });

  test('may come in any order, one by one or in blocks', () => {
    const line = (first: number): PoolLine => ({ rows: Int32Array.of(first, first + 1), ends: [2], places: Uint16Array.of(1, 0, 1, 0), best: Uint32Array.of(1, 0), similarities: Float32Array.of(0.5, 0.25) });
    const writer = openPoolWriter(7, 1, 1);
    for (const query of [2, 0]) writer.add(query, line(10 * query));
    const packer = openLinePacker(4, (packed) => writer.adopt(packed, 3));
    for (const query of [1, 3, 2]) packer.add(query, line(10 * (3 + query)));
    packer.flush();
    packer.add(0, line(30));
    packer.flush();
    packer.flush();
    writer.add(1, line(10));
    const pool = writer.finish({ dims: [8, 16], capacity: 2, k: 1, rowCount: 100, elapsedMs: 0 });
    for (let query = 0; query < 7; query += 1) {
      expect([...rowsOf(pool, query)]).toEqual([10 * query, 10 * query + 1]);
      expect([...truthsOf(pool, query)]).toEqual([1]);
      expect([...truthRanksOf(pool, query, 0)]).toEqual([0]);
    }
    expect(pool.blocks.length).toBe(3);
  });

  test('fill block after block, each line in one piece', () => {
    const packed: PackedLines[] = [];
    const packer = openLinePacker(50, (lines) => packed.push(lines));
    const lineOf = (query: number): PoolLine => {
      const count = 20_000 + query;
      const order = placesFor(count, count).map((_, i) => count - 1 - i);
      return { rows: new Int32Array(count).fill(query), ends: [count - 7, count], places: withRanks(Uint16Array.from([...order.map((place) => place - 7).subarray(0, count - 7), ...order]), [count - 7, count], count), best: Uint32Array.of(query), similarities: Float32Array.of(query / 64) };
    };
    for (let query = 0; query < 50; query += 1) packer.add(query, lineOf(query));
    packer.flush();
    // 240 kB a line, blocks of 4 MiB: 17 lines.
    expect(packed.map(({ queries }) => queries.length)).toEqual([17, 17, 16]);
    const found: number[] = [];
    for (const lines of packed) {
      unpackLines(lines, (query, line) => {
        found.push(query);
        const made = lineOf(query);
        expect([line.rows, line.places].map((array, i) => sameBytes(array, [made.rows, made.places][i]!))).toEqual([true, true]);
        expect([[...Array.from(line.ends)], [...line.best], [...line.similarities]]).toEqual([made.ends, [query], [query / 64]]);
      });
    }
    expect(found).toEqual(Array.from({ length: 50 }, (_, query) => query));
    const small: PackedLines[] = [];
    const few = openLinePacker(2, (lines) => small.push(lines));
    few.add(0, lineOf(0));
    few.flush();
    // What two such lines and a quarter more need, in whole numbers of four bytes.
    expect(small[0]!.block.rows.byteLength).toBe(Math.ceil((1.25 * 2 * (4 * 20_000 + 2 * 2 * (20_000 + 19_993))) / 4) * 4);
  });
});
