import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CancelledError, UserError } from '../../src/base/errors.ts';
import { previewCorpus } from '../../src/corpus/preview.ts';
import { readQrels } from '../../src/corpus/qrels.ts';
import { readCorpus } from '../../src/corpus/read-corpus.ts';
import { findJsonFault } from '../../src/corpus/json-fault.ts';
import { openVectorDataset } from '../../src/vectors/vector-dataset.ts';
import { openVectorSource } from '../../src/vectors/open-vectors.ts';
import { filesIn, lineOf, tempFolder } from '../fixtures/temp-folder.ts';
import { tinyPdf } from './tiny-pdf.ts';

const data = join(import.meta.dirname, '../fixtures/data');
/** FUZZ_EFFORT=20 looks twenty times as long. */
const effort = Number(process.env['FUZZ_EFFORT'] ?? 1);

/** Either it works or it says, in one line, what is wrong with the file. Anything else (TypeError, RangeError …) is a bug. */
async function worksOrExplains(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof CancelledError)) throw error;
    expect(error.message.length).toBeLessThan(2000);
  }
}

async function failing(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await filesIn(files);
  return lineOf(readCorpus(join(folder, Object.keys(files)[0]!)), folder);
}

describe('hostile files', () => {
  test('one line of 200 MB is refused without being read whole', { timeout: 120_000 }, async () => {
    const line = Buffer.alloc(200 * 1024 * 1024, 'a');
    expect(await failing({ 'c.jsonl': line })).toBe('c.jsonl:1: is longer than 67108864 characters, expected one document a line');
    line.write('[{"text":"');
    expect(await failing({ 'c.json': line })).toMatch(/^c\.json:1:2: an element of the array is longer than 67108864 characters/);
    line.write('id,text\n1,"');
    expect(await failing({ 'c.csv': line })).toMatch(/^c\.csv:\d+: holds a record longer than 67108864 characters; is a double quote never closed\?$/);
  });

  test('decompression bombs are refused', { timeout: 120_000 }, async () => {
    const bomb = gzipSync(Buffer.from(`{"text":"${'x'.repeat(4000)}"}\n`.repeat(20_000)), { level: 9 });
    expect(await failing({ 'c.jsonl.gz': bomb })).toMatch(/^c\.jsonl\.gz: grows more than 200 times when decompressed \(\d+ bytes out of \d+\), which text does not; refused$/);
    // A zstd frame that asks for a window of 1 GiB.
    expect(await failing({ 'c.jsonl.zst': Buffer.from('28b52ffd00a0000000000000000000000000000000', 'hex') })).toBe('c.jsonl.zst: the zstd header asks for a window of 1073741824 bytes, more than the 134217728 allowed; refused');
  });

  test('deep JSON is no stack overflow', async () => {
    const deep = `{"text":"x","a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`;
    await worksOrExplains(readCorpus(join(await filesIn({ 'c.jsonl': deep }), 'c.jsonl')));
    expect(await failing({ 'c.jsonl': '['.repeat(500_000) })).toMatch(/^c\.jsonl:1:500001: is not JSON: expected a value, found the end$/);
    await worksOrExplains(previewCorpus(join(await filesIn({ 'c.json': `[${deep}]` }), 'c.json')));
  });

  test.each<[string, Record<string, string | Uint8Array>, RegExp]>([
    ['raw deflate called gzip', { 'c.jsonl.gz': deflateRawSync('x') }, /is named like a gzip file but begins with/],
    ['gzip with a damaged middle', { 'c.jsonl.gz': damaged(gzipSync('{"text":"x"}\n'.repeat(9000))) }, /the gzip data (is damaged|ends too early)/],
    ['NUL bytes inside JSON', { 'c.jsonl': `{"text":"${'a'.repeat(300_000)}\u0000"}` }, /^c\.jsonl:1:300010: is not JSON: control character/],
    ['NUL bytes at the beginning', { 'c.csv': 'a,b\n\u0000,1\n' }, /does not look like text \(a zero byte at offset 4\)/],
    ['UTF-32', { 'c.txt': Buffer.from('fffe000061000000', 'hex') }, /is UTF-32, expected UTF-8, UTF-16 or a single-byte encoding/],
    ['an executable', { 'c.txt': Buffer.from('7f454c4602010100000000000000000003003e00', 'hex') }, /does not look like text/],
    ['a picture', { 'picture.csv': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex') }, /does not look like text/],
    ['mixed widths', { 'c.csv': 'id,text\n1,a\n2\n' }, /^c\.csv:3: has 1 cells, expected 2 \(id, text\)/],
    ['an array of numbers', { 'c.json': '[1, 2, 3]' }, /^c\.json:1:2: is the number 1, expected a JSON object/],
    ['a JSON string', { 'c.json': '"text"' }, /holds no array of documents/],
    ['an object without an array', { 'c.json': '{\n"a": {"b": 1}\n}' }, /holds no array of documents/],
    ['rubbish after the array', { 'c.json': '[{"text":"a"}] x' }, /^c\.json:1:16: is not JSON: expected the end, found "x"/],
    ['a folder with nothing', { 'x/c.bin': 'x' }, /EISDIR|is not a file|does not look|holds no|there is no/],
  ])('%s', async (_, files, expected) => {
    if (Object.keys(files)[0] === 'x/c.bin') {
      const folder = await filesIn(files);
      expect(await lineOf(readCorpus(folder))).toMatch(/holds nothing to read/);
    } else expect(await failing(files)).toMatch(expected);
  });

  test('CSV injection is text like any other, and stays as it is', async () => {
    const folder = await filesIn({ 'c.csv': 'id,text\n1,"=HYPERLINK(""http://x"")"\n2,-1.5\n3,@SUM(A1)\n' });
    expect((await readCorpus(join(folder, 'c.csv'))).texts).toEqual(['=HYPERLINK("http://x")', '-1.5', '@SUM(A1)']);
  });

  test('mixed line ends make the same rows', async () => {
    const folder = await filesIn({ 'c.csv': 'id,text\r\n1,a\n2,"b\r\nc"\r\n3,d\r4,e\n', 'c.txt': 'a\r\nb\nc\r\n' });
    expect((await readCorpus(join(folder, 'c.csv'))).texts).toEqual(['a', 'b\r\nc', 'd', 'e']);
    expect((await readCorpus(join(folder, 'c.txt'))).texts).toEqual(['a', 'b', 'c']);
  });

  test('names of JavaScript objects are columns and ids like any other', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
    const folder = await filesIn({ 'c.jsonl': names.map((id) => `{"id":"${id}","text":"x ${id}","${id}":{"polluted":true}}`).join('\n'), 'c.csv': `id,${names.join(',')},text\n1,a,b,c,d,e,f\n` });
    expect((await readCorpus(join(folder, 'c.jsonl'))).ids).toEqual(names);
    expect((await readCorpus(join(folder, 'c.csv'))).texts).toEqual(['f']);
    expect((await previewCorpus(join(folder, 'c.csv'))).rows[0]).toEqual(['1', 'a', 'b', 'c', 'd', 'e', 'f']);
    expect('polluted' in {}).toBe(false);
  });
});

describe('any bytes: every reader works or explains', () => {
  const names = ['c.jsonl', 'c.json', 'c.csv', 'c.tsv', 'c.txt', 'c.md', 'c.html', 'c.jsonl.gz', 'c.jsonl.zst', 'c.dat', 'c.parquet', 'c.arrow', 'c.pdf'];
  const pieces = fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\n', '\r', '\r\n', '\\', '\\u00', 'id', 'text', '"id"', '"text"', '1', 'null', '\t', ';', '|', ' ', 'ü', '\u0000', '\ufeff', '<', '>', '#', '# ', '---', '```', '<p>', '__proto__', '=1+1', '-', 'e', '.', '😀');
  const grammar = fc.array(pieces, { maxLength: 40 }).map((parts) => Buffer.from(parts.join('')));
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));

  test.each(names)('%s', { timeout: 120_000 }, async (name) => {
    const file = join(await tempFolder(), name);
    await fc.assert(
      fc.asyncProperty(fc.oneof(grammar, bytes), async (content) => {
        await writeFile(file, name.endsWith('.gz') && content.length % 2 === 0 ? gzipSync(content) : content);
        await worksOrExplains(readCorpus(file));
        await worksOrExplains(previewCorpus(file));
      }),
      { numRuns: 80 * effort },
    );
  });

  test('qrels', async () => {
    const file = join(await tempFolder(), 'q.tsv');
    await fc.assert(
      fc.asyncProperty(fc.oneof(grammar, bytes), async (content) => {
        await writeFile(file, content);
        await worksOrExplains(readQrels(file));
      }),
      { numRuns: 80 * effort },
    );
  });
});

