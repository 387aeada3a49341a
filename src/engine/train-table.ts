import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import type { Corpus } from '../corpus/corpus.ts';
import { readCorpus } from '../corpus/read-corpus.ts';
import { readModelFolder } from '../embedding/model-folder.ts';
import { dequantiseTable, quantiseTable } from '../training/quantise-table.ts';
import { prefixWeights } from '../training/prefix.ts';
import { meanReciprocalRank } from '../training/reciprocal-rank.ts';
import { trainStaticTable, type Teacher } from '../training/static-table.ts';
import { writeTableFolder } from '../training/table-folder.ts';
import { readTableRows } from '../training/table-rows.ts';
import { poolTexts, tokenTextsOf, type TokenTexts } from '../training/token-texts.ts';
import type { TrainingOptions, TrainingResult } from '../training/training-run.ts';
import { embedTexts, openModel } from './model.ts';
import { cacheDirOf } from './data-dir.ts';
import type { TrainContext } from './train-adapter.ts';
import { versionOf } from './version.ts';

/** Training a static table further on a corpus, as the command line asks for it. */
export interface TrainTableRequest {
  readonly corpus: string;
  /** A static model's folder to start from; the bundled starter when left out. */
  readonly start?: string | undefined;
  /** A model whose similarities of the same texts take part in the target; none when left out. */
  readonly teacher?: string | undefined;
  readonly epochs?: number | undefined;
  /** Of each of the model's prefixes in the loss, longest first; 1 each when left out. */
  readonly weights?: readonly number[] | undefined;
  readonly learningRate?: number | undefined;
  /** Documents to learn from, at most, drawn with the seed. */
  readonly maxRows: number;
  readonly seed: number;
  /** The model folder to write. */
  readonly out: string;
}

export interface TrainedTable {
  readonly training: TrainingResult;
  readonly pairCount: number;
  /** Mean over the prefixes of MRR (finding the right partner among the held-out pairs), before and after. */
  readonly validation: { readonly start: number; readonly result: number };
}

const THREADS = 2;
const MIN_PAIRS = 200;
const MAX_HELD_OUT = 1000;
const LEAST_WORDS = 8;
const SCALE = 20;
const TEACHER_SHARE = 0.5;

/**
 * Trains a static Matryoshka model on a corpus: a title must find its text, and where there are no titles one half of a text the other.
 * A tenth of the pairs is held out to stop early and to say what it gave. A cancelled run leaves `OUT.checkpoint` and goes on from it.
 * @throws UserError when the start is no static model or the corpus gives too few pairs.
 */
export async function trainTableFolder(request: TrainTableRequest, context: TrainContext, options: WorkOptions & Pick<TrainingOptions, 'onTraining' | 'onEpoch'> = {}): Promise<TrainedTable> {
  const folder = request.start ?? join(context.resourcesDir, 'models', 'starter');
  const model = await readModelFolder(folder);
  if (!model.isStatic || model.weights.kind !== 'onnx') throw new UserError('training/no-table', 'is no static model with onnx/model.onnx, expected the starter or a model trained from it', { place: { file: folder } });
  const corpus = await readCorpus(request.corpus, { resources: context.resourcesDir }, options);
  const rows = Array.from(sampleWithoutReplacement(seededRandom(request.seed), corpus.ids.length, request.maxRows));
  const pairs = rows.map((row) => pairOf(corpus, row)).filter((pair) => pair !== undefined);
  if (pairs.length < MIN_PAIRS) throw new UserError('training/too-few-pairs', `the corpus gives ${pairs.length} pairs (title and text, or two halves of a text of ${2 * LEAST_WORDS} words or more), expected at least ${MIN_PAIRS}`);

  const { loadTokenizer } = await import('../embedding/transformers.ts');
  const tokenizer = await loadTokenizer(folder);
  const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as { readonly vocab_size?: unknown };
  const vocabularySize = config.vocab_size;
  if (typeof vocabularySize !== 'number') throw new UserError('training/no-table', 'says no vocab_size', { place: { file: join(folder, 'config.json') } });
  const start = await readTableRows(new Uint8Array(await readFile(model.weights.file)), vocabularySize, model.weights.file);
  const { rows: table, dims } = start;
  const prefixes = model.recipe.trainedDims.length > 0 ? [...model.recipe.trainedDims].reverse() : [dims];
  const strings = pairs.flat();
  const texts = tokenTextsOf(tokenizer.encode(strings, model.recipe.maxTokens, model.specialTokens));

  // Pair p is the texts 2p and 2p + 1; the first ones are held out (the rows came in random order).
  const heldOut = Math.min(MAX_HELD_OUT, Math.ceil(pairs.length / 10));
  const side = (first: number, count: number, right: 0 | 1): Int32Array => Int32Array.from({ length: count }, (_, at) => 2 * (first + at) + right);
  const score = (rowsOf: Float32Array): number => scoreOf(rowsOf, dims, prefixes, texts, side(0, heldOut, 0), side(0, heldOut, 1));
  const trained = { left: side(heldOut, pairs.length - heldOut, 0), right: side(heldOut, pairs.length - heldOut, 1) };
  const teacher = request.teacher === undefined ? undefined : { ...(await teacherOf(request.teacher, strings, context, options)), scale: SCALE, share: TEACHER_SHARE };
  const before = score(table);
  const training = await trainStaticTable(
    {
      table,
      dims,
      texts,
      pairs: trained,
      prefixes: prefixWeights(dims, prefixes, request.weights),
      batchSize: Math.min(1024, 2 ** Math.floor(Math.log2(trained.left.length / 2))),
      epochs: request.epochs ?? 3,
      learningRate: request.learningRate ?? 1e-3,
      seed: request.seed,
      scale: SCALE,
      teacher,
      threads: THREADS,
      validate: async () => score(table),
    },
    { ...options, checkpoint: { path: `${request.out}.checkpoint`, identity: JSON.stringify([corpus.contentHash, { ...request, out: undefined }, pairs.length]) } },
  );
  const quantised = quantiseTable(table, dims);
  const validation = { start: before, result: score(dequantiseTable(quantised, dims)) };
  await writeTableFolder(request.out, {
    name: `${model.name}, trained on ${corpus.name}`,
    table: quantised,
    dims,
    trainedDims: [...prefixes].reverse(),
    maxTokens: model.recipe.maxTokens,
    specialTokens: model.specialTokens,
    tokenizer: await readFile(join(folder, 'tokenizer.json'), 'utf8'),
    tokenizerConfig: await readFile(join(folder, 'tokenizer_config.json'), 'utf8'),
    card: cardOf(request, model.name, corpus, pairs.length, validation, versionOf(context.resourcesDir)),
    licence: model.recipe.licence,
  });
  return { training, pairCount: pairs.length, validation };
}

