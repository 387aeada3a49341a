import { UserError } from '../base/errors.ts';
import { sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import { runAdapter } from './adapter-run.ts';
import { checkRows, takeRows } from './adapter-split.ts';
import { identityMatrix } from './controls.ts';
import { applyLinear } from './linear.ts';
import { fitPca, pcaRotation } from './pca.ts';
import { prefixWeights } from './prefix.ts';
import { rankCorrelation } from './rank-correlation.ts';
import { meanReciprocalRank } from './reciprocal-rank.ts';
import { ADAPTER_DEFAULTS, type AdapterOptions, type AdapterSettings, type AdapterStart, type TrainedAdapter } from './train-adapter.ts';
import { runIdentity } from './training-run.ts';

/** Embeddings of texts that belong together: row i of `left` (a query) with row i of `right` (its document). Unit rows. */
export interface EmbeddedPairs {
  readonly left: Float32Array;
  readonly right: Float32Array;
  readonly dims: number;
  /** How well each pair fits, on any scale; without them every pair counts as right and all others of a batch as wrong. */
  readonly scores?: Float32Array | undefined;
}

export interface PairAdapterSettings extends Omit<AdapterSettings, 'near' | 'anchorCount' | 'similarityWeight'> {
  /** Share of the target that the vectors' own similarities keep (0.5); pairs with scores have none. */
  readonly preserveShare?: number | undefined;
}

const MIN_PAIRS = 100;
const VALIDATION_SHARE = 0.1;
const MAX_VALIDATION = 2000;

/**
 * Trains a linear map from pairs: at every prefix the partner shall be found among the batch (in-batch cross-entropy, softened by the
 * vectors' own similarities), or, where pairs have scores, better pairs shall be closer (CoSENT). A tenth of the pairs is held out; the
 * validation score is the mean over the prefixes of MRR (finding the right partner among the held-out ones) or Spearman's correlation.
 * @throws UserError for too few pairs, unequal sides, or bad prefixes; CancelledError.
 */
export async function trainPairAdapter(pairs: EmbeddedPairs, settings: PairAdapterSettings, options: AdapterOptions = {}): Promise<TrainedAdapter> {
  const { left, right, dims, scores } = pairs;
  checkRows(left, dims);
  const count = left.length / dims;
  if (right.length !== left.length) throw new UserError('training/unequal-pairs', `${count} left and ${right.length / dims} right vectors do not make pairs`);
  if (scores !== undefined && scores.length !== count) throw new UserError('training/unequal-pairs', `${scores.length} scores for ${count} pairs`);
  if (count < MIN_PAIRS) throw new UserError('training/too-few-pairs', `${count} pairs are too few to train on, expected at least ${MIN_PAIRS}`);
  const seed = settings.seed ?? ADAPTER_DEFAULTS.seed;
  const prefixes = prefixWeights(dims, settings.prefixes, settings.weights);
  const order = sampleWithoutReplacement(seededRandom(seed), count, count);
  const heldCount = Math.min(MAX_VALIDATION, Math.ceil(VALIDATION_SHARE * count));
  const [held, train] = [order.slice(0, heldCount), order.slice(heldCount)];
  const batchSize = Math.min(settings.batchSize ?? ADAPTER_DEFAULTS.batchSize, 2 ** Math.floor(Math.log2(train.length)));

  const heldLeft = takeRows(left, dims, held);
  const heldRight = takeRows(right, dims, held);
  const heldScores = scores === undefined ? undefined : Float32Array.from(held, (pair) => scores[pair]!);
  const work = { signal: options.signal, threads: settings.threads };
  const score = async (matrix: Float32Array): Promise<number> => {
    const turned = { left: await applyLinear(heldLeft, dims, matrix, work), right: await applyLinear(heldRight, dims, matrix, work), dims };
    const each = settings.prefixes.map((prefix) => (heldScores === undefined ? meanReciprocalRank(turned, prefix) : rankCorrelation(turned, prefix, heldScores)));
    return each.reduce((sum, value) => sum + value, 0) / each.length;
  };
  const both = new Float32Array(2 * train.length * dims);
  takeRows(left, dims, train, both);
  takeRows(right, dims, train, both.subarray(train.length * dims));
  const rotation = pcaRotation(await fitPca(both, 2 * train.length, dims, { signal: options.signal }));
  const validation = { identity: await score(identityMatrix(dims)), pca: await score(rotation) };
  const wanted = settings.start ?? ADAPTER_DEFAULTS.start;
  const start: AdapterStart = wanted === 'best' ? (validation.pca >= validation.identity ? 'pca' : 'identity') : wanted;
  const matrix = start === 'pca' ? rotation : identityMatrix(dims);
  const result = await runAdapter(
    {
      batchSize,
      dims,
      prefixes,
      scale: settings.scale ?? ADAPTER_DEFAULTS.scale,
      loss: scores === undefined ? { kind: 'pairs', preserveShare: settings.preserveShare ?? 0.5 } : { kind: 'scored-pairs' },
      matrix,
      epochs: settings.epochs ?? ADAPTER_DEFAULTS.epochs,
      learningRate: settings.learningRate ?? ADAPTER_DEFAULTS.learningRate,
      threads: settings.threads,
      batchesOf: (epoch) => shuffledBatches(train, batchSize, seed, epoch),
      fill: (batch, x, z, batchScores) => {
        takeRows(left, dims, batch, x);
        takeRows(right, dims, batch, z);
        if (scores !== undefined) batch.forEach((pair, place) => (batchScores[place] = scores[pair]!));
      },
      validate: () => score(matrix),
    },
    {
      ...options,
      patience: settings.patience ?? ADAPTER_DEFAULTS.patience,
      checkpoint: options.checkpointPath === undefined ? undefined : { path: options.checkpointPath, identity: runIdentity([left, right, scores], { dims, ...settings, threads: undefined }) },
    },
  );
  return { dims, matrix, start, isTrained: result.bestEpoch >= 0, epochs: result.epochs, stopped: result.stopped, validation: { ...validation, result: await score(matrix) } };
}

function shuffledBatches(train: Int32Array, batchSize: number, seed: number, epoch: number): Int32Array[] {
  const order = sampleWithoutReplacement(seededRandom(seed + 7919 * (epoch + 1)), train.length, train.length);
  return Array.from({ length: Math.floor(train.length / batchSize) }, (_, batch) => order.slice(batch * batchSize, (batch + 1) * batchSize).map((place) => train[place]!));
}