describe('damaged copies of good files: every reader works or explains', () => {
  const text = Buffer.from('{"_id":"a","text":"one two"}\n{"_id":"b","text":"three, \\"four\\" \\u00e4"}\n');
  const good: readonly (readonly [string, () => Promise<Buffer> | Buffer])[] = [
    ['c.jsonl', () => text],
    ['c.json', () => Buffer.from(`[${text.toString().trim().replace('\n', ',')}]`)],
    ['c.csv', () => Buffer.from('id,title,text\n1,"a ""b""",c\n2,d,"e\nf"\n')],
    ['c.jsonl.gz', () => gzipSync(text)],
    ['c.parquet', () => readFile(join(data, 'table-snappy.parquet'))],
    ['v2.parquet', () => readFile(join(data, 'table-zstd.parquet'))],
    ['c.feather', () => readFile(join(data, 'table-lz4.feather'))],
    ['s.arrow', () => readFile(join(data, 'table-stream.arrow'))],
    ['c.pdf', () => tinyPdf(['hello'])],
    ['c.html', () => Buffer.from('<title>t</title><h1>a</h1><p>b &amp; c</p>')],
  ];
  const vectors: readonly (readonly [string, () => Promise<Buffer> | Buffer])[] = [
    ['x.parquet', () => readFile(join(data, 'table-none.parquet'))],
    ['x.feather', () => readFile(join(data, 'table-zstd.feather'))],
    ['u.feather', () => readFile(join(data, 'table-uncompressed.feather'))],
    ['x.npy', () => readFile(join(data, 'table.npy'))],
    ['x.fvecs', () => Buffer.from('030000000000803f0000004000004040', 'hex')],
    ['x.bvecs', () => Buffer.from('03000000010203', 'hex')],
    ['x.fbin', () => Buffer.from('01000000030000000000803f0000004000004040', 'hex')],
    ['x.hdf5', () => readFile(join(data, 'ann-benchmarks.hdf5'))],
  ];
  /** Some bytes set, a stretch cut out, the end cut off. */
  const damage = fc.record({ flips: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }), cutAt: fc.nat(), cutLength: fc.integer({ min: 0, max: 40 }), keep: fc.double({ min: 0.5, max: 1.2, noNaN: true }) });
  const apply = (whole: Buffer, { flips, cutAt, cutLength, keep }: { flips: [number, number][]; cutAt: number; cutLength: number; keep: number }): Buffer => {
    const copy = Buffer.from(whole);
    // Half of the flips fall into the last bytes, where many formats keep their index.
    flips.forEach(([at, value], index) => (copy[index % 2 === 0 ? at % copy.length : copy.length - 1 - (at % Math.min(copy.length, 1200))] = value));
    const start = cutLength > 20 ? cutAt % copy.length : copy.length;
    return Buffer.concat([copy.subarray(0, start), copy.subarray(start + cutLength)]).subarray(0, Math.ceil(copy.length * keep));
  };

  test.each(good)('%s', { timeout: 180_000 * effort }, async (name, make) => {
    const file = join(await tempFolder(), name);
    const whole = await make();
    await fc.assert(
      fc.asyncProperty(damage, async (how) => {
        await writeFile(file, apply(whole, how));
        await worksOrExplains(readCorpus(file));
      }),
      { numRuns: 150 * effort },
    );
  });

  test.each(vectors)('%s', { timeout: 180_000 * effort }, async (name, make) => {
    const file = join(await tempFolder(), name);
    const whole = await make();
    const read = async (): Promise<void> => {
      const source = name.endsWith('.hdf5') ? (await openVectorDataset(file)).base : await openVectorSource(file);
      let count = 0;
      for await (const chunk of source.rows()) if ((count += chunk.length) > 1e6) break;
    };
    await fc.assert(
      fc.asyncProperty(damage, async (how) => {
        await writeFile(file, apply(whole, how));
        await worksOrExplains(read());
      }),
      { numRuns: 150 * effort },
    );
  });
});

test('a JSON fault is found exactly where JSON.parse refuses, and never in valid JSON', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(findJsonFault(text)).toBeUndefined();
    }),
  );
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.constantFrom('', '}', '"', ',', '\u0001', 'x', '1', ':', '-', '\\'), (text, at, insert) => {
      const broken = text.slice(0, at % (text.length + 1)) + insert + text.slice((at % (text.length + 1)) + (insert === '' ? 1 : 0));
      let refused = false;
      try {
        JSON.parse(broken);
      } catch {
        refused = true;
      }
      expect(findJsonFault(broken) !== undefined).toBe(refused);
    }),
    { numRuns: 500 },
  );
});

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0xaa, 20, 30);
  return copy;
}