/** A title with its text, or the two halves of a text, cut at the sentence end nearest the middle, else between words. */
export function pairOf(corpus: Pick<Corpus, 'titles' | 'texts'>, row: number): readonly [string, string] | undefined {
  const title = corpus.titles?.[row]?.trim() ?? '';
  const text = corpus.texts[row]?.trim() ?? '';
  if (title !== '' && text !== '') return [title, text];
  const words = text.split(/\s+/);
  if (words.length < 2 * LEAST_WORDS) return undefined;
  const ends = words.flatMap((word, at) => (/[.!?;]["')\]]*$/.test(word) && at + 1 >= LEAST_WORDS && words.length - at - 1 >= LEAST_WORDS ? [at + 1] : []));
  const middle = words.length / 2;
  const cut = ends.reduce((near, at) => (Math.abs(at - middle) < Math.abs(near - middle) ? at : near), ends[0] ?? Math.round(middle));
  return [words.slice(0, cut).join(' '), words.slice(cut).join(' ')];
}

function scoreOf(table: Float32Array, dims: number, prefixes: readonly number[], texts: TokenTexts, left: Int32Array, right: Int32Array): number {
  const turned = { left: poolTexts(table, dims, texts, left), right: poolTexts(table, dims, texts, right), dims };
  return prefixes.reduce((sum, prefix) => sum + meanReciprocalRank(turned, prefix), 0) / prefixes.length;
}

async function teacherOf(id: string, texts: readonly string[], context: TrainContext, work: WorkOptions): Promise<Teacher> {
  const embedder = await openModel(id, {}, context, work);
  try {
    const { dims } = embedder.card;
    const vectors = new Float32Array(texts.length * dims);
    let at = 0;
    for await (const chunk of (await embedTexts(embedder, texts, 'document', cacheDirOf(context.dataDir), work)).rows) {
      vectors.set(chunk, at);
      at += chunk.length;
    }
    return { dims, read: (text, out, offset) => out.set(vectors.subarray(text * dims, (text + 1) * dims), offset) };
  } finally {
    await embedder.close();
  }
}

function cardOf(request: TrainTableRequest, startName: string, corpus: Corpus, pairCount: number, { start, result }: TrainedTable['validation'], version: string): string {
  return `# ${startName}, trained on ${corpus.name}

A static Matryoshka embedding, trained further by funnelscope ${version} on ${pairCount.toLocaleString('en')} pairs of ${corpus.name} (content ${corpus.contentHash.slice(0, 16)}),
seed ${request.seed}${request.teacher === undefined ? '' : `, teacher ${request.teacher}`}. Finding the right partner among held-out pairs, MRR, mean over the prefixes: ${start.toFixed(3)} before, ${result.toFixed(3)} after.
`;
}
