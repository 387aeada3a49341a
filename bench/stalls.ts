// How long main's and the page's loop ever stand still while the engine works as hard as it can: 117,791 documents opened, embedded, measured and
// pooled by one click, then embedded anew while a ladder runs. In the packaged program (the test Electron) and in the web host with Chromium.
//   npx tsx bench/stalls.ts [--only electron|web]
// A timer of 5 ms ticks in each loop; a stall is what a tick came late. Times include what other programs of the machine took: see the load.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { machineOf } from '../src/engine/machine.ts';
import { startWebHost } from '../src/web/web-host.ts';
import { launch, openBench, packageProgram, root } from '../test/e2e/electron-app.ts';

const { values: options } = parseArgs({ options: { only: { type: 'string' }, serve: { type: 'string' } } });

interface Ticks {
  readonly count: number;
  readonly longestMs: number;
  readonly p99Ms: number;
  readonly over50: number;
  /** The longest stall that the process' own computing explains: during the rest, other programs had the processor. Unknown for a page. */
  readonly ownMs: number | undefined;
  readonly seconds: number;
}

/** Runs in the loop that is watched, so it must stand on its own. Started once; every reading starts anew. */
function watchLoop(): void {
  const everyMs = 5;
  const watch = { late: [] as { ms: number; ownMs: number | undefined }[], sinceMs: performance.now() };
  const hasProcess = typeof process !== 'undefined' && typeof process.cpuUsage === 'function';
  let last = performance.now();
  let used = hasProcess ? process.cpuUsage() : undefined;
  setInterval(() => {
    const now = performance.now();
    const spent = used === undefined ? undefined : process.cpuUsage(used);
    watch.late.push({ ms: Math.max(0, now - last - everyMs), ownMs: spent === undefined ? undefined : (spent.user + spent.system) / 1000 });
    last = now;
    used = hasProcess ? process.cpuUsage() : undefined;
  }, everyMs);
  (globalThis as { stallWatch?: typeof watch }).stallWatch = watch;
}

function readLoop(): Ticks {
  const watch = (globalThis as unknown as { stallWatch: { late: { ms: number; ownMs: number | undefined }[]; sinceMs: number } }).stallWatch;
  const late = watch.late.sort((a, b) => a.ms - b.ms);
  const ticks = {
    count: late.length,
    longestMs: late.at(-1)?.ms ?? 0,
    ownMs: late.at(-1)?.ownMs === undefined ? undefined : Math.max(...late.map(({ ms, ownMs }) => Math.min(ms, ownMs ?? 0))),
    p99Ms: late[Math.floor(late.length * 0.99)]?.ms ?? 0,
    over50: late.filter(({ ms }) => ms >= 50).length,
    seconds: (performance.now() - watch.sinceMs) / 1000,
  };
  watch.late = [];
  watch.sinceMs = performance.now();
  return ticks;
}

const rows: string[] = [];
let worstMs = 0;
function print(host: string, loop: string, phase: string, ticks: Ticks): void {
  worstMs = Math.max(worstMs, ticks.ownMs ?? ticks.longestMs);
  rows.push(`${host.padEnd(9)} ${loop.padEnd(5)} ${phase.padEnd(34)} ${ticks.seconds.toFixed(1).padStart(6)} s ${String(ticks.count).padStart(7)} ticks   p99 ${ticks.p99Ms.toFixed(1).padStart(6)} ms   longest ${ticks.longestMs.toFixed(1).padStart(6)} ms${ticks.ownMs === undefined ? '' : ` (of its own ${ticks.ownMs.toFixed(1)})`}   ≥ 50 ms: ${ticks.over50}`);
}

async function explore(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Explore the WordNet sample' }).first().click();
  await page.getByText('against dimension').first().waitFor({ timeout: 300_000 });
  await page.waitForFunction(() => document.querySelectorAll('footer[aria-label="Jobs"] button').length === 0, undefined, { timeout: 300_000 });
}

