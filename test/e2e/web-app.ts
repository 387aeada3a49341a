import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startWebHost } from '../../src/web/web-host.ts';
import type { WebHost } from '../../src/web/web-host.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const browserArgs = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-background-networking'];

/** The product in a real browser: the built page, the web host, the real engine in its own process, a data folder that is nobody's own. */
export interface WebApp {
  readonly host: WebHost;
  readonly browser: Browser;
  readonly dataDir: string;
  /** Opens the printed link in a window of its own. */
  open(options?: { readonly width?: number; readonly height?: number; readonly theme?: 'light' | 'dark' }): Promise<Opened>;
  close(): Promise<void>;
}

export interface Opened {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors that reached nobody, and what the policy refused. */
  readonly faults: string[];
}

export async function startWebApp(): Promise<WebApp> {
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), 'engine', 'workers', 'renderer'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const dataDir = await mkdtemp(join(tmpdir(), 'funnelscope-web-'));
  const host = await startWebHost({ pageDir: join(root, 'dist/renderer'), engineEntry: join(root, 'dist/web/engine-process.mjs'), resourcesDir: root, dataDir });
  const browser = await chromium.launch({ executablePath, args: browserArgs });
  return {
    host,
    browser,
    dataDir,
    async open({ width = 1280, height = 800, theme = 'light' } = {}) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, acceptDownloads: true, reducedMotion: 'reduce', locale: 'en-US' });
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(message.text());
      });
      await page.goto(host.link);
      return { context, page, faults };
    },
    async close() {
      await browser.close();
      await host.close();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export const screens = ['Corpus', 'Model', 'Tradeoffs', 'Funnel', 'Inspect', 'Reports', 'Connection'] as const;
export type ScreenTitle = (typeof screens)[number];

/** Goes to a screen by the rail, and waits until it is drawn. */
export async function goTo(page: Page, screen: ScreenTitle): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: screen }).click();
  await page.locator('main h1', { hasText: screen }).waitFor({ state: 'attached' });
  await page.locator('main .screen').first().waitFor();
}

/** Waits until no job has run for a moment, and the page has drawn what came of it. */
export async function settle(page: Page, timeoutMs = 240_000): Promise<void> {
  const jobs = page.getByRole('contentinfo', { name: 'Jobs' });
  const end = Date.now() + timeoutMs;
  for (let quiet = 0; quiet < 4; ) {
    if (Date.now() > end) throw new Error(`still working after ${timeoutMs} ms: ${await jobs.innerText()}`);
    quiet = (await jobs.getByRole('button').count()) === 0 ? quiet + 1 : 0;
    await page.waitForTimeout(150);
  }
}

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds wrong with the page as it is: one line each, the rule and the element. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(await axeSource);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(context: Document, options: unknown): Promise<{ violations: { id: string; nodes: { target: string[]; failureSummary?: string }[] }[] }> } };
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')}: ${(node.failureSummary ?? '').replace(/\s+/g, ' ').slice(0, 200)}`));
  });
}
