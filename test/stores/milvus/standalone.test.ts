import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeError } from '../../../src/base/errors.ts';
import { connectMilvus } from '../../../src/stores/milvus/client.ts';
import { USUAL_TIMES } from '../../../src/stores/milvus/context.ts';
import { viewCollection } from '../../../src/stores/milvus/existing-collection.ts';
import { readPages } from '../../../src/stores/milvus/existing-rows.ts';
import { openMilvusStore } from '../../../src/stores/milvus/milvus-store.ts';
import { probeMilvus } from '../../../src/stores/milvus/probe.ts';
import { resolveTarget } from '../../../src/stores/milvus/target.ts';
import { storeContract } from '../contract.ts';
import { startStandalone } from '../milvus-server.ts';
import type { TestServer } from '../milvus-server.ts';
import { clusteredRows, expectSameNeighbours, rowOf } from '../reference.ts';
import { sourceOf } from './source.ts';

const venv = process.env['FUNNELSCOPE_MILVUS_23_VENV'];

describe.skipIf(venv === undefined)('Milvus 2.3.5 (run by scripts/milvus-contract-2.3.sh)', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startStandalone(venv!);
  }, 180_000);
  afterAll(() => server.stop());

  storeContract('Milvus 2.3.5', {
    open: (rows) => openMilvusStore(resolveTarget({ address: server.address }), sourceOf(rows), { corpus: 'contract', model: 'random', dims: [8, 24, 32, 64], rerank: 'server' }),
    approximateHeads: [
      { index: 'hnsw', precision: 'f32' },
      { index: 'ivf_flat', precision: 'f32', params: { nlist: 16, nprobe: 12 } },
      { index: 'ivf_sq8', precision: 'f32', params: { nlist: 16, nprobe: 12 } },
      { index: 'ivf_pq', precision: 'f32', params: { nlist: 16, nprobe: 16, m: 16 } },
      { index: 'scann', precision: 'f32', params: { nlist: 16, nprobe: 12 } },
      { index: 'flat', precision: 'f16' },
      { index: 'flat', precision: 'binary', leastRecall: 0.5 },
      { index: 'ivf_flat', precision: 'binary', params: { nlist: 8, nprobe: 8 }, leastRecall: 0.5 },
    ],
    refusedHeads: [
      { index: 'hnsw_sq', precision: 'f32' },
      { index: 'flat', precision: 'int8' },
      { index: 'ivf_pq', precision: 'f32', params: { m: 7 } },
    ],
    hookTimeoutMs: 300_000,
  });

  const rows = clusteredRows(8_000, 32, 21);
  const target = () => resolveTarget({ address: server.address, timeoutMs: 30_000 });

  it('the probe tries index types and formats', async () => {
    const milvus = await connectMilvus(target());
    const names = await milvus.listCollections();
    expect(await probeMilvus(milvus)).toMatchObject({
      isLite: false,
      label: expect.stringMatching(/^Milvus 2\.3\.5 at/),
      version: 'v2.3.5-lite',
      maxVectorFields: 1,
      float16: true,
      binary: true,
      indexes: expect.arrayContaining(['FLAT', 'HNSW', 'IVF_FLAT', 'IVF_SQ8', 'IVF_PQ', 'SCANN', 'AUTOINDEX']),
    });
    expect((await milvus.listCollections()).sort()).toEqual(names.sort());
    await milvus.close();
  });

  it('killed while loading and started again: every row is there once', async () => {
    const states: string[] = [];
    let isKilled = false;
    const store = await openMilvusStore(target(), sourceOf(rows), {
      corpus: 'killed-loading',
      model: 'random',
      dims: [32],
      patienceMs: 280_000,
      onConnection: (fault) => states.push(fault?.code ?? 'back'),
      onProgress: (one) => {
        if (isKilled || one.done < 3_000) return;
        isKilled = true;
        setTimeout(() => void server.kill().then(() => server.start()), 2);
      },
    });
    expect(isKilled).toBe(true);
    expect(states.at(0)).toMatch(/^milvus\//);
    expect(states.at(-1)).toBe('back');
    const head = await store.openHead({ dims: 32, index: 'flat', precision: 'f32' });
    // All 8,000 rows, none twice: a row that is there twice would come twice.
    expectSameNeighbours(await head.search(rowOf(rows, 5), 8_000), rows, rowOf(rows, 5), 32, 8_000);
    const milvus = await connectMilvus(target());
    expect(await milvus.count(store.collections()[0]!.name)).toBe(8_000);
    await milvus.close();
    await store.close();
  }, 400_000);

  it('killed while searching and started again: the run goes on', async () => {
    const store = await openMilvusStore(target(), sourceOf(rows), { corpus: 'killed-loading', model: 'random', dims: [16, 32], rerank: 'server', patienceMs: 280_000 });
    const head = await store.openHead({ dims: 16, index: 'flat', precision: 'f32' });
    let restart: Promise<void> | undefined;
    for (let query = 0; query < 8; query += 1) {
      if (query === 3) restart = server.kill().then(() => server.start());
      const vector = rowOf(rows, query);
      const found = await head.search(vector, 100);
      expectSameNeighbours(found, rows, vector, 16, 100);
      expectSameNeighbours(await store.rerank(vector, found, { dims: 32, keep: 10 }), rows, vector, 32, 10, found.rows);
    }
    await restart;
    await store.close();
  }, 400_000);

  it('pages come by rising key', async () => {
    const milvus = await connectMilvus(target());
    const context = { milvus, server: await probeMilvus(milvus), times: USUAL_TIMES };
    const name = (await milvus.listCollections()).find((one) => one.startsWith('fs_killed_loading') && one.endsWith('p32'))!;
    const keys: number[] = [];
    for await (const page of readPages(context, await viewCollection(milvus, name), [], 777)) keys.push(...page.keys.map(Number));
    expect(keys).toEqual(Array.from({ length: 8_000 }, (_, row) => row));
    await milvus.close();
  }, 120_000);
});

describe.skipIf(venv === undefined)('Milvus 2.3.5 with passwords', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startStandalone(venv!, { withPasswords: true });
  }, 180_000);
  afterAll(() => server.stop());

  it('takes user and password, or both as a token, and refuses wrong ones without repeating them', async () => {
    const address = server.address;
    // The server answers some seconds after its port is open.
    for (let tries = 0; tries < 60; tries += 1) {
      const milvus = await connectMilvus(resolveTarget({ address, username: 'root' }, 'Milvus')).catch(() => undefined);
      if (milvus !== undefined) {
        await milvus.close();
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    const byToken = await connectMilvus(resolveTarget({ address }, 'root:Milvus'));
    expect(await byToken.listCollections()).toEqual([]);
    await byToken.close();
    for (const [username, secret] of [['root', 'wrong-password'], [undefined, 'root:wrong-password'], [undefined, undefined]] as const) {
      const attempt = async (): Promise<unknown> => {
        const milvus = await connectMilvus(resolveTarget({ address, ...(username === undefined ? {} : { username }) }, secret));
        await milvus.listCollections();
        return milvus;
      };
      const error: unknown = await attempt().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'milvus/credentials', hint: expect.stringContaining('token') });
      expect(describeError(error)).not.toContain('wrong-password');
    }
  }, 120_000);
});
