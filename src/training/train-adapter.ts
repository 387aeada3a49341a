import { sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import { runAdapter } from './adapter-run.ts';
import { checkRows, splitRows, takeRows, type AdapterSplit } from './adapter-split.ts';
import { identityMatrix } from './controls.ts';
import { applyLinear } from './linear.ts';
import { neighbourBatches, type Anchors } from './neighbour-batches.ts';
import { fitPca, pcaRotation } from './pca.ts';
import { meanRecall, prefixNeighbours } from './prefix-recall.ts';
import { prefixWeights } from './prefix.ts';
import { runIdentity, type EpochResult, type TrainingOptions } from './training-run.ts';

/** How an adapter is trained; everything but the prefixes has a default. */
export interface AdapterSettings {
  /** Nested prefixes, D included if full-dimension search is to stay good. */
  readonly prefixes: readonly number[];
  /** Weight of each prefix in the loss, in the order of `prefixes`; 1 each. */
  readonly weights?: readonly number[] | undefined;
  /**
   * Where the map starts: as it is (the residual form y = x + x·A with A = 0), at the PCA rotation, or at whichever of the two finds more
   * of the held-out rows' neighbours.
   */
  readonly start?: 'identity' | 'pca' | 'best' | undefined;
  readonly epochs?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly learningRate?: number | undefined;
  /** Factor on cosines in the softmax. */
  readonly scale?: number | undefined;
  /** Weight of keeping similarities themselves, beside neighbourhoods. */
  readonly similarityWeight?: number | undefined;
  /** Neighbours that come into a batch with each anchor; 0 for batches of random rows. */
  readonly near?: number | undefined;
  /** Rows whose neighbours are looked up, at most; they are what one epoch goes through. */
  readonly anchorCount?: number | undefined;
  readonly seed?: number | undefined;
  readonly threads?: number | undefined;
  /** Epochs without a better validation score before stopping. */
  readonly patience?: number | undefined;
}

export const ADAPTER_DEFAULTS = { start: 'best', epochs: 5, batchSize: 1024, learningRate: 1e-3, scale: 20, similarityWeight: 1, near: 7, anchorCount: 16_384, seed: 1, patience: 2 } as const;

export type AdapterStart = 'identity' | 'pca';

export interface TrainedAdapter {
  readonly dims: number;
  /** dims × dims, row-major: y = x · W, then cut and normalise. */
  readonly matrix: Float32Array;
  readonly start: AdapterStart;
  /** False where no epoch beat the start on the held-out rows: then the matrix is the start itself. */
  readonly isTrained: boolean;
  readonly epochs: readonly EpochResult[];
  readonly stopped: 'finished' | 'early';
  /** Mean over the prefixes of recall@10 of held-out queries among held-out rows: as the vectors are, by PCA, by the result. */
  readonly validation: { readonly identity: number; readonly pca: number; readonly result: number };
}

export type AdapterOptions = Omit<TrainingOptions, 'checkpoint' | 'patience'> & {
  /** A cancelled run leaves this file and goes on from it; a finished one removes it. */
  readonly checkpointPath?: string | undefined;
};

const VALIDATION_K = 10;

/**
 * Trains a linear map that makes plain embeddings usable at short prefixes, from the embeddings alone, in the spirit of Matryoshka-Adaptor
 * (arXiv 2407.20243): at every prefix, similarities and neighbourhoods shall be those of the untouched full vectors. Part of the rows is
 * held out to choose the start, to stop early and to keep the best state. Same seed, same rows, same machine: same adapter.
 *
 * @param rows count × dims, row-major, unit length; not changed.
 * @throws UserError for too few rows or bad prefixes; CancelledError.
 */
export async function trainAdapter(rows: Float32Array, dims: number, settings: AdapterSettings, options: AdapterOptions = {}): Promise<TrainedAdapter> {
  const { start, epochs, learningRate, scale, similarityWeight, near, anchorCount, seed, patience } = { ...ADAPTER_DEFAULTS, ...defined(settings) };
  checkRows(rows, dims);
  const prefixes = prefixWeights(dims, settings.prefixes, settings.weights);
  const split = splitRows(rows.length / dims, seed);
  const trainRows = takeRows(rows, dims, split.train);
  const trainCount = split.train.length;
  const batchSize = Math.min(settings.batchSize ?? ADAPTER_DEFAULTS.batchSize, Math.max(32, 2 ** Math.floor(Math.log2(trainCount / 2))));
  const score = await validationOf(rows, dims, split, settings, options);
  const rotation = pcaRotation(await fitPca(trainRows, trainCount, dims, { signal: options.signal }));
  const validation = { identity: await score(identityMatrix(dims)), pca: await score(rotation) };
  const began: AdapterStart = start === 'best' ? (validation.pca >= validation.identity ? 'pca' : 'identity') : start;
  const anchors = await findAnchors(trainRows, dims, near, Math.min(anchorCount, trainCount), seed, settings.threads, options);

  const matrix = began === 'pca' ? rotation : identityMatrix(dims);
  const result = await runAdapter(
    {
      batchSize,
      dims,
      prefixes,
      scale,
      loss: { kind: 'preserve', similarityWeight },
      matrix,
      epochs,
      learningRate,
      threads: settings.threads,
      batchesOf: (epoch) => neighbourBatches(anchors, trainCount, batchSize, near, seed, epoch),
      fill: (batch, x) => takeRows(trainRows, dims, batch, x),
      validate: () => score(matrix),
    },
    { ...options, patience, checkpoint: options.checkpointPath === undefined ? undefined : { path: options.checkpointPath, identity: runIdentity([rows], { dims, ...settings, threads: undefined }) } },
  );
  return { dims, matrix, start: began, isTrained: result.bestEpoch >= 0, epochs: result.epochs, stopped: result.stopped, validation: { ...validation, result: await score(matrix) } };
}

/** Scores a map by the held-out rows: mean over the prefixes of recall@10 against their own full-dimension neighbours. */
async function validationOf(rows: Float32Array, dims: number, split: AdapterSplit, settings: AdapterSettings, { signal }: TrainingOptions): Promise<(matrix: Float32Array) => Promise<number>> {
  const held = { rows: takeRows(rows, dims, split.validation), queries: takeRows(rows, dims, split.validationQueries), dims };
  const work = { signal, threads: settings.threads };
  const truth = (await prefixNeighbours(held, [dims], VALIDATION_K, work)).get(dims)!;
  return async (matrix) => {
    const turned = { rows: await applyLinear(held.rows, dims, matrix, work), queries: await applyLinear(held.queries, dims, matrix, work), dims };
    const found = await prefixNeighbours(turned, settings.prefixes, VALIDATION_K, work);
    return settings.prefixes.reduce((sum, prefix) => sum + meanRecall(found.get(prefix)!, truth), 0) / settings.prefixes.length;
  };
}

/** Looks up the full-dimension neighbours of some training rows, themselves left out. */
async function findAnchors(rows: Float32Array, dims: number, near: number, count: number, seed: number, threads: number | undefined, { signal, onProgress }: TrainingOptions): Promise<Anchors> {
  const anchors = sampleWithoutReplacement(seededRandom(seed + 1), rows.length / dims, count);
  if (near === 0) return { anchors, table: { queryCount: count, k: 0, rows: new Int32Array(0), scores: new Float32Array(0) } };
  const k = 2 * near + 1;
  const found = (await prefixNeighbours({ rows, queries: takeRows(rows, dims, anchors), dims }, [dims], k, { signal, onProgress, threads })).get(dims)!;
  const table = { queryCount: count, k: k - 1, rows: new Int32Array(count * (k - 1)).fill(-1), scores: new Float32Array(count * (k - 1)) };
  anchors.forEach((anchor, query) => {
    const others = found.rows.subarray(query * found.k, (query + 1) * found.k).filter((row) => row !== anchor && row >= 0);
    table.rows.set(others.subarray(0, k - 1), query * (k - 1));
  });
  return { anchors, table };
}

function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
}
