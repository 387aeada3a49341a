import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallInput, CallName, CallOutput } from '../../src/contract/calls.ts';
import type { WireProgress } from '../../src/contract/wire.ts';
import { tryLock } from '../../src/base/file-lock.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { tempFolder } from '../fixtures/temp-folder.ts';
import { root, smallCorpus } from './host.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** The wall clock as it stands after a jump; timers and performance.now() go on. */
function clockAt(time: string): void {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(time) });
}

describe('a clock that jumps', () => {
  it('changes no result, no duration and no rate; what was saved stays and is listed', async () => {
    const dataDir = await tempFolder();
    const engine = await openEngine({ resourcesDir: root, dataDir, host: 'cli' });
    const progress: WireProgress[] = [];
    const call = <Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> => engine.call(name, input, { onProgress: (one) => progress.push(one) }) as Promise<CallOutput<Name>>;
    const { corpusId } = await call('corpus.open', { source: { kind: 'path', path: await smallCorpus() } });
    const { queryId } = await call('queries.set', { corpusId, source: { kind: 'held-out', count: 20, seed: 1 } });

    clockAt('1970-01-01T00:00:01Z');
    const { datasetId } = await call('dataset.embed', { corpusId, queryId, modelId: 'starter' });
    clockAt('2099-12-31T23:59:59Z');
    const again = await call('dataset.embed', { corpusId, queryId, modelId: 'starter' });
    expect(again).toMatchObject({ datasetId, fromCache: true });
    const ladder = await call('ladder.run', { datasetId, dims: [32, 256], k: 5, store: { kind: 'embedded' } });
    const late = await call('reports.save', { datasetId, name: 'in 2099' });
    clockAt('2001-01-01T00:00:00Z');
    const early = await call('reports.save', { datasetId, name: 'in 2001' });

    expect((await call('reports.list', {})).map(({ reportId }) => reportId)).toEqual([late.reportId, early.reportId]);
    for (const { latencyMs } of ladder.ladder) expect(latencyMs.p50 > 0 && latencyMs.p99 < 10_000).toBe(true);
    for (const { elapsedMs, perSecond, remainingMs } of progress) {
      expect(elapsedMs >= 0 && elapsedMs < 60_000).toBe(true);
      for (const figure of [perSecond, remainingMs]) if (figure !== undefined) expect(Number.isFinite(figure) && figure >= 0).toBe(true);
    }
    for (const job of engine.jobs()) expect(job.elapsedMs >= 0 && job.elapsedMs < 60_000).toBe(true);
    await engine.close();
  });

  it('takes no lock away from a process that lives', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'lock');
    const mine = await tryLock(path);
    for (const time of ['1970-01-01T00:00:01Z', '2099-12-31T23:59:59Z']) {
      clockAt(time);
      expect(await tryLock(path)).toBeUndefined();
      expect(await mine!.isHeld()).toBe(true);
    }
    await mine!.release();
    expect(await readdir(folder)).toEqual([]);
  });
});
