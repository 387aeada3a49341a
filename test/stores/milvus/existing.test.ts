import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MilvusServer } from '../../../src/contract/connection.ts';
import { connectMilvus } from '../../../src/stores/milvus/client.ts';
import type { Milvus } from '../../../src/stores/milvus/milvus.ts';
import { USUAL_TIMES } from '../../../src/stores/milvus/context.ts';
import type { MilvusContext } from '../../../src/stores/milvus/context.ts';
import { pickFields, vectorFieldOf, viewCollection } from '../../../src/stores/milvus/existing-collection.ts';
import { readKeys, readPages, readVectors } from '../../../src/stores/milvus/existing-rows.ts';
import { readTexts } from '../../../src/stores/milvus/existing-texts.ts';
import { openExistingStore } from '../../../src/stores/milvus/existing-store.ts';
import { probeMilvus } from '../../../src/stores/milvus/probe.ts';
import { readOnly } from '../../../src/stores/milvus/read-only.ts';
import { resolveTarget } from '../../../src/stores/milvus/target.ts';
import { neighboursOf } from '../../../src/vectors/neighbours.ts';
import { startLite } from '../milvus-server.ts';
import type { TestServer } from '../milvus-server.ts';
import { describeWithLite } from '../with-lite.ts';
import { clusteredRows, expectSameNeighbours, rowOf } from '../reference.ts';
import type { Matrix } from '../reference.ts';

const DIMS = 32;
const ROWS = 1_300;

