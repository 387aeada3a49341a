import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { documentText } from '../../src/corpus/corpus.ts';
import { readCorpus } from '../../src/corpus/read-corpus.ts';
import { filesIn, lineOf } from '../fixtures/temp-folder.ts';

const jsonl = '{"id":"a","title":"One","text":"first"}\r\n\n{"id":"b","text":"zweite Zeile, müde"}\n{"id":3,"title":null,"text":""}';

async function reading(files: Record<string, string | Uint8Array>, name = Object.keys(files)[0]!, options = {}): ReturnType<typeof readCorpus> {
  return readCorpus(join(await filesIn(files), name), options);
}

async function failing(files: Record<string, string | Uint8Array>, name = Object.keys(files)[0]!, options = {}): Promise<string> {
  const folder = await filesIn(files);
  return lineOf(readCorpus(join(folder, name), options), folder);
}

describe('formats', () => {
  test('JSONL: blank lines and mixed line ends are skipped, numbers are ids, titles may be missing', async () => {
    const corpus = await reading({ 'c.jsonl': jsonl });
    expect(corpus).toMatchObject({ name: 'c.jsonl', ids: ['a', 'b', '3'], titles: ['One', '', ''], texts: ['first', 'zweite Zeile, müde', ''] });
    expect(corpus.stats).toMatchObject({ count: 3, emptyCount: 1, duplicateCount: 0, format: 'jsonl', encoding: 'utf-8' });
    expect(documentText(corpus, 0)).toBe('One\nfirst');
  });

  test('gzip and plain give the same content hash', async () => {
    const files = { 'c.jsonl': jsonl, 'c.jsonl.gz': gzipSync(jsonl) };
    const [plain, packed] = [await reading(files), await reading(files, 'c.jsonl.gz')];
    expect(packed.contentHash).toBe(plain.contentHash);
    expect(packed.texts).toEqual(plain.texts);
  });

  test('JSON: an array, or an array inside an object, elements over many lines', async () => {
    const documents = [{ _id: 'x', text: 'brackets ] } in "quotes" \\' }, { _id: 'y', text: 'zwei', tags: [['a'], { b: '}' }] }];
    for (const text of [JSON.stringify(documents), JSON.stringify(documents, null, 2), JSON.stringify({ version: '[1]', documents }, null, 2)]) {
      expect(await reading({ 'c.json': text })).toMatchObject({ ids: ['x', 'y'], texts: [documents[0]!.text, 'zwei'] });
    }
  });

  test('CSV: quotes, line breaks in cells, semicolons, no header', async () => {
    const commas = await reading({ 'c.csv': 'id,text\n1,"a, ""b""\nc"\n2,plain\n' });
    expect(commas).toMatchObject({ ids: ['1', '2'], texts: ['a, "b"\nc', 'plain'] });
    const semicolons = await reading({ 'c.csv': 'nr;plot\n1;"ein; zwei"\n2;drei\n' });
    expect(semicolons.texts).toEqual(['ein; zwei', 'drei']);
    const bare = await reading({ 'c.csv': '1,the first text of them\n2,the second text of them\n' });
    expect(bare).toMatchObject({ ids: ['1', '2'], texts: ['the first text of them', 'the second text of them'] });
    expect(bare.stats.warnings).toEqual(['no header row found; columns are named column1, column2 …']);
  });

  test('TSV: quotes are plain characters unless they enclose cells', async () => {
    expect(await reading({ 'c.tsv': 'id\ttext\n1\tan 8" disc\n2\t"quoted" start\n' })).toMatchObject({ texts: ['an 8" disc', '"quoted" start'] });
  });

  test('TXT: a document a line, the line number as id', async () => {
    expect(await reading({ 'c.txt': 'one\n\n  two \n' })).toMatchObject({ ids: ['1', '3'], texts: ['one', 'two'] });
    expect((await reading({ 'c.txt': 'one\rtwo\rthree' })).texts).toEqual(['one', 'two', 'three']);
  });

  test('a folder of text files: a text file is a document, Markdown is cut at its headings; the path is the id', async () => {
    const folder = await filesIn({ 'b/two.md': 'intro\n# Heading\nbody', 'a.txt': 'one', '.hidden/x.txt': 'no', 'c.bin': 'no' });
    expect(await readCorpus(folder)).toMatchObject({ ids: ['a.txt', 'b/two.md', 'b/two.md#2'], titles: ['a', 'Heading', 'Heading'], texts: ['one', 'intro', 'body'] });
  });

  test('a folder of shards is read in order; an error names its shard', async () => {
    const folder = await filesIn({ 'part-0.jsonl': '{"id":1,"text":"a"}\n', 'part-1.jsonl.gz': gzipSync('{"id":2,"text":"b"}\n') });
    expect(await readCorpus(folder)).toMatchObject({ ids: ['1', '2'], stats: { format: 'jsonl', warnings: ['2 files are read one after the other'] } });
    const broken = await filesIn({ 'part-0.jsonl': '{"id":1,"text":"a"}\n', 'part-1.jsonl': '{"id":1,"text":"b"}\n' });
    expect(await lineOf(readCorpus(broken), broken)).toBe('part-1.jsonl:1: id "1" is used twice, in line 1 and line 1; ids must differ');
  });

  test('BEIR folder: _id, title, text', async () => {
    const folder = await filesIn({ 'corpus.jsonl': '{"_id":"d1","title":"T","text":"x","metadata":{}}\n' });
    expect(await readCorpus(folder)).toMatchObject({ ids: ['d1'], titles: ['T'], texts: ['x'], stats: { format: 'beir' } });
  });

  test('encodings: UTF-8 with a mark, UTF-16 with and without one, windows-1252', async () => {
    const utf16 = Buffer.from('{"id":"ü","text":"größe"}\n', 'utf16le');
    const expected = { ids: ['ü'], texts: ['größe'] };
    expect(await reading({ 'c.jsonl': '\ufeff{"id":"ü","text":"größe"}' })).toMatchObject(expected);
    expect(await reading({ 'c.jsonl': Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]) })).toMatchObject({ ...expected, stats: { encoding: 'utf-16le' } });
    expect(await reading({ 'c.jsonl': Buffer.from(utf16).swap16() })).toMatchObject({ ...expected, stats: { encoding: 'utf-16be' } });
    const latin = Buffer.from('id;text\n1;Die Größe des Hauses überrascht, die Tür ist grün und schön für alle Gäste\n', 'latin1');
    expect(await reading({ 'c.csv': latin })).toMatchObject({ texts: ['Die Größe des Hauses überrascht, die Tür ist grün und schön für alle Gäste'], stats: { encoding: 'windows-1252' } });
  });

  test('a file that stops being UTF-8 after its head is read again in its own encoding, with a warning that names the line', async () => {
    const corpus = await reading({ 'c.txt': Buffer.concat([Buffer.from('ascii only\n'.repeat(30000)), Buffer.from('Gr\xf6\xdfe und T\xfcr und sch\xf6n\n', 'latin1')]) });
    expect(corpus.texts.at(-1)).toBe('Größe und Tür und schön');
    expect(corpus.stats.warnings[0]).toBe('line 30001 is not valid UTF-8; the file was read as windows-1252');
  });

  test('chosen columns and a limit win over guesses', async () => {
    const corpus = await reading({ 'c.csv': 'id,text,other\n1,a,x\n2,b,y\n' }, 'c.csv', { textColumn: 'other', idColumn: 'text', limit: 1 });
    expect(corpus).toMatchObject({ ids: ['a'], texts: ['x'] });
  });

  test('a column called __proto__ is a column like any other', async () => {
    expect((await reading({ 'c.jsonl': '{"id":"1","__proto__":"evil","text":"x"}' }, 'c.jsonl', { textColumn: '__proto__' })).texts).toEqual(['evil']);
    expect((await reading({ 'c.csv': 'id,__proto__\n1,evil\n' }, 'c.csv', { textColumn: '__proto__' })).texts).toEqual(['evil']);
    expect(({} as Record<string, unknown>)['text']).toBeUndefined();
  });

  test('duplicates are counted by title and text together', async () => {
    const { stats } = await reading({ 'c.jsonl': ['a', 'a', 'b', 'a'].map((text, id) => JSON.stringify({ id, text })).join('\n') });
    expect(stats).toMatchObject({ duplicateCount: 2, warnings: ["2 of 4 documents repeat an earlier one's text"] });
  });
});

