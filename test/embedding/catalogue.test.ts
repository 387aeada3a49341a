import { describe, expect, test } from 'vitest';
import { catalogue, findServed } from '../../src/embedding/catalogue.ts';

describe('the catalogue', () => {
  test.each(catalogue.map((entry) => [entry.id, entry] as const))('%s is whole', (_, entry) => {
    expect(entry.trainedDims).toEqual([...new Set(entry.trainedDims)].sort((a, b) => a - b));
    if (entry.trainedDims.length > 0) expect(entry.trainedDims.at(-1)).toBe(entry.dims);
    expect(entry.maxTokens).toBeGreaterThan(0);
    expect(entry.note).not.toBe('');
    if (entry.where === 'hub') {
      expect(entry.licence).toBeDefined();
      expect(entry.repository).toMatch(/^[\w.-]+\/[\w.-]+$/);
      expect(entry.sizes?.fp32).toBeGreaterThan(1e7);
      expect(Object.keys(entry.sizes!)).toEqual(expect.arrayContaining([...(entry.externalData ?? [])]));
    }
    if (entry.where === 'api') expect(entry.dollarsPerMillionTokens).toBeGreaterThan(0);
  });

  test('holds every model of the field’s list', () => {
    expect(catalogue.map(({ id }) => id)).toEqual(expect.arrayContaining(['starter', 'nomic-ai/nomic-embed-text-v1.5', 'nomic-ai/nomic-embed-text-v1', 'Alibaba-NLP/gte-multilingual-base', 'mixedbread-ai/mxbai-embed-large-v1', 'Snowflake/snowflake-arctic-embed-m-v1.5', 'google/embeddinggemma-300m', 'Qwen/Qwen3-Embedding-0.6B', 'sentence-transformers/all-MiniLM-L6-v2', 'openai/text-embedding-3-large', 'openai/text-embedding-3-small']));
  });

  test.each<[string, number, string | undefined]>([
    ['nomic-embed-text', 768, 'nomic-ai/nomic-embed-text-v1.5'],
    ['nomic-embed-text:latest', 768, 'nomic-ai/nomic-embed-text-v1.5'],
    ['text-embedding-nomic-embed-text-v1.5', 768, 'nomic-ai/nomic-embed-text-v1.5'],
    ['nomic-ai/nomic-embed-text-v1', 768, 'nomic-ai/nomic-embed-text-v1'],
    ['nomic-embed-text-v1.5.Q8_0.gguf', 768, 'nomic-ai/nomic-embed-text-v1.5'],
    ['nomic-embed-text', 512, undefined],
    ['mxbai-embed-large', 1024, 'mixedbread-ai/mxbai-embed-large-v1'],
    ['qwen3-embedding:0.6b', 1024, 'Qwen/Qwen3-Embedding-0.6B'],
    ['Qwen/Qwen3-Embedding-0.6B', 1024, 'Qwen/Qwen3-Embedding-0.6B'],
    ['qwen3-embedding:8b', 4096, undefined],
    ['embeddinggemma', 768, 'google/embeddinggemma-300m'],
    ['all-minilm', 384, 'sentence-transformers/all-MiniLM-L6-v2'],
    ['text-embedding-3-small', 1536, 'openai/text-embedding-3-small'],
    ['starter', 256, undefined],
    ['something-else', 768, undefined],
  ])('a server’s %s of %d dims is %s', (served, dims, id) => {
    expect(findServed(served, dims)?.id).toBe(id);
  });
});
