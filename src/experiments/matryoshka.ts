import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import type { Interval } from '../contract/measure.ts';
import { bootstrapDifference, bootstrapMean } from '../math/statistics.ts';
import { recallOf, truthDepth, truthOf } from '../metrics/truth.ts';
import { MIN_ROWS } from '../training/adapter-split.ts';
import { randomRotation, reversedOrder } from '../training/controls.ts';
import { applyLinear } from '../training/linear.ts';
import { fitPca, pcaRotation } from '../training/pca.ts';
import { halvings } from '../training/prefix.ts';
import { trainAdapter, type AdapterSettings, type TrainedAdapter } from '../training/train-adapter.ts';
import type { TrainingOptions } from '../training/training-run.ts';
import { neighboursOf } from '../vectors/neighbours.ts';
import { queryMatrixOf, queryOf, type QueryMatrix } from '../vectors/query-matrix.ts';
import { similaritiesAt } from '../vectors/search.ts';
import { sweepTop } from '../vectors/sweep.ts';
import { gatherRows, vectorSetOf, type VectorSet } from '../vectors/vector-set.ts';
import { verdictOf, type MatryoshkaVerdict } from './matryoshka-verdict.ts';

/** `raw`: the vectors as they are. The others turn them first: by PCA, the trained adapter, reversed order, a random rotation. */
export type Variant = 'raw' | 'pca' | 'adapter' | 'reversed' | 'random';

export interface MatryoshkaSpec {
  /** Prefixes to measure, full dimension included or not; halvings and the sizes half-way between by default. */
  readonly dims?: readonly number[] | undefined;
  /** Prefixes that the model's card says it was trained for. */
  readonly claimedDims?: readonly number[] | undefined;
  readonly k: number;
  readonly seed: number;
  /** The recall that a prefix must keep, at the lower end of its interval, to be called safe without re-ranking (0.9). */
  readonly safeRecall?: number | undefined;
  /** Rows that the adapter and PCA learn from, at most (20,000), and rows that are searched, at most (30,000). */
  readonly trainCount?: number | undefined;
  readonly searchedCount?: number | undefined;
  /** Held-out queries when none are given (500). */
  readonly queryCount?: number | undefined;
  readonly adapter?: Omit<AdapterSettings, 'prefixes'> & { readonly prefixes?: readonly number[] | undefined } | undefined;
  readonly threads?: number | undefined;
}

export interface VariantLadder {
  readonly variant: Variant;
  /** In the order of the result's `dims`. */
  readonly recall: readonly Interval[];
}

export interface MatryoshkaResult {
  /** Rising, full dimension last. */
  readonly dims: readonly number[];
  readonly k: number;
  /** Which rows did what; no row in two parts. */
  readonly counts: { readonly trained: number; readonly searched: number; readonly queries: number; readonly queriesAre: 'given' | 'held-out documents' };
  readonly ladders: readonly VariantLadder[];
  /** Paired differences of recall, adapter − raw and adapter − PCA, in the order of `dims`. */
  readonly gains: { readonly overRaw: readonly Interval[]; readonly overPca: readonly Interval[] };
  readonly verdict: MatryoshkaVerdict;
  readonly adapter: TrainedAdapter;
  /** The PCA rotation, fitted on the same rows; dims × dims. */
  readonly pca: Float32Array;
  /** What the adapter was trained for. */
  readonly trainedPrefixes: readonly number[];
}

/** Below this many queries intervals are too wide to call anything safe. */
const LEAST_QUERIES = 50;

/**
 * "My model is not Matryoshka: can I still truncate?" The ladder of plain truncation beside PCA, a trained adapter, and two controls without
 * order, recall@k against the exact neighbours of the untouched full vectors. Training, searched rows and queries share no row.
 * @param queries the user's own; fewer than 50 (or none) say too little, then rows of the corpus are held out as queries.
 * @throws UserError for too few rows; CancelledError.
 */
