import { describe, expect, it } from 'vitest';
import { patchSession, patchWork } from '../../../renderer/state/app.ts';
import { measureAll } from '../../../renderer/state/journey.ts';
import { focusEntry, shownLadders } from '../../../renderer/state/selectors.ts';
import { corpus, dataset, ladder, ladderEntry, queries, scriptApp } from '../scripted-engine.ts';

async function measured(): Promise<ReturnType<typeof scriptApp>> {
  const scripted = scriptApp();
  patchWork(scripted.app, { corpus: { status: 'ready', value: corpus }, queries: { status: 'ready', value: queries }, dataset: { status: 'ready', value: dataset } });
  await measureAll(scripted.app);
  return scripted;
}

const view = ({ app }: ReturnType<typeof scriptApp>): (readonly [string, boolean])[] => shownLadders(app.work.get(), app.session.get()).map((one) => [one.measured.key, one.isStale] as const);

describe('the ladders in sight', () => {
  it('are fresh as long as texts, queries, model and k are the same', async () => {
    expect(view(await measured())).toEqual([['embedded:flat:f32', false]]);
  });

  it('stay, marked as before the change, when k or the dataset moves on', async () => {
    const scripted = await measured();
    patchSession(scripted.app, { k: 20 });
    expect(view(scripted)).toEqual([['embedded:flat:f32', true]]);
    patchSession(scripted.app, { k: 10 });
    patchWork(scripted.app, { dataset: { status: 'ready', value: { ...dataset, corpus: { ...corpus, contentHash: 'other' } } } });
    expect(view(scripted)).toEqual([['embedded:flat:f32', true]]);
  });

  it('join those of another head on the same dataset', async () => {
    const scripted = await measured();
    scripted.engine.on('ladder.run', ({ head }) => ({ ...ladder, head: head! }));
    patchSession(scripted.app, { head: { index: 'flat', precision: 'int8' } });
    await measureAll(scripted.app);
    expect(view(scripted)).toEqual([['embedded:flat:f32', false], ['embedded:flat:int8', false]]);
  });

  it('are those from before, unmarked, while the same corpus is being opened again', async () => {
    const scripted = await measured();
    patchWork(scripted.app, { dataset: { status: 'idle' }, isResuming: true });
    expect(view(scripted)).toEqual([['embedded:flat:f32', false]]);
  });
});

describe('the prefix the sentences talk about', () => {
  const entries = [16, 32, 64, 128, 256].map((dims) => ladderEntry(dims, 0.5));
  it('is the selected one, or the nearest to a quarter of full', () => {
    expect(focusEntry(entries, 32)?.dims).toBe(32);
    expect(focusEntry(entries, undefined)?.dims).toBe(64);
    expect(focusEntry([], undefined)).toBeUndefined();
  });
});
