import { describe, expect, it } from 'vitest';
import { addAdapter, adapterName, deleteAdapter, exportAdapter } from '../../../renderer/state/adapter-steps.ts';
import { patchSession } from '../../../renderer/state/app.ts';
import { explore, measureWithAdapter } from '../../../renderer/state/journey.ts';
import { runExperiment } from '../../../renderer/state/measuring-steps.ts';
import { datasetKey } from '../../../renderer/state/work.ts';
import type { AdapterEntry } from '../../../src/contract/adapter.ts';
import { scriptApp } from '../scripted-engine.ts';

const entry: AdapterEntry = { adapterId: 'a1', dims: 256, method: 'preserve', prefixes: [64, 256], model: 'starter', corpus: 'glosses', rowCount: 900, createdAt: '2026-11-25T10:00:00Z', path: '/data/a1.fsa' };

describe('adapters behind the model', () => {
  it('embed and measure anew, and measurements with and without one are kept apart', async () => {
    const { app, engine } = scriptApp({ 'adapters.list': () => [entry] });
    await explore(app, 'wordnet');
    const plain = app.work.get().dataset;
    engine.on('dataset.embed', ({ adapterId }) => ({ ...(plain.status === 'ready' ? plain.value : fail()), datasetId: 'turned', ...(adapterId === undefined ? {} : { adapterId }) }));
    await measureWithAdapter(app, 'a1');
    const last = engine.calls.filter(({ name }) => name === 'dataset.embed').at(-1);
    expect(last?.input).toMatchObject({ adapterId: 'a1' });
    expect(engine.calls.filter(({ name }) => name === 'ladder.run').at(-1)?.input).toMatchObject({ datasetId: 'turned' });
    const turned = app.work.get().dataset;
    if (plain.status !== 'ready' || turned.status !== 'ready') return fail();
    expect(datasetKey(turned.value)).not.toBe(datasetKey(plain.value));
    await explore(app, 'wordnet');
    expect(app.session.get().adapterId).toBeUndefined();
  });

  it('are listed anew after the experiment that kept one, after adding and after removing', async () => {
    const { app, engine } = scriptApp({ 'adapters.list': () => [entry], 'adapters.add': () => entry, 'adapters.delete': () => ({}) });
    await explore(app, 'wordnet');
    const findings = { dims: [64, 256], ladders: [], gains: { overRaw: [], overPca: [] }, counts: { trained: 1, searched: 1, queries: 1, queriesAre: 'given' }, verdict: { kind: 'plain' as const, safeDims: { raw: 256, pca: 256, adapter: 64 }, best: 'adapter' as const, sentences: ['It is not.'] } };
    engine.on('experiment.matryoshka', () => ({ findings, adapter: entry }));
    await runExperiment(app, 'matryoshka');
    expect(app.work.get().matryoshka).toMatchObject({ status: 'ready', value: { adapter: { adapterId: 'a1' } } });
    expect(app.work.get().adapters).toMatchObject({ status: 'ready', value: [entry] });
    expect(await addAdapter(app, '/some/file.fsa')).toEqual(entry);
    patchSession(app, { adapterId: 'a1' });
    await deleteAdapter(app, 'a1');
    expect(app.session.get().adapterId).toBeUndefined();
  });

  it('are saved as the bytes that the engine gave', async () => {
    const { app } = scriptApp({ 'adapters.export': ({ format }) => ({ fileName: `adapter.${format}`, mimeType: 'application/octet-stream', base64: Buffer.from([0, 147, 255]).toString('base64') }) });
    const saved: unknown[] = [];
    const host = { ...app.host, saveFile: async (file: unknown) => (saved.push(file), 'adapter.npy') };
    expect(await exportAdapter({ ...app, host }, 'a1', 'npy')).toBe('adapter.npy');
    expect(saved).toEqual([{ fileName: 'adapter.npy', mimeType: 'application/octet-stream', data: Uint8Array.of(0, 147, 255) }]);
    expect(adapterName(entry)).toBe('trained on glosses, for 64, 256');
  });
});

function fail(): never {
  throw new Error('the dataset was expected to be ready');
}
