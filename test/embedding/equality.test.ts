import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLocalEmbedder } from '../../src/embedding/local-embedder.ts';
import type { Recipe } from '../../src/embedding/recipe.ts';

const folder = join(import.meta.dirname, '../fixtures/models');

interface Reference {
  readonly texts: readonly string[];
  readonly document: readonly (readonly number[])[];
  readonly query: readonly (readonly number[])[];
}

/** The largest difference from sentence-transformers' vectors (scripts/test-models.py). */
async function gaps(name: string, role: 'document' | 'query', override: Partial<Recipe> = {}): Promise<readonly number[]> {
  const reference = JSON.parse(await readFile(join(folder, name, 'reference.json'), 'utf8')) as Reference;
  const embedder = await openLocalEmbedder(join(folder, name), { override });
  const rows = await embedder.embed(reference.texts, role);
  const { dims } = embedder.card;
  await embedder.close();
  return reference[role].map((expected, row) => {
    expect(expected.length).toBe(dims);
    return Math.max(...expected.map((value, d) => Math.abs(value - rows[row * dims + d]!)));
  });
}

describe('vectors equal those of sentence-transformers within 1e-5, text by text', () => {
  test.each([
    ['tiny-nomic-bert', 'mean pooling, layer-norm, prompts'],
    ['tiny-new', 'the architecture of gte-multilingual, CLS pooling, a type that transformers.js does not know'],
    ['tiny-bert-dense', 'two dense layers (tanh, GELU without bias), a query prompt'],
    ['tiny-bert-no-prompt', 'prompts that are left out of the pooling'],
    ['tiny-qwen3', 'a causal model, the last token, an instruction for queries'],
    ['tiny-static', 'a token table without ONNX'],
  ])('%s: %s', async (name) => {
    for (const role of ['document', 'query'] as const) {
      for (const gap of await gaps(name, role)) expect(gap).toBeLessThan(1e-5);
    }
  });

  test.each<[string, Partial<Recipe>]>([
    ['tiny-nomic-bert', { layerNorm: false }],
    ['tiny-nomic-bert', { documentPrompt: '' }],
    ['tiny-nomic-bert', { pooling: 'cls' }],
    ['tiny-new', { pooling: 'mean' }],
    ['tiny-qwen3', { pooling: 'mean' }],
    ['tiny-bert-dense', { maxTokens: 23 }],
  ])('the comparison notices a wrong recipe: %s with %o', async (name, override) => {
    expect(Math.max(...(await gaps(name, 'document', override)))).toBeGreaterThan(1e-3);
  });

  test('every fixture model is compared', async () => {
    expect((await readdir(folder)).sort()).toEqual(['tiny-bert-dense', 'tiny-bert-no-prompt', 'tiny-new', 'tiny-nomic-bert', 'tiny-qwen3', 'tiny-static']);
  });
});
