import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../../src/contract/schedule.ts';
import { patchSession, patchWork } from '../../../renderer/state/app.ts';
import { keepRemembering, restore } from '../../../renderer/state/persist.ts';
import { ladder, scriptApp } from '../scripted-engine.ts';

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
    const stop = keepRemembering(first.app, 10_000);
    patchSession(first.app, { screen: 'inspect', theme: 'dark', corpusSource: { kind: 'sample', name: 'wordnet' } });
    first.app.funnel.start({ A: parseSchedule('64:500,256:10'), B: parseSchedule('32:900,256:10'), active: 'B' });
    const measured = { key: 'embedded:flat:f32', datasetKey: 'x', k: 10, measuredAt: '2026-11-23T00:00:00.000Z', result: ladder };
    patchWork(first.app, { ladders: { [measured.key]: measured } });
    stop();
    await turn();

    const second = scriptApp({ 'settings.get': () => first.settings });
    await restore(second.app);
    const { screen, theme, slots, activeSlot } = second.app.session.get();
    expect({ screen, theme, slots, activeSlot }).toEqual({ screen: 'inspect', theme: 'dark', slots: { A: '64:500,256:10', B: '32:900,256:10' }, activeSlot: 'B' });
    expect(second.app.work.get().ladders[measured.key]).toEqual(measured);
  });

  it('writes once for many changes, and nothing when nothing changed', async () => {
    const scripted = withSettings();
    const stop = keepRemembering(scripted.app, 5);
    for (const k of [11, 12, 13]) patchSession(scripted.app, { k });
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(scripted.engine.calls.filter((call) => call.name === 'settings.set')).toHaveLength(1);
    stop();
    await turn();
    expect(scripted.engine.calls.filter((call) => call.name === 'settings.set')).toHaveLength(1);
  });

  it('starts anew from settings that make no sense', async () => {
    const scripted = scriptApp({ 'settings.get': () => ({ session: 'nonsense', measured: { version: 99 } }) });
    await restore(scripted.app);
    expect(scripted.app.session.get().screen).toBe('corpus');
    expect(scripted.app.work.get().ladders).toEqual({});
  });
});
