// The WordNet sample embedded by the starter, as .npy files for all sides of a benchmark: real vectors, made once.
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { documentText } from '../src/corpus/corpus.ts';
import { readQuerySet } from '../src/corpus/query-set.ts';
import { readCorpus } from '../src/corpus/read-corpus.ts';
import { searchedCorpus } from '../src/corpus/searched-corpus.ts';
import { openEmbedder } from '../src/embedding/open-embedder.ts';
import { writeNpy } from '../src/vectors/npy.ts';

export interface VectorFiles {
  readonly vectors: string;
  readonly queries: string;
  readonly label: string;
}

const QUERY_COUNT = 500;

/** Paths of the embedded glosses (117k × 256) and of 500 words as queries; embeds them when they are not there. */
export async function wordnetVectors(folder = join(import.meta.dirname, '../.venv/bench-data')): Promise<VectorFiles> {
  const files = { vectors: join(folder, 'wordnet-256.npy'), queries: join(folder, 'wordnet-queries-256.npy'), label: 'starter × WordNet glosses' };
  const there = await Promise.all([files.vectors, files.queries].map((path) => stat(path).then(() => true, () => false)));
  if (there.every(Boolean)) return files;
  await mkdir(folder, { recursive: true });
  const corpus = await readCorpus('sample:wordnet');
  const querySet = await readQuerySet({ kind: 'own', limit: QUERY_COUNT }, corpus, { corpusPath: 'sample:wordnet' });
  const searched = searchedCorpus(corpus, querySet);
  const embedder = await openEmbedder('starter');
  const rowCount = searched.ids.length;
  async function* documents(): AsyncGenerator<Float32Array> {
    for (let first = 0; first < rowCount; first += 4096) {
      const texts = Array.from({ length: Math.min(4096, rowCount - first) }, (_, i) => documentText(searched, first + i));
      yield await embedder.embed(texts, 'document');
    }
  }
  const { dims } = embedder.card;
  await writeNpy(files.vectors, { rowCount, dims }, documents());
  await writeNpy(files.queries, { rowCount: querySet.texts.length, dims }, [await embedder.embed(querySet.texts, 'query')]);
  await embedder.close();
  return files;
}

if (process.argv[1] === import.meta.filename) process.stdout.write(`${JSON.stringify(await wordnetVectors())}\n`);
