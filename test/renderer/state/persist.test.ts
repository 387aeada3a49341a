import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../../src/contract/schedule.ts';
import { patchSession, patchWork } from '../../../renderer/state/app.ts';
import { keepRemembering, restore } from '../../../renderer/state/persist.ts';
import type { MeasuredFunnel } from '../../../renderer/state/work.ts';
import { failure, ladder, scriptApp, spread } from '../scripted-engine.ts';

/** Settings that remember, as the engine's do (through JSON). */
function withSettings(): ReturnType<typeof scriptApp> & { readonly settings: Record<string, unknown> } {
  const settings: Record<string, unknown> = {};
  const scripted = scriptApp({
    'settings.get': () => ({ ...settings }),
    'settings.set': ({ key, value }) => {
      settings[key] = JSON.parse(JSON.stringify(value)) as unknown;
      return {};
    },
  });
  return { ...scripted, settings };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('what is remembered', () => {
  it('comes back: the session, the schedules, the measured ladders', async () => {
    const first = withSettings();
    const remembering = keepRemembering(first.app, { delayMs: 10_000 });
    patchSession(first.app, { screen: 'inspect', theme: 'dark', corpusSource: { kind: 'sample', name: 'wordnet' } });
    first.app.funnel.start({ A: parseSchedule('64:500,256:10'), B: parseSchedule('32:900,256:10'), active: 'B' });
    const measured = { key: 'embedded:flat:f32', datasetKey: 'x', k: 10, measuredAt: '2026-11-23T00:00:00.000Z', result: ladder };
    patchWork(first.app, { ladders: { [measured.key]: measured } });
    remembering.stop();
    await turn();

    const second = scriptApp({ 'settings.get': () => first.settings });
    await restore(second.app);
    const { screen, theme, slots, activeSlot } = second.app.session.get();
    expect({ screen, theme, slots, activeSlot }).toEqual({ screen: 'inspect', theme: 'dark', slots: { A: '64:500,256:10', B: '32:900,256:10' }, activeSlot: 'B' });
    expect(second.app.work.get().ladders[measured.key]).toEqual(measured);
  });

  it('writes once for many changes, and nothing when nothing changed', async () => {
    const scripted = withSettings();
    const remembering = keepRemembering(scripted.app, { delayMs: 5 });
    for (const k of [11, 12, 13]) patchSession(scripted.app, { k });
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(scripted.engine.calls.filter((call) => call.name === 'settings.set')).toHaveLength(1);
    remembering.stop();
    await turn();
    expect(scripted.engine.calls.filter((call) => call.name === 'settings.set')).toHaveLength(1);
  });

  it('says that it cannot be written, and no longer when it can again', async () => {
    const scripted = withSettings();
    const { app, engine } = scripted;
    let isFull = true;
    engine.on('settings.set', () => {
      if (isFull) throw failure({ code: 'settings/write', message: 'settings cannot be written: this place can only be read (EROFS)' });
      return {};
    });
    const remembering = keepRemembering(app, { delayMs: 0 });
    patchSession(app, { k: 11 });
    await expect.poll(() => app.work.get().unkept).toMatch(/only be read/);
    isFull = false;
    patchSession(app, { k: 12 });
    await expect.poll(() => app.work.get().unkept).toBe(undefined);
    remembering.stop();
  });

  it('of two windows: the one changed last comes back whole, and the funnels of both', async () => {
    const settings: Record<string, unknown> = {};
    const open = (): ReturnType<typeof scriptApp>['app'] =>
      scriptApp({
        'settings.get': () => ({ ...settings }),
        'settings.set': ({ key, value }) => {
          settings[key] = value;
          return {};
        },
      }).app;
    const [first, second] = [open(), open()];
    const writes: string[] = [];
    const beside = { first: keepRemembering(first, { delayMs: 10_000, onKept: () => writes.push('first') }), second: keepRemembering(second, { delayMs: 10_000, onKept: () => writes.push('second') }) };
    const funnel = (schedule: string, datasetKey: string): MeasuredFunnel => ({
      key: 'embedded:flat:f32', datasetKey, k: 10, measuredAt: '2026-11-23T00:00:00.000Z',
      entry: { schedule, stages: [], recall: spread(0.9), latencyMs: { p50: 1, p95: 1, p99: 1, mean: 1 }, qps: 1, speedup: 2, pays: true, bytesReadPerQuery: 1 },
    });
    patchSession(first, { corpusSource: { kind: 'sample', name: 'wordnet' } });
    patchWork(first, { funnels: [funnel('64:100,256:10', 'x')] });
    beside.first.stop();
    await expect.poll(() => writes).toEqual(['first', 'first']);
    await beside.second.yieldTo();
    patchWork(second, { funnels: [funnel('32:100,256:10', 'y')] });
    beside.second.stop();
    await expect.poll(() => writes).toHaveLength(4);

    const next = open();
    await restore(next);
    expect(next.session.get().corpusSource).toBe(undefined);
    expect(next.work.get().funnels.map((one) => one.datasetKey)).toEqual(['x', 'y']);
  });

  it('starts anew from settings that make no sense', async () => {
    const scripted = scriptApp({ 'settings.get': () => ({ session: 'nonsense', measured: { version: 99 } }) });
    await restore(scripted.app);
    expect(scripted.app.session.get().screen).toBe('corpus');
    expect(scripted.app.work.get().ladders).toEqual({});
  });
});