await describeWithLite('a collection of the user’s', () => {
  let lite: TestServer;
  let milvus: Milvus;
  let context: MilvusContext;
  let server: MilvusServer;
  // Row r of the store is the r-th smallest key; rows are written in another order, in three batches.
  const rows = clusteredRows(ROWS, DIMS, 11);
  const titleOf = (row: number): string => `Title ${row} – “quoted”`;
  const keyOf = (row: number): number => row * 7 - 3_000;

  beforeAll(async () => {
    lite = await startLite();
    milvus = await connectMilvus(resolveTarget({ address: lite.address }));
    server = await probeMilvus(milvus);
    context = { milvus, server, times: USUAL_TIMES };
    await make('films', { key: 'Int64', main: 'FLAT', metric: 'COSINE', scale: 3, head: 8 });
    await make('places', { key: 'VarChar', main: 'HNSW', metric: 'L2', scale: 1 });
    await make('unscaled', { key: 'Int64', main: 'FLAT', metric: 'IP', scale: 3 });
    await make('wrong_head', { key: 'Int64', main: 'FLAT', metric: 'COSINE', scale: 1, head: 8, shuffledHead: true });
  });
  afterAll(async () => {
    await milvus.close();
    await lite.stop();
  });

  /** As somebody else's program would have made it: its own names, dynamic fields, unordered keys. */
  async function make(name: string, shape: { key: 'Int64' | 'VarChar'; main: string; metric: string; scale: number; head?: number; shuffledHead?: boolean; dims?: number }): Promise<void> {
    const { MilvusClient } = await import('@zilliz/milvus2-sdk-node');
    const sdk = new MilvusClient({ address: lite.address, logLevel: 'error' });
    await sdk.connectPromise;
    await sdk.createCollection({
      collection_name: name,
      enable_dynamic_field: true,
      fields: [
        { name: 'pk', data_type: shape.key, is_primary_key: true, ...(shape.key === 'VarChar' ? { max_length: 40 } : {}) },
        { name: 'plot', data_type: 'VarChar', max_length: 500 },
        { name: 'embedding', data_type: 'FloatVector', dim: shape.dims ?? DIMS },
        ...(shape.head === undefined ? [] : [{ name: 'head_embedding', data_type: 'FloatVector' as const, dim: shape.head }]),
      ],
    });
    const order = Array.from({ length: ROWS }, (_, i) => (i * 617) % ROWS);
    for (let start = 0; start < ROWS; start += 500) {
      await sdk.insert({
        collection_name: name,
        data: order.slice(start, start + 500).map((row) => {
          const vector = Array.from(rowOf(rows, row).subarray(0, shape.dims ?? DIMS), (value) => value * shape.scale);
          const from = shape.shuffledHead === true ? DIMS - shape.head! : 0;
          return {
            pk: shape.key === 'Int64' ? keyOf(row) : `key "${String(row).padStart(5, '0')}"`,
            plot: `Plot of ${row}`,
            title: titleOf(row),
            same: 'same',
            embedding: vector,
            ...(shape.head === undefined ? {} : { head_embedding: vector.slice(from, from + shape.head) }),
          };
        }),
      });
    }
    await sdk.flush({ collection_names: [name] });
    await sdk.createIndex({ collection_name: name, field_name: 'embedding', index_type: shape.main, metric_type: shape.metric, params: shape.main === 'HNSW' ? { M: 16, efConstruction: 200 } : {} });
    if (shape.head !== undefined) await sdk.createIndex({ collection_name: name, field_name: 'head_embedding', index_type: 'FLAT', metric_type: shape.metric });
    await sdk.closeConnection();
  }

  it('is listed as not ours, and shows its fields', async () => {
    expect((await probeMilvus(milvus)).collections).toContainEqual({ name: 'films', rowCount: ROWS, ownedByFunnelscope: false });
    expect(await viewCollection(milvus, 'films')).toEqual({
      name: 'films',
      rowCount: ROWS,
      keyField: 'pk',
      keyType: 'Int64',
      isLoaded: true,
      scalarFields: [
        { name: 'pk', type: 'Int64' },
        { name: 'plot', type: 'VarChar', maxLength: 500 },
      ],
      hasOtherFields: true,
      vectorFields: [
        { name: 'embedding', type: 'FloatVector', dims: DIMS, index: 'FLAT', metric: 'COSINE', buildParams: {} },
        { name: 'head_embedding', type: 'FloatVector', dims: 8, index: 'FLAT', metric: 'COSINE', buildParams: {} },
      ],
      ownedByFunnelscope: false,
    });
    await expect(viewCollection(milvus, 'nothing')).rejects.toMatchObject({ code: 'milvus/no-collection' });
  });

  it('is read in the order of its keys, whatever order they were written in', async () => {
    expect(await readKeys(context, await viewCollection(milvus, 'films'))).toEqual(Array.from({ length: ROWS }, (_, row) => String(keyOf(row))));
    const texts = await readKeys(context, await viewCollection(milvus, 'places'));
    expect([texts.length, texts[0], texts[1_299]]).toEqual([ROWS, 'key "00000"', 'key "01299"']);
  });

  it('comes in pages that follow on each other', async () => {
    for (const name of ['films', 'places']) {
      const view = await viewCollection(milvus, name);
      const pages: string[][] = [];
      for await (const page of readPages(context, view, ['plot'], 100)) {
        pages.push([...page.keys]);
        expect(page.rows.map((row) => typeof row['plot'])).toEqual(page.keys.map(() => 'string'));
      }
      expect(pages.map((keys) => keys.length)).toEqual(Array.from({ length: 13 }, () => 100));
      expect(pages.flat()).toEqual(await readKeys(context, view));
    }
  });

  it('has fields that are guessed by name and size where they are not picked', async () => {
    const films = await viewCollection(milvus, 'films');
    expect(pickFields(films, {})).toEqual({ idField: 'pk', textField: 'plot', titleField: undefined, vectorField: 'embedding' });
    expect(pickFields(films, { titleField: 'title', textField: '' })).toEqual({ idField: 'pk', textField: undefined, titleField: 'title', vectorField: 'embedding' });
    const strict = { ...films, hasOtherFields: false, scalarFields: [...films.scalarFields, { name: 'Title', type: 'VarChar', maxLength: 900 }, { name: 'year', type: 'Int64' }] };
    expect(pickFields(strict, {})).toMatchObject({ textField: 'plot', titleField: 'Title' });
    expect(pickFields(strict, { idField: 'year' })).toMatchObject({ idField: 'year' });
    expect(() => pickFields(strict, { textField: 'synopsis' })).toThrow('has no field "synopsis"');
    expect(() => pickFields(strict, { vectorField: 'plot' })).toThrow('no vector field "plot"');
  });

  it('gives the texts of all rows or of a seeded sample, and the vectors of any keys', async () => {
    const view = await viewCollection(milvus, 'films');
    const ask = { textField: 'plot', titleField: 'title', rows: 40, seed: 3 };
    const sample = await readTexts(context, view, ask);
    expect([sample.keys.length, new Set(sample.keys).size, sample.totalRows, sample.ids === sample.keys]).toEqual([40, 40, ROWS, true]);
    sample.keys.forEach((key, i) => {
      const row = (Number(key) + 3_000) / 7;
      expect([sample.texts![i], sample.titles![i]]).toEqual([`Plot of ${row}`, titleOf(row)]);
    });
    expect(await readTexts(context, view, ask)).toEqual(sample);
    expect((await readTexts(context, view, { ...ask, seed: 4 })).keys).not.toEqual(sample.keys);
    const whole = await readTexts(context, await viewCollection(milvus, 'places'), { rows: 1e6, seed: 1 });
    expect([whole.keys.length, whole.texts, whole.titles]).toEqual([ROWS, undefined, undefined]);
    for (const keys of [sample.keys, whole.keys.length === ROWS ? await readKeys(context, view) : []]) {
      const seen = new Map<number, number>();
      await readVectors(context, view, vectorFieldOf(view, 'embedding'), keys, (index, vector) => {
        seen.set(index, vector[0]!);
        expect(vector.length).toBe(DIMS);
      });
      expect(seen.size).toBe(keys.length);
      for (const [index, first] of seen) expect(first).toBeCloseTo(rowOf(rows, (Number(keys[index]) + 3_000) / 7)[0]! * 3, 5);
    }
    await expect(readVectors(context, view, vectorFieldOf(view, 'embedding'), ['1'], () => undefined)).rejects.toMatchObject({ code: 'milvus/verify', message: expect.stringContaining('key 1 is gone') });
    expect((await readTexts(context, view, { idField: 'title', seed: 1 })).ids[5]).toBe(titleOf(5));
    await expect(readTexts(context, view, { idField: 'same', seed: 1 })).rejects.toMatchObject({ code: 'milvus/schema', message: expect.stringContaining('in more than one row') });
  });

  it('is searched where it is: its fields are the heads, exact re-ranks come from it', async () => {
    const films = await viewCollection(milvus, 'films');
    const store = await openExistingStore(context, films, { vectorField: 'embedding', prefixFields: [{ view: films, field: 'head_embedding' }] });
    expect([store.rowCount, store.dims, store.label]).toEqual([ROWS, DIMS, `${server.label}, collection films`]);
    const head = await store.openHead({ dims: 8, index: 'flat', precision: 'f32' });
    for (const query of [0, 400, 1_299]) {
      const vector = rowOf(rows, query);
      const first = await head.search(vector, 100);
      expectSameNeighbours(first, rows, vector, 8, 100);
      expectSameNeighbours(await store.rerank(vector, first, { dims: 16, keep: 40 }), rows, vector, 16, 40, first.rows);
      expectSameNeighbours(await store.rerank(vector, first, { dims: DIMS, keep: 10 }), rows, vector, DIMS, 10, first.rows);
    }
    expect(store.keys[5]).toBe(String(keyOf(5)));
    await expect(store.openHead({ dims: 16, index: 'flat', precision: 'f32' })).rejects.toMatchObject({ code: 'milvus/schema', hint: expect.stringContaining('8, 32') });
    await expect(store.openHead({ dims: 8, index: 'hnsw', precision: 'f32' })).rejects.toMatchObject({ code: 'milvus/index' });
  });

  it('keeps its own index and metric: HNSW by squared distance, text keys', async () => {
    const store = await openExistingStore(context, await viewCollection(milvus, 'places'), { vectorField: 'embedding', rerank: 'server' });
    await expect(store.openHead({ dims: DIMS, index: 'flat', precision: 'f32' })).rejects.toMatchObject({ code: 'milvus/index', hint: expect.stringContaining('use hnsw') });
    const head = await store.openHead({ dims: DIMS, index: 'hnsw', precision: 'f32', params: { ef: 400 } });
    const vector = rowOf(rows, 77);
    const found = await head.search(vector, 50);
    expectSameNeighbours(found, rows, vector, DIMS, 50);
    // Whatever the graph misses under a filter, the re-rank is complete.
    expectSameNeighbours(await store.rerank(vector, found, { dims: DIMS, keep: 50 }), rows, vector, DIMS, 50, found.rows);
    expect((await store.openHead({ dims: DIMS, index: 'autoindex', precision: 'f32' })).sizeBytes).toBeGreaterThan(ROWS * DIMS * 4);
  });

  it('is swept exactly at every prefix, also at those it has no field for', async () => {
    const queries: Matrix = clusteredRows(9, DIMS, 12);
    for (const name of ['films', 'places']) {
      const store = await openExistingStore(context, await viewCollection(milvus, name), { vectorField: 'embedding' });
      const tables = await store.sweep({ queryCount: 9, dims: DIMS, data: queries.data }, [4, 16, DIMS], 25);
      for (const dims of [4, 16, DIMS]) for (let query = 0; query < 9; query += 1) expectSameNeighbours(neighboursOf(tables.get(dims)!, query), rows, rowOf(queries, query), dims, 25);
    }
  });

  it('is refused where its fields are not what they are taken for', async () => {
    const wrong = await viewCollection(milvus, 'wrong_head');
    await expect(openExistingStore(context, wrong, { vectorField: 'embedding', prefixFields: [{ view: wrong, field: 'head_embedding' }] })).rejects.toMatchObject({
      code: 'milvus/schema',
      message: expect.stringContaining('does not hold the first 8 dimensions of embedding'),
    });
    await expect(openExistingStore(context, await viewCollection(milvus, 'unscaled'), { vectorField: 'embedding' })).rejects.toMatchObject({ code: 'milvus/schema', message: expect.stringContaining('not normalised') });
    await expect(openExistingStore(context, await viewCollection(milvus, 'films'), { vectorField: 'plot' })).rejects.toMatchObject({ code: 'milvus/schema', hint: expect.stringContaining('embedding (32 dims)') });
  });

  it('never answers with rows that are held out, and fills up what they would have taken', async () => {
    const films = await viewCollection(milvus, 'films');
    const all = await readKeys(context, films);
    // Every other row is no answer: more than the first guess at how many hits to ask for.
    const keys = all.filter((_, row) => row % 2 === 0);
    const kept: Matrix = { rowCount: keys.length, dims: DIMS, data: Float32Array.from(keys.flatMap((_, i) => Array.from(rowOf(rows, i * 2)))) };
    const store = await openExistingStore(context, films, { vectorField: 'embedding', prefixFields: [{ view: films, field: 'head_embedding' }], keys });
    expect([store.rowCount, store.fixedHeads]).toEqual([keys.length, { dims: [8, DIMS], choice: { index: 'flat', precision: 'f32' } }]);
    const queries = clusteredRows(7, DIMS, 13);
    for (const dims of [8, DIMS]) {
      const head = await store.openHead({ dims, index: 'autoindex', precision: 'f32' });
      const table = await head.searchMany({ queryCount: 7, dims: DIMS, data: queries.data }, 60);
      for (let query = 0; query < 7; query += 1) {
        expectSameNeighbours(await head.search(rowOf(queries, query), 60), kept, rowOf(queries, query), dims, 60);
        expectSameNeighbours(neighboursOf(table, query), kept, rowOf(queries, query), dims, 60);
      }
      expect((await head.search(rowOf(queries, 0), keys.length)).rows).toHaveLength(keys.length);
    }
    const tables = await store.sweep({ queryCount: 7, dims: DIMS, data: queries.data }, [DIMS], 25);
    expectSameNeighbours(neighboursOf(tables.get(DIMS)!, 3), kept, rowOf(queries, 3), DIMS, 25);
  });

  it('may have its prefixes in another collection with the same keys', async () => {
    await make('films_16', { key: 'Int64', main: 'FLAT', metric: 'COSINE', scale: 2, dims: 16 });
    const films = await viewCollection(milvus, 'films');
    const other = await viewCollection(milvus, 'films_16');
    const store = await openExistingStore(context, films, { vectorField: 'embedding', prefixFields: [{ view: other, field: 'embedding' }] });
    const head = await store.openHead({ dims: 16, index: 'flat', precision: 'f32' });
    const vector = rowOf(rows, 31);
    const first = await head.search(vector, 50);
    expectSameNeighbours(first, rows, vector, 16, 50);
    expectSameNeighbours(await store.rerank(vector, first, { dims: DIMS, keep: 10 }), rows, vector, DIMS, 10, first.rows);
  });

  it('is never written to: nothing changes, and a connection that only reads cannot', async () => {
    const digest = async (name: string): Promise<string> => {
      const hash = createHash('sha256');
      const view = await viewCollection(milvus, name);
      for await (const page of readPages(context, view, ['plot', 'title', 'embedding'])) hash.update(JSON.stringify(page));
      return hash.digest('hex');
    };
    const describeAll = async () => Promise.all(['films', 'places'].map(async (name) => [await milvus.describe(name), await milvus.indexes(name), await milvus.count(name), await digest(name)]));
    const before = await describeAll();
    const names = await milvus.listCollections();
    const films = await viewCollection(milvus, 'films');
    const store = await openExistingStore(context, films, { vectorField: 'embedding', prefixFields: [{ view: films, field: 'head_embedding' }] });
    await store.sweep({ queryCount: 1, dims: DIMS, data: rowOf(rows, 0) }, [DIMS], 5);
    await store.close();
    expect(await describeAll()).toEqual(before);
    expect(await milvus.listCollections()).toEqual(names);
    const reading = readOnly(milvus);
    await expect(reading.insert('films', [], { upsert: true })).rejects.toMatchObject({ code: 'milvus/read-only' });
    await expect(reading.drop('films')).rejects.toMatchObject({ code: 'milvus/read-only' });
    await expect(reading.create({ name: 'x', description: '', properties: {}, fields: [] })).rejects.toMatchObject({ code: 'milvus/read-only' });
    await expect(reading.createIndex('films', 'embedding', 'FLAT', 'IP', {})).rejects.toMatchObject({ code: 'milvus/read-only' });
    expect(await reading.count('films')).toBe(ROWS);
  });
});

describe('keys in filters', () => {
  it('text keys are quoted as Milvus reads them', async () => {
    const { keyFilter } = await import('../../../src/stores/milvus/existing-rows.ts');
    expect(keyFilter({ keyField: 'pk', keyType: 'VarChar' } as never, ['a"b', 'c\\d'])).toBe('pk in ["a\\"b","c\\\\d"]');
    expect(keyFilter({ keyField: 'pk', keyType: 'Int64' } as never, ['-3', '9007199254740993'])).toBe('pk in [-3,9007199254740993]');
  });
});
