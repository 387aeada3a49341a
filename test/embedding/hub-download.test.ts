import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { randomInt, seededRandom } from '../../src/base/random.ts';
import { catalogue, findInCatalogue } from '../../src/embedding/catalogue.ts';
import { downloadModel } from '../../src/embedding/hub-download.ts';
import { lineOf, tempFolder } from '../fixtures/temp-folder.ts';
import { serve } from './http-server.ts';

const random = seededRandom(1);
const weights = Buffer.from(Uint8Array.from({ length: 300_000 }, () => randomInt(random, 256)));
const files: Record<string, Buffer> = {
  'config.json': Buffer.from('{"model_type":"bert"}'),
  'tokenizer.json': Buffer.from('{}'),
  'tokenizer_config.json': Buffer.from('{}'),
  '1_Pooling/config.json': Buffer.from('{"pooling_mode_cls_token":true}'),
  'onnx/model.onnx': weights,
};
const entry = { ...findInCatalogue('all-MiniLM-L6-v2')!, repository: 'owner/name', sizes: { fp32: weights.length } };
const retry = { firstWaitMs: 1, tries: 3 };

interface Hub {
  readonly base: string;
  readonly requests: string[];
  readonly seenTokens: (string | undefined)[];
}

/** A hub: small files with git blob ETags, weights through a redirect with X-Linked-Etag, ranges honoured. `tamper` may answer itself. */
async function hub(tamper: (path: string, request: IncomingMessage, response: ServerResponse, count: number) => boolean = () => false): Promise<Hub> {
  const requests: string[] = [];
  const seenTokens: (string | undefined)[] = [];
  const counts = new Map<string, number>();
  const send = (content: Buffer, request: IncomingMessage, response: ServerResponse, headers: Record<string, string>): void => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from > 0 && from >= content.length) return void response.writeHead(416, { ...headers, 'content-range': `bytes */${content.length}` }).end();
    const part = content.subarray(from);
    const ranged = from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {};
    response.writeHead(from > 0 ? 206 : 200, { ...headers, ...ranged, 'content-length': String(part.length) }).end(part);
  };
  const cdn = await serve((request, response) => {
    requests.push(`cdn ${request.headers.range ?? 'whole'}`);
    seenTokens.push(request.headers.authorization);
    const count = (counts.get('cdn') ?? 0) + 1;
    counts.set('cdn', count);
    if (tamper('cdn', request, response, count)) return;
    send(weights, request, response, { etag: '"cdn-own-tag"' });
  });
  const base = await serve((request, response) => {
    const path = (request.url ?? '').replace('/owner/name/resolve/main/', '');
    requests.push(path);
    const count = (counts.get(path) ?? 0) + 1;
    counts.set(path, count);
    if (tamper(path, request, response, count)) return;
    const content = files[path];
    if (content === undefined) return void response.writeHead(404).end('Entry not found');
    if (path.endsWith('.onnx')) {
      const etag = createHash('sha256').update(content).digest('hex');
      return void response.writeHead(302, { location: `${cdn}/blob`, 'x-linked-etag': `"${etag}"`, 'x-linked-size': String(content.length), 'x-repo-commit': 'abc123' }).end();
    }
    send(content, request, response, { etag: `"${createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')}"`, 'x-repo-commit': 'abc123' });
  });
  return { base, requests, seenTokens };
}

