import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The way of a first user in a real Chromium: the web host, the real engine, the bundled sample. Nothing is replaced. */
const program = process.env['CHROMIUM'] ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (program === undefined && process.env['CI'] === 'true') throw new Error('CI needs Chromium; none was found');
const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

let folder: string;
let server: ChildProcess;
let browser: Browser;
let page: Page;
const faults: string[] = [];

async function startApp(dataDir: string): Promise<string> {
  server = spawn(process.execPath, ['scripts/start.mjs', '--web', '--port', '0'], { env: { ...process.env, FUNNELSCOPE_DATA: dataDir }, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      printed += String(chunk);
      const link = /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(printed)?.[0];
      if (link !== undefined) resolve(link);
    };
    server.stdout!.on('data', read);
    server.stderr!.on('data', read);
    server.once('exit', (code) => reject(new Error(`npm start ended with ${code}: ${printed}`)));
  });
}

beforeAll(async () => {
  if (program === undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'funnelscope-e2e-'));
  const link = await startApp(join(folder, 'data'));
  browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-background-networking'] });
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, acceptDownloads: true });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.goto(link);
});

afterAll(async () => {
  await browser?.close();
  if (server !== undefined && server.exitCode === null) {
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await gone;
  }
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

async function untilIdle(): Promise<void> {
  await page.waitForFunction(() => document.querySelectorAll('footer[aria-label="Jobs"] button').length === 0, undefined, { timeout: 240_000 });
}

/** Violations of axe-core's rules on what is on the screen, as "rule: selector". */
async function axeViolations(): Promise<string[]> {
  await page.evaluate(await readFile(axeSource, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { target: string[] }[] }[] }> } };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
  });
}

describe.skipIf(program === undefined)('from the first start to an exported report, in Chromium', () => {
  it('takes the key out of the address bar', async () => {
    await page.getByRole('button', { name: 'Quick look' }).waitFor();
    expect(page.url()).not.toMatch(/token=/);
  });

  it('one click fills the Tradeoffs screen', async () => {
    await page.getByRole('button', { name: 'Quick look' }).click();
    await page.getByText('against dimension').first().waitFor({ timeout: 180_000 });
    await untilIdle();
    expect(await page.locator('svg.recharts-surface, svg[role="img"], .recharts-wrapper svg').count()).toBeGreaterThan(0);
  });

  it('a schedule that is typed is evaluated, and measured on the real store', async () => {
    await page.keyboard.press('4');
    const field = page.getByRole('textbox').first();
    await field.fill('32:400,128:60,256:10');
    await field.press('Enter');
    await page.getByRole('button', { name: 'Measure', exact: false }).first().click();
    await untilIdle();
    await page.getByText(/32:400/).first().waitFor();
  });

  it.each(['light', 'dark'] as const)('every screen passes axe-core, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    for (let screen = 1; screen <= 7; screen += 1) {
      await page.locator('body').click({ position: { x: 640, y: 4 } });
      await page.keyboard.press(String(screen));
      await page.waitForTimeout(400);
      expect(await axeViolations(), `screen ${screen}, ${colorScheme}`).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('the run is saved and exported as a report that opens on its own', async () => {
    await page.locator('body').click({ position: { x: 640, y: 4 } });
    await page.keyboard.press('6');
    await page.getByRole('button', { name: /Save (what was measured|report)/ }).click();
    await page.getByRole('button', { name: /^Export/ }).first().click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: /HTML/ }).first().click();
    const text = await readFile(await (await download).path(), 'utf8');
    expect(text).toContain('What each prefix keeps');
    expect(text).toContain('5,000 documents');
  });

  it('nothing was reported to the console', () => {
    expect(faults).toEqual([]);
  });
});
