import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goTo, screens, startWebApp } from '../e2e/web-app.ts';
import type { WebApp } from '../e2e/web-app.ts';
import { openPage } from '../web/page-double.ts';

/** What settings of another version, a stray editor or a bug may have left of the session and of the measurements it remembers. */
const damages: Readonly<Record<string, { readonly session: unknown; readonly measured: unknown }>> = {
  'members of other types': { session: { screen: 7, corpusSource: 'x', querySource: { kind: 'own', limit: -1 }, slots: { A: 1 }, head: null, dims: 'all', recentPaths: [{}], milvusTarget: 5, k: 'ten' }, measured: { version: 1, ladders: 7, funnels: 'none' } },
  'measurements without their numbers': { session: { screen: 'tradeoffs' }, measured: { version: 1, ladders: { x: { key: 'x', datasetKey: 'y', k: 10, measuredAt: 'now', result: { ladder: [{}] } } }, funnels: [{}, null, { entry: { stages: [null] } }] } },
  'a corpus and a model that are gone': { session: { screen: 'funnel', corpusSource: { kind: 'path', path: '/no/such/file.jsonl' }, querySource: { kind: 'own' }, modelId: '/no/such/model', wasEmbedded: true, slots: { A: 'not a schedule', B: '64:1,32:9' }, dims: [0, -5], selectedDims: 1e9 }, measured: null },
};

describe('a damaged session', () => {
  let app: WebApp;
  beforeAll(async () => {
    app = await startWebApp();
  });
  afterAll(() => app?.close());

  it.each(Object.entries(damages))('%s: the program opens, and every screen works', async (_name, { session, measured }) => {
    const writer = await openPage(app.host.port, app.host.token);
    await writer.client.call('settings.set', { key: 'session', value: session });
    await writer.client.call('settings.set', { key: 'measured', value: measured });
    writer.socket.terminate();
    const { page, faults, context } = await app.open();
    await page.locator('main .screen').waitFor();
    for (const screen of screens) {
      await goTo(page, screen);
      expect(await page.locator('main .screen').innerText()).not.toBe('');
    }
    expect(faults).toEqual([]);
    await context.close();
  });
});
