import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeError } from '../../../src/base/errors.ts';
import { reportSchema } from '../../../src/contract/report.ts';
import { connectMilvus } from '../../../src/stores/milvus/client.ts';
import { USUAL_TIMES } from '../../../src/stores/milvus/context.ts';
import { viewCollection } from '../../../src/stores/milvus/existing-collection.ts';
import { readPages } from '../../../src/stores/milvus/existing-rows.ts';
import { openMilvusStore } from '../../../src/stores/milvus/milvus-store.ts';
import { probeMilvus } from '../../../src/stores/milvus/probe.ts';
import { resolveTarget } from '../../../src/stores/milvus/target.ts';
import { cli } from '../../cli/run.ts';
import { storeContract } from '../contract.ts';
import { startStandalone } from '../milvus-server.ts';
import type { TestServer } from '../milvus-server.ts';
import { clusteredRows, expectSameNeighbours, rowOf } from '../reference.ts';
import { makeCollection, makeReader } from '../user-collection.ts';
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

  it('a collection is explored in place by a user who may only read; the secret is in no file and no line', async () => {
    const { address } = server;
    const rows = clusteredRows(3_000, 32, 22);
    const make = (name: string, dims: number, index: string) =>
      makeCollection(
        address,
        {
          name,
          fields: [
            { name: 'pk', data_type: 'VarChar', is_primary_key: true, max_length: 20 },
            { name: 'plot', data_type: 'VarChar', max_length: 200 },
            { name: 'embedding', data_type: 'FloatVector', dim: dims },
          ],
          rows: Array.from({ length: 3_000 }, (_, row) => ({ pk: `k${String(row).padStart(5, '0')}`, plot: `Plot ${row}`, embedding: Array.from(rowOf(rows, row).subarray(0, dims)) })),
          indexes: { embedding: { type: index, metric: 'COSINE', ...(index === 'HNSW' ? { params: { M: 16, efConstruction: 200 } } : {}) } },
        },
        'root:Milvus',
      );
    await make('films', 32, 'HNSW');
    await make('films_8', 8, 'FLAT');
    await makeReader(address, 'root:Milvus', 'reader', 'Read-0nly!');
    const reader = await connectMilvus(resolveTarget({ address }, 'reader:Read-0nly!'));
    await expect(reader.insert('films', [], { upsert: false })).rejects.toThrow();
    await expect(reader.drop('films')).rejects.toMatchObject({ code: 'milvus/permission' });

    const folder = await mkdtemp(join(tmpdir(), 'funnelscope-reader-'));
    process.env['FUNNELSCOPE_MILVUS_TOKEN'] = 'reader:Read-0nly!';
    process.env['FUNNELSCOPE_DATA'] = join(folder, 'data');
    try {
      const out = join(folder, 'out');
      const done = await cli('bench', '--store', address, '--collection', 'films', '--prefix-field', 'films_8/embedding', '--dims', '8,32', '--queries', '50', '--schedule', '8:200,32:10', '--latency-queries', '20', '--out', out);
      expect(done.code, done.stderr).toBe(0);
      const report = reportSchema.parse(JSON.parse(await readFile(join(out, 'report.json'), 'utf8')));
      const [there, here] = [report, report.otherStores![0]!];
      expect([report.store.label, here.kind]).toEqual([expect.stringMatching(/^Milvus 2\.3\.5 at .*, collection films$/), 'embedded']);
      // The exact prefix field gives what the copy gives; the whole one is an HNSW index, and is called so.
      expect(there.ladder[0]!.recall.value).toBeCloseTo(here.ladder[0]!.recall.value, 12);
      expect(there.funnels[0]!.recall.value).toBeCloseTo(here.funnels[0]!.recall.value, 12);
      expect(there.baseline.recall.value).toBeGreaterThan(0.95);
      expect(there.baseline.index).toBe('autoindex');
      expect(report.store.latencyRemark).toBeUndefined();
      const texts = [done.stderr, ...(await Promise.all((await readdir(out)).map((name) => readFile(join(out, name), 'utf8'))))];
      for (const text of texts) expect(text).not.toMatch(/Read-0nly|reader:/);
    } finally {
      delete process.env['FUNNELSCOPE_MILVUS_TOKEN'];
      delete process.env['FUNNELSCOPE_DATA'];
      await rm(folder, { recursive: true, force: true });
    }
    expect((await reader.listCollections()).sort()).toEqual(['films', 'films_8']);
    await reader.close();
  }, 240_000);
});
