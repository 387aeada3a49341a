import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWebApp } from './web-app.ts';
import type { WebApp } from './web-app.ts';

let app: WebApp;

beforeAll(async () => {
  app = await startWebApp();
});

afterAll(async () => {
  await app.close();
});

it('a second window says that it is one, once, and what that means; the first says nothing', async () => {
  const { context, page, faults } = await app.open();
  const notice = /Another window of Funnelscope is open/;
  await page.getByText('A corpus you can measure').or(page.getByRole('heading', { level: 2 })).first().waitFor();
  const second = await context.newPage();
  await second.goto(app.host.link);
  await second.getByText(notice).waitFor();
  expect(await page.getByText(notice).count()).toBe(0);
  await second.getByRole('button', { name: 'Dismiss' }).click();
  await second.getByText(notice).waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
  await context.close();
});

it('settings that cannot be written are said so, once, until they can', async () => {
  const { context, page, faults } = await app.open();
  const settings = join(app.dataDir, 'settings.json');
  await rm(settings, { force: true });
  await mkdir(settings);
  const theme = async (name: string): Promise<void> => {
    await page.getByRole('button', { name: /^Theme/ }).click();
    await page.getByRole('menuitem', { name }).click();
  };
  await theme('Dark');
  const notice = page.getByText(/^Settings cannot be written: .+ will be forgotten when this window closes/);
  await notice.waitFor();
  await theme('Light');
  expect(await notice.count()).toBe(1);
  await rm(settings, { recursive: true });
  await theme('Dark');
  await notice.waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
  await context.close();
});
