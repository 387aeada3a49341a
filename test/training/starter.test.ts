import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resourcesDir } from '../../src/base/resources.ts';
import type { Embedder } from '../../src/embedding/embedder.ts';
import { openLocalEmbedder } from '../../src/embedding/local-embedder.ts';
import { neighboursOf } from '../../src/vectors/neighbours.ts';
import { prefixNeighbours } from '../../src/training/prefix-recall.ts';

interface Sample {
  readonly documents: readonly { readonly _id: string; readonly text: string; readonly words: string }[];
  readonly queries: readonly { readonly _id: string; readonly text: string }[];
  readonly qrels: ReadonlyMap<string, ReadonlySet<string>>;
  readonly about: { readonly count: number; readonly queries: number; readonly contentHash: string };
  readonly hash: string;
}

async function readSample(name: string): Promise<Sample> {
  const folder = join(resourcesDir(), 'samples', name);
  const [corpus, queries] = [gunzipSync(await readFile(join(folder, 'corpus.jsonl.gz'))).toString('utf8'), gunzipSync(await readFile(join(folder, 'queries.jsonl.gz'))).toString('utf8')];
  const judged = await readFile(join(folder, 'qrels', 'test.tsv'), 'utf8');
  const qrels = new Map<string, Set<string>>();
  for (const line of judged.trim().split('\n').slice(1)) {
    const [query, document] = line.split('\t') as [string, string];
    qrels.set(query, (qrels.get(query) ?? new Set()).add(document));
  }
  const parse = <T>(text: string): T[] => text.trim().split('\n').map((line) => JSON.parse(line) as T);
  return {
    documents: parse(corpus),
    queries: parse(queries),
    qrels,
    about: JSON.parse(await readFile(join(folder, 'sample.json'), 'utf8')) as Sample['about'],
    hash: createHash('sha256').update(corpus).update(queries).update(judged).digest('hex'),
  };
}

describe.each(['wordnet', 'wordnet-5k'])('sample %s', (name) => {
  let sample: Sample;
  beforeAll(async () => {
    sample = await readSample(name);
  });

  it('is what its description says, and holds the answers to all its queries', () => {
    const ids = new Set(sample.documents.map((document) => document._id));
    expect(sample.about).toMatchObject({ count: sample.documents.length, queries: sample.queries.length, contentHash: sample.hash });
    expect(ids.size).toBe(sample.documents.length);
    for (const { _id } of sample.queries) {
      const answers = [...(sample.qrels.get(_id) ?? [])];
      expect(answers.length).toBeGreaterThan(0);
      expect(answers.every((answer) => ids.has(answer))).toBe(true);
    }
  });

  it('asks for no word that stands in its own definition: a search must know what words mean', () => {
    const byId = new Map(sample.documents.map((document) => [document._id, document]));
    for (const { _id, text } of sample.queries) {
      for (const answer of sample.qrels.get(_id)!) {
        const document = byId.get(answer)!;
        expect(document.text.toLowerCase()).not.toContain(text.toLowerCase());
        expect(document.words.toLowerCase().split(', ')).toContain(text.toLowerCase());
      }
    }
  });
});

describe('the starter’s training pairs', () => {
  it('tie no query of the sample to its definition: not the word itself, and no example sentence that holds it', async () => {
    const script = new URL('../../scripts/train-pairs.ts', import.meta.url).href;
    const { wordNetTraining } = (await import(script)) as { wordNetTraining: () => { readonly texts: readonly string[]; readonly documentCount: number; readonly pairs: { readonly left: Int32Array; readonly right: Int32Array } } };
    const { texts, documentCount, pairs } = wordNetTraining();
    const { documents, queries, qrels } = await readSample('wordnet');
    expect(documents.map((document) => document.text)).toEqual(texts.slice(0, documentCount));
    const askedOf = new Map<string, string[]>();
    for (const { _id, text } of queries) for (const answer of qrels.get(_id)!) askedOf.set(answer, [...(askedOf.get(answer) ?? []), text.toLowerCase()]);
    const leaks: string[] = [];
    pairs.left.forEach((left, at) => {
      const { _id, words } = documents[pairs.right[at]!]!;
      if (left < documentCount) return;
      const text = texts[left]!.toLowerCase();
      // A synonym may hold the word ("vitreous humor" for "vitreous humour"); it is another word.
      const isSynonym = words.toLowerCase().split(', ').includes(text);
      for (const word of askedOf.get(_id) ?? []) if (text === word || (!isSynonym && text.includes(word))) leaks.push(`${text} → ${_id}`);
    });
    expect(leaks).toEqual([]);
  });
});

describe('the starter', () => {
  let embedder: Embedder;
  beforeAll(async () => {
    embedder = await openLocalEmbedder(join(resourcesDir(), 'models', 'starter'));
  });
  afterAll(() => embedder.close());

  it('finds held-out words’ definitions at every prefix it was trained for, and says which those are', async () => {
    const { documents, queries, qrels } = await readSample('wordnet-5k');
    const dims = embedder.card.dims;
    expect(embedder.card.trainedDims).toEqual([16, 32, 64, 128, 256]);
    const part = { rows: await embedder.embed(documents.map((document) => document.text), 'document'), queries: await embedder.embed(queries.map((query) => query.text), 'query'), dims };
    const tables = await prefixNeighbours(part, embedder.card.trainedDims, 10);
    const mrr = embedder.card.trainedDims.map((prefix) => {
      const sum = queries.reduce((total, query, at) => {
        const rank = neighboursOf(tables.get(prefix)!, at).rows.findIndex((row) => qrels.get(query._id)!.has(documents[row]!._id));
        return total + (rank < 0 ? 0 : 1 / (rank + 1));
      }, 0);
      return sum / queries.length;
    });
    // Among 5,000 definitions; the card has the figures among all 117,791.
    const least = [0.2, 0.35, 0.4, 0.4, 0.4];
    mrr.forEach((value, at) => expect(value).toBeGreaterThan(least[at]!));
  });

  it('embeds empty text and text of unknown letters to unit vectors', async () => {
    const rows = await embedder.embed(['', '☃', 'x'.repeat(300)], 'document');
    for (let row = 0; row < 3; row += 1) expect(Math.hypot(...rows.subarray(256 * row, 256 * row + 256))).toBeCloseTo(1, 5);
  });
});
