import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLocalEmbedder } from '../../src/embedding/local-embedder.ts';
import { openEmbedder } from '../../src/embedding/open-embedder.ts';
import { filesIn, lineOf, tempFolder } from '../fixtures/temp-folder.ts';
import { vocabulary, writeStaticModel } from './tiny-model.ts';

function meanOf(table: Float32Array, dims: number, tokens: readonly string[]): number[] {
  const ids = tokens.map((token) => vocabulary.indexOf(token));
  const mean = Array.from({ length: dims }, (_, d) => ids.reduce((sum, id) => sum + table[id * dims + d]!, 0) / ids.length);
  const norm = Math.hypot(...mean);
  return mean.map((value) => value / norm);
}

function expectClose(actual: Float32Array, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, index) => expect(actual[index]).toBeCloseTo(value, 6));
}

describe('a static model folder', () => {
  test('texts become normalised means of token rows, in the order they were given', async () => {
    const folder = await tempFolder();
    const table = await writeStaticModel(folder, 8);
    const embedder = await openLocalEmbedder(folder);
    const rows = await embedder.embed(['The cats sat.', 'dog', 'a cat sat on the mat'], 'document');
    expectClose(rows.subarray(0, 8), meanOf(table, 8, ['the', 'cat', '##s', 'sat', '.']));
    expectClose(rows.subarray(8, 16), meanOf(table, 8, ['dog']));
    expectClose(rows.subarray(16, 24), meanOf(table, 8, ['a', 'cat', 'sat', 'on', 'the', 'mat']));
    await embedder.close();
  });

  test('prompts go before the text by role; texts are cut at the token limit; a text without tokens is the zero vector', async () => {
    const folder = await tempFolder();
    const table = await writeStaticModel(folder, 4, { 'funnelscope.json': JSON.stringify({ queryPrompt: 'query: ', documentPrompt: 'document: ', maxTokens: 4, trainedDims: [4, 2], licence: 'mit' }) });
    const embedder = await openLocalEmbedder(folder);
    expect(embedder.card).toMatchObject({ dims: 4, trainedDims: [2, 4], maxTokens: 4, licence: 'mit', queryPrompt: 'query: ' });
    expectClose(await embedder.embed(['cat dog mat'], 'query'), meanOf(table, 4, ['query', ':', 'cat', 'dog']));
    expectClose(await embedder.embed(['cat'], 'document'), meanOf(table, 4, ['document', ':', 'cat']));
    const bare = await openLocalEmbedder(folder, { override: { documentPrompt: '' } });
    expect([...(await bare.embed([''], 'document'))]).toEqual([0, 0, 0, 0]);
    expect((await bare.embed([], 'document')).length).toBe(0);
  });

  test('layer-norm comes before the norm', async () => {
    const folder = await tempFolder();
    const table = await writeStaticModel(folder, 8);
    const row = meanOf(table, 8, ['dog']);
    const mean = row.reduce((sum, value) => sum + value, 0) / 8;
    const centred = row.map((value) => value - mean);
    const norm = Math.hypot(...centred);
    const embedder = await openLocalEmbedder(folder, { override: { layerNorm: true } });
    const vector = await embedder.embed(['dog'], 'document');
    centred.forEach((value, d) => expect(vector[d]).toBeCloseTo(value / norm, 4));
  });

  test('the revision changes with the weights and the recipe, not with prompts or the folder', async () => {
    const [one, two] = [await tempFolder(), await tempFolder()];
    await writeStaticModel(one, 8);
    await writeStaticModel(two, 8);
    const revision = async (folder: string, override = {}): Promise<string> => (await openLocalEmbedder(folder, { override })).card.revision;
    const first = await revision(one);
    expect(await revision(two)).toBe(first);
    expect(await revision(two, { queryPrompt: 'x' })).toBe(first);
    expect(await revision(two, { layerNorm: true })).not.toBe(first);
    await writeStaticModel(two, 8, { 'tokenizer.json': JSON.stringify({ ...JSON.parse('{}'), ...(await import('./tiny-model.ts')).tinyTokenizer(), decoder: null }) });
    expect(await revision(two)).not.toBe(first);
  });

  test('a long run can be cancelled between batches', async () => {
    const folder = await tempFolder();
    await writeStaticModel(folder, 8);
    const embedder = await openLocalEmbedder(folder);
    const controller = new AbortController();
    const call = embedder.embed(Array.from({ length: 5000 }, () => 'cat'), 'document', { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(call).rejects.toThrow('cancelled');
  });
});

describe('a folder that cannot be run says why in one line', () => {
  test('which file is missing', async () => {
    const folder = await tempFolder();
    await writeStaticModel(folder, 8);
    await rm(join(folder, 'tokenizer.json'));
    expect(await lineOf(openEmbedder(folder))).toBe(`${folder}: the model folder has no tokenizer.json`);
    await rm(join(folder, 'model.safetensors'));
    expect(await lineOf(openEmbedder(folder))).toBe(`${folder}: the model folder has no model.safetensors`);
  });

  test.each<[string, Record<string, string>, string]>([
    ['no ONNX', { 'config.json': '{}', 'tokenizer.json': '{}' }, 'the model folder has no onnx/model.onnx'],
    ['PyTorch only', { 'config.json': '{}', 'tokenizer.json': '{}', 'pytorch_model.bin': '' }, 'the model folder has no onnx/model.onnx (it holds PyTorch weights only: export them with `optimum-cli export onnx --task feature-extraction`)'],
    ['no config', { 'onnx/model.onnx': 'x', 'tokenizer.json': '{}' }, 'the model folder has no config.json'],
    ['no tokenizer', { 'onnx/model.onnx': 'x', 'config.json': '{}' }, 'the model folder has no tokenizer.json'],
    ['max pooling', { 'modules.json': '[{"type":"sentence_transformers.models.Pooling","path":"1_Pooling"}]', '1_Pooling/config.json': '{"pooling_mode_max_tokens":true}' }, '1_Pooling/config.json: pools by max, expected mean, cls or the last token'],
    ['an unknown module', { 'modules.json': '[{"type":"x.CNN","path":"1"}]' }, 'modules.json: module "CNN" cannot be run here, expected Transformer, StaticEmbedding, Pooling, Dense or Normalize'],
    ['a broken funnelscope.json', { 'funnelscope.json': '{"maxTokens":"many"}' }, 'funnelscope.json: "maxTokens" is "many", expected a positive number'],
    ['a broken config.json', { 'config.json': '{' }, "config.json: is not JSON: Expected property name or '}' in JSON at position 1"],
  ])('%s', async (_, files, expected) => {
    const folder = await filesIn(files);
    expect((await lineOf(openEmbedder(folder), folder)).replace(`${folder}: `, '')).toMatch(expected.slice(0, 60));
    expect((await lineOf(openEmbedder(folder), folder)).replace(`${folder}: `, '').startsWith(expected)).toBe(true);
  });

  test('a broken graph and a broken tokenizer', async () => {
    const folder = await tempFolder();
    await writeStaticModel(folder, 8, { 'config.json': '{"model_type":"bert"}', 'onnx/model.onnx': 'no graph', 'modules.json': '[{"type":"a.Transformer","path":""}]' });
    expect(await lineOf(openEmbedder(folder), folder)).toMatch(/^onnx\/model\.onnx: cannot be loaded: /);
    await writeFile(join(folder, 'tokenizer.json'), '{');
    expect(await lineOf(openEmbedder(folder), folder)).toMatch(/^tokenizer\.json: cannot be loaded: /);
  });

  test('hostile weights: a header longer than the file, a tensor beyond its end', async () => {
    const folder = await tempFolder();
    await writeStaticModel(folder, 8, { 'model.safetensors': Buffer.from('ffffffffffffff0f00', 'hex') });
    expect(await lineOf(openEmbedder(folder), folder)).toBe('model.safetensors: says its header is 1152921504606847000 bytes long, but the file has 9');
    const header = Buffer.from('{"embedding.weight":{"dtype":"F32","shape":[1000000,1000000],"data_offsets":[0,4000000000000]}}');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    await writeFile(join(folder, 'model.safetensors'), Buffer.concat([length, header]));
    expect(await lineOf(openEmbedder(folder), folder)).toMatch(/^model\.safetensors: tensor embedding\.weight does not fit/);
  });

  test('names that are neither models nor folders', async () => {
    expect(await lineOf(openEmbedder('no-such-model'))).toMatch(/^unknown model "no-such-model", expected a model folder or one of starter, nomic-ai\/nomic-embed-text-v1\.5/);
    expect(await lineOf(openEmbedder('./nowhere/at/all'))).toMatch(/^there is no model folder/);
    expect(await lineOf(openEmbedder('nomic-embed-text-v1.5', { modelsDir: await tempFolder() }))).toBe('nomic-ai/nomic-embed-text-v1.5 is not on this computer (download it first: `models download nomic-ai/nomic-embed-text-v1.5`, or the Model screen; or give a model folder)');
  });
});
