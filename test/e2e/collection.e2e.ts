import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeGlosses } from '../stores/glosses.ts';
import { startLite } from '../stores/milvus-server.ts';
import type { TestServer } from '../stores/milvus-server.ts';
import { describeWithLite } from '../stores/with-lite.ts';
import { startWebApp } from './web-app.ts';
import type { Opened, WebApp } from './web-app.ts';

/** A folder for pictures of the way, for eyes. */
const pictures = process.env['FUNNELSCOPE_PICTURES'];

await describeWithLite('a collection of the user’s, in the app', () => {
  let lite: TestServer;
  let app: WebApp;
  let opened: Opened;

  beforeAll(async () => {
    lite = await startLite();
    await makeGlosses(lite.address, { rowCount: 3_000, headField: 'head_embedding', index: { type: 'HNSW', metric: 'COSINE', params: { M: 16, efConstruction: 200 } } });
    app = await startWebApp();
    opened = await app.open({ width: 1280, height: 900 });
  });
  afterAll(async () => {
    await app.close();
    await lite.stop();
  });

  async function goTo(screen: string): Promise<void> {
    await opened.page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: screen }).click();
  }

  async function picture(name: string): Promise<void> {
    if (pictures !== undefined) await opened.page.screenshot({ path: join(pictures, `${name}.png`) });
  }

  it('the Corpus screen leads to the connection, which shows what the server has and can', async () => {
    const { page } = opened;
    await goTo('Corpus');
    await page.getByRole('button', { name: 'Choose a collection…' }).click();
    await page.getByRole('textbox', { name: 'Address' }).fill(lite.address);
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByText('What this server can').waitFor();
    await page.getByText('these times are not Milvus’s own speed').first().waitFor();
    await picture('1-connected');
    await page.getByRole('row', { name: /glosses/ }).click();
    await page.getByRole('button', { name: 'Explore this collection' }).waitFor();
    expect(await page.getByRole('checkbox', { name: 'the first 64' }).isChecked()).toBe(true);
    await page.getByText('In place, Milvus can search 64 and 256 dims').waitFor();
    await picture('2-collection');
  });

  it('one click goes to charts with the copy and the collection overlaid, in place', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'Explore this collection' }).click();
    await page.getByRole('button', { name: 'Open in Funnel' }).waitFor({ timeout: 120_000 });
    await page.getByRole('tab', { name: 'All numbers' }).click();
    const table = page.getByRole('table').first();
    await expect.poll(() => page.getByText('in place').count(), { timeout: 120_000 }).toBeGreaterThan(0);
    await expect.poll(async () => (await table.innerText()).includes('in place'), { timeout: 120_000 }).toBe(true);
    await picture('3-tradeoffs');
    await goTo('Model');
    await page.getByText('have been read').waitFor();
    await picture('4-model');
    await goTo('Corpus');
    await page.getByText('documents').first().waitFor();
    await picture('5-corpus');
  });

  it('a funnel is measured in place, and the saved report names the collection', async () => {
    const { page } = opened;
    await goTo('Funnel');
    const field = page.getByRole('textbox', { name: /^Schedule/ });
    await field.fill('64:300,256:10');
    await field.press('Enter');
    await page.getByRole('button', { name: 'Measure', exact: true }).click();
    await page.getByText('not yet').waitFor({ state: 'detached', timeout: 280_000 });
    await picture('6-funnel');
    await goTo('Reports');
    await page.getByRole('button', { name: /^Save/ }).first().click();
    await page.getByText('glosses').first().waitFor();
    await picture('7-report');
    expect(opened.faults).toEqual([]);
  });
});
