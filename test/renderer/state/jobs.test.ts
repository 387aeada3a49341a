import { describe, expect, it } from 'vitest';
import { corpus, failure, scriptApp } from '../scripted-engine.ts';

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('jobs', () => {
  it('show progress while they run and how they ended', async () => {
    let release: (() => void) | undefined;
    const { app } = scriptApp({
      'corpus.open': async (_, { onProgress }) => {
        onProgress?.({ phase: 'reading', done: 10, total: 40, unit: 'rows', elapsedMs: 5, perSecond: 2, remainingMs: 15 });
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return corpus;
      },
    });
    const running = app.jobs.run('corpus.open', { source: { kind: 'sample', name: 'x' } });
    await turn();
    expect(app.jobs.state.get().running[0]?.progress?.done).toBe(10);
    release?.();
    await running;
    expect({ running: app.jobs.state.get().running, last: app.jobs.state.get().last?.outcome }).toEqual({ running: [], last: 'done' });
  });

  it('tell a failure with its message and pass it on', async () => {
    const { app } = scriptApp({
      'corpus.open': () => {
        throw failure({ message: 'no such file' });
      },
    });
    await expect(app.jobs.run('corpus.open', { source: { kind: 'sample', name: 'x' } })).rejects.toThrow('no such file');
    expect(app.jobs.state.get().last).toMatchObject({ outcome: 'failed', message: 'no such file' });
  });

  it('list other windows’ jobs, but not this window’s own twice', async () => {
    let release: (() => void) | undefined;
    const { app, engine } = scriptApp({
      'corpus.open': async () => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return corpus;
      },
    });
    const running = app.jobs.run('corpus.open', { source: { kind: 'sample', name: 'x' } });
    await turn();
    const job = (jobId: string, call: string): { jobId: string; call: string; title: string; state: 'running'; elapsedMs: number } => ({ jobId, call, title: call, state: 'running', elapsedMs: 0 });
    engine.emit({ name: 'jobs', jobs: [job('1', 'corpus.open'), job('2', 'tune.run'), job('3', 'corpus.open')] });
    expect(app.jobs.state.get().others.map((one) => one.jobId)).toEqual(['2', '3']);
    release?.();
    await running;
  });
});
