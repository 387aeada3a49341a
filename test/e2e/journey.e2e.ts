import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportSchema } from '../../src/contract/report.ts';
import { axeFindings, goTo, screens, settle, startWebApp } from './web-app.ts';
import type { Opened, WebApp } from './web-app.ts';

/** From first start to exported report: real Chromium, the web host, the real engine, the sample. Each step goes on where the one before ended. */
describe('the journey', () => {
  let app: WebApp;
  let opened: Opened;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    app = await startWebApp();
    opened = await app.open();
    page = opened.page;
  });
  afterAll(() => app?.close());

  const schedule = (): Promise<string> => page.getByRole('textbox', { name: /^Schedule/ }).inputValue();
  const lead = (): Promise<string> => page.locator('.lead-text').first().innerText();

  it('takes the token out of the address', async () => {
    await page.locator('main .screen').waitFor();
    expect(page.url()).toBe(`http://127.0.0.1:${app.host.port}/`);
  });

  it('offers the one next thing on every empty screen, and axe-core finds nothing to object to', async () => {
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      for (const screen of screens) {
        await goTo(page, screen);
        if (screen !== 'Model' && screen !== 'Connection') await page.getByRole('button', { name: 'Explore the WordNet sample' }).first().waitFor();
        expect(await axeFindings(page), `${screen}, empty, ${theme}`).toEqual([]);
      }
    }
  });

  it('goes from nothing to filled charts in one click', async () => {
    await goTo(page, 'Tradeoffs');
    await page.getByRole('button', { name: 'Quick look at 5,000 of it' }).click();
    await page.getByRole('button', { name: 'Open in Funnel' }).waitFor({ timeout: 240_000 });
    await settle(page);
    for (const name of ['Recall@10 against dimension', 'nDCG@10 against dimension', 'Latency against dimension, p50 to p95', 'Bytes a vector against dimension', 'Recall against time']) {
      const chart = page.getByRole('figure', { name });
      await chart.locator('svg circle').first().waitFor();
    }
    expect(await lead()).toMatch(/At 64 dims you keep \d+\.\d\s%.*of the true neighbours.*keeps \d+\.\d+\s%/s);
    expect(await page.locator('.status-facts').innerText()).toMatch(/5,000 docs.*400 queries.*256d.*embedded/s);
  });

  it('selects a prefix with the keyboard on every chart at once', async () => {
    const chart = page.getByRole('figure', { name: 'Recall@10 against dimension' });
    await chart.locator('svg.recharts-surface').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect.poll(lead).toMatch(/^At \d+ dims/);
    const selected = /^At (\d+) dims/.exec(await lead())![1]!;
    for (const name of ['Recall@10 against dimension', 'Latency against dimension, p50 to p95', 'Bytes a vector against dimension']) {
      expect(await page.getByRole('figure', { name }).locator('text[font-weight="700"]').textContent()).toBe(selected);
    }
  });

  it('overlays another head type on every chart, and takes it away again', async () => {
    const recall = page.getByRole('figure', { name: 'Recall@10 against dimension' });
    const names = (): Promise<string[]> => recall.locator('svg.recharts-surface text[dominant-baseline="middle"]').allTextContents();
    const choose = async (head: string): Promise<void> => {
      await page.getByRole('button', { name: /Head index/ }).click();
      await page.getByRole('option', { name: head }).click();
    };
    await choose('flat int8');
    await page.getByRole('button', { name: /^Measure/ }).click();
    await expect.poll(names).toEqual(expect.arrayContaining(['f32', 'int8']));
    await settle(page);
    const bytes = page.getByRole('figure', { name: 'Bytes a vector against dimension' });
    await bytes.getByRole('button', { name: 'Show as a table' }).click();
    expect(await bytes.getByRole('row').last().innerText()).toMatch(/256\s+1\.00\sKiB\s+256\sB/);
    await bytes.getByRole('button', { name: 'Show as a chart' }).click();
    await choose('flat f32');
    await recall.getByRole('button', { name: 'Series' }).click();
    await page.getByRole('menuitem', { name: 'Remove embedded int8' }).click();
    await expect.poll(names).toEqual([]);
  });

  it('shows every chart as a table and exports it as SVG, PNG and CSV', async () => {
    const chart = page.getByRole('figure', { name: 'Recall@10 against dimension' });
    const save = async (kind: string): Promise<Buffer> => {
      await chart.getByRole('button', { name: /^Export/ }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: kind }).click()]);
      return readFile(await download.path());
    };
    const svg = (await save('SVG')).toString();
    expect(svg).toMatch(/^<svg[^>]*>.*Recall@10 against dimension/s);
    expect(svg).not.toContain('var(--');
    expect([...(await save('PNG')).subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    const csv = (await save('CSV')).toString().trim().split('\r\n');
    expect(csv[0]).toBe('dims,embedded,low,high');
    expect(csv.at(-1)).toMatch(/^256,1,/);
    await chart.getByRole('button', { name: 'Show as a table' }).click();
    expect(await chart.getByRole('row').count()).toBe(csv.length);
    await chart.getByRole('button', { name: 'Show as a chart' }).click();
  });

  it('answers whether the model can be truncated, with the ways to truncate side by side', async () => {
    await page.getByRole('tab', { name: 'Can I truncate?' }).click();
    await page.getByRole('button', { name: 'Try ways to truncate' }).click();
    await page.locator('.verdict').waitFor({ timeout: 240_000 });
    await settle(page);
    const panel = page.getByRole('tabpanel', { name: 'Can I truncate?' });
    expect(await panel.locator('.lead-text').innerText()).toMatch(/at 64 of 256 dimensions .* a random rotation \d+\s%, PCA \d+\s%/);
    for (const way of ['as it is', 'PCA', 'adapter', 'reversed', 'random rotation']) expect(await panel.getByRole('figure', { name: 'Recall by way of truncating' }).innerText()).toContain(way);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Frontier' }).click();
  });

  it('re-computes recall while a stage is dragged, and takes the drag back in one undo', async () => {
    await goTo(page, 'Funnel');
    await settle(page);
    const before = await schedule();
    const handle = (await page.getByRole('slider', { name: 'Keep of stage 1' }).boundingBox())!;
    const [x, y] = [handle.x + handle.width / 2, handle.y + handle.height / 2];
    const recall = (await lead()).split('\n')[0];
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (let step = 1; step <= 20; step += 1) await page.mouse.move(x - step * 8, y);
    await expect.poll(async () => (await lead()).split('\n')[0]).not.toBe(recall);
    await page.mouse.up();
    const after = await schedule();
    expect(after).not.toBe(before);
    await page.keyboard.press('Control+z');
    expect(await schedule()).toBe(before);
    await page.keyboard.press('Control+Shift+Z');
    expect(await schedule()).toBe(after);
    await page.keyboard.press('Control+z');
  });

  it('steps stages with the arrow keys, adds and removes them', async () => {
    const before = await schedule();
    await page.getByRole('slider', { name: 'Keep of stage 1' }).focus();
    await page.keyboard.press('ArrowLeft');
    expect(await schedule()).not.toBe(before);
    await page.getByRole('button', { name: 'Add a stage before the first' }).click();
    expect((await schedule()).split(',')).toHaveLength(3);
    await page.getByRole('slider', { name: 'Prefix of stage 1' }).focus();
    await page.keyboard.press('Delete');
    expect((await schedule()).split(',')).toHaveLength(2);
  });

  it('takes a schedule as text and says where text is wrong', async () => {
    const field = page.getByRole('textbox', { name: /^Schedule/ });
    await field.fill('64:600,32:100');
    await page.getByText('does not raise the dims of the stage before').waitFor();
    await field.fill('32:900,128:200,256:10');
    await field.press('Enter');
    expect(await schedule()).toBe('32:900,128:200,256:10');
    await expect.poll(lead).toMatch(/^32:900 → 128:200 → 256:10 keeps \d/);
  });

  it('takes a cell of the heat map as the first stage', async () => {
    const map = page.getByRole('application', { name: /^Heat map/ });
    await map.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    expect(await schedule()).toMatch(/^64:\d+,/);
  });

  it('measures two schedules for real, and the measurement agrees with the evaluation', async () => {
    await page.getByRole('button', { name: 'Compare' }).click();
    const field = page.getByRole('textbox', { name: /^Schedule/ });
    await field.fill('128:300,256:10');
    await field.press('Enter');
    await page.getByRole('button', { name: 'Measure both' }).click();
    await settle(page);
    const row = page.getByRole('row', { name: /^B 128:300,256:10/ });
    await expect.poll(() => row.innerText()).toMatch(/p50/);
    const text = (await row.innerText()).replace(/\s/g, ' ');
    const [evaluated] = /(\d+\.\d+|100) %/.exec(text)!;
    expect(text).toContain(`recall ${evaluated}`);
    await page.getByRole('tab', { name: 'Measured runs' }).click();
    expect(await page.getByRole('region', { name: 'Measured funnels' }).getByRole('row').count()).toBe(3);
  });

  it('tunes to a schedule that holds on queries it was not chosen on, and takes it over', async () => {
    await page.getByRole('tab', { name: 'Tune' }).click();
    await page.getByRole('button', { name: 'Tune', exact: true }).click();
    const use = page.getByRole('button', { name: /^Use \d+:\d+/ });
    await use.waitFor({ timeout: 120_000 });
    const chosen = (await use.innerText()).replace('Use ', '').replaceAll(' → ', ',');
    await page.getByRole('figure', { name: 'Tuned frontier: recall against time' }).locator('svg.recharts-surface path').first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await use.click();
    expect(await schedule()).toBe(chosen);
    await page.keyboard.press('Control+z');
  });

  it('gives the schedule as code', async () => {
    await page.getByRole('button', { name: 'Code for this schedule' }).click();
    const dialog = page.getByRole('dialog');
    await expect.poll(() => dialog.locator('pre').innerText()).toContain('128');
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('shows which neighbours a query lost, where, and the keep that saves one', async () => {
    await goTo(page, 'Funnel');
    const field = page.getByRole('textbox', { name: /^Schedule/ });
    await field.fill('16:40,256:10');
    await field.press('Enter');
    await goTo(page, 'Inspect');
    await page.locator('.fate.lost').first().waitFor();
    const again = page.getByRole('button', { name: /^Inspect with/ });
    if (await again.isVisible()) await again.click();
    await page.locator('.fate.lost').first().click();
    const save = page.getByRole('button', { name: /^Keep [\d,]+ at 16 dims/ });
    await save.waitFor();
    const keep = /Keep ([\d,]+) at/.exec(await save.innerText())![1]!.replaceAll(',', '');
    expect(Number(keep)).toBeGreaterThan(40);
    await save.click();
    expect(await schedule()).toBe(`16:${keep},256:10`);
  });

  it('answers a typed query', async () => {
    await goTo(page, 'Inspect');
    await page.getByRole('textbox', { name: 'A query of your own' }).fill('a small domesticated animal');
    await page.keyboard.press('Enter');
    await page.locator('.query-text', { hasText: 'a small domesticated animal' }).waitFor();
    expect(await page.locator('.sides ol').first().getByRole('listitem').count()).toBe(10);
  });

  it('saves a report and exports it: what the file says is what the screen said', async () => {
    await goTo(page, 'Tradeoffs');
    const chart = page.getByRole('figure', { name: 'Recall@10 against dimension' });
    await chart.getByRole('button', { name: 'Show as a table' }).click();
    const rows = await chart.getByRole('row').allInnerTexts();
    await goTo(page, 'Reports');
    await page.getByRole('button', { name: 'Save what was measured' }).click();
    await page.getByRole('heading', { name: 'Findings' }).waitFor();

    const files: Record<string, string> = {};
    for (const kind of ['HTML', 'Markdown', 'JSON', 'CSV']) {
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: kind }).click()]);
      files[kind] = await readFile(await download.path(), 'utf8');
    }
    const report = reportSchema.parse(JSON.parse(files['JSON']!));
    const said = rows.slice(1).map((row) => row.replace(/[\u202f\u00a0]/g, ' ').split(/\t|\n/).slice(0, 2));
    expect(report.ladder.map((entry) => [String(entry.dims), entry.recall.value === 1 ? '100 %' : `${(entry.recall.value * 100).toFixed(1)} %`])).toEqual(said);
    expect(report.funnels.map((funnel) => funnel.schedule)).toContain('128:300,256:10');
    expect(files['HTML']).toMatch(/^<!doctype html>/i);
    expect(files['Markdown']).toContain(String(report.ladder[0]!.dims));
    expect(files['CSV']!.split('\n').length).toBeGreaterThan(report.ladder.length);
    expect(await page.getByLabel('Command line').innerText()).toContain('bench --corpus');
  });

  it('goes to the way out of a report by its key, and holds two reports against each other', async () => {
    await goTo(page, 'Tradeoffs');
    await page.keyboard.press('Control+e');
    await page.locator('main h1', { hasText: 'Reports' }).waitFor({ state: 'attached' });
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Export');
    await page.getByRole('textbox', { name: 'Name of the report' }).fill('second');
    await page.getByRole('button', { name: 'Save report' }).click();
    await page.getByRole('row', { name: /second/ }).waitFor();
    const others = page.getByRole('region', { name: 'Saved reports' }).locator('.checkbox:not([data-selected])');
    await others.first().click();
    const table = page.getByRole('region', { name: 'Recall and time by prefix, report by report' });
    await table.waitFor();
    // The same measurements: nowhere a difference.
    expect((await table.getByRole('row').last().innerText()).replace(/\s+/g, ' ')).toMatch(/^256 100 % .* 100 % \(±0\)/);
    expect(await axeFindings(page)).toEqual([]);
  });

  it('finds nothing to object to on any filled screen, in both themes (axe-core)', async () => {
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await page.locator(`html[data-theme="${theme}"]`).waitFor();
      for (const screen of screens) {
        await goTo(page, screen);
        await settle(page);
        await page.locator('[aria-label="Loading"]').waitFor({ state: 'detached' });
        expect(await axeFindings(page), `${screen}, filled, ${theme}`).toEqual([]);
      }
    }
  });

  it('runs, goes and finds by keyboard alone', async () => {
    await page.keyboard.press('3');
    await page.locator('main h1', { hasText: 'Tradeoffs' }).waitFor({ state: 'attached' });
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Command palette' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.type('go to funnel');
    await page.keyboard.press('Enter');
    await page.locator('main h1', { hasText: 'Funnel' }).waitFor({ state: 'attached' });
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+b');
    await page.locator('.rail.collapsed').waitFor();
    await page.keyboard.press('Control+b');
  });

  it('says what is wrong with a path and with an address, and what to do', async () => {
    await goTo(page, 'Corpus');
    await page.getByRole('textbox', { name: 'Path of a file or folder' }).fill('/nowhere/corpus.jsonl');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: '/nowhere/corpus.jsonl' }).waitFor();
    await goTo(page, 'Connection');
    await page.getByRole('textbox', { name: 'Address' }).fill('http://127.0.0.1:9');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: '127.0.0.1:9' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  it('fits a window of 1024 × 700 without scrolling sideways', async () => {
    await page.setViewportSize({ width: 1024, height: 700 });
    for (const screen of screens) {
      await goTo(page, screen);
      const overflow = await page.locator('#content').evaluate((content) => content.scrollWidth - content.clientWidth);
      expect(overflow, screen).toBe(0);
    }
    await goTo(page, 'Funnel');
    await page.getByRole('tab', { name: 'Heat map' }).click();
    const map = page.getByRole('figure', { name: 'Recall by head prefix and keep' });
    const width = async (): Promise<number> => (await map.locator('svg.figure').boundingBox())!.width;
    await expect.poll(width).toBeGreaterThan(700);
    await map.getByRole('button', { name: 'Show as a table' }).click();
    await map.getByRole('button', { name: 'Show as a chart' }).click();
    await page.setViewportSize({ width: 1280, height: 800 });
    await expect.poll(width).toBeGreaterThan(950);
  });

  it('survives the death of the engine: says so, and everything is back', async () => {
    await goTo(page, 'Funnel');
    const before = await schedule();
    process.kill(app.host.enginePid()!, 'SIGKILL');
    await page.getByText('It is being started again').first().waitFor();
    await page.getByText('It is being started again').first().waitFor({ state: 'detached' });
    await expect.poll(lead, { timeout: 60_000 }).toMatch(/keeps \d+/);
    await settle(page);
    expect(await schedule()).toBe(before);
    await goTo(page, 'Inspect');
    await page.locator('.loss').first().waitFor();
  });

  it('is as it was after it was closed and opened again', async () => {
    await goTo(page, 'Funnel');
    const before = await schedule();
    // Settings are written half a second after a change.
    await page.waitForTimeout(900);
    faults.push(...opened.faults);
    await opened.context.close();
    opened = await app.open();
    page = opened.page;
    await page.locator('main h1', { hasText: 'Funnel' }).waitFor({ state: 'attached' });
    await settle(page);
    expect(await schedule()).toBe(before);
    // The engine that measured is gone; a report is made of what this one measures.
    await goTo(page, 'Reports');
    await page.getByRole('button', { name: 'Save report' }).click();
    await page.getByRole('button', { name: 'Measure again and save' }).click();
    await expect.poll(() => page.getByRole('region', { name: 'Saved reports' }).getByRole('row').count(), { timeout: 120_000 }).toBe(4);
    await settle(page);
    await goTo(page, 'Tradeoffs');
    expect(await lead()).toMatch(/you keep \d+\.\d\s%/);
    expect(await page.locator('.stale-mark').count()).toBe(0);
  });

  it('left no error unanswered', () => {
    expect([...faults, ...opened.faults]).toEqual([]);
  });
});
