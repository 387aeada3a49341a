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
export const dataFolder = join(import.meta.dirname, '../.venv/bench-data');

/** The definitions that are searched, and 500 words as queries. */
export async function wordnetTexts(): Promise<{ readonly documents: readonly string[]; readonly queries: readonly string[] }> {
  const corpus = await readCorpus('sample:wordnet');
  const querySet = await readQuerySet({ kind: 'own', limit: QUERY_COUNT }, corpus, { corpusPath: 'sample:wordnet' });
  const searched = searchedCorpus(corpus, querySet);
  return { documents: searched.ids.map((_, row) => documentText(searched, row)), queries: querySet.texts };
}

export async function areThere(...paths: readonly string[]): Promise<boolean> {
  const found = await Promise.all(paths.map((path) => stat(path).then(() => true, () => false)));
  return found.every(Boolean);
}

/** Paths of the embedded glosses (117k × 256) and of 500 words as queries; embeds them when they are not there. */
export async function wordnetVectors(folder = dataFolder): Promise<VectorFiles> {
  const files = { vectors: join(folder, 'wordnet-256.npy'), queries: join(folder, 'wordnet-queries-256.npy'), label: 'starter × WordNet glosses' };
  if (await areThere(files.vectors, files.queries)) return files;
  await mkdir(folder, { recursive: true });
  const texts = await wordnetTexts();
  const embedder = await openEmbedder('starter');
  async function* documents(): AsyncGenerator<Float32Array> {
    for (let first = 0; first < texts.documents.length; first += 4096) yield await embedder.embed(texts.documents.slice(first, first + 4096), 'document');
  }
  const { dims } = embedder.card;
  await writeNpy(files.vectors, { rowCount: texts.documents.length, dims }, documents());
  await writeNpy(files.queries, { rowCount: texts.queries.length, dims }, [await embedder.embed(texts.queries, 'query')]);
  await embedder.close();
  return files;
}

if (process.argv[1] === import.meta.filename) process.stdout.write(`${JSON.stringify(await wordnetVectors())}\n`);
