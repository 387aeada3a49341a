import { mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import { documentText } from '../corpus/corpus.ts';
import type { Corpus } from '../corpus/corpus.ts';
import { readCorpus } from '../corpus/read-corpus.ts';
import { exportAdapterNpy, exportAdapterOnnx, writeAdapter } from '../training/adapter-file.ts';
import type { Adapter } from '../training/adapter-file.ts';
import { halvings } from '../training/prefix.ts';
import { ADAPTER_DEFAULTS, trainAdapter } from '../training/train-adapter.ts';
import type { TrainedAdapter } from '../training/train-adapter.ts';
import { trainPairAdapter } from '../training/train-pair-adapter.ts';
import { queryMatrixOf } from '../vectors/query-matrix.ts';
import { openVectorSource } from '../vectors/open-vectors.ts';
import { judgedPairs } from './judged-pairs.ts';
import type { JudgedQueries } from './judged-pairs.ts';
import { readScores } from './pair-scores.ts';
import { embedTexts, openModel } from './model.ts';
import { cacheDirOf } from './data-dir.ts';
import { versionOf } from './version.ts';

/** One training run of an adapter, as the command line asks for it. */
export interface TrainAdapterRequest {
  /** Rows to learn from: a corpus with a model, or vectors. */
  readonly corpus?: string | undefined;
  readonly model?: string | undefined;
  readonly vectors?: string | undefined;
  /** Supervised by the corpus' judged queries. */
  readonly judged?: JudgedQueries | undefined;
  /** Supervised instead: row i of one belongs to row i of the other. */
  readonly pairs?: { readonly left: string; readonly right: string } | undefined;
  /** How well each pair fits: one number a line, or a .npy of n × 1. */
  readonly scores?: string | undefined;
  readonly prefixes?: readonly number[] | undefined;
  /** Of each prefix in the loss, in the order of `prefixes` (by default D, D/2, D/4 …); 1 each when left out. */
  readonly weights?: readonly number[] | undefined;
  readonly start: 'identity' | 'pca' | 'best';
  readonly epochs?: number | undefined;
  /** Rows to learn from, at most, drawn with the seed. */
  readonly maxRows: number;
  readonly seed: number;
  readonly out: string;
  readonly npy?: string | undefined;
  readonly onnx?: string | undefined;
}

export interface TrainContext {
  readonly resourcesDir: string;
  readonly dataDir: string;
}

const THREADS = 2;
const SMALLEST_PREFIX = 16;

/**
 * Trains an adapter and writes it with its provenance. A cancelled run leaves `OUT.checkpoint` and goes on from it.
 * @throws UserError for too few rows, prefixes beyond the vectors, files that do not fit each other.
 */
export async function trainAdapterFile(request: TrainAdapterRequest, context: TrainContext, work: WorkOptions): Promise<{ readonly adapter: Adapter; readonly trained: TrainedAdapter }> {
  const data = await trainingRows(request, context, work);
  const { dims } = data;
  const prefixes = request.prefixes ?? halvings(dims, Math.min(SMALLEST_PREFIX, dims));
  const settings = { prefixes, start: request.start, seed: request.seed, threads: THREADS, ...(request.weights === undefined ? {} : { weights: request.weights }), ...(request.epochs === undefined ? {} : { epochs: request.epochs }) };
  const options = { ...work, checkpointPath: `${request.out}.checkpoint` };
  const trained = data.right === undefined ? await trainAdapter(data.left, dims, settings, options) : await trainPairAdapter({ left: data.left, right: data.right, dims, scores: data.scores }, settings, options);
  const adapter: Adapter = {
    dims,
    matrix: trained.matrix,
    provenance: {
      method: trained.isTrained ? (data.right === undefined ? 'preserve' : data.scores === undefined ? 'pairs' : 'scored-pairs') : trained.start,
      prefixes: [...prefixes].sort((a, b) => a - b),
      model: data.model,
      corpus: data.corpus,
      settings: { ...ADAPTER_DEFAULTS, ...settings },
      figures: { ...trained.validation },
      createdAt: new Date().toISOString(),
      program: `funnelscope ${versionOf(context.resourcesDir)}`,
    },
  };
  await mkdir(dirname(request.out), { recursive: true });
  await writeAdapter(request.out, adapter);
  if (request.npy !== undefined) await exportAdapterNpy(request.npy, adapter);
  if (request.onnx !== undefined) await exportAdapterOnnx(request.onnx, adapter);
  return { adapter, trained };
}

interface TrainingRows {
  readonly left: Float32Array;
  readonly right?: Float32Array | undefined;
  readonly scores?: Float32Array | undefined;
  readonly dims: number;
  readonly model: { readonly id: string; readonly revision?: string };
  readonly corpus: { readonly name: string; readonly count: number; readonly contentHash?: string };
}

async function trainingRows(request: TrainAdapterRequest, context: TrainContext, work: WorkOptions): Promise<TrainingRows> {
  if (request.pairs !== undefined) {
    const [left, right] = [await rowsOfFile(request.pairs.left, Infinity, request.seed), await rowsOfFile(request.pairs.right, Infinity, request.seed)];
    if (left.dims !== right.dims) throw new UserError('training/unequal-pairs', `has ${right.dims} columns, but ${request.pairs.left} has ${left.dims}`, { place: { file: request.pairs.right } });
    const scores = request.scores === undefined ? undefined : await readScores(request.scores);
    return { left: left.rows, right: right.rows, scores, dims: left.dims, model: { id: 'vectors' }, corpus: { name: basename(request.pairs.left), count: left.rows.length / left.dims } };
  }
  if (request.vectors !== undefined) {
    const { rows, dims } = await rowsOfFile(request.vectors, request.maxRows, request.seed);
    return { left: rows, dims, model: { id: 'vectors' }, corpus: { name: basename(request.vectors), count: rows.length / dims } };
  }
  const corpus = await readCorpus(request.corpus!, { resources: context.resourcesDir }, work);
  if (request.judged !== undefined) return judgedRows(corpus, request, request.judged, context, work);
  const picked = Array.from(sampleWithoutReplacement(seededRandom(request.seed), corpus.ids.length, request.maxRows)).sort((a, b) => a - b);
  const embedder = await openModel(request.model, {}, context, work);
  try {
    const { dims, id, revision } = embedder.card;
    const embedded = await embedTexts(embedder, picked.map((row) => documentText(corpus, row)), 'document', cacheDirOf(context.dataDir), work);
    const rows = new Float32Array(picked.length * dims);
    let at = 0;
    for await (const chunk of embedded.rows) {
      rows.set(chunk, at);
      at += chunk.length;
    }
    return { left: rows, dims, model: { id, revision }, corpus: { name: corpus.name, count: picked.length, contentHash: corpus.contentHash } };
  } finally {
    await embedder.close();
  }
}

async function judgedRows(corpus: Corpus, request: TrainAdapterRequest, judged: JudgedQueries, context: TrainContext, work: WorkOptions): Promise<TrainingRows> {
  const embedder = await openModel(request.model, {}, context, work);
  try {
    const { dims, id, revision } = embedder.card;
    const pairs = await judgedPairs(corpus, judged, { corpusPath: request.corpus!, resourcesDir: context.resourcesDir, cacheDir: cacheDirOf(context.dataDir), embedder }, work);
    return { ...pairs, dims, model: { id, revision }, corpus: { name: corpus.name, count: pairs.left.length / dims, contentHash: corpus.contentHash } };
  } finally {
    await embedder.close();
  }
}

/** Rows of a vector file, normalised, at most `maxRows` of them in seeded order. */
async function rowsOfFile(path: string, maxRows: number, seed: number): Promise<{ readonly rows: Float32Array; readonly dims: number }> {
  const source = await openVectorSource(path);
  const { dims } = source;
  const wanted = maxRows >= source.rowCount ? undefined : new Set(sampleWithoutReplacement(seededRandom(seed), source.rowCount, maxRows));
  const rows = new Float32Array((wanted?.size ?? source.rowCount) * dims);
  let row = 0;
  let at = 0;
  for await (const chunk of source.rows()) {
    for (let start = 0; start < chunk.length; start += dims, row += 1) {
      if (wanted !== undefined && !wanted.has(row)) continue;
      rows.set(chunk.subarray(start, start + dims), at);
      at += dims;
    }
  }
  // Refuses what is not finite, with its row, and brings every row to length 1.
  return { rows: queryMatrixOf(rows, dims, { name: path }).data, dims };
}
