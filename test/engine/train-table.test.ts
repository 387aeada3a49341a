import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resourcesDir } from '../../src/base/resources.ts';
import { openLocalEmbedder } from '../../src/embedding/local-embedder.ts';
import { pairOf, trainTableFolder } from '../../src/engine/train-table.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funnelscope-table-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('training the starter further on a corpus', () => {
  it('learns words that mean something else there, and writes a model folder that embeds', async () => {
    // Invented product names with what they are; every name occurs in many documents.
    const kinds = ['a pump for garden ponds', 'a lamp for desks', 'a saddle for racing bicycles', 'a kettle of copper', 'paint for wooden boats', 'a case for violins'];
    const names = ['zorvex', 'quandril', 'mipsoto', 'brelkan', 'fudrasil', 'gwentlow'];
    const documents = Array.from({ length: 600 }, (_, i) => JSON.stringify({ _id: `d${i}`, title: `${names[i % 6]} ${i}`, text: `${kinds[i % 6]}, number ${(i * 7) % 83}` }));
    const corpus = join(folder, 'products.jsonl');
    await writeFile(corpus, `${documents.join('\n')}\n`);
    const out = join(folder, 'model');
    const losses: number[] = [];
    const result = await trainTableFolder({ corpus, maxRows: 1000, seed: 1, epochs: 3, learningRate: 5e-3, out }, { resourcesDir: resourcesDir(), dataDir: join(folder, 'data') }, { onEpoch: ({ loss }) => losses.push(loss) });
    expect(result.pairCount).toBe(600);
    expect(result.validation.result).toBeGreaterThan(result.validation.start);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    const embedder = await openLocalEmbedder(out);
    expect(embedder.card.trainedDims).toEqual([16, 32, 64, 128, 256]);
    const vectors = await embedder.embed(['zorvex', kinds[0]!, kinds[1]!], 'query');
    const cosine = (a: number, b: number): number => vectors.subarray(256 * a, 256 * a + 256).reduce((sum, value, at) => sum + value * vectors[256 * b + at]!, 0);
    expect(cosine(0, 1)).toBeGreaterThan(cosine(0, 2));
    await embedder.close();
  });

  it('refuses a start that is no static model and a corpus with too few pairs', async () => {
    const corpus = join(folder, 'few.jsonl');
    await writeFile(corpus, '{"_id":"a","title":"one","text":"two"}\n');
    const context = { resourcesDir: resourcesDir(), dataDir: join(folder, 'data') };
    await expect(trainTableFolder({ corpus, maxRows: 10, seed: 1, out: join(folder, 'no') }, context)).rejects.toThrow('the corpus gives 1 pairs');
    await expect(trainTableFolder({ corpus, start: folder, maxRows: 10, seed: 1, out: join(folder, 'no') }, context)).rejects.toThrow(/onnx\/model.onnx/);
  });
});

describe('a document as a pair', () => {
  const pair = (text: string, title?: string): readonly [string, string] | undefined => pairOf({ texts: [text], ...(title === undefined ? {} : { titles: [title] }) }, 0);
  it('is its title and text, or the halves of the text at the sentence end nearest the middle, or nothing', () => {
    const words = (count: number, first: string): string => Array.from({ length: count }, (_, i) => `${first}${i}`).join(' ');
    expect(pair('text', 'title')).toEqual(['title', 'text']);
    expect(pair(`${words(9, 'a')}. ${words(11, 'b')}`)).toEqual([`${words(9, 'a')}.`, words(11, 'b')]);
    expect(pair(words(16, 'a'))).toEqual([words(8, 'a'), words(16, 'a').split(' ').slice(8).join(' ')]);
    expect(pair(words(15, 'a'))).toBeUndefined();
    expect(pair(`One. ${words(16, 'a')}`)![0].split(' ').length).toBeGreaterThanOrEqual(8);
  });
});