describe('downloading a model', () => {
  test('takes the required files, those of the optional ones that are there, and the weights last; writes what the catalogue knows', async () => {
    const { base, requests, seenTokens } = await hub();
    const modelsDir = await tempFolder();
    const progress: number[] = [];
    const folder = await downloadModel(entry, { modelsDir, baseUrl: base, token: 'hf_secret', retry }, { onProgress: ({ done }) => progress.push(done) });
    expect(folder).toBe(join(modelsDir, 'sentence-transformers', 'all-MiniLM-L6-v2'));
    for (const [path, content] of Object.entries(files)) expect(await readFile(join(folder, path))).toEqual(content);
    expect(JSON.parse(await readFile(join(folder, 'funnelscope.json'), 'utf8'))).toMatchObject({ id: entry.id, commit: 'abc123', pooling: 'mean', maxTokens: 256 });
    expect(requests.at(-1)).toBe('cdn whole');
    expect(seenTokens).toEqual([undefined]);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect((await readdir(join(folder, 'onnx')))).toEqual(['model.onnx']);
    requests.length = 0;
    await downloadModel(entry, { modelsDir, baseUrl: base, retry });
    expect(requests.filter((path) => files[path] !== undefined)).toEqual([]);
  });

  test('a cancelled download goes on where it stopped', async () => {
    const { base, requests } = await hub((path, _, response, count) => {
      if (path !== 'cdn' || count > 1) return false;
      response.writeHead(200, { 'content-length': String(weights.length) });
      response.write(weights.subarray(0, 100_000));
      return true;
    });
    const modelsDir = await tempFolder();
    const controller = new AbortController();
    const small = Object.values(files).slice(0, -1).reduce((sum, file) => sum + file.length, 0);
    const first = downloadModel(entry, { modelsDir, baseUrl: base, retry }, { signal: controller.signal, onProgress: ({ done }) => void (done >= small + 100_000 && controller.abort()) });
    await expect(first).rejects.toThrow('cancelled');
    const folder = await downloadModel(entry, { modelsDir, baseUrl: base, retry });
    expect(requests.filter((line) => line.startsWith('cdn'))).toEqual(['cdn whole', 'cdn bytes=100000-']);
    expect(await readFile(join(folder, 'onnx/model.onnx'))).toEqual(weights);
  });

  test('a connection that breaks is taken up again by a range, and busy answers are waited for', async () => {
    const { base, requests } = await hub((path, request, response, count) => {
      if (path === 'config.json' && count === 1) return response.writeHead(503, { 'retry-after': '0' }).end(), true;
      if (path !== 'cdn' || count > 2) return false;
      const from = Number(/\d+/.exec(request.headers.range ?? '0')![0]);
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': String(weights.length - from), 'content-range': `bytes ${from}-${weights.length - 1}/${weights.length}` });
      response.write(weights.subarray(from, from + 80_000), () => setTimeout(() => response.destroy(), 50));
      return true;
    });
    const folder = await downloadModel(entry, { modelsDir: await tempFolder(), baseUrl: base, retry });
    expect(await readFile(join(folder, 'onnx/model.onnx'))).toEqual(weights);
    expect(requests.filter((line) => line.startsWith('cdn'))).toEqual(['cdn whole', 'cdn bytes=80000-', 'cdn bytes=160000-']);
  });

  test('a damaged file never gets its name', async () => {
    const damaged = Buffer.from(weights);
    damaged[1234] = damaged[1234]! ^ 1;
    const { base } = await hub((path, _, response) => path === 'cdn' && (response.writeHead(200, { 'content-length': String(damaged.length) }).end(damaged), true));
    const modelsDir = await tempFolder();
    expect(await lineOf(downloadModel(entry, { modelsDir, baseUrl: base, retry }))).toMatch(/has checksum [0-9a-f]{64}, expected [0-9a-f]{64}: it was damaged on the way \(try again\)$/);
    expect(await readdir(join(modelsDir, entry.id, 'onnx'))).toEqual([]);
  });

  test('missing, gated and unreachable are told apart', async () => {
    const missing = await hub((path, _, response) => path === 'tokenizer.json' && (response.writeHead(404).end('Entry not found'), true));
    expect(await lineOf(downloadModel(entry, { modelsDir: await tempFolder(), baseUrl: missing.base, retry }))).toMatch(/tokenizer\.json: the server answers 404: Entry not found$/);
    const gated = await hub((path, _, response) => path === 'config.json' && (response.writeHead(403).end('Access to model is restricted'), true));
    expect(await lineOf(downloadModel(entry, { modelsDir: await tempFolder(), baseUrl: gated.base, retry }))).toContain('the model may be gated');
    expect(await lineOf(downloadModel(entry, { modelsDir: await tempFolder(), baseUrl: 'http://127.0.0.1:9', retry }))).toMatch(/^http:\/\/127\.0\.0\.1:9 cannot be reached/);
    expect(await lineOf(downloadModel(findInCatalogue('starter')!, { modelsDir: await tempFolder() }))).toBe('starter cannot be downloaded: it ships with the app');
    expect(await lineOf(downloadModel(entry, { modelsDir: await tempFolder(), dtype: 'q4' }))).toBe('sentence-transformers/all-MiniLM-L6-v2 has no q4 weights, expected one of fp32');
  });
});

test('the catalogue: ids differ, trained prefixes rise up to the full dimension, hub models have a repository', () => {
  expect(new Set(catalogue.map(({ id }) => id)).size).toBe(catalogue.length);
  for (const model of catalogue) {
    expect([...model.trainedDims].sort((a, b) => a - b)).toEqual(model.trainedDims);
    if (model.trainedDims.length > 0) expect(model.trainedDims.at(-1)).toBe(model.dims);
    expect(model.where === 'hub').toBe(model.repository !== undefined);
  }
});
