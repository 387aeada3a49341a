import { formatCount } from '../base/format.ts';
import { sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { OrderResult } from '../contract/tuning.ts';
import { bootstrapMean } from '../math/statistics.ts';
import { recallOf, truthDepth, truthOf } from '../metrics/truth.ts';
import type { Truth } from '../metrics/truth.ts';
import { applyLinear } from '../training/linear.ts';
import { fitPca, pcaRotation } from '../training/pca.ts';
import { neighboursOf } from '../vectors/neighbours.ts';
import type { NeighbourTable } from '../vectors/neighbours.ts';
import { queryOf } from '../vectors/query-matrix.ts';
import type { QueryMatrix } from '../vectors/query-matrix.ts';
import { similaritiesAt } from '../vectors/search.ts';
import { sweepTop } from '../vectors/sweep.ts';
import { gatherRows } from '../vectors/vector-set.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { bumpsOf } from './bumps.ts';
import { reorderDims, sweepTransformed } from './transformed-sweep.ts';
import type { RowTransform } from './transformed-sweep.ts';

export interface OrderSpec {
  /** How many dimensions to search; the full dimension is left out, where every order is the same. */
  readonly dims: readonly number[];
  readonly k: number;
  readonly seed: number;
  readonly threads?: number | undefined;
}

/** Random orders that are averaged. */
const RANDOM_ORDERS = 3;
const PCA_ROWS = 20_000;

/**
 * Does the order of the dimensions matter? Recall@k of a plain search over d dimensions taken from the front (what a Matryoshka model
 * is trained for), from the back, at random, and over the first d principal axes of the documents, each against the exact neighbours at full dimension.
 */
export async function orderExperiment(vectors: VectorSet, queries: QueryMatrix, spec: OrderSpec, work: WorkOptions = {}): Promise<OrderResult> {
  const full = vectors.dims;
  const dims = [...new Set(spec.dims.filter((size) => size < full))].sort((a, b) => a - b);
  const truth = await exactTruth(vectors, queries, spec, work);
  const sweep = (transform: RowTransform, phase: string): Promise<ReadonlyMap<number, NeighbourTable>> =>
    sweepTransformed(vectors, queries, transform, dims, spec.k, { ...work, threads: spec.threads, phase });
  /** Mean recall of each query over one or more sweeps, at each size. */
  const recalls = (sweeps: readonly ReadonlyMap<number, NeighbourTable>[]): OrderResult['series'][number]['recall'] =>
    dims.map((size) =>
      bootstrapMean(
        Float64Array.from({ length: queries.queryCount }, (_, query) => sweeps.reduce((sum, tables) => sum + recallOf(truth, query, neighboursOf(tables.get(size)!, query).rows), 0) / sweeps.length),
        { seed: spec.seed },
      ),
    );

  const prefix = await sweepTop(vectors, queries, dims, spec.k, { ...work, threads: spec.threads });
  const suffix = await sweep(reorderDims(Int32Array.from({ length: full }, (_, j) => full - 1 - j)), 'dimensions from the back');
  const random = seededRandom(spec.seed);
  const randoms: ReadonlyMap<number, NeighbourTable>[] = [];
  for (let i = 0; i < RANDOM_ORDERS; i += 1) randoms.push(await sweep(reorderDims(sampleWithoutReplacement(random, full, full)), `random dimensions ${i + 1} of ${RANDOM_ORDERS}`));
  const pcaRows = sampleWithoutReplacement(seededRandom(spec.seed), vectors.rowCount, Math.min(PCA_ROWS, vectors.rowCount));
  const rotation = await pcaRotationOf(vectors, pcaRows, work);
  const pca = await sweep((rows) => applyLinear(rows, full, rotation, { signal: work.signal, threads: spec.threads }), 'principal axes');
  const front = recalls([prefix]);
  return {
    dims,
    bumps: bumpsOf(dims, front),
    series: [
      { order: 'prefix', recall: front, note: 'the first dimensions, as the model gives them' },
      { order: 'suffix', recall: recalls([suffix]), note: 'the last dimensions' },
      { order: 'random', recall: recalls(randoms), note: `mean of ${RANDOM_ORDERS} random choices` },
      {
        order: 'pca',
        recall: recalls([pca]),
        note: `the first principal axes of ${formatCount(pcaRows.length)} documents: a rotation, which leaves full-dimension similarities as they are, so any model can be turned this way`,
      },
    ],
  };
}

/** Ground truth at full dimension, ties included. */
export async function exactTruth(vectors: VectorSet, queries: QueryMatrix, spec: { readonly k: number; readonly threads?: number | undefined }, work: WorkOptions): Promise<Truth> {
  const table = (await sweepTop(vectors, queries, [vectors.dims], truthDepth(spec.k, vectors.rowCount), { ...work, threads: spec.threads })).get(vectors.dims)!;
  return truthOf(table, spec.k, vectors.rowCount, (query, rows) => similaritiesAt(vectors, queryOf(queries, query), rows, [vectors.dims]));
}

/** The rotation to the principal axes of these rows, by falling variance; not centred, so that cosines stay what they are. */
export async function pcaRotationOf(vectors: VectorSet, rows: Int32Array, work: WorkOptions): Promise<Float32Array> {
  return pcaRotation(await fitPca(gatherRows(vectors, rows), rows.length, vectors.dims, work));
}
