import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallInput, CallName, CallOutput } from '../../src/contract/calls.ts';
import { calls } from '../../src/contract/calls.ts';
import { createClient } from '../../src/contract/client.ts';
import type { EngineClient, Response } from '../../src/contract/wire.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { serveEngine } from '../../src/engine/serve.ts';
import type { Serving } from '../../src/engine/serve.ts';

let folder: string;
let engine: Engine;
let serving: Serving;
let client: EngineClient;
const received: Response[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funnelscope-engine-'));
  engine = await openEngine({ resourcesDir: process.cwd(), dataDir: folder, host: 'cli' });
  const end = createClient((message) => serving.receive(structuredClone(message)));
  serving = serveEngine(engine, (message) => {
    received.push(message);
    queueMicrotask(() => end.receive(structuredClone(message)));
  });
  client = end.client;
});

afterAll(async () => {
  await serving.close();
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

/** Every answer is held against the contract's own schema. */
async function call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> {
  const output = await client.call(name, input);
  expect(calls[name].output.safeParse(output), `${name}: output fits the contract`).toMatchObject({ success: true });
  return output;
}

describe('the journey over the wire: from a sample to a saved report', () => {
  let corpusId: string;
  let queryId: string;
  let datasetId: string;
  let poolId: string;
  const dims = [16, 32, 64, 128, 256];

  it('lists samples and models', async () => {
    expect((await call('corpus.samples', {})).map((sample) => sample.name)).toContain('wordnet-5k');
    expect(await call('models.list', {})).toContainEqual(expect.objectContaining({ id: 'starter', where: 'bundled', dims: 256 }));
    expect(await call('app.info', {})).toMatchObject({ host: 'cli', dataDir: folder });
  });

  it('opens the sample, sets its own queries, embeds with the starter', async () => {
    const corpus = await call('corpus.open', { source: { kind: 'sample', name: 'wordnet-5k' } });
    corpusId = corpus.corpusId;
    expect(corpus).toMatchObject({ hasQueries: true, hasQrels: true });
    const rows = await call('corpus.rows', { corpusId, offset: 10, limit: 3 });
    expect(rows.rows.map((row) => row.row)).toEqual([10, 11, 12]);
    const queries = await call('queries.set', { corpusId, source: { kind: 'own', limit: 40 } });
    queryId = queries.queryId;
    expect(queries).toMatchObject({ count: 40, withQrels: 40 });
    const dataset = await call('dataset.embed', { corpusId, queryId, modelId: 'starter' });
    datasetId = dataset.datasetId;
    expect(dataset).toMatchObject({ rowCount: corpus.count, queryCount: 40, dims: 256, suggestedDims: dims, fromCache: false });
    expect(received.some((message) => message.type === 'progress' && message.progress.phase === 'embedding documents')).toBe(true);
    expect(received.some((message) => message.type === 'event' && message.event.name === 'jobs' && message.event.jobs.some((job) => job.call === 'dataset.embed' && job.state === 'done'))).toBe(true);
  });

  it('measures the ladder, builds the pool, and evaluates schedules exactly as a real run does', async () => {
    const ladder = await call('ladder.run', { datasetId, dims, k: 10, store: { kind: 'embedded' } });
    expect(ladder.ladder.map((entry) => entry.dims)).toEqual(dims);
    const pool = await call('pool.build', { datasetId, dims, k: 10, capacity: 512 });
    poolId = pool.poolId;
    const schedule = [{ dims: 32, keep: 200 }, { dims: 64, keep: 50 }, { dims: 256, keep: 10 }];
    const [evaluation] = await call('pool.evaluate', { poolId, schedules: [schedule] });
    const [measured] = await call('funnel.measure', { datasetId, schedules: [schedule], k: 10, store: { kind: 'embedded' } });
    expect(evaluation!.recall.value).toBeCloseTo(measured!.recall.value, 12);
    measured!.stages.forEach((stage, index) => expect(evaluation!.survival[index]).toBeCloseTo(stage.survival, 12));
  });

  it('heat map, candidates needed, losses, inspection', async () => {
    const heatMap = await call('pool.heatMap', { poolId });
    expect(heatMap.recall).toHaveLength(heatMap.dims.length);
    expect((await call('pool.candidates', { poolId }))[0]!.sentence).toMatch(/16/);
    const schedule = [{ dims: 16, keep: 30 }, { dims: 256, keep: 10 }];
    const [worst] = await call('inspect.losses', { poolId, schedule, limit: 5 });
    expect(worst!.recall).toBeLessThan(1);
    const inspection = await call('inspect.query', { datasetId, schedule, k: 10, dims, query: { row: worst!.row } });
    expect(inspection.recall).toBeCloseTo(worst!.recall, 12);
    const lost = inspection.truth.filter((fate) => fate.answerRank === null);
    expect(lost.length).toBeGreaterThan(0);
    for (const fate of lost) expect(fate.savingKeep).toBeGreaterThan(30);
    const typed = await call('inspect.query', { datasetId, schedule, k: 10, dims, query: { text: 'a small domestic animal' } });
    expect(typed.query).toMatchObject({ row: null, text: 'a small domestic animal' });
  });

  it('saves a report and exports it in every text format', async () => {
    const saved = await call('reports.save', { datasetId, name: 'first look' });
    expect(saved).toMatchObject({ name: 'first look', documents: 5000 });
    expect(await call('reports.list', {})).toHaveLength(1);
    for (const format of ['html', 'markdown', 'json', 'csv'] as const) {
      const exported = await call('reports.export', { reportId: saved.reportId, format });
      expect(exported.text.length, format).toBeGreaterThan(200);
    }
    await expect(client.call('reports.export', { reportId: saved.reportId, format: 'trec' })).rejects.toThrow('no answers to write');
    await call('reports.delete', { reportId: saved.reportId });
    expect(await call('reports.list', {})).toEqual([]);
  });

  it('uses as much of the machine as it is told, and the report says so; what it cannot give it does not claim', async () => {
    const dataset = await call('dataset.embed', { corpusId, queryId, modelId: 'starter', threads: 2, vectorMemoryBytes: 2 ** 20 });
    const threads = Math.min(2, availableParallelism());
    expect(dataset.use).toEqual({ ...(threads === 1 ? {} : { threads }), vectorMemoryBytes: 2 ** 20 });
    expect(dataset.fromCache).toBe(true);
    const shelved = await call('ladder.run', { datasetId: dataset.datasetId, dims, k: 10, store: { kind: 'embedded' } });
    const usual = await call('ladder.run', { datasetId, dims, k: 10, store: { kind: 'embedded' } });
    expect(shelved.latencyRemark).toContain('read from a temporary file');
    if (threads > 1) expect(shelved.latencyRemark).toContain('2 threads a query');
    expect(usual.latencyRemark).toBe(undefined);
    expect(shelved.ladder.map((entry) => entry.recall)).toEqual(usual.ladder.map((entry) => entry.recall));
    const saved = await call('reports.save', { datasetId: dataset.datasetId });
    const { command } = await call('reports.get', { reportId: saved.reportId });
    expect(command).toContain(`${threads === 1 ? '' : '--threads 2 '}--vector-memory 1048576B`);
    expect((await call('dataset.embed', { corpusId, queryId, modelId: 'starter', threads: 5000 })).use?.threads ?? 1).toBe(availableParallelism());
    await call('reports.delete', { reportId: saved.reportId });
  });

  it('says what is wrong with a call, and survives messages that are none', async () => {
    await expect(client.call('corpus.rows', { corpusId, offset: -1, limit: 3 })).rejects.toThrow('corpus.rows: offset');
    await expect(client.call('corpus.rows', { corpusId: 'gone', offset: 0, limit: 3 })).rejects.toThrow('no longer open');
    await expect(client.call('no.such.call' as 'app.info', {})).rejects.toThrow('unknown call');
    await expect(client.call('reports.get', { reportId: '../../etc/passwd' })).rejects.toThrow('not the id of a report');
    for (const nonsense of [null, 7, 'call', {}, { type: 'call', id: 'x' }, { type: 'cancel', id: 99999 }]) serving.receive(nonsense);
    expect(await call('app.info', {})).toMatchObject({ host: 'cli' });
  });

  it('cancels a long call at once', async () => {
    const abort = new AbortController();
    const running = client.call('dataset.embed', { corpusId, queryId, modelId: 'starter', documentPrompt: 'another prompt: ' }, { signal: abort.signal, onProgress: () => abort.abort() });
    await expect(running).rejects.toMatchObject({ wire: { kind: 'cancelled' } });
    expect(engine.jobs()[0]).toMatchObject({ call: 'dataset.embed', state: 'cancelled' });
  });
});
