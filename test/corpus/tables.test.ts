import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetMetadata } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { previewCorpus } from '../../src/corpus/preview.ts';
import { readCorpus } from '../../src/corpus/read-corpus.ts';
import { filesIn, lineOf } from '../fixtures/temp-folder.ts';

const data = join(import.meta.dirname, '../fixtures/data');
const names = ['table-snappy.parquet', 'table-zstd.parquet', 'table-gzip-groups.parquet', 'table-brotli-plain.parquet', 'table-lz4-split.parquet', 'table-none.parquet'];
const arrows = ['table-uncompressed.feather', 'table-lz4.feather', 'table-zstd.feather', 'table-stream.arrow'];

describe('Parquet and Arrow as pyarrow writes them', () => {
  test.each([...names, ...arrows])('%s: text, titles, ids beyond 2⁵³; vectors and nested columns are left out with a warning', async (name) => {
    const corpus = await readCorpus(join(data, name));
    expect(corpus.stats).toMatchObject({ count: 30, format: name.endsWith('parquet') ? 'parquet' : 'arrow' });
    expect(corpus.ids[5]).toBe('9007199254740998');
    expect(corpus.titles!.slice(2, 5)).toEqual(['Title 2', '', 'Title 4']);
    expect(corpus.texts[29]).toBe('text of row 29: größe, 你好');
    expect(corpus.stats.warnings).toEqual([
      'column "emb" holds lists (vectors?); they are not read as text',
      'column "fixed" holds lists (vectors?); they are not read as text',
      'column "nested" is nested; it is not read',
    ]);
  });

  test('all of them hold the same corpus', async () => {
    const hashes = await Promise.all([...names, ...arrows].map(async (name) => (await readCorpus(join(data, name))).contentHash));
    expect(new Set(hashes).size).toBe(1);
  });

  test('LZ4 blocks that refer back into earlier ones', async () => {
    const corpus = await readCorpus(join(data, 'long-lz4.feather'));
    corpus.texts.forEach((text, row) => expect(text).toBe(`the same words again and again, number ${row % 10}, `.repeat(8)));
  });

  test('a preview shows dates as text and guesses columns', async () => {
    const preview = await previewCorpus(join(data, 'table-snappy.parquet'));
    expect(preview.columns).toEqual([
      { name: 'id', role: 'id', reason: 'is called "id"' },
      { name: 'title', role: 'title', reason: 'is called "title"' },
      { name: 'text', role: 'text', reason: 'is called "text"' },
      { name: 'when', role: 'none', reason: '' },
    ]);
    expect(preview.rows[0]).toEqual(['9007199254740993', 'Title 0', 'text of row 0: größe, 你好', '2026-01-01T00:00:00.000Z']);
  });

  test.each(['table-zstd.parquet', 'table-lz4.feather'])('%s cut short is one line', async (name) => {
    const whole = await readFile(join(data, name));
    const folder = await filesIn({ [name]: whole.subarray(0, whole.length - 20) });
    expect(await lineOf(readCorpus(join(folder, name)), folder)).toMatch(/^table-\w+\.\w+: is not an? (Parquet|Arrow) file that can be read: /);
  });

  test('several broken columns are one line, and no fault is left that nobody hears', async () => {
    const broken = await readFile(join(data, 'table-snappy.parquet'));
    const { row_groups: groups } = parquetMetadata(broken.buffer.slice(broken.byteOffset, broken.byteOffset + broken.length));
    for (const { meta_data: column } of groups.flatMap((group) => group.columns)) {
      if (column === undefined || !['id', 'title', 'text'].includes(column.path_in_schema[0]!)) continue;
      const start = Number(column.dictionary_page_offset ?? column.data_page_offset);
      broken.fill(0xff, start, start + Number(column.total_compressed_size));
    }
    const folder = await filesIn({ 'c.parquet': broken });
    const unheard: unknown[] = [];
    const hear = (reason: unknown): void => void unheard.push(reason);
    process.on('unhandledRejection', hear);
    try {
      expect(await lineOf(readCorpus(join(folder, 'c.parquet')), folder)).toMatch(/^c\.parquet: is not a Parquet file that can be read: /);
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      process.off('unhandledRejection', hear);
    }
    expect(unheard).toEqual([]);
  });

  test('a page header that lacks the length of its levels is told, not read for ever', async () => {
    const broken = await readFile(join(data, 'table-zstd.parquet'));
    // Fields 1 to 6 of a DataPageHeaderV2 of 30 values without nulls, each `15` and a number; the last is then field 7.
    const header = /\x15\x3c\x15\x00\x15\x3c\x15[^]\x15[^]\x15\x00/g;
    const text = broken.toString('latin1');
    const ends = [...text.matchAll(header)].map((match) => match.index + match[0].length - 2);
    expect(ends.length).toBeGreaterThan(2);
    for (const at of ends) broken[at] = 0x25;
    const folder = await filesIn({ 'c.parquet': broken });
    expect(await lineOf(readCorpus(join(folder, 'c.parquet')), folder)).toBe('c.parquet: is not a Parquet file that can be read: page 2 of a column has levels that do not fit into it');
  });

  test('zstd: whole, cut short, damaged', async () => {
    const corpus = await readCorpus(join(data, 'lines.jsonl.zst'));
    expect(corpus.ids).toHaveLength(3000);
    expect(corpus.texts[2999]).toBe(`line 2999 ${'word '.repeat(39)}`);
    const whole = await readFile(join(data, 'lines.jsonl.zst'));
    const cut = await filesIn({ 'c.jsonl.zst': whole.subarray(0, whole.length - 500) });
    expect(await lineOf(readCorpus(join(cut, 'c.jsonl.zst')), cut)).toBe('c.jsonl.zst: the zstd data ends too early: the file was cut short');
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, 40, 60);
    const folder = await filesIn({ 'c.jsonl.zst': damaged });
    expect(await lineOf(readCorpus(join(folder, 'c.jsonl.zst')), folder)).toMatch(/^c\.jsonl\.zst/);
  });

  test('a wrong name is told', async () => {
    const folder = await filesIn({ 'c.parquet': '{"id":1,"text":"x"}' });
    expect(await lineOf(readCorpus(join(folder, 'c.parquet')), folder)).toBe('c.parquet: is named like a parquet file but begins with "{\\"id"');
  });
});
