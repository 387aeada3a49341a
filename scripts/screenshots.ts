import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { startWebHost } from '../src/web/web-host.ts';

/**
 * Makes docs/screenshots/*.png from the real program: `npx tsx scripts/screenshots.ts [sample]`. Starts from an empty data folder, explores the
 * sample (wordnet), measures a funnel, saves a report, and takes every screen in both themes at 1280 × 800 and the main ones at other sizes.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'docs/screenshots');
const sample = process.argv[2] ?? 'wordnet';
const screens = ['Corpus', 'Model', 'Tradeoffs', 'Funnel', 'Inspect', 'Reports', 'Connection'] as const;

async function settle(page: Page): Promise<void> {
  const jobs = page.getByRole('contentinfo', { name: 'Jobs' });
  for (let quiet = 0; quiet < 6; ) {
    quiet = (await jobs.getByRole('button').count()) === 0 ? quiet + 1 : 0;
    await page.waitForTimeout(150);
  }
}

async function goTo(page: Page, screen: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: screen }).click();
  await page.locator('main h1', { hasText: screen }).waitFor({ state: 'attached' });
  await settle(page);
  await page.locator('[aria-label="Loading"]').waitFor({ state: 'detached' });
  await page.mouse.move(640, 4);
  await page.waitForTimeout(300);
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(target, `${name}.png`) });
  process.stderr.write(`${name}.png\n`);
}

async function main(): Promise<void> {
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), 'engine', 'workers', 'renderer'], { cwd: root, stdio: 'inherit' });
  await mkdir(target, { recursive: true });
  const dataDir = await mkdtemp(join(tmpdir(), 'funnelscope-screenshots-'));
  const host = await startWebHost({ pageDir: join(root, 'dist/renderer'), engineEntry: join(root, 'dist/web/engine-process.mjs'), resourcesDir: root, dataDir });
  const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-background-networking'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light', reducedMotion: 'reduce', locale: 'en-US' });
    await page.goto(host.link);
    await page.getByRole('button', { name: 'Explore the WordNet sample' }).waitFor();
    await shoot(page, 'start-light');
    await page.getByRole('button', { name: sample === 'wordnet' ? 'Explore the WordNet sample' : 'Quick look at 5,000 of it' }).click();
    await page.getByRole('button', { name: 'Open in Funnel' }).waitFor({ timeout: 600_000 });
    await settle(page);

    await goTo(page, 'Funnel');
    await page.getByRole('button', { name: 'Compare' }).click();
    const field = page.getByRole('textbox', { name: /^Schedule/ });
    await field.fill('64:1536,128:256,256:10');
    await field.press('Enter');
    await page.getByRole('button', { name: 'Measure both' }).click();
    await settle(page);
    await goTo(page, 'Reports');
    await page.getByRole('button', { name: 'Save what was measured' }).click();
    await page.getByRole('heading', { name: 'Findings' }).waitFor();

    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      for (const screen of screens) {
        await goTo(page, screen);
        await shoot(page, `${screen.toLowerCase()}-${theme}`);
      }
    }
    await page.emulateMedia({ colorScheme: 'light' });
    for (const [width, height] of [[1024, 700], [1920, 1080]] as const) {
      await page.setViewportSize({ width, height });
      for (const screen of ['Tradeoffs', 'Funnel']) {
        await goTo(page, screen);
        await shoot(page, `${screen.toLowerCase()}-${width}x${height}`);
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await goTo(page, 'Tradeoffs');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await page.waitForTimeout(300);
    await shoot(page, 'palette-light');
  } finally {
    await browser.close();
    await host.close();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

await main();
