// From nothing to a usable window: the packaged program (the test Electron), the web host with a page, the command line's help; and what the page
// does while nobody does anything.
//   npx tsx bench/cold-start.ts [--repeats 5] [--json FILE]
// "painted" is the first contentful paint, "interactive" when the screens' navigation takes a click, "chart" when the ladder of the sample, measured in an
// earlier run, is drawn. Files are in the system's cache after the first run; the first one is printed too.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { percentile } from '../src/math/statistics.ts';
import { launch, openBench, packageProgram, root } from '../test/e2e/electron-app.ts';
import { goTo, settle } from '../test/e2e/web-app.ts';
import { machineLine, report } from './section.ts';

const { values: options } = parseArgs({ options: { repeats: { type: 'string', default: '5' }, json: { type: 'string' } } });
const repeats = Number(options.repeats);
const IDLE_MS = 10_000;
const table: string[][] = [];

function add(name: string, times: readonly number[]): number {
  const median = percentile(times, 50);
  table.push([name, Math.min(...times).toFixed(0), median.toFixed(0), times[0]!.toFixed(0)]);
  return median;
}

/** Milliseconds since the epoch of the first paint, as the page knows it. */
function paintedAt(page: Page): Promise<number> {
  return page.evaluate(() => performance.timeOrigin + (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN));
}

interface Started {
  readonly interactiveMs: number;
  readonly chartMs: number;
  readonly idlePercent: number;
}

async function electron(): Promise<Started> {
  packageProgram();
  const times = { painted: [] as number[], interactive: [] as number[], chart: [] as number[] };
  const idle: number[] = [];
  const bench = await openBench();
  try {
    await exploreSample(bench);
    for (let i = 0; i < repeats; i += 1) {
      const { app, page } = await launch(bench);
      await page.getByRole('navigation', { name: 'Screens' }).click({ trial: true });
      const interactiveAt = Date.now();
      await page.getByRole('figure', { name: 'Recall@10 against dimension' }).locator('svg circle').first().waitFor();
      const chartAt = Date.now();
      const startedAt = await app.evaluate(() => (process as unknown as { getCreationTime(): number }).getCreationTime());
      times.painted.push((await paintedAt(page)) - startedAt);
      times.interactive.push(interactiveAt - startedAt);
      times.chart.push(chartAt - startedAt);
      if (i === repeats - 1) {
        const rendererPercent = (): Promise<number> =>
          app.evaluate(({ app: main }) => main.getAppMetrics().filter(({ type }) => type === 'Tab').reduce((sum, { cpu }) => sum + cpu.percentCPUUsage, 0));
        await page.waitForTimeout(5000);
        await rendererPercent(); // the next one is since this
        await page.waitForTimeout(IDLE_MS);
        idle.push(await rendererPercent());
      }
      await app.close();
    }
  } finally {
    await bench.close();
  }
  add('Electron: program → painted', times.painted);
  return { interactiveMs: add('Electron: program → interactive', times.interactive), chartMs: add('Electron: program → first filled chart, cached sample', times.chart), idlePercent: idle[0]! };
}

/** The first run, which measures the sample; the later ones find it. */
async function exploreSample(bench: Awaited<ReturnType<typeof openBench>>): Promise<void> {
  const { app, page } = await launch(bench);
  await page.getByRole('button', { name: 'Explore the WordNet sample' }).click();
  await page.getByRole('button', { name: 'Open in Funnel' }).waitFor({ timeout: 600_000 });
  await settle(page, 600_000);
  await goTo(page, 'Tradeoffs');
  await page.waitForTimeout(1500);
  await app.close();
}

async function web(): Promise<void> {
  const linked: number[] = [];
  const usable: number[] = [];
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  for (let i = 0; i < repeats; i += 1) {
    const folder = await mkdtemp(join(tmpdir(), 'funnelscope-start-'));
    const startedAt = Date.now();
    const server = spawn(process.execPath, [join(root, 'dist/web/main.mjs')], { env: { ...process.env, FUNNELSCOPE_DATA: folder }, stdio: ['ignore', 'pipe', 'inherit'] });
    const link = await new Promise<string>((resolve) => server.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString().trim())));
    linked.push(Date.now() - startedAt);
    const page = await browser.newPage();
    await page.goto(link);
    await page.getByText('WordNet definitions').first().waitFor();
    usable.push(Date.now() - startedAt);
    await page.close();
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
  await browser.close();
  add('web host: node → link', linked);
  add('web host: node → usable (browser running)', usable);
}

async function cli(): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < repeats; i += 1) {
    const startMs = performance.now();
    const child = spawn(process.execPath, [join(root, 'scripts/run.mjs'), 'cli', '--help'], { stdio: 'ignore' });
    await new Promise((resolve) => child.once('exit', resolve));
    times.push(performance.now() - startMs);
  }
  add('command line: --help', times);
}

console.log(machineLine());
const { build } = (await import('../scripts/build.mjs' as string)) as { build: (targets: string[]) => Promise<void> };
await build(['engine', 'workers', 'renderer']);
await cli();
await web();
const started = await electron();
await report(
  [
    {
      title: 'Starting',
      about: `The packaged program on the tests' Electron (22) with the WordNet sample measured in an earlier run, software rendering; the web host with Chromium. Milliseconds from the start of the process, ${repeats} runs.`,
      columns: ['', 'least', 'median', 'first'],
      rows: table,
      claims: [
        { claim: 'cold start to interactive in less than 2 s', found: `${started.interactiveMs.toFixed(0)} ms`, met: started.interactiveMs < 2000 },
        { claim: 'first filled chart on the cached sample in less than 3 s', found: `${started.chartMs.toFixed(0)} ms`, met: started.chartMs < 3000 },
        { claim: "the page's processor time while nobody does anything is about nothing", found: `${started.idlePercent.toFixed(2)} % of a core over ${IDLE_MS / 1000} s`, met: started.idlePercent < 1 },
      ],
    },
  ],
  options.json,
);