describe('bad input is one line with its place', () => {
  test.each<[string, Record<string, string | Uint8Array>, string]>([
    ['broken JSON', { 'c.jsonl': '{"id":"1","text":"x"}\n{"id":"2","text" "x"}\n' }, 'c.jsonl:2:18: is not JSON: expected ":", found "\\""'],
    ['a cut JSON line', { 'c.jsonl': '{"id":"1","text":"x' }, 'c.jsonl:1:20: is not JSON: expected the closing quote of the string that begins at column 18, found the end'],
    ['a line that is no object', { 'c.jsonl': '{"id":"1","text":"x"}\n[1]\n' }, 'c.jsonl:2: is an array of 1, expected a JSON object such as {"id": "1", "text": "…"}'],
    ['a missing key', { 'c.jsonl': '{"id":"1","text":"x"}\n{"id":"2","txt":"x"}\n' }, 'c.jsonl:2: has no "text"; the keys there are "id", "txt"'],
    ['text of another kind', { 'c.jsonl': '{"id":"1","text":"x"}\n{"id":"2","text":{"a":1}}\n' }, 'c.jsonl:2: "text" is an object, expected text'],
    ['an id of another kind', { 'c.jsonl': '{"id":"1","text":"x"}\n{"id":null,"text":"x"}\n' }, 'c.jsonl:2: the id ("id") is null, expected text or a number'],
    ['duplicate ids', { 'c.jsonl': '{"id":"1","text":"x"}\n\n{"id":"1","text":"y"}\n' }, 'c.jsonl:3: id "1" is used twice, in line 1 and line 3; ids must differ'],
    ['a broken JSON array', { 'c.json': '[\n {"id":"1","text":"x"}\n {"id":"2"}]' }, 'c.json:3:2: is not JSON: expected "," or "]", found "{"'],
    ['a broken element', { 'c.json': '[\n {"id":"1","text":"x"},\n {"id":"2",}]' }, 'c.json:3:12: is not JSON: expected a key in double quotes, found "}"'],
    ['an array that never ends', { 'c.json': '[{"id":"1","text":"x"}' }, 'c.json:1:23: is not JSON: expected "]", found the end'],
    ['a ragged CSV row', { 'c.csv': 'id,text\n1,a\n2,b,c\n' }, 'c.csv:3: has 3 cells, expected 2 (id, text) (cells that hold the delimiter must stand in double quotes)'],
    ['an open quote', { 'c.csv': 'id,text\n1,a\n2,"b\n' }, 'c.csv:3: a double quote is opened and never closed before the end of the file'],
    ['a column twice', { 'c.csv': 'id,text,text\n1,a,b\n' }, 'c.csv:1: the header names column "text" twice, as number 2 and 3'],
    ['an empty file', { 'c.jsonl': '' }, 'c.jsonl: is empty (0 bytes), expected at least one document'],
    ['blank lines only', { 'c.txt': '\n\n \n' }, 'c.txt: holds no documents, expected at least one'],
    ['a header only', { 'c.csv': 'id,text\n' }, 'c.csv: holds no documents, expected at least one'],
    ['a binary file', { 'c.txt': Buffer.from([65, 66, 0, 1, 2, 3, 65, 66, 67, 68]) }, 'c.txt: does not look like text (a zero byte at offset 2) (known formats are JSONL, JSON, CSV, TSV, TXT, Markdown, HTML, PDF, Parquet, Arrow, BEIR folders)'],
    ['a gzip in name only', { 'c.jsonl.gz': 'plain text' }, 'c.jsonl.gz: is named like a gzip file but begins with 706c6169, which is no gzip header'],
    ['a cut gzip', { 'c.jsonl.gz': gzipSync(jsonl.repeat(50)).subarray(0, 60) }, 'c.jsonl.gz: the gzip data ends too early: the file was cut short'],
    ['vectors', { 'c.npy': Buffer.from('\x93NUMPY\x01\x00', 'latin1') }, 'c.npy: is a NumPy array: vectors, not text (open it as vectors (--vectors))'],
  ])('%s', async (_, files, expected) => {
    expect(await failing(files)).toBe(expected);
  });

  test('a missing file says where it was looked for, a sample without "sample:" is recognised', async () => {
    expect(await lineOf(readCorpus('/nowhere/x.jsonl'))).toMatch(/^there is no file or folder "\/nowhere\/x.jsonl"/);
    expect(await lineOf(readCorpus('wordnet-none'))).toMatch(/^there is no file or folder "wordnet-none" \(relative paths start at /);
    expect(await lineOf(readCorpus('sample:nothing', { resources: await filesIn({}) }))).toMatch(/^there is no sample "nothing", expected/);
  });

  test('a column that is not there lists those that are', async () => {
    expect(await failing({ 'c.csv': 'id,text\n1,a\n' }, 'c.csv', { textColumn: 'body' })).toBe('c.csv:2: has no text column "body"; there are "id", "text"');
  });

  test('a cancelled reading stops', async () => {
    const file = join(await filesIn({ 'c.jsonl': jsonl }), 'c.jsonl');
    await expect(readCorpus(file, {}, { signal: AbortSignal.abort() })).rejects.toThrow('cancelled');
  });
});
