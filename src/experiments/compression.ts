import { UserError } from '../base/errors.ts';
import { formatCount } from '../base/format.ts';
import { sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { Interval } from '../contract/measure.ts';
import type { CompressionResult } from '../contract/tuning.ts';
import { BYTES_PER_DIM } from '../funnel/cost-model.ts';
import { bootstrapMean } from '../math/statistics.ts';
import { recallOf, survivalOf } from '../metrics/truth.ts';
import type { HeadPrecision, Store } from '../stores/store.ts';
import { applyLinear } from '../training/linear.ts';
import { neighboursOf } from '../vectors/neighbours.ts';
import type { NeighbourTable } from '../vectors/neighbours.ts';
import type { QueryMatrix } from '../vectors/query-matrix.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { exactTruth, pcaRotationOf } from './order.ts';
import { productCodes, searchProductCodes } from './product-quantiser.ts';
import { sweepTransformed } from './transformed-sweep.ts';

export interface CompressionSpec {
  /** Prefixes to compress; the full dimension is added. */
  readonly dims: readonly number[];
  readonly k: number;
  readonly seed: number;
  /** Candidates that a form keeps as the head of a funnel; 10 k by default. */
  readonly keep?: number | undefined;
  /** Queries looked at, the first ones; 200 by default: product codes are searched without a fast path. */
  readonly queryCount?: number | undefined;
  /** Bytes of product codes; D/16, D/8 and D/4 by default, as far as they divide D. */
  readonly productBytes?: readonly number[] | undefined;
  readonly threads?: number | undefined;
}

type Point = CompressionResult['points'][number];

const PRECISIONS = ['f32', 'f16', 'int8', 'binary', 'pq4'] as const satisfies readonly HeadPrecision[];
const PCA_ROWS = 20_000;

/**
 * Fewer dimensions or fewer bits? Recall@k against bytes a vector of f32, f16, int8, sign-bit and four-bit product-code prefixes (flat heads of the store), of principal
 * axes cut to the same sizes, and of product codes — alone, and as the head of a funnel that re-ranks `keep` candidates exactly at full dimension.
 * @param store over the same rows as `vectors`; a number format that it has no flat head for is left out.
 */
export async function compressionExperiment(store: Store, vectors: VectorSet, queries: QueryMatrix, spec: CompressionSpec, work: WorkOptions = {}): Promise<CompressionResult> {
  const full = vectors.dims;
  const dims = [...new Set([...spec.dims.filter((size) => size < full), full])].sort((a, b) => a - b);
  const queryCount = Math.min(spec.queryCount ?? 200, queries.queryCount);
  const asked: QueryMatrix = { queryCount, dims: queries.dims, data: queries.data.subarray(0, queryCount * queries.dims) };
  const keep = Math.min(vectors.rowCount, spec.keep ?? 10 * spec.k);
  const truth = await exactTruth(vectors, asked, spec, work);
  const pointOf = (form: Point['form'], size: number, bytesPerVector: number, table: NeighbourTable): Point => ({
    form,
    dims: size,
    bytesPerVector,
    recall: meanOver(queryCount, spec.seed, (query) => recallOf(truth, query, neighboursOf(table, query).rows)),
    // Re-ranked exactly at full dimension, what the head kept of the true neighbours is what the funnel finds.
    funnel: { keep, recall: meanOver(queryCount, spec.seed, (query) => survivalOf(truth, query, neighboursOf(table, query).rows)) },
  });

  const points: Point[] = [];
  for (const size of dims) {
    for (const precision of PRECISIONS) {
      const table = await headTable(store, asked, size, precision, keep, work);
      if (table !== undefined) points.push(pointOf(precision, size, size * BYTES_PER_DIM[precision], table));
    }
  }
  const rotation = await pcaRotationOf(vectors, sampleWithoutReplacement(seededRandom(spec.seed), vectors.rowCount, Math.min(PCA_ROWS, vectors.rowCount)), work);
  const turned = await sweepTransformed(vectors, asked, (rows) => applyLinear(rows, full, rotation, { signal: work.signal, threads: spec.threads }), dims.slice(0, -1), keep, {
    ...work,
    threads: spec.threads,
    phase: 'principal axes',
  });
  for (const [size, table] of turned) points.push(pointOf('pca', size, size * 4, table));
  const sizes = spec.productBytes ?? [full / 16, full / 8, full / 4].filter((parts) => Number.isInteger(parts) && Number.isInteger(full / parts));
  for (const parts of sizes) {
    const codes = await productCodes(vectors, parts, { seed: spec.seed, threads: spec.threads, ...work });
    points.push(pointOf('pq', full, parts, await searchProductCodes(codes, asked, keep, work)));
  }
  return { points, how: howOf(spec, queryCount, keep) };
}

function meanOver(queryCount: number, seed: number, valueOf: (query: number) => number): Interval {
  return bootstrapMean(
    Float64Array.from({ length: queryCount }, (_, query) => valueOf(query)),
    { seed },
  );
}

/** Undefined where the store has no such head. */
async function headTable(store: Store, queries: QueryMatrix, dims: number, precision: HeadPrecision, keep: number, work: WorkOptions): Promise<NeighbourTable | undefined> {
  let head;
  try {
    head = await store.openHead({ dims, index: 'flat', precision }, work);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
  try {
    return await head.searchMany(queries, keep, work);
  } finally {
    await head.close();
  }
}

function howOf(spec: CompressionSpec, queryCount: number, keep: number): string {
  return (
    `${formatCount(queryCount)} queries, against the exact top ${spec.k} at full dimension. Bytes are those of the numbers alone, without ids, norms, scales or code books. ` +
    `As a head each form keeps ${keep} candidates, re-ranked exactly at full dimension. Principal axes and product codes (pq: 8 bits a part, 8 rounds of k-means; pq4: the store's heads, 4 bits for 4 dimensions) are learnt from a sample of the documents.`
  );
}

