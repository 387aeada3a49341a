// How soon the screen follows the hand, in the web host with Chromium and the real engine, 500 queries on 117,791 documents:
//   start    from opening the address to a screen that takes input, and to the first filled chart of the cached sample
//   drag     from a move of a stage's handle to the recall that belongs to it, drawn (User Timing "funnel.redraw"), and the page's own work a move
//   npx tsx bench/drag.ts [--moves 300]
// Times include what other programs of the machine took: see the load.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { machineOf } from '../src/engine/machine.ts';
import { goTo, settle, startWebApp } from '../test/e2e/web-app.ts';

const { values: options } = parseArgs({ options: { moves: { type: 'string', default: '300' } } });
const moves = Number(options.moves);

const quantile = (sorted: readonly number[], share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

async function watchRedraws(page: Page): Promise<void> {
  await page.evaluate(() => {
    const found: number[] = [];
    (globalThis as { redraws?: number[] }).redraws = found;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry.name === 'funnel.redraw') found.push(entry.duration);
    }).observe({ entryTypes: ['measure'] });
  });
}

async function drag(page: Page): Promise<{ readonly redraws: readonly number[]; readonly workMs: number }> {
  const field = page.getByRole('textbox', { name: /^Schedule/ });
  await field.fill('64:1500,128:200,256:10');
  await field.press('Enter');
  await page.waitForTimeout(500);
  await watchRedraws(page);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const taskMs = async (): Promise<number> => ((await session.send('Performance.getMetrics')).metrics.find((metric) => metric.name === 'TaskDuration')?.value ?? 0) * 1000;
  const handle = (await page.getByRole('slider', { name: 'Keep of stage 1' }).boundingBox())!;
  const [x, y] = [handle.x + handle.width / 2, handle.y + handle.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  const before = await taskMs();
  for (let move = 1; move <= moves; move += 1) {
    // To the left and back: every move is another keep.
    await page.mouse.move(x - 70 + 70 * Math.cos((move / moves) * 6 * Math.PI), y);
    await page.waitForTimeout(16);
  }
  const workMs = ((await taskMs()) - before) / moves;
  await page.mouse.up();
  await page.waitForTimeout(300);
  const redraws = await page.evaluate(() => (globalThis as unknown as { redraws: number[] }).redraws);
  return { redraws: [...redraws].sort((a, b) => a - b), workMs };
}

const { cpu, cores } = machineOf();
process.stdout.write(`${cpu}, ${cores} cores, load ${loadavg()[0]!.toFixed(1)}\n`);
const app = await startWebApp();
try {
  const first = await app.open();
  await first.page.getByRole('button', { name: 'Explore the WordNet sample' }).click();
  await first.page.getByRole('button', { name: 'Open in Funnel' }).waitFor({ timeout: 600_000 });
  await settle(first.page, 600_000);
  await goTo(first.page, 'Funnel');
  await settle(first.page);
  const { redraws, workMs } = await drag(first.page);
  process.stdout.write(`drag     ${redraws.length} redraws of ${moves} moves   p50 ${quantile(redraws, 0.5).toFixed(1)} ms   p95 ${quantile(redraws, 0.95).toFixed(1)} ms   (aim: p95 < 32)   page's own work ${workMs.toFixed(1)} ms a move\n`);
  await goTo(first.page, 'Tradeoffs');
  await first.page.waitForTimeout(1000);
  await first.context.close();

  const startMs: number[] = [];
  const chartMs: number[] = [];
  for (let run = 0; run < 5; run += 1) {
    const started = performance.now();
    const { page, context } = await app.open();
    await page.getByRole('navigation', { name: 'Screens' }).waitFor();
    startMs.push(performance.now() - started);
    await page.getByRole('figure', { name: 'Recall@10 against dimension' }).locator('svg circle').first().waitFor();
    chartMs.push(performance.now() - started);
    await context.close();
  }
  const median = (values: readonly number[]): string => quantile([...values].sort((a, b) => a - b), 0.5).toFixed(0);
  process.stdout.write(`start    interactive ${median(startMs)} ms   first filled chart ${median(chartMs)} ms   (medians of 5; aims: 2,000 and 3,000)\n`);
} finally {
  await app.close();
}
process.stdout.write(`load at the end ${loadavg()[0]!.toFixed(1)}\n`);
