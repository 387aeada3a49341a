import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, goTo, settle, startWebApp } from './web-app.ts';
import type { Opened, WebApp } from './web-app.ts';

const animals = ['otter', 'heron', 'badger', 'newt', 'lynx', 'stoat', 'plover', 'marten'];
const places = ['river', 'marsh', 'forest', 'meadow', 'cliff'];

/** Of one's own: files dropped, columns and encodings chosen, queries typed and read, embedding broken off and taken up again. */
describe('a corpus of one’s own', () => {
  let app: WebApp;
  let opened: Opened;
  let page: Page;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'funnelscope-own-'));
    app = await startWebApp();
    opened = await app.open();
    page = opened.page;
    await page.locator('main .screen').waitFor();
  });
  afterAll(async () => {
    await app?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const lead = (): Promise<string> => page.locator('.lead-text').first().innerText();

  /** Drops a file on the window, as the browser does: bytes and a name, no path. */
  async function drop(name: string, bytes: Buffer): Promise<void> {
    await page.evaluate(
      ({ name: fileName, base64 }) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], fileName));
        document.querySelector('main .screen')!.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
      },
      { name, base64: bytes.toString('base64') },
    );
  }

  it('is previewed when it is dropped on any screen: format, encoding, and what each column is taken for', async () => {
    const rows = Array.from({ length: 60 }, (_, row) => `${row};Notiz ${row};Ein ${animals[row % 8]} lebt früh am ${places[row % 5]};geprüft`);
    await goTo(page, 'Reports');
    await drop('tiere.csv', Buffer.from(['nr;title;text;bemerkung', ...rows].join('\r\n'), 'latin1'));
    await page.getByRole('heading', { name: /tiere\.csv$/ }).waitFor();
    expect(await page.locator('main h1').textContent()).toBe('Corpus');
    expect(await page.getByRole('button', { name: /Encoding/ }).innerText()).toMatch(/windows-1252|iso-8859-1/i);
    const cells = page.getByRole('region', { name: 'First rows' });
    expect(await cells.innerText()).toContain('Ein otter lebt früh am river');
    expect(await cells.locator('th.role-text').innerText()).toContain('text');
    expect(await cells.locator('th.role-title').innerText()).toContain('title');
    expect(await page.getByRole('button', { name: /Delimiter/ }).innerText()).toBe('semicolon');
    expect(await axeFindings(page)).toEqual([]);
  });

  it('follows the choice of another column and another encoding', async () => {
    const cells = page.getByRole('region', { name: 'First rows' });
    const choose = async (button: RegExp, option: string): Promise<void> => {
      await page.getByRole('button', { name: button }).click();
      await page.getByRole('option', { name: option, exact: true }).click();
    };
    await choose(/Role of bemerkung/, 'text');
    await cells.locator('th.role-text', { hasText: 'bemerkung' }).waitFor();
    expect(await cells.locator('th.role-text').count()).toBe(1);
    await choose(/Encoding/, 'gb18030');
    await cells.getByText('früh').first().waitFor({ state: 'detached' });
    // What it cannot be is said, and not pretended.
    await choose(/Encoding/, 'utf-8');
    await page.getByText(/Line 2 is not valid UTF-8; read as windows-1252/).waitFor();
    await cells.getByText('früh').first().waitFor();
    expect(await page.getByRole('button', { name: /Encoding/ }).innerText()).toBe('windows-1252');
    await choose(/Role of text/, 'text');
    await cells.locator('th.role-text', { hasText: 'text' }).waitFor();
    await page.getByRole('button', { name: 'Open this corpus' }).click();
    await expect.poll(lead).toMatch(/^60 documents of tiere/);
  });

  it('takes typed queries, one a line', async () => {
    await page.locator('.radio', { hasText: 'Typed' }).click();
    await page.getByRole('textbox', { name: 'Queries, one a line' }).fill('an otter\nbirds of the marsh\n\na lynx in the forest');
    await page.getByRole('button', { name: 'Change queries' }).click();
    await expect.poll(lead).toMatch(/asked 3 queries, without relevance judgements/);
  });

  it('takes queries and judgements from files', async () => {
    await writeFile(join(folder, 'queries.jsonl'), ['otter', 'heron'].map((text, row) => JSON.stringify({ _id: `q${row}`, text })).join('\n'));
    await writeFile(join(folder, 'qrels.tsv'), 'query-id\tcorpus-id\tscore\nq0\t1\t1\nq1\t2\t1\n');
    await page.locator('.radio', { hasText: 'JSONL, CSV' }).click();
    await page.getByRole('textbox', { name: 'Queries', exact: true }).fill(join(folder, 'queries.jsonl'));
    await page.getByRole('textbox', { name: /^Judgements/ }).fill(join(folder, 'qrels.tsv'));
    await page.getByRole('button', { name: 'Change queries' }).click();
    await expect.poll(lead).toMatch(/asked 2 queries, all with relevance judgements/);
  });

  it('opens a BEIR folder with its own queries and judgements, and measures nDCG beside recall', async () => {
    const beir = join(folder, 'beir');
    await mkdir(join(beir, 'qrels'), { recursive: true });
    const documents = Array.from({ length: 240 }, (_, row) => ({ _id: `d${row}`, title: `Note ${row}`, text: `A ${animals[row % 8]} was seen near the ${places[row % 5]}, note ${row}` }));
    await writeFile(join(beir, 'corpus.jsonl'), documents.map((one) => JSON.stringify(one)).join('\n'));
    await writeFile(join(beir, 'queries.jsonl'), animals.map((animal, row) => JSON.stringify({ _id: `q${row}`, text: `where was the ${animal}` })).join('\n'));
    await writeFile(join(beir, 'qrels/test.tsv'), ['query-id\tcorpus-id\tscore', ...documents.map((one, row) => `q${row % 8}\t${one._id}\t1`)].join('\n'));
    const path = page.getByRole('textbox', { name: 'Path of a file or folder' });
    await path.fill(beir);
    await path.press('Enter');
    await page.getByText('brings queries and judgements').waitFor();
    await page.getByRole('button', { name: 'Open this corpus' }).click();
    await expect.poll(lead).toMatch(/^240 documents of beir, asked 8 queries, all with relevance judgements/);
    await page.getByRole('button', { name: 'Choose a model' }).click();
    await page.getByRole('button', { name: 'Embed', exact: true }).click();
    await page.getByRole('button', { name: 'See the tradeoffs' }).click();
    await page.getByRole('figure', { name: 'nDCG@10 against dimension' }).locator('svg circle').first().waitFor();
    await settle(page);
    expect(await axeFindings(page)).toEqual([]);
  });

  it('keeps what was embedded when it is cancelled, says how much, and goes on from there', async () => {
    await goTo(page, 'Corpus');
    await page.getByRole('button', { name: 'Explore WordNet definitions', exact: true }).click();
    await page.getByRole('contentinfo', { name: 'Jobs' }).getByText(/embedding documents · [1-9][\d,]+ of 117,791/).waitFor({ timeout: 120_000 });
    await page.keyboard.press('Escape');
    const kept = await page.getByText(/Embedding was cancelled at [\d,]+ of 117,791 texts/).innerText();
    const count = Number(/at ([\d,]+) of/.exec(kept)![1]!.replaceAll(',', ''));
    expect(count).toBeGreaterThan(0);
    expect(await axeFindings(page)).toEqual([]);
    await goTo(page, 'Model');
    await page.getByText(kept).waitFor();
    await page.getByRole('button', { name: 'Embed', exact: true }).click();
    await page.getByRole('button', { name: 'See the tradeoffs' }).waitFor({ timeout: 240_000 });
    await settle(page);
    expect(await lead()).toMatch(/117,791 documents.*are embedded/s);
  });

  it('left no error unanswered', () => {
    expect(opened.faults).toEqual([]);
  });
});
