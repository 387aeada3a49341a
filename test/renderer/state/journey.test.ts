import { describe, expect, it } from 'vitest';
import { formatSchedule } from '../../../src/contract/schedule.ts';
import { explore, resume } from '../../../renderer/state/journey.ts';
import { applyMachineUse } from '../../../renderer/state/dataset-steps.ts';
import { patchSession } from '../../../renderer/state/app.ts';
import { ready } from '../../../renderer/state/remote.ts';
import { shownLadders } from '../../../renderer/state/selectors.ts';
import { dataset, failure, scriptApp } from '../scripted-engine.ts';

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('the one-click journey', () => {
  it('goes from nothing to a filled screen, in this order', async () => {
    const { app, engine } = scriptApp();
    await explore(app, 'wordnet-5k');
    await turn();
    expect(engine.calls.map((call) => call.name)).toEqual(['corpus.open', 'queries.set', 'dataset.embed', 'ladder.run', 'pool.build', 'pool.heatMap', 'pool.candidates', 'pool.evaluate', 'cost.fit', 'pool.evaluate']);
    expect(shownLadders(app.work.get(), app.session.get()).map((one) => [one.measured.key, one.isStale])).toEqual([['embedded:flat:f32', false]]);
    expect(formatSchedule(app.funnel.schedule())).toBe('64:900,256:10');
    expect({ screen: app.session.get().screen, exploring: app.work.get().exploring }).toEqual({ screen: 'tradeoffs', exploring: undefined });
  });

  it('opens the dataset again when it may use more of the machine; what was measured before is marked so', async () => {
    const { app, engine } = scriptApp({ 'dataset.embed': ({ threads }) => ({ ...dataset, ...(threads === undefined ? {} : { use: { threads } }) }) });
    await explore(app, 'wordnet-5k');
    await applyMachineUse(app, { threads: 2, vectorMemoryMiB: 100 });
    const inputs = engine.calls.filter((call) => call.name === 'dataset.embed').map((call) => call.input);
    expect(inputs).toEqual([expect.not.objectContaining({ threads: expect.anything() }), expect.objectContaining({ threads: 2, vectorMemoryBytes: 100 * 2 ** 20 })]);
    expect(shownLadders(app.work.get(), app.session.get()).map((one) => one.isStale)).toEqual([true]);
  });

  it('stops where something fails and keeps the failure in sight', async () => {
    const { app, engine } = scriptApp({
      'dataset.embed': () => {
        throw failure({ message: 'disk full' });
      },
    });
    await explore(app, 'wordnet-5k');
    expect(engine.calls.map((call) => call.name)).toEqual(['corpus.open', 'queries.set', 'dataset.embed']);
    const work = app.work.get();
    expect(work.dataset.status === 'failed' && work.dataset.error.message).toBe('Disk full');
    expect(work.exploring).toBeUndefined();
  });

  it('ends quietly when it is cancelled', async () => {
    const { app } = scriptApp({
      'dataset.embed': (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(failure({ kind: 'cancelled', code: 'cancelled', message: 'cancelled' })));
        }),
    });
    const journey = explore(app, 'wordnet-5k');
    await turn();
    expect(app.jobs.state.get().running.map((job) => job.title)).toEqual(['Embedding']);
    expect(app.jobs.cancelAll()).toBe(true);
    await journey;
    expect({ dataset: app.work.get().dataset.status, last: app.jobs.state.get().last?.outcome }).toEqual({ dataset: 'idle', last: 'cancelled' });
  });
});

describe('opening again', () => {
  it('brings back corpus, queries, embeddings, pool and schedule, and measures nothing', async () => {
    const { app, engine } = scriptApp();
    patchSession(app, { corpusSource: { kind: 'sample', name: 'wordnet-5k' }, querySource: { kind: 'own', limit: 500, seed: 1 }, wasEmbedded: true, slots: { A: '32:400,256:10', B: undefined } });
    await resume(app);
    expect(engine.calls.map((call) => call.name)).toEqual(['corpus.open', 'queries.set', 'dataset.embed', 'pool.build', 'pool.heatMap', 'pool.candidates', 'pool.evaluate']);
    expect(formatSchedule(app.funnel.schedule())).toBe('32:400,256:10');
  });

  it('leaves alone what was not open', async () => {
    const { app, engine } = scriptApp();
    await resume(app);
    expect(engine.calls).toEqual([]);
    expect(ready(app.work.get().corpus)).toBeUndefined();
  });
});
