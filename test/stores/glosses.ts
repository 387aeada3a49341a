import { readCorpus } from '../../src/corpus/read-corpus.ts';
import { openEmbedder } from '../../src/embedding/open-embedder.ts';
import { makeCollection } from './user-collection.ts';
import type { UserCollection } from './user-collection.ts';

const DIMS = 256;

export interface Glosses {
  readonly synsets: readonly string[];
  /** The first `dims` numbers of a row's vector. Longer than 1, as models give them: COSINE does not mind. */
  cut(row: number, dims: number): number[];
}

/** WordNet's definitions as somebody else's program keeps them: a collection `glosses` with their vectors by the starter, and the first 64 dims in a field of their own. */
export async function makeGlosses(address: string, { rowCount, headField, index }: { readonly rowCount: number; readonly headField: string; readonly index: UserCollection['indexes'][string] }): Promise<Glosses> {
  const corpus = await readCorpus('sample:wordnet-5k');
  const embedder = await openEmbedder('starter');
  const vectors = await embedder.embed(corpus.texts.slice(0, rowCount), 'document');
  await embedder.close();
  const cut = (row: number, dims: number): number[] => Array.from(vectors.subarray(row * DIMS, row * DIMS + dims), (value) => value * 2.5);
  await makeCollection(address, {
    name: 'glosses',
    fields: [
      { name: 'synset', data_type: 'VarChar', is_primary_key: true, max_length: 40 },
      { name: 'gloss', data_type: 'VarChar', max_length: 4_000 },
      { name: 'number', data_type: 'Int64' },
      { name: 'embedding', data_type: 'FloatVector', dim: DIMS },
      { name: headField, data_type: 'FloatVector', dim: 64 },
    ],
    rows: Array.from({ length: rowCount }, (_, row) => ({ synset: corpus.ids[row]!, gloss: corpus.texts[row]!, number: row, embedding: cut(row, DIMS), [headField]: cut(row, 64) })),
    indexes: { embedding: index, [headField]: { type: 'FLAT', metric: 'COSINE' } },
  });
  return { synsets: corpus.ids.slice(0, rowCount), cut };
}