/** Embeds everything anew under another prompt while ladders are measured on what is there, over the page's own bridge. */
async function embedWhileMeasuring(page: Page): Promise<void> {
  // What tsx writes around inner functions, which the page does not know.
  await page.evaluate('globalThis.__name = (value) => value');
  await page.evaluate(async () => {
    const host = window.funnelscopeHost!;
    let nextId = 1_000_000;
    const call = (name: string, input: object): Promise<Record<string, unknown>> =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        const stop = host.onMessage((message) => {
          const answer = message as { type: string; id?: number; output?: Record<string, unknown>; error?: { message: string } };
          if (answer.id !== id || (answer.type !== 'result' && answer.type !== 'error')) return;
          stop();
          if (answer.type === 'result') resolve(answer.output ?? {});
          else reject(new Error(answer.error?.message));
        });
        host.send({ type: 'call', id, name, input });
      });
    const corpus = await call('corpus.open', { source: { kind: 'sample', name: 'wordnet' } });
    const queries = await call('queries.set', { corpusId: corpus['corpusId'], source: { kind: 'own', limit: 500, seed: 1 } });
    const [model] = (await call('models.list', {})) as unknown as { id: string }[];
    const dataset = await call('dataset.embed', { corpusId: corpus['corpusId'], queryId: queries['queryId'], modelId: model!.id });
    let isEmbedding = true;
    const again = call('dataset.embed', { corpusId: corpus['corpusId'], queryId: queries['queryId'], modelId: model!.id, documentPrompt: 'definition: ' }).finally(() => (isEmbedding = false));
    while (isEmbedding) await call('ladder.run', { datasetId: dataset['datasetId'], dims: [16, 32, 64, 128, 256], k: 10, store: { kind: 'embedded' } });
    await again;
  });
}

async function inElectron(): Promise<void> {
  packageProgram();
  const bench = await openBench();
  const { app, page } = await launch(bench);
  try {
    await page.waitForTimeout(2000);
    await app.evaluate(watchLoop);
    await page.evaluate(watchLoop);
    for (const [phase, run] of [
      ['explore: open, embed, measure, pool', explore],
      ['embed while ladders run', embedWhileMeasuring],
    ] as const) {
      await app.evaluate(readLoop);
      await page.evaluate(readLoop);
      await run(page);
      print('Electron', 'main', phase, await app.evaluate(readLoop));
      print('Electron', 'page', phase, await page.evaluate(readLoop));
    }
  } finally {
    await app.close();
    await bench.close();
  }
}

/** The web host alone in its process, so that the driver's own work is not counted; it answers readings over its channel. */
async function serve(folder: string): Promise<void> {
  const host = await startWebHost({ pageDir: join(root, 'dist/renderer'), engineEntry: join(root, 'dist/web/engine-process.mjs'), resourcesDir: root, dataDir: folder });
  watchLoop();
  process.on('message', () => process.send?.(readLoop()));
  process.on('disconnect', () => void host.close().then(() => process.exit(0)));
  process.send?.(host.link);
}

async function inBrowser(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'funnelscope-stalls-'));
  const server = fork(fileURLToPath(import.meta.url), ['--serve', folder], { execArgv: ['--import', 'tsx'] });
  const told = <T>(): Promise<T> => new Promise((resolve) => server.once('message', (message) => resolve(message as T)));
  const link = await told<string>();
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  try {
    const page = await browser.newPage();
    await page.goto(link);
    await page.waitForTimeout(2000);
    await page.evaluate(watchLoop);
    server.send('start anew');
    await told();
    await explore(page);
    server.send('read');
    print('web host', 'host', 'explore: open, embed, measure, pool', await told<Ticks>());
    print('web host', 'page', 'explore: open, embed, measure, pool', await page.evaluate(readLoop));
  } finally {
    await browser.close();
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.disconnect();
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const { cpu, cores } = machineOf();
  console.log(`${cpu}, ${cores} cores, load ${loadavg()[0]!.toFixed(1)} at the start`);
  if (options.only !== 'web') await inElectron();
  if (options.only !== 'electron') {
    const { build } = (await import('../scripts/build.mjs' as string)) as { build: (targets: string[]) => Promise<void> };
    await build(['engine', 'workers', 'renderer']);
    await inBrowser();
  }
  console.log(rows.join('\n'));
  console.log(`longest stall ${worstMs.toFixed(1)} ms, of its own where that is known (the aim is below 50), load ${loadavg()[0]!.toFixed(1)} at the end`);
}

if (options.serve === undefined) await main();
else await serve(options.serve);
