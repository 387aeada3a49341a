import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError, UserError } from '../../src/base/errors.ts';
import type { Progress } from '../../src/base/progress.ts';
import { neighboursOf } from '../../src/vectors/neighbours.ts';
import type { HeadSpec, Store, Survivors } from '../../src/stores/store.ts';
import { clusteredRows, cosineAt, exactNeighbours, expectSameNeighbours, rowOf } from './reference.ts';
import type { Matrix } from './reference.ts';

export interface StoreFactory {
  /** Opens a store over rows that are normalised at full dimension. Called once for each corpus of the contract. */
  open(rows: Matrix): Promise<Store>;
  /** Approximate heads the store has, at 32 of 64 dims: each must find nearly what the exact one finds among its best 100. */
  readonly approximateHeads: readonly ApproximateHead[];
  /** Index types the store refuses. */
  readonly refusedHeads: readonly Omit<HeadSpec, 'dims'>[];
  readonly hookTimeoutMs?: number | undefined;
}

export interface ApproximateHead extends Omit<HeadSpec, 'dims'> {
  /** Share of the exact top 10 among the head's top 100 (default 0.85; 32 sign bits cannot do that). */
  readonly leastRecall?: number | undefined;
}

const DIMS = 64;
const PREFIXES = [8, 24, 32, 64];

