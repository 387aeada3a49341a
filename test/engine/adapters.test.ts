import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallInput, CallName, CallOutput } from '../../src/contract/calls.ts';
import { calls } from '../../src/contract/calls.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { readAdapter, writeAdapter } from '../../src/training/adapter-file.ts';
import { reversedOrder } from '../../src/training/controls.ts';

let folder: string;
let engine: Engine;
let corpusId: string;
let queryId: string;

async function call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> {
  const output = (await engine.call(name, input)) as CallOutput<Name>;
  expect(calls[name].output.safeParse(output), `${name}: output fits the contract`).toMatchObject({ success: true });
  return output;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funnelscope-adapters-'));
  engine = await openEngine({ resourcesDir: process.cwd(), dataDir: join(folder, 'data'), host: 'cli' });
  corpusId = (await call('corpus.open', { source: { kind: 'sample', name: 'wordnet-5k' } })).corpusId;
  queryId = (await call('queries.set', { corpusId, source: { kind: 'own', limit: 60 } })).queryId;
});

afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

describe('adapters over the contract', () => {
  const file = (): string => join(folder, 'reversed.fsa');

  it('are taken from a file, listed, exported in three forms, and removed; a file that is none is refused', async () => {
    await writeAdapter(file(), {
      dims: 256,
      matrix: reversedOrder(256),
      provenance: { method: 'preserve', prefixes: [256, 64], model: { id: 'starter' }, corpus: { name: 'test', count: 7 }, settings: {}, figures: {}, createdAt: '2026-11-25T10:00:00Z', program: 'test' },
    });
    const { adapterId, path } = await call('adapters.add', { path: file() });
    expect(await call('adapters.list', {})).toEqual([expect.objectContaining({ adapterId, dims: 256, method: 'preserve', prefixes: [64, 256], model: 'starter', corpus: 'test', rowCount: 7 })]);
    expect((await readAdapter(path)).provenance.program).toBe('test');
    const bytesOf = async (format: 'fsa' | 'npy' | 'onnx'): Promise<Buffer> => Buffer.from((await call('adapters.export', { adapterId, format })).base64, 'base64');
    expect(await bytesOf('fsa')).toEqual(await readFile(path));
    expect((await bytesOf('npy')).subarray(0, 6).toString('latin1')).toBe('\x93NUMPY');
    expect((await bytesOf('onnx')).length).toBeGreaterThan(256 * 256 * 4);
    await call('adapters.delete', { adapterId });
    expect(await call('adapters.list', {})).toEqual([]);
    await writeFile(join(folder, 'none.fsa'), 'no adapter');
    await expect(call('adapters.add', { path: join(folder, 'none.fsa') })).rejects.toThrow('is no funnelscope-adapter/1 file');
    await expect(call('adapters.export', { adapterId: '../x', format: 'npy' })).rejects.toThrow('is not the id of an adapter');
  });

  it('turn documents, queries and typed queries of a dataset, which is another one then', async () => {
    const plain = await call('dataset.embed', { corpusId, queryId, modelId: 'starter' });
    const { adapterId } = await call('adapters.add', { path: file() });
    const turned = await call('dataset.embed', { corpusId, queryId, modelId: 'starter', adapterId });
    expect(turned.datasetId).not.toBe(plain.datasetId);
    expect(turned).toMatchObject({ adapterId, suggestedDims: [64, 256], model: { id: 'starter', trainedDims: [64, 256] } });
    expect(turned.warnings.join('\n')).toContain('turned by the adapter');
    const recallAt64 = async (datasetId: string): Promise<number> => (await call('ladder.run', { datasetId, dims: [64, 256], k: 10, store: { kind: 'embedded' } })).ladder[0]!.recall.value;
    // The last 64 dimensions of the starter are worth less than its first.
    expect(await recallAt64(turned.datasetId)).toBeLessThan((await recallAt64(plain.datasetId)) - 0.1);
    const ask = async (datasetId: string): Promise<number[]> =>
      (await call('inspect.query', { datasetId, schedule: [{ dims: 256, keep: 10 }], k: 10, dims: [64, 256], query: { text: 'a small domestic animal' } })).truth.map((fate) => fate.document.row);
    // Reversing changes no full-dimension neighbour, if and only if the typed query is reversed too.
    expect(await ask(turned.datasetId)).toEqual(await ask(plain.datasetId));
    const saved = await call('reports.save', { datasetId: turned.datasetId });
    expect((await call('reports.get', { reportId: saved.reportId })).command).toContain(`--adapter ${join(folder, 'data', 'adapters', adapterId)}.fsa`);
    await expect(call('experiment.matryoshka', { datasetId: turned.datasetId, k: 10 })).rejects.toThrow('turned by an adapter already');
  });

  it('come from the truncation experiment where one is recommended, kept with their provenance', async () => {
    const { datasetId } = await call('dataset.embed', { corpusId, queryId, modelId: 'starter' });
    const { findings, adapter } = await call('experiment.matryoshka', { datasetId, k: 10 });
    expect(findings.counts).toMatchObject({ queries: 60, queriesAre: 'given' });
    expect(findings.verdict.sentences.length).toBeGreaterThan(1);
    expect(adapter === undefined).toBe(findings.verdict.best === 'raw');
    if (adapter !== undefined) {
      const { provenance } = await readAdapter(adapter.path);
      expect(provenance).toMatchObject({ model: { id: 'starter' }, corpus: { count: findings.counts.trained } });
      expect(await call('dataset.embed', { corpusId, queryId, modelId: 'starter', adapterId: adapter.adapterId })).toMatchObject({ adapterId: adapter.adapterId });
    }
  });
});
