import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallInput, CallName, CallOutput } from '../../src/contract/calls.ts';
import { apiKeyRefOf } from '../../src/contract/api-key.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { serve } from '../embedding/http-server.ts';
import { filesIn, lineOf, tempFolder } from '../fixtures/temp-folder.ts';

let engine: Engine;
let server: string;
let corpusPath: string;
const asked: { input: string[]; key: string | undefined }[] = [];
const askedRefs: string[] = [];

const call = async <Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> => (await engine.call(name, input)) as CallOutput<Name>;

beforeAll(async () => {
  server = await serve((request, response, body) => {
    const { input } = JSON.parse(body) as { input: string[] };
    asked.push({ input, key: request.headers.authorization });
    const data = input.map((text, index) => ({ index, embedding: Array.from({ length: 768 }, (_, d) => Math.sin(text.length * (d + 1)) + Math.cos((text.codePointAt(0) ?? 0) * (d + 2))) }));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data, usage: { total_tokens: 10 * input.length } }));
  });
  const folder = await filesIn({ 'c.jsonl': Array.from({ length: 40 }, (_, i) => JSON.stringify({ id: `d${i}`, text: `${'word '.repeat(1 + (i % 7))}${i}` })).join('\n') });
  corpusPath = join(folder, 'c.jsonl');
  engine = await openEngine({
    resourcesDir: process.cwd(),
    dataDir: await tempFolder(),
    host: 'cli',
    resolveSecret: async (ref) => {
      askedRefs.push(ref);
      return ref === apiKeyRefOf(server) ? 'sk-kept-by-host' : undefined;
    },
  });
});

afterAll(() => engine.close());

describe('a model behind a server, through the contract', () => {
  it('is inspected, estimated, used and counted; the key goes to its own server only', async () => {
    const path = `${server}/v1#nomic-embed-text`;
    const model = await call('models.inspect', { path });
    // Ollama's name for nomic-embed-text-v1.5: what the model needs is known.
    expect(model).toMatchObject({ where: 'api', dims: 768, path, documentPrompt: 'search_document: ', queryPrompt: 'search_query: ', layerNorm: true, trainedDims: [64, 128, 256, 512, 768] });
    const { corpusId } = await call('corpus.open', { source: { kind: 'path', path: corpusPath } });
    const { queryId } = await call('queries.set', { corpusId, source: { kind: 'held-out', count: 10 } });
    const before = asked.length;
    const estimate = await call('models.estimate', { corpusId, queryId, documentPrompt: model.documentPrompt, queryPrompt: model.queryPrompt, dollarsPerMillionTokens: 2 });
    expect(asked).toHaveLength(before);
    expect(estimate.textCount).toBe(40);
    expect(estimate.dollars).toBeCloseTo((estimate.tokenCount / 1e6) * 2, 12);
    const dataset = await call('dataset.embed', { corpusId, queryId, modelId: path });
    expect(dataset.usage).toMatchObject({ textCount: 41, tokenCount: 410, isExact: true, retryCount: 0 });
    expect(dataset.model).toMatchObject({ where: 'api', id: 'nomic-embed-text' });
    expect(asked.at(-2)!.input[0]).toMatch(/^search_document: /);
    expect(asked.at(-1)!.input[0]).toMatch(/^search_query: /);
    expect(new Set(asked.map(({ key }) => key))).toEqual(new Set(['Bearer sk-kept-by-host']));
    expect(new Set(askedRefs)).toEqual(new Set([apiKeyRefOf(server)]));
    // The second run is the cache's: nothing but the probe is sent.
    const again = await call('dataset.embed', { corpusId, queryId, modelId: path });
    expect(again).toMatchObject({ fromCache: true, usage: { textCount: 1 } });
  });

  it('warns when its prompts are taken away, and tells texts that carry them already', async () => {
    const path = `${server}/v1#nomic-embed-text`;
    const { corpusId } = await call('corpus.open', { source: { kind: 'path', path: corpusPath } });
    const { queryId } = await call('queries.set', { corpusId, source: { kind: 'typed', texts: ['search_query: one', 'search_query: two'] } });
    const bare = await call('dataset.embed', { corpusId, queryId, modelId: path, documentPrompt: '' });
    expect(bare.lint.map(({ code, severity }) => [code, severity])).toEqual(expect.arrayContaining([['prompt-missing', 'error'], ['prompt-twice', 'error']]));
    for (const { advice } of bare.lint) expect(advice).not.toBe('');
    expect(bare.warnings.join('\n')).toContain('is used without its document prompt "search_document: " (give it: --document-prompt');
  });

  it('an address that nobody listens at is told in one line', async () => {
    expect(await lineOf(call('models.inspect', { path: 'http://127.0.0.1:9/v1#m' }))).toMatch(/^http:\/\/127\.0\.0\.1:9 cannot be reached: /);
  });

  it('keys are kept by server', () => {
    expect(['openai/text-embedding-3-small', 'openai/text-embedding-3-large', 'http://Host:1/v1#a', 'http://host:1/other#b', 'http://host:2/v1#a'].map(apiKeyRefOf)).toEqual(['model:openai', 'model:openai', 'model:http://host:1', 'model:http://host:1', 'model:http://host:2']);
  });

  it('the cache is listed and cleared, whole or by entry', async () => {
    const entries = await call('cache.list', {});
    expect(entries.length).toBeGreaterThan(2);
    expect((await call('app.info', {})).cacheBytes).toBe(entries.reduce((sum, entry) => sum + entry.sizeBytes, 0));
    expect(await call('app.clearCache', { keys: [entries[0]!.key] })).toEqual({ freedBytes: entries[0]!.sizeBytes });
    expect(await call('cache.list', {})).toHaveLength(entries.length - 1);
    await call('app.clearCache', {});
    expect((await call('app.info', {})).cacheBytes).toBe(0);
  });
});
