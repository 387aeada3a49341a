import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { tempFolder } from '../fixtures/temp-folder.ts';
import { exactNumbers, journeyDims, smallCorpus, startHost } from './host.ts';

const moments = 50;
const seed = 20_261_125;

/** What is under way when the engine is killed. */
const steps = ['load', 'embed', 'bench', 'tune', 'save'] as const;
type Step = (typeof steps)[number];

it(`kill -9 of the engine at ${moments} random moments of load, embed, bench, tune and save: told, started again, nothing saved is lost, the numbers are the same`, { timeout: 580_000 }, async () => {
  const dataDir = join(await tempFolder(), 'data');
  const corpusPath = await smallCorpus();
  const running = await startHost(dataDir);
  const { call, host, page } = running;
  try {
    const undisturbed = await exactNumbers(running, corpusPath);
    await call('ladder.run', { datasetId: undisturbed.datasetId, dims: journeyDims, k: 10, store: { kind: 'embedded' } });
    const first = await call('reports.save', { datasetId: undisturbed.datasetId, name: 'before all' });
    const random = seededRandom(seed);
    // Moments are shares of how long a step takes undisturbed on this machine, a little more than the whole of it.
    const undisturbedMs = {} as Record<Step, number>;
    for (const step of steps) {
      const { outcome } = await startStep(step);
      const start = performance.now();
      expect(await outcome, step).toBe('done');
      undisturbedMs[step] = performance.now() - start;
    }
    const hit: Record<Step, number> = { load: 0, embed: 0, bench: 0, tune: 0, save: 0 };
    let saved = 2;

    for (let moment = 0; moment < moments; moment += 1) {
      const step = steps[moment % steps.length]!;
      await call('settings.set', { key: 'moment', value: moment });
      const { outcome: ending } = await startStep(step);
      await new Promise((resolve) => setTimeout(resolve, random() * 1.1 * undisturbedMs[step]));
      const restarting = page.nextEvent('restarting');
      process.kill(host.enginePid()!, 'SIGKILL');
      const outcome = await ending;
      await restarting;
      if (outcome === 'done') {
        if (step === 'save') saved += 1;
      } else {
        expect(outcome, `moment ${moment}, ${step}`).toMatchObject({ kind: 'disconnected', message: expect.stringContaining('SIGKILL') });
        hit[step] += 1;
      }
      expect(await call('settings.get', {}), `moment ${moment}, ${step}`).toMatchObject({ moment });
      const reports = await call('reports.list', {});
      // A report that was being written is there whole or not at all, also when its answer was lost.
      expect(reports.length).toBeGreaterThanOrEqual(saved);
      saved = reports.length;
      for (const { reportId } of reports) expect((await call('reports.get', { reportId })).schema).toBe('funnelscope-report/1');
      if (moment % 5 === 4) expect((await exactNumbers(running, corpusPath)).numbers, `after moment ${moment}`).toEqual(undisturbed.numbers);
    }
    expect((await call('reports.list', {})).map(({ reportId }) => reportId)).toContain(first.reportId);
    // Most kills fell into the middle of what they were meant for.
    for (const step of ['embed', 'bench', 'tune'] as const) expect(hit[step], JSON.stringify(hit)).toBeGreaterThanOrEqual(4);

    /** Gets everything ready, then begins the step. In an object: a bare promise would be waited for. */
    async function startStep(step: Step): Promise<{ readonly outcome: Promise<'done' | { kind: string; message: string }> }> {
      const ready = step === 'load' || step === 'embed' ? undefined : await exactNumbers(running, corpusPath);
      const source = { kind: 'path', path: corpusPath } as const;
      switch (step) {
        case 'load':
          return watch(call('corpus.open', { source }));
        case 'embed': {
          const { corpusId } = await call('corpus.open', { source });
          const { queryId } = await call('queries.set', { corpusId, source: { kind: 'held-out', count: 30, seed: 5 } });
          await rm(join(dataDir, 'cache'), { recursive: true, force: true });
          return watch(call('dataset.embed', { corpusId, queryId, modelId: 'starter' }));
        }
        case 'bench':
          return watch(call('ladder.run', { datasetId: ready!.datasetId, dims: journeyDims, k: 10, store: { kind: 'embedded' } }));
        case 'tune':
          return watch(call('tune.run', { datasetId: ready!.datasetId, poolId: ready!.poolId, constraints: { recall: 0.95 }, store: { kind: 'embedded' } }));
        case 'save':
          await call('ladder.run', { datasetId: ready!.datasetId, dims: [16], k: 10, store: { kind: 'embedded' } });
          return watch(call('reports.save', { datasetId: ready!.datasetId, name: 'under fire' }));
        default:
          return step satisfies never;
      }
    }

    function watch(work: Promise<unknown>): { readonly outcome: Promise<'done' | { kind: string; message: string }> } {
      return { outcome: work.then(() => 'done' as const, (error: { wire: { kind: string; message: string } }) => error.wire) };
    }
  } finally {
    await running.close();
  }
});
