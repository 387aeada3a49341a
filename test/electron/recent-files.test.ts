import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRecentFiles } from '../../electron/main/recent-files.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funnelscope-recent-'));
  file = join(folder, 'recent.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('keeps the ten paths opened last, newest first, each once, over a restart', async () => {
  const recent = await openRecentFiles(file);
  for (let i = 1; i <= 12; i += 1) await recent.note(`/data/${i}.jsonl`);
  await recent.note('/data/5.jsonl');
  const expected = [5, 12, 11, 10, 9, 8, 7, 6, 4, 3].map((i) => `/data/${i}.jsonl`);
  expect(recent.list()).toEqual(expected);
  expect((await openRecentFiles(file)).list()).toEqual(expected);
  await recent.clear();
  expect((await openRecentFiles(file)).list()).toEqual([]);
});

it('takes no path that is relative, too long or holds a NUL', async () => {
  const recent = await openRecentFiles(file);
  expect(await Promise.all(['data.jsonl', '../x', '', `/${'x'.repeat(5000)}`, '/a\0b'].map((path) => recent.note(path)))).toEqual([false, false, false, false, false]);
  expect(recent.list()).toEqual([]);
});

it('starts empty from a broken list', async () => {
  for (const text of ['{', '{}', '[7, null, "relative"]']) {
    await writeFile(file, text);
    expect((await openRecentFiles(file)).list()).toEqual([]);
  }
});
