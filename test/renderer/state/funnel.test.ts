import { describe, expect, it } from 'vitest';
import { formatSchedule, parseSchedule } from '../../../src/contract/schedule.ts';
import type { Evaluation } from '../../../src/contract/tuning.ts';
import { isOf } from '../../../renderer/state/funnel.ts';
import { patchWork } from '../../../renderer/state/app.ts';
import { evaluationOf, failure, pool, scriptApp } from '../scripted-engine.ts';

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const A = parseSchedule('64:500,256:10');

function withPool(): ReturnType<typeof scriptApp> {
  const scripted = scriptApp();
  patchWork(scripted.app, { pool: { status: 'ready', value: pool } });
  scripted.app.funnel.start({ A, B: undefined, active: 'A' });
  return scripted;
}

describe('the schedule under the hand', () => {
  it('is evaluated after every move, with one call in flight and the newest move last', async () => {
    const { app, engine } = withPool();
    let release: (() => void) | undefined;
    engine.on('pool.evaluate', async ({ schedules }) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return schedules.map((schedule) => evaluationOf(schedule));
    });
    await turn();
    engine.calls.length = 0;
    for (const keep of [600, 700, 800, 900]) app.funnel.edit(parseSchedule(`64:${keep},256:10`), 'draft');
    await turn();
    release?.();
    await turn();
    await turn();
    release?.();
    await turn();
    const keeps = engine.calls.map((call) => (call.input as { schedules: { keep: number }[][] }).schedules[0]![0]!.keep);
    expect(keeps).toEqual([600, 900]);
    expect(isOf(app.funnel.store.get().answers.A, parseSchedule('64:900,256:10'))).toBe(true);
  });

  it('makes one undo of a drag', async () => {
    const { app } = withPool();
    for (const keep of [600, 700, 800]) app.funnel.edit(parseSchedule(`64:${keep},256:10`), 'draft');
    app.funnel.settle();
    app.funnel.undo();
    expect(formatSchedule(app.funnel.schedule())).toBe('64:500,256:10');
    app.funnel.redo();
    expect(formatSchedule(app.funnel.schedule())).toBe('64:800,256:10');
  });

  it('evaluates two schedules together and edits the active one', async () => {
    const { app } = withPool();
    app.funnel.setSlots({ B: parseSchedule('32:900,256:10'), active: 'B' });
    app.funnel.edit(parseSchedule('32:1000,256:10'), 'commit');
    await turn();
    await turn();
    const { history, answers } = app.funnel.store.get();
    expect(formatSchedule(history.present.A)).toBe('64:500,256:10');
    expect(isOf(answers.A, history.present.A) && isOf(answers.B, history.present.B)).toBe(true);
  });

  it('tells a failed evaluation and recovers with the next', async () => {
    const { app, engine } = withPool();
    await turn();
    engine.on('pool.evaluate', () => {
      throw failure({ message: 'a keep beyond the pool' });
    });
    app.funnel.edit(parseSchedule('64:4000,256:10'), 'commit');
    await turn();
    expect(app.funnel.store.get().error?.message).toBe('A keep beyond the pool');
    engine.on('pool.evaluate', ({ schedules }): Evaluation[] => schedules.map((schedule) => evaluationOf(schedule)));
    app.funnel.edit(parseSchedule('64:400,256:10'), 'commit');
    await turn();
    expect(app.funnel.store.get().error).toBeUndefined();
  });

  it('asks nothing without a pool', async () => {
    const { app, engine } = scriptApp();
    app.funnel.start({ A, B: undefined, active: 'A' });
    app.funnel.edit(parseSchedule('64:600,256:10'), 'commit');
    await turn();
    expect(engine.calls).toEqual([]);
  });
});
