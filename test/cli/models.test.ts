import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readOptionsOf } from '../../src/cli/read-option.ts';
import { serve } from '../embedding/http-server.ts';
import { filesIn, tempFolder } from '../fixtures/temp-folder.ts';
import { cli } from './run.ts';

const fixture = join(import.meta.dirname, '../fixtures/models/tiny-new');
let folder: string;

beforeEach(async () => {
  folder = await tempFolder();
  process.env['FUNNELSCOPE_DATA'] = folder;
});
afterEach(() => {
  for (const name of ['FUNNELSCOPE_DATA', 'HF_ENDPOINT', 'HF_TOKEN']) delete process.env[name];
});

describe('models on the command line', () => {
  test('are downloaded from the hub of the environment, listed, used, and removed', async () => {
    const tokens = new Set<string | undefined>();
    process.env['HF_TOKEN'] = 'hf_secret';
    process.env['HF_ENDPOINT'] = await serve(async (request, response) => {
      tokens.add(request.headers.authorization);
      const path = /\/resolve\/main\/(.+)$/.exec(request.url ?? '')?.[1] ?? '';
      // Not the real weights, but a real model: what is used is what was downloaded.
      const content = await readFile(join(fixture, path.replace('model_quantized', 'model'))).catch(() => undefined);
      if (content === undefined) return void response.writeHead(404).end();
      response.writeHead(200, { etag: `"${createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')}"`, 'content-length': String(content.length) }).end(content);
    });
    const fetched = await cli('models', 'download', 'gte-multilingual-base', 'q8');
    expect(fetched).toMatchObject({ code: 0, stdout: `${join(folder, 'models/Alibaba-NLP/gte-multilingual-base')}\n` });
    expect(tokens).toEqual(new Set(['Bearer hf_secret']));
    expect((await cli('models')).stdout).toMatch(/^Alibaba-NLP\/gte-multilingual-base\t.*\tlocal\tq8\tapache-2\.0$/m);
    const corpus = await filesIn({ 'c.txt': Array.from({ length: 20 }, (_, i) => `text number ${i}`).join('\n') });
    const out = join(folder, 'out');
    // Its 32 dims are not those that the catalogue says the real one was trained for.
    expect((await cli('bench', '--corpus', join(corpus, 'c.txt'), '--model', 'gte-multilingual-base', '--out', out)).lastLine).toMatch(/says it was trained for 128 dims, but gives 32/);
    expect((await cli('models', 'remove', 'gte-multilingual-base')).code).toBe(0);
    expect((await cli('models')).stdout).toMatch(/^Alibaba-NLP\/gte-multilingual-base\t.*\thub\t/m);
  });

  test('half a download is none', async () => {
    const model = join(folder, 'models/Alibaba-NLP/gte-multilingual-base');
    await mkdir(join(model, 'onnx'), { recursive: true });
    await writeFile(join(model, 'config.json'), '{}');
    expect((await cli('models')).stdout).toMatch(/^Alibaba-NLP\/gte-multilingual-base\t.*\thub\t/m);
    const corpus = await filesIn({ 'c.txt': Array.from({ length: 20 }, (_, i) => `text number ${i}`).join('\n') });
    expect((await cli('bench', '--corpus', join(corpus, 'c.txt'), '--model', 'gte-multilingual-base', '--out', join(folder, 'out'))).lastLine).toMatch(/is not on this computer \(download it first: `models download Alibaba-NLP\/gte-multilingual-base`/);
  });

  test('int8 weights say that they lose something of their own', async () => {
    const model = join(folder, 'mine');
    await cp(fixture, model, { recursive: true });
    await cp(join(model, 'onnx/model.onnx'), join(model, 'onnx/model_int8.onnx'));
    const corpus = await filesIn({ 'c.txt': Array.from({ length: 20 }, (_, i) => `text number ${i}`).join('\n') });
    const run = await cli('bench', '--corpus', join(corpus, 'c.txt'), '--model', model, '--dtype', 'int8', '--dims', '8,16', '--out', join(folder, 'out'), '--latency-queries', '2');
    expect(run.stderr).toContain('int8 weights: vectors differ from fp32');
    expect(JSON.parse(await readFile(join(folder, 'out/report.json'), 'utf8'))).toMatchObject({ model: { dtype: 'int8' }, lint: [{ code: 'not-matryoshka', severity: 'warning' }] });
    expect((await cli('bench', '--corpus', join(corpus, 'c.txt'), '--model', model, '--dtype', 'int3', '--out', join(folder, 'out'))).lastLine).toMatch(/unknown number format "int3", expected one of fp32, fp16, int8/);
  });

  test.each([
    [['models', 'fetch', 'x'], /expected models, models download ID/],
    [['models', 'download'], /expected models, models download ID/],
    [['models', 'download', 'nothing'], /there is no model "nothing" in the catalogue/],
    [['models', 'remove', 'starter'], /"starter" is no model that was downloaded/],
    [['models', 'download', 'gte-multilingual-base', 'int3'], /unknown number format "int3"/],
    [['models', 'download', 'gte-multilingual-base', 'q4'], /has no q4 weights, expected one of fp32, fp16, q8/],
    [['cache', 'empty'], /expected cache, or cache clear/],
  ])('%j is refused in one line', async (argv, line) => {
    const { code, lastLine } = await cli(...argv);
    expect(code).toBe(2);
    expect(lastLine).toMatch(line);
  });
});

test('the cache is listed and cleared', async () => {
  const corpus = await filesIn({ 'c.txt': Array.from({ length: 20 }, (_, i) => `text number ${i}`).join('\n') });
  await cli('bench', '--corpus', join(corpus, 'c.txt'), '--dims', '16', '--out', join(folder, 'out'), '--latency-queries', '2');
  const { stdout } = await cli('cache');
  expect(stdout).toMatch(/^[0-9a-f]{40}\t\d+ bytes\t16 × 256\tdocuments by .*\n[0-9a-f]{40}\t\d+ bytes\t4 × 256\tqueries by .*\n2 entries, \d+ bytes\n$/);
  expect((await cli('cache', 'clear', stdout.slice(0, 40))).stdout).toMatch(/^\d{4,} bytes freed\n[0-9a-f]{40}\t.*\n1 entries/);
  expect((await cli('cache', 'clear')).stdout).toMatch(/^\d{4,} bytes freed\n0 entries, 0 bytes\n$/);
});

describe('--read', () => {
  test.each<[string, unknown]>([
    ['text=body,title=name,id=key', { textColumn: 'body', titleColumn: 'name', idColumn: 'key' }],
    ['delimiter=,,header=no', { delimiter: ',', header: false }],
    ['delimiter=tab,encoding=latin1', { delimiter: '\t', encoding: 'latin1' }],
    ['delimiter=;', { delimiter: ';' }],
    ['chunk=800', { chunks: { maxChars: 800, overlapChars: 80 } }],
    ['overlap=0,chunk=500,format=folder', { format: 'folder', chunks: { maxChars: 500, overlapChars: 0 } }],
    ['text=a, b', { textColumn: 'a, b' }],
  ])('%s', (text, expected) => {
    expect(readOptionsOf(text)).toEqual(expected);
  });

  test.each(['foo=1', 'header=maybe', 'chunk=many', 'text=', 'x'])('%s is refused', (text) => {
    expect(() => readOptionsOf(text)).toThrow(/^--read ".*": expected text=COLUMN/);
  });
});
