import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError, UserError } from '../../../src/base/errors.ts';
import type { Progress } from '../../../src/base/progress.ts';
import { connectMilvus } from '../../../src/stores/milvus/client.ts';
import type { Milvus } from '../../../src/stores/milvus/milvus.ts';
import { openMilvusStoreOn } from '../../../src/stores/milvus/milvus-store.ts';
import type { MilvusStoreOptions } from '../../../src/stores/milvus/milvus-store.ts';
import { probeMilvus } from '../../../src/stores/milvus/probe.ts';
import { resolveTarget } from '../../../src/stores/milvus/target.ts';
import { contentHashOf } from '../../../src/stores/milvus/vector-source.ts';
import type { MilvusServer } from '../../../src/contract/connection.ts';
import { startLite } from '../milvus-server.ts';
import type { TestServer } from '../milvus-server.ts';
import { describeWithLite } from '../with-lite.ts';
import { clusteredRows, expectSameNeighbours, rowOf } from '../reference.ts';
import { sourceOf } from './source.ts';

await describeWithLite('loading vectors into Milvus Lite', () => {
  let lite: TestServer;
  let milvus: Milvus;
  let server: MilvusServer;
  beforeAll(async () => {
    lite = await startLite();
    milvus = await connectMilvus(resolveTarget({ address: lite.address }));
    server = await probeMilvus(milvus);
  });
  afterAll(async () => {
    await milvus.close();
    await lite.stop();
  });

  const rows = clusteredRows(3_200, 48, 5);
  const open = (options: Partial<MilvusStoreOptions> & { corpus: string }, probed: Partial<MilvusServer> = {}) =>
    openMilvusStoreOn({ milvus, server: { ...server, ...probed } }, sourceOf(rows), { model: 'random', ...options });

  it('the probe knows what it is and what it can, and leaves nothing behind', async () => {
    const before = await milvus.listCollections();
    const probed = await probeMilvus(milvus);
    expect(probed).toMatchObject({ isLite: true, version: expect.stringMatching(/^milvus_lite-3\./), label: expect.stringMatching(/^Milvus Lite 3\.\d+\.\d+ at 127\.0\.0\.1:\d+$/), float16: false, binary: false, maxVectorFields: 10, maxTopK: 16384 });
    expect(probed.indexes).toEqual(['FLAT', 'HNSW', 'HNSW_SQ', 'IVF_FLAT', 'IVF_SQ8', 'AUTOINDEX']);
    expect(probed.latencyRemark).toContain('not Milvus’s own speed');
    expect(await milvus.listCollections()).toEqual(before);
  });

  it('one collection holds a field for every prefix, and is found again', async () => {
    const progress: Progress[] = [];
    const first = await open({ corpus: 'reuse', dims: [16, 48], onProgress: (one) => progress.push(one) });
    expect(first.isReused()).toBe(false);
    expect(first.collections()).toMatchObject([{ name: expect.stringMatching(/^fs_reuse_random_[0-9a-f]{12}_p16_48$/), keyField: 'id', metric: 'IP', index: 'FLAT', fields: [{ name: 'v16', dims: 16 }, { name: 'v48', dims: 48 }] }]);
    const loading = progress.filter((one) => one.phase.startsWith('loading 16, 48'));
    expect(loading.map((one) => one.done)).toEqual([0, 1000, 2000, 3000, 3200]);
    expect(loading.every((one) => one.total === 3200 && one.unit === 'rows')).toBe(true);

    const second = await open({ corpus: 'reuse', dims: [48, 16] });
    expect(second.isReused()).toBe(true);
    expect(second.collections()).toEqual(first.collections());
  });

  it('a new prefix is loaded beside those that are there', async () => {
    await open({ corpus: 'beside', dims: [16] });
    const store = await open({ corpus: 'beside', dims: [8, 16, 24] });
    expect(store.collections().map((one) => one.fields.map((field) => field.dims))).toEqual([[16], [8, 24]]);
    expect(store.isReused()).toBe(false);
    // And one that was not asked for comes when it is needed.
    const head = await store.openHead({ dims: 32, index: 'flat', precision: 'f32' });
    expectSameNeighbours(await head.search(rowOf(rows, 9), 10), rows, rowOf(rows, 9), 32, 10);
    expect(store.collections()).toHaveLength(3);
  });

  it('where the server takes one vector field a collection, each prefix has its own', async () => {
    const store = await open({ corpus: 'split', dims: [8, 24], rerank: 'server' }, { maxVectorFields: 1 });
    expect(store.collections().map((one) => one.name.replace(/^.*_p/, 'p'))).toEqual(['p8', 'p24']);
    const head = await store.openHead({ dims: 8, index: 'flat', precision: 'f32' });
    const found = await head.search(rowOf(rows, 3), 60);
    expectSameNeighbours(await store.rerank(rowOf(rows, 3), found, { dims: 24, keep: 10 }), rows, rowOf(rows, 3), 24, 10, found.rows);
  });

  it('other vectors, another corpus or another model never share a collection', async () => {
    const base = await open({ corpus: 'mine', dims: [8] });
    const other = clusteredRows(3_200, 48, 6);
    const names = [
      base.collections()[0]!.name,
      (await open({ corpus: 'yours', dims: [8] })).collections()[0]!.name,
      (await open({ corpus: 'mine', model: 'another', dims: [8] })).collections()[0]!.name,
      (await openMilvusStoreOn({ milvus, server }, sourceOf(other), { corpus: 'mine', model: 'random', dims: [8] })).collections()[0]!.name,
    ];
    expect(new Set(names).size).toBe(4);
    expect(await contentHashOf(sourceOf(rows))).toBe(await contentHashOf(sourceOf(clusteredRows(3_200, 48, 5))));
  });

  it('a cancelled load stops at once and goes on where it stopped', async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const opening = open({
      corpus: 'cancelled',
      dims: [16, 48],
      signal: stop.signal,
      onProgress: (one) => {
        seen.push(one.done);
        if (one.done >= 1_000) stop.abort();
      },
    });
    await expect(opening).rejects.toBeInstanceOf(CancelledError);
    expect(seen).toEqual([0, 1_000]);

    const sent: number[] = [];
    const store = await open({ corpus: 'cancelled', dims: [16, 48], onProgress: (one) => one.phase.startsWith('loading 16') && sent.push(one.done) });
    expect(sent[0]).toBeGreaterThanOrEqual(1_000);
    expect(sent.at(-1)).toBe(3_200);
    expect(await milvus.count(store.collections()[0]!.name)).toBe(3_200);
    const head = await store.openHead({ dims: 48, index: 'flat', precision: 'f32' });
    expectSameNeighbours(await head.search(rowOf(rows, 3_100), 20), rows, rowOf(rows, 3_100), 48, 20);
  });

  it('two loads of the same at once become one', async () => {
    const [a, b] = await Promise.all([open({ corpus: 'twice', dims: [16] }), open({ corpus: 'twice', dims: [16] })]);
    expect([a.isReused(), b.isReused()].sort()).toEqual([false, true]);
    expect(await milvus.count(a.collections()[0]!.name)).toBe(3_200);
  });

  it('rows that went missing on the server are noticed and sent again', async () => {
    const store = await open({ corpus: 'holes', dims: [16] });
    const { name } = store.collections()[0]!;
    await deleteRows(lite, name, [5, 1_234, 1_235, 3_199]);
    expect(await milvus.count(name)).toBe(3_196);
    const again = await open({ corpus: 'holes', dims: [16] });
    expect(again.isReused()).toBe(false);
    expect(await milvus.count(name)).toBe(3_200);
  });

  it('a row that was changed on the server is noticed', async () => {
    const store = await open({ corpus: 'changed', dims: [16] });
    const { name } = store.collections()[0]!;
    await milvus.insert(name, [{ id: 0, v16: Array.from({ length: 16 }, () => 0.25) }], { upsert: false });
    await expect(open({ corpus: 'changed', dims: [16] })).rejects.toMatchObject({ code: 'milvus/verify', message: expect.stringContaining('row 0') });
  });

  it('a collection of that name which is not ours is left alone', async () => {
    const { name } = (await open({ corpus: 'foreign', dims: [16] })).collections()[0]!;
    await milvus.drop(name);
    await milvus.create({ name, description: 'mine!', properties: {}, fields: [{ name: 'id', type: 'Int64', isPrimary: true }, { name: 'v16', type: 'FloatVector', isPrimary: false, dims: 16 }] });
    await expect(open({ corpus: 'foreign', dims: [16] })).rejects.toMatchObject({ code: 'milvus/foreign' });
    expect(await milvus.describe(name)).toBeDefined();
  });

  it('heads with an index have a collection of their own, reused for the same parameters only', async () => {
    const store = await open({ corpus: 'heads', dims: [16] });
    const names = (): string[] => store.collections().map((one) => one.name.replace(/^fs_heads_random_[0-9a-f]{12}_/, ''));
    await store.openHead({ dims: 16, index: 'hnsw', precision: 'f32', params: { M: 8, ef: 80 } });
    await store.openHead({ dims: 16, index: 'hnsw', precision: 'f32', params: { M: 8, ef: 120 } });
    await store.openHead({ dims: 16, index: 'hnsw', precision: 'f32', params: { M: 24 } });
    expect(names()).toEqual(['p16', 'h16_hnsw_f32_M8_efConstruction200', 'h16_hnsw_f32_M24_efConstruction200']);
    const [index] = await milvus.indexes(store.collections()[1]!.name);
    expect(index).toMatchObject({ type: 'HNSW', metric: 'IP', params: { M: 8, efConstruction: 200 }, isFinished: true });
  });

  it('a server that is too slow for big batches gets smaller ones', async () => {
    const sizes: number[] = [];
    const strained: Milvus = {
      ...milvus,
      async insert(collection, batch, options) {
        sizes.push(batch.length);
        if (batch.length > 300) throw new UserError('milvus/overloaded', 'rate limit exceeded');
        await milvus.insert(collection, batch, options);
      },
    };
    const store = await openMilvusStoreOn({ milvus: strained, server }, sourceOf(rows), { corpus: 'strained', model: 'random', dims: [16] });
    expect(sizes.slice(0, 3)).toEqual([1000, 500, 250]);
    expect(await milvus.count(store.collections()[0]!.name)).toBe(3_200);
  });

  it('more candidates than a search may bring are refused before the server is asked', async () => {
    const store = await open({ corpus: 'reuse', dims: [16] }, { maxTopK: 100 });
    const head = await store.openHead({ dims: 16, index: 'flat', precision: 'f32' });
    await expect(head.search(rowOf(rows, 0), 101)).rejects.toMatchObject({ code: 'milvus/top-k' });
  });

  it('the cheapest way to re-rank is measured once for each size and told', async () => {
    const store = await open({ corpus: 'reuse', dims: [16, 48] });
    const head = await store.openHead({ dims: 16, index: 'flat', precision: 'f32' });
    const found = await head.search(rowOf(rows, 1), 100);
    for (let i = 0; i < 3; i += 1) await store.rerank(rowOf(rows, 1), found, { dims: 48, keep: 10 });
    expect(store.rerankChoices()).toHaveLength(1);
    const [choice] = store.rerankChoices();
    const costs = Object.entries(choice!.measuredMs).sort((a, b) => a[1] - b[1]);
    expect(choice).toMatchObject({ dims: 48, candidates: 128, strategy: costs[0]![0] });
    expect(costs.map(([name]) => name).sort()).toEqual(['fetch', 'local', 'server']);
  });
});

/** With another client, as another program would. */
async function deleteRows(lite: TestServer, collection: string, ids: readonly number[]): Promise<void> {
  const { MilvusClient } = await import('@zilliz/milvus2-sdk-node');
  const client = new MilvusClient({ address: lite.address, logLevel: 'error' });
  await client.connectPromise;
  await client.delete({ collection_name: collection, filter: `id in [${ids.join(',')}]` });
  await client.closeConnection();
}

describe('a batch of queries', () => {
  it('is as large as the answer and the server’s memory allow', async () => {
    const { queriesACall } = await import('../../../src/stores/milvus/search-field.ts');
    const context = (isLite: boolean) => ({ server: { isLite } }) as never;
    expect([queriesACall(context(false), 10, 1e6), queriesACall(context(false), 1024, 1e6), queriesACall(context(false), 16384, 1e6)]).toEqual([100, 97, 6]);
    expect([queriesACall(context(true), 10, 1e4), queriesACall(context(true), 10, 1e6), queriesACall(context(true), 10, 1e9)]).toEqual([100, 25, 1]);
  });
});
