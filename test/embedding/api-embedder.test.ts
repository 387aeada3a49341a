import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { openApiEmbedder } from '../../src/embedding/api-embedder.ts';
import { openEmbedder } from '../../src/embedding/open-embedder.ts';
import { checkServerUrl, retryAfterMs } from '../../src/embedding/http-retry.ts';
import { estimateCost, estimateTokens } from '../../src/embedding/token-estimate.ts';
import { lineOf } from '../fixtures/temp-folder.ts';
import { serve } from './http-server.ts';

interface Asked {
  readonly model: string;
  readonly input: string[];
  readonly encoding_format: string;
}

const vectorFor = (text: string): number[] => [text.length, 1, 2];
const retry = { firstWaitMs: 1, tries: 3 };

/** A server that answers properly, in reversed order; `answer` may do something else (true: it did). */
async function api(answer: (asked: Asked, response: ServerResponse, request: IncomingMessage, count: number) => boolean = () => false): Promise<{ baseUrl: string; asked: Asked[]; keys: (string | undefined)[]; paths: (string | undefined)[] }> {
  const asked: Asked[] = [];
  const keys: (string | undefined)[] = [];
  const paths: (string | undefined)[] = [];
  const baseUrl = await serve((request, response, body) => {
    const question = JSON.parse(body) as Asked;
    asked.push(question);
    keys.push(request.headers.authorization);
    paths.push(request.url);
    if (answer(question, response, request, asked.length)) return;
    const data = question.input.map((text, index) => ({ object: 'embedding', index, embedding: vectorFor(text) })).reverse();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ object: 'list', data, usage: { total_tokens: question.input.length * 5 } }));
  });
  return { baseUrl, asked, keys, paths };
}

const say = (response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): true => (response.writeHead(status, headers).end(typeof value === 'string' ? value : JSON.stringify(value)), true);

function normalised(text: string): number[] {
  const vector = vectorFor(text);
  return vector.map((value) => value / Math.hypot(...vector));
}

describe('an OpenAI-compatible server', () => {
  test('rows come back in the order of the texts, normalised, with prompts, in batches; the tally counts', async () => {
    const { baseUrl, asked, keys, paths } = await api();
    const embedder = await openApiEmbedder({ baseUrl, model: 'm', apiKey: 'sk-test', batchTexts: 2, recipe: { queryPrompt: 'q: ' }, dollarsPerMillionTokens: 2 });
    expect(embedder.card).toMatchObject({ dims: 3, id: 'm', warnings: [`texts are sent to ${new URL(baseUrl).host}`] });
    const texts = ['a', 'bbb', 'cc', '', 'eeeee'];
    const rows = await embedder.embed(texts, 'document');
    texts.forEach((text, row) => normalised(text === '' ? ' ' : text).forEach((value, d) => expect(rows[row * 3 + d]).toBeCloseTo(value, 6)));
    await embedder.embed(['a'], 'query');
    expect(asked.at(-1)).toEqual({ model: 'm', input: ['q: a'], encoding_format: 'float' });
    expect(asked.map(({ input }) => input.length)).toEqual([1, 2, 2, 1, 1]);
    expect(new Set(keys)).toEqual(new Set(['Bearer sk-test']));
    expect(new Set(paths)).toEqual(new Set(['/v1/embeddings']));
    expect(embedder.usage()).toEqual({ requestCount: 5, retryCount: 0, textCount: 7, tokenCount: 35, isExact: true, dollars: 35 * 2e-6 });
  });

  test('batches are cut by estimated tokens too', async () => {
    const { baseUrl, asked } = await api();
    const embedder = await openApiEmbedder({ baseUrl, model: 'm', batchTokens: 100, inFlight: 1 });
    await embedder.embed(['x'.repeat(240), 'x'.repeat(240), 'short', 'x'.repeat(2000)], 'document');
    expect(asked.slice(1).map(({ input }) => input.length)).toEqual([1, 2, 1]);
  });

  test('429 and 5xx are waited for as long as the server says; the key never shows', async () => {
    const { baseUrl } = await api((_, response, __, count) => (count === 2 ? say(response, 429, 'slow down', { 'retry-after-ms': '1' }) : count === 3 ? say(response, 503, 'busy', { 'retry-after': '0' }) : false));
    const embedder = await openApiEmbedder({ baseUrl, model: 'm', retry });
    await embedder.embed(['a'], 'document');
    expect(embedder.usage()).toMatchObject({ requestCount: 2, retryCount: 2 });
    const refusing = await api((_, response) => say(response, 401, { error: { message: 'Incorrect API key provided: sk-live-12345678.' } }));
    expect(await lineOf(openApiEmbedder({ baseUrl: refusing.baseUrl, model: 'm', apiKey: 'sk-live-12345678' }))).toBe(`${refusing.baseUrl}/v1 answers 401: Incorrect API key provided: •••. (check the key)`);
  });

  test('base64 answers are understood', async () => {
    const { baseUrl } = await api((asked, response) => say(response, 200, { data: asked.input.map((text, index) => ({ index, embedding: Buffer.from(Float32Array.from(vectorFor(text)).buffer).toString('base64') })) }));
    const embedder = await openApiEmbedder({ baseUrl, model: 'm' });
    expect((await embedder.embed(['abc'], 'document'))[0]).toBeCloseTo(normalised('abc')[0]!, 6);
    expect(embedder.usage().isExact).toBe(false);
  });

  test.each<[string, unknown, RegExp]>([
    ['too few vectors', { data: [] }, /gave 0 vectors for 1 texts$/],
    ['no data', { object: 'list' }, /gave no vectors for 1 texts$/],
    ['an index twice', { data: [{ index: 1, embedding: [1] }] }, /gave index 1 for 1 texts$/],
    ['a null', { data: [{ index: 0, embedding: [1, null, 3] }] }, /gave NaN at dimension 1 of text 0$/],
    ['no numbers', { data: [{ index: 0, embedding: [] }] }, /gave a vector of 0 numbers/],
    ['an object', { data: [{ index: 0, embedding: { a: 1 } }] }, /gave an embedding that is object, expected numbers$/],
    ['no JSON', '<html>', /answered with something that is not JSON: "<html>"$/],
  ])('an answer with %s is refused', async (_, answer, expected) => {
    const { baseUrl } = await api((__, response) => say(response, 200, answer));
    expect(await lineOf(openApiEmbedder({ baseUrl, model: 'm' }))).toMatch(expected);
  });

  test('a server whose dimension changes is refused, and the other requests stop', async () => {
    const { baseUrl, asked } = await api((question, response, _, count) => (count === 3 ? say(response, 200, { data: question.input.map((__, index) => ({ index, embedding: [1, 2] })) }) : false));
    const embedder = await openApiEmbedder({ baseUrl, model: 'm', batchTexts: 1, inFlight: 1 });
    expect(await lineOf(embedder.embed(Array.from({ length: 20 }, (_, row) => `t${row}`), 'document'))).toBe('the server gave 2 numbers for a text, 3 before');
    expect(asked).toHaveLength(3);
  });

  test('redirects are not followed, cancelling stops the requests', async () => {
    const redirecting = await api((_, response) => say(response, 307, '', { location: 'http://127.0.0.1:9/' }));
    expect(await lineOf(openApiEmbedder({ baseUrl: redirecting.baseUrl, model: 'm' }))).toMatch(/answers 307: no message$/);
    const slow = await api((_, __, ___, count) => count > 1);
    const embedder = await openApiEmbedder({ baseUrl: slow.baseUrl, model: 'm' });
    await expect(embedder.embed(['a'], 'document', { signal: AbortSignal.timeout(50) })).rejects.toThrow('cancelled');
  });
});