/** What every store keeps, whatever it runs on. Exact results are held against a double-precision scan in the test itself. */
export function storeContract(name: string, factory: StoreFactory): void {
  describe(`store contract: ${name}`, () => {
    const corpus = clusteredRows(1_500, DIMS, 1);
    const queries = clusteredRows(13, DIMS, 2);
    let store: Store;
    beforeAll(async () => {
      store = await factory.open(corpus);
    }, factory.hookTimeoutMs);
    afterAll(() => store.close());

    const flat = (dims: number): HeadSpec => ({ dims, index: 'flat', precision: 'f32' });
    const queryMatrix = { queryCount: queries.rowCount, dims: DIMS, data: queries.data };

    it('says what it holds', () => {
      expect({ rowCount: store.rowCount, dims: store.dims, label: store.label.length > 0 }).toEqual({ rowCount: 1_500, dims: DIMS, label: true });
    });

    it.each(PREFIXES)('a flat head finds the exact nearest rows at prefix %i', async (dims) => {
      const head = await store.openHead(flat(dims));
      for (let query = 0; query < queries.rowCount; query += 1) {
        const found = await head.search(rowOf(queries, query), 40);
        expect(found.dims).toBe(dims);
        expectSameNeighbours(found, corpus, rowOf(queries, query), dims, 40);
      }
      expect(head.sizeBytes).toBeGreaterThanOrEqual(1_500 * dims * 4);
      await head.close();
    });

    it('one head finds the same alone and in a batch', async () => {
      const head = await store.openHead(flat(24));
      const progress: Progress[] = [];
      const table = await head.searchMany(queryMatrix, 30, { onProgress: (one) => progress.push(one) });
      for (let query = 0; query < queries.rowCount; query += 1) expectSameNeighbours(neighboursOf(table, query), corpus, rowOf(queries, query), 24, 30);
      expect(table.queryCount).toBe(queries.rowCount);
      expect(progress.every((one) => one.done <= (one.total ?? one.done))).toBe(true);
      await head.close();
    });

    it('keeps at most the rows there are', async () => {
      const head = await store.openHead(flat(8));
      const found = await head.search(rowOf(queries, 0), 5_000);
      expectSameNeighbours(found, corpus, rowOf(queries, 0), 8, 1_500);
      await head.close();
    });

    it('re-ranks survivors exactly at every longer prefix and never brings in another row', async () => {
      const head = await store.openHead(flat(8));
      for (let query = 0; query < 4; query += 1) {
        const vector = rowOf(queries, query);
        const first = await head.search(vector, 120);
        for (const dims of [24, 32, 64]) {
          const found = await store.rerank(vector, first, { dims, keep: 25 });
          expect(found.dims).toBe(dims);
          expectSameNeighbours(found, corpus, vector, dims, 25, first.rows);
        }
      }
      await head.close();
    });

    it('runs a funnel of several stages as a scan of the survivors would', async () => {
      const head = await store.openHead(flat(8));
      const vector = rowOf(queries, 5);
      const a = await head.search(vector, 300);
      const b = await store.rerank(vector, a, { dims: 24, keep: 100 });
      const c = await store.rerank(vector, b, { dims: 32, keep: 40 });
      const d = await store.rerank(vector, c, { dims: 64, keep: 10 });
      expectSameNeighbours(b, corpus, vector, 24, 100, a.rows);
      expectSameNeighbours(c, corpus, vector, 32, 40, b.rows);
      expectSameNeighbours(d, corpus, vector, 64, 10, c.rows);
      await head.close();
    });

    it('re-ranks in any size: none, one, more wanted than there are', async () => {
      const vector = rowOf(queries, 1);
      const survivorsOf = (rows: number[]): Survivors => ({ rows: Int32Array.from(rows), scores: Float32Array.from(rows, (row) => cosineAt(vector, rowOf(corpus, row), 8)), dims: 8 });
      expect((await store.rerank(vector, survivorsOf([]), { dims: 32, keep: 5 })).rows).toHaveLength(0);
      expectSameNeighbours(await store.rerank(vector, survivorsOf([7]), { dims: 32, keep: 5 }), corpus, vector, 32, 5, [7]);
      expectSameNeighbours(await store.rerank(vector, survivorsOf([3, 1_499, 0, 77]), { dims: 64, keep: 50 }), corpus, vector, 64, 50, [3, 1_499, 0, 77]);
    });

    it('sweeps all prefixes exactly', async () => {
      const tables = await store.sweep(queryMatrix, PREFIXES, 20);
      expect([...tables.keys()].sort((a, b) => a - b)).toEqual(PREFIXES);
      for (const dims of PREFIXES) {
        for (let query = 0; query < queries.rowCount; query += 1) expectSameNeighbours(neighboursOf(tables.get(dims)!, query), corpus, rowOf(queries, query), dims, 20);
      }
    });

    it('says where the time went, wherever it says anything', async () => {
      const head = await store.openHead(flat(32));
      const found = await head.search(rowOf(queries, 2), 50);
      const ranked = await store.rerank(rowOf(queries, 2), found, { dims: 64, keep: 10 });
      for (const timing of [found.timing, ranked.timing]) {
        if (timing === undefined) continue;
        expect(timing.serverMs).toBeGreaterThanOrEqual(0);
        expect(timing.totalMs).toBeGreaterThanOrEqual(timing.serverMs - 0.01);
        expect(timing.localMs + timing.serverMs + (timing.requestMs ?? 0)).toBeCloseTo(timing.totalMs, 1);
        if (store.kind === 'embedded') expect(timing.serverMs).toBe(0);
      }
      await head.close();
    });

    it('refuses prefixes that are none, and parameters it does not know', async () => {
      const refused = async (spec: HeadSpec): Promise<boolean> => store.openHead(spec).then(() => false, (error: unknown) => error instanceof UserError);
      expect(await refused(flat(65))).toBe(true);
      expect(await refused(flat(0))).toBe(true);
      expect(await refused({ ...flat(8), params: { wings: 2 } })).toBe(true);
    });

    it('stops when it is cancelled', async () => {
      const head = await store.openHead(flat(32));
      const gone = AbortSignal.abort();
      await expect(head.search(rowOf(queries, 0), 10, gone)).rejects.toBeInstanceOf(CancelledError);
      await expect(head.searchMany(queryMatrix, 10, { signal: gone })).rejects.toBeInstanceOf(CancelledError);
      await expect(store.sweep(queryMatrix, PREFIXES, 10, { signal: gone })).rejects.toBeInstanceOf(CancelledError);
      // And is none the worse for it.
      expectSameNeighbours(await head.search(rowOf(queries, 0), 10), corpus, rowOf(queries, 0), 32, 10);
      await head.close();
    });

    it.each(factory.approximateHeads.map(({ leastRecall, ...spec }) => [`${spec.index} ${spec.precision}`, spec, leastRecall ?? 0.85] as const))('the %s head finds nearly all', async (_, spec, leastRecall) => {
      const head = await store.openHead({ ...spec, dims: 32 });
      expect(head.spec).toMatchObject(spec);
      let hits = 0;
      for (let query = 0; query < queries.rowCount; query += 1) {
        const vector = rowOf(queries, query);
        const found = await head.search(vector, 100);
        expect(new Set(found.rows).size).toBe(found.rows.length);
        const truth = new Set(exactNeighbours(corpus, vector, 32, 10).map(({ row }) => row));
        hits += [...found.rows].filter((row) => truth.has(row)).length;
        // Whatever the head, an exact re-rank of its survivors is exact.
        expectSameNeighbours(await store.rerank(vector, found, { dims: 64, keep: 10 }), corpus, vector, 64, 10, found.rows);
      }
      expect(hits / (10 * queries.rowCount)).toBeGreaterThan(leastRecall);
      expect(head.sizeBytes).toBeGreaterThan(0);
      await head.close();
    });

    it.each(factory.refusedHeads.map((spec) => [`${spec.index} ${spec.precision}`, spec] as const))('refuses a %s head in one clear line', async (_, spec) => {
      const error: unknown = await store.openHead({ ...spec, dims: 32 }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).not.toMatch(/\n/);
    });
  });

  describe(`store contract, odd rows: ${name}`, () => {
    // Row 3 has no direction at all, row 4 none within the first 8 dims; 10, 11 and 700 are the same row.
    const corpus = clusteredRows(800, DIMS, 3);
    corpus.data.fill(0, 3 * DIMS, 4 * DIMS);
    corpus.data.fill(0, 4 * DIMS, 4 * DIMS + 8);
    for (const twin of [11, 700]) corpus.data.copyWithin(twin * DIMS, 10 * DIMS, 11 * DIMS);
    let store: Store;
    beforeAll(async () => {
      store = await factory.open(corpus);
    }, factory.hookTimeoutMs);
    afterAll(() => store.close());

    it('equal rows have equal scores and come by rising row', async () => {
      const head = await store.openHead({ dims: 24, index: 'flat', precision: 'f32' });
      const found = await head.search(rowOf(corpus, 10), 5);
      expect(Array.from(found.rows.subarray(0, 3))).toEqual([10, 11, 700]);
      const ranked = await store.rerank(rowOf(corpus, 10), found, { dims: 64, keep: 3 });
      expect(Array.from(ranked.rows)).toEqual([10, 11, 700]);
      await head.close();
    });

    it('a row without direction is similar to nothing, and breaks nothing', async () => {
      const head = await store.openHead({ dims: 8, index: 'flat', precision: 'f32' });
      const query = rowOf(corpus, 20);
      const all = await head.search(query, 800);
      expectSameNeighbours(all, corpus, query, 8, 800);
      const ranked = await store.rerank(query, { rows: Int32Array.from([3, 4, 20]), scores: new Float32Array(3), dims: 8 }, { dims: 64, keep: 3 });
      expectSameNeighbours(ranked, corpus, query, 64, 3, [3, 4, 20]);
      await head.close();
    });
  });
}