export async function matryoshkaExperiment(
  vectors: VectorSet,
  given: QueryMatrix | undefined,
  spec: MatryoshkaSpec,
  options: WorkOptions & Pick<TrainingOptions, 'onTraining' | 'onEpoch'> & { readonly checkpointPath?: string | undefined } = {},
): Promise<MatryoshkaResult> {
  const queries = given === undefined || given.queryCount < LEAST_QUERIES ? undefined : given;
  const full = vectors.dims;
  const dims = measuredDims(full, spec.dims, spec.claimedDims);
  const parts = splitCorpus(vectors.rowCount, queries, spec);
  const trainRows = gatherRows(vectors, parts.train);
  const searched = gatherRows(vectors, parts.searched);
  const asked = queries === undefined ? gatherRows(vectors, parts.queries) : queries.data;

  const prefixes = spec.adapter?.prefixes ?? trainedPrefixes(full, dims, spec.claimedDims);
  const adapter = await trainAdapter(trainRows, full, { seed: spec.seed, threads: spec.threads, ...spec.adapter, prefixes }, options);
  const pca = pcaRotation(await fitPca(trainRows, parts.train.length, full, { signal: options.signal }));
  const matrices: Readonly<Record<Variant, Float32Array | undefined>> = { raw: undefined, pca, adapter: adapter.matrix, reversed: reversedOrder(full), random: randomRotation(full, spec.seed) };

  const untouched = vectorSetOf(searched, { rowCount: parts.searched.length, dims: full, boundaries: dims });
  const questions = queryMatrixOf(asked, full);
  const depth = truthDepth(spec.k, untouched.rowCount);
  const work = { signal: options.signal, threads: spec.threads };
  const exact = (await sweepTop(untouched, questions, [full], depth, work)).get(full)!;
  const truth = truthOf(exact, spec.k, untouched.rowCount, (query, rows) => similaritiesAt(untouched, queryOf(questions, query), rows, [full]));

  const recalls = new Map<Variant, readonly Float64Array[]>();
  const names = Object.keys(matrices) as Variant[];
  for (const [index, variant] of names.entries()) {
    options.onProgress?.({ phase: 'measuring the ways to truncate', done: index, total: names.length, unit: 'ladders' });
    const matrix = matrices[variant];
    const set = matrix === undefined ? untouched : vectorSetOf(await applyLinear(searched, full, matrix, work), { rowCount: untouched.rowCount, dims: full, boundaries: dims });
    const turned = matrix === undefined ? questions : queryMatrixOf(await applyLinear(asked, full, matrix, work), full);
    const tables = await sweepTop(set, turned, dims, spec.k, work);
    recalls.set(
      variant,
      dims.map((size) => Float64Array.from({ length: questions.queryCount }, (_, query) => recallOf(truth, query, neighboursOf(tables.get(size)!, query).rows))),
    );
  }
  options.onProgress?.({ phase: 'measuring the ways to truncate', done: names.length, total: names.length, unit: 'ladders' });

  const gain = (other: Variant): Interval[] => dims.map((_, at) => bootstrapDifference(recalls.get('adapter')![at]!, recalls.get(other)![at]!, { seed: spec.seed }));
  const ladders = names.map((variant) => ({ variant, recall: recalls.get(variant)!.map((values) => bootstrapMean(values, { seed: spec.seed })) }));
  const gains = { overRaw: gain('raw'), overPca: gain('pca') };
  return {
    dims,
    k: spec.k,
    counts: { trained: parts.train.length, searched: untouched.rowCount, queries: questions.queryCount, queriesAre: queries === undefined ? 'held-out documents' : 'given' },
    ladders,
    gains,
    verdict: verdictOf({ dims, ladders, gains, k: spec.k, safeRecall: spec.safeRecall ?? 0.9, claimedDims: spec.claimedDims ?? [] }),
    adapter,
    pca,
    trainedPrefixes: prefixes,
  };
}

/** Halvings, the sizes half-way between them, the claimed sizes, and D: close enough together for a trained size to stand out. */
function measuredDims(full: number, wanted: readonly number[] | undefined, claimed: readonly number[] = []): number[] {
  const halves = halvings(full, Math.min(16, full));
  const usual = [...halves, ...halves.map((size) => Math.round(0.75 * size)), ...claimed];
  const dims = [...new Set([...(wanted ?? usual), full])].sort((a, b) => a - b);
  const wrong = dims.find((size) => !Number.isSafeInteger(size) || size < 1 || size > full);
  if (wrong !== undefined) throw new UserError('matryoshka/dims', `prefix of ${wrong} dimensions, expected 1 to ${full}`);
  return dims;
}

/** What the adapter is trained for: the claimed sizes, or every other measured one, from the top. */
function trainedPrefixes(full: number, dims: readonly number[], claimed: readonly number[] = []): number[] {
  if (claimed.length > 0) return [...new Set([...claimed, full])];
  const halves = halvings(full, Math.min(16, full));
  return halves.length > 2 ? halves : [...dims];
}

interface CorpusParts {
  readonly train: Int32Array;
  readonly searched: Int32Array;
  readonly queries: Int32Array;
}

function splitCorpus(count: number, queries: QueryMatrix | undefined, { seed, trainCount = 20_000, searchedCount = 30_000, queryCount = 500, k }: MatryoshkaSpec): CorpusParts {
  const asked = queries === undefined ? Math.min(queryCount, Math.floor(count / 10)) : 0;
  const train = Math.min(trainCount, Math.floor((count - asked) / 2));
  const searched = Math.min(searchedCount, count - asked - train);
  if (train < MIN_ROWS || searched < 4 * k) throw new UserError('matryoshka/too-few-rows', `${count} documents are too few for this experiment, expected at least ${Math.max(Math.ceil((2 * MIN_ROWS) / 0.9), 10 * k)}`);
  const order = sampleWithoutReplacement(seededRandom(seed), count, asked + train + searched);
  // Rows in rising order are gathered faster, and ties keep the corpus' order.
  return { queries: order.slice(0, asked), train: order.slice(asked, asked + train), searched: order.slice(asked + train).sort() };
}