test('a server can be named like a model: ADDRESS#MODEL', async () => {
  const { baseUrl, asked, keys } = await api();
  const embedder = await openEmbedder(`${baseUrl}/v1#some:model`, { apiKey: 'k' });
  expect(embedder.card.id).toBe('some:model');
  expect(asked[0]!.model).toBe('some:model');
  expect(keys).toEqual(['Bearer k']);
  expect(await lineOf(openEmbedder(baseUrl))).toContain('names no model, expected ADDRESS#MODEL');
  expect(await lineOf(openEmbedder('openai/text-embedding-3-small', { apiKey: '' }))).toBe('openai/text-embedding-3-small needs a key (set OPENAI_API_KEY, or keep the key in the app)');
});

test('addresses: http and https only, nothing link-local, no passwords inside', () => {
  expect(checkServerUrl('http://localhost:11434/v1').port).toBe('11434');
  expect(() => checkServerUrl('file:///etc/passwd')).toThrow('file: is not allowed, expected http: or https:');
  expect(() => checkServerUrl('http://169.254.169.254/latest')).toThrow('link-local');
  expect(() => checkServerUrl('http://2852039166/latest')).toThrow('link-local');
  expect(() => checkServerUrl('http://[fe80::1]/')).toThrow('link-local');
  expect(() => checkServerUrl('http://user:pw@host/')).toThrow('user name or password');
  expect(() => checkServerUrl('localhost')).toThrow('is not an address');
});

test('retry-after: milliseconds, seconds, dates', () => {
  const after = (headers: Record<string, string>): number | undefined => retryAfterMs(new Headers(headers), Date.parse('2026-01-01T00:00:00Z'));
  expect(after({})).toBeUndefined();
  expect(after({ 'retry-after': '2' })).toBe(2000);
  expect(after({ 'retry-after': '2', 'retry-after-ms': '150' })).toBe(150);
  expect(after({ 'retry-after': 'Thu, 01 Jan 2026 00:00:03 GMT' })).toBe(3000);
  expect(after({ 'retry-after': 'soon' })).toBeUndefined();
});

test('tokens are estimated by script, costs from tokens', () => {
  expect(estimateTokens('the quick brown fox')).toBe(5);
  expect(estimateTokens('a b c d')).toBe(4);
  expect(estimateTokens('你好世界')).toBe(4);
  expect(estimateCost(['abcd', 'efgh'], 'p:', 0.13)).toEqual({ textCount: 2, tokenCount: 4, dollars: 4 * 0.13e-6 });
  expect(estimateCost([], '', undefined)).toEqual({ textCount: 0, tokenCount: 0, dollars: undefined });
});
