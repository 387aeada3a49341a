import { throwIfCancelled } from '../base/async.ts';
import { UserError } from '../base/errors.ts';
import { formatCount } from '../base/format.ts';
import { sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { Interval } from '../contract/measure.ts';
import type { SizeTrend } from '../contract/tuning.ts';
import { mergeTables } from '../funnel/pool-source.ts';
import { bootstrapMean } from '../math/statistics.ts';
import { TIE_TOLERANCE, truthDepth } from '../metrics/truth.ts';
import { neighboursOf } from '../vectors/neighbours.ts';
import type { NeighbourTable } from '../vectors/neighbours.ts';
import type { QueryMatrix } from '../vectors/query-matrix.ts';
import { sweepTop } from '../vectors/sweep.ts';
import { gatherRows, vectorSetOf } from '../vectors/vector-set.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { LOADING_FACTOR, milvusIndexSizes, SIZING_SOURCE } from './milvus-sizing.ts';
import type { SizingParams } from './milvus-sizing.ts';
import { fitTrend, fromLogit, logit } from './trend.ts';
import type { TrendData } from './trend.ts';

export interface SizeTrendSpec {
  /** Prefixes; the full dimension is added. */
  readonly dims: readonly number[];
  readonly k: number;
  readonly seed: number;
  /** How many candidates are looked at to find what 99 % of the queries need; 2,048 by default. */
  readonly depth?: number | undefined;
  /** Threads of the matrix products. */
  readonly threads?: number | undefined;
  /** Prefixes for the sizing table; that nearest D/4 and the full dimension by default. */
  readonly sizingDims?: readonly number[] | undefined;
  readonly sizing?: SizingParams | undefined;
}

const HALVINGS = 4;
const SHARE = 0.99;
const BILLION = 1e9;
/** Rows gathered into one piece: bounds the copy. */
const PIECE_ROWS = 32_768;

/**
 * Will it hold? Recall of the plain search at each prefix and the candidates that 99 % of the queries need, measured at nested seeded
 * subsamples of n/16 … n documents (each against the truth of its own subsample), fitted, checked — the fit on n/16 … n/2 has to predict the
 * measurement at n — and projected to 10×, 100× and a billion documents. A projection is never a measurement, and says so.
 * @throws UserError for a corpus too small to halve four times.
 */
export async function sizeTrend(vectors: VectorSet, queries: QueryMatrix, spec: SizeTrendSpec, work: WorkOptions = {}): Promise<SizeTrend> {
  const { k, seed } = spec;
  const n = vectors.rowCount;
  const sizes = Array.from({ length: HALVINGS + 1 }, (_, i) => Math.floor(n / 2 ** (HALVINGS - i)));
  if (sizes[0]! < 4 * k) {
    throw new UserError('size/corpus', `the corpus-size experiment halves the corpus ${HALVINGS} times: ${n} documents leave ${sizes[0]}, fewer than 4 k = ${4 * k}`);
  }
  const dims = [...new Set([...spec.dims.filter((size) => size < vectors.dims), vectors.dims])].sort((a, b) => a - b);
  const depth = Math.min(n, Math.max(spec.depth ?? 2048, truthDepth(k, n)));
  const measured = await measureSizes(vectors, queries, { sizes, dims, k, depth, seed, threads: spec.threads }, work);
  const targets = [10 * n, 100 * n, BILLION].filter((size, index, list) => size > n && list.indexOf(size) === index).sort((a, b) => a - b);

  const series = dims.slice(0, -1).map((size, prefix): SizeTrend['series'][number] => {
    const recalls = measured.map((at) => at[prefix]!.recalls);
    const needs = measured.map((at) => at[prefix]!.needs);
    const recallData: TrendData = { sizes, queryCount: queries.queryCount, statistic: (index, counts) => empiricalLogit(recalls[index]!, counts, k) };
    const all = sizes.map((_, index) => index);
    const trend = fitTrend(recallData, all, seed);
    const recallAt = (predicted: Interval): Interval => ({ value: fromLogit(predicted.value), low: fromLogit(predicted.low), high: fromLogit(predicted.high) });
    const before = fitTrend(recallData, all.slice(0, -1), seed);
    const predicted = recallAt(before.predict(n));
    const last = bootstrapMean(recalls[sizes.length - 1]!, { seed });
    const candidates = needs.map((list) => quantile(list, new Uint32Array(list.length).fill(1), SHARE));
    const candidateTrend = candidatesTrend(needs, candidates, sizes, all, seed);
    const candidateCheck = candidatesTrend(needs, candidates, sizes, all.slice(0, -1), seed);
    return {
      dims: size,
      measured: sizes.map((rowCount, index) => ({ rowCount, recall: bootstrapMean(recalls[index]!, { seed }), candidates99: finite(candidates[index]!) })),
      fit: { intercept: trend.intercept, slope: trend.slope, residual: trend.residual, form: 'ln(recall / (1 − recall)) = intercept + slope · log₂(documents)' },
      check: { predicted, measured: last.value, inside: last.value >= predicted.low && last.value <= predicted.high },
      ...(candidateCheck === undefined ? {} : { checkCandidates: checkOf(candidateCheck(n), candidates[sizes.length - 1]!) }),
      projected: targets.map((rowCount) => ({ rowCount, recall: recallAt(trend.predict(rowCount)), candidates99: candidateTrend?.(rowCount) ?? null })),
    };
  });
  return { sizes, series, sizing: sizingOf(vectors, [n, ...targets], spec), how: howOf(sizes, queries.queryCount, k, seed, depth) };
}

interface AtSize {
  readonly recalls: Float64Array;
  /** Smallest keep that loses nothing, by query; Infinity beyond the depth. */
  readonly needs: Float64Array;
}

interface SizesSpec {
  readonly sizes: readonly number[];
  readonly dims: readonly number[];
  readonly k: number;
  readonly depth: number;
  readonly seed: number;
  readonly threads: number | undefined;
}

/** By size and prefix. Each subsample is the one before and as many rows again, so that each row is compared once. */
async function measureSizes(vectors: VectorSet, queries: QueryMatrix, spec: SizesSpec, work: WorkOptions): Promise<AtSize[][]> {
  const { sizes, dims, depth } = spec;
  const order = sampleWithoutReplacement(seededRandom(spec.seed), vectors.rowCount, vectors.rowCount);
  const best = new Map<number, NeighbourTable>();
  const measured: AtSize[][] = [];
  let done = 0;
  for (const size of sizes) {
    // Rising rows within a part: read in order, and equal scores come out by rising row.
    const part = order.slice(done, size).sort();
    for (let start = 0; start < part.length; start += PIECE_ROWS) {
      throwIfCancelled(work.signal);
      const rows = part.subarray(start, start + PIECE_ROWS);
      const piece = vectorSetOf(gatherRows(vectors, rows), { rowCount: rows.length, dims: vectors.dims, boundaries: dims });
      const tables = await sweepTop(piece, queries, dims, depth, { signal: work.signal, threads: spec.threads });
      for (const [prefix, table] of tables) best.set(prefix, mergeTables(best.get(prefix), table, (row) => rows[row]!, depth));
      work.onProgress?.({ phase: 'growing the corpus', done: done + start + rows.length, total: vectors.rowCount, unit: 'documents' });
    }
    done = size;
    const full = best.get(vectors.dims)!;
    measured.push(dims.slice(0, -1).map((prefix) => atSize(best.get(prefix)!, full, spec.k)));
  }
  return measured;
}

function atSize(table: NeighbourTable, full: NeighbourTable, k: number): AtSize {
  const recalls = new Float64Array(table.queryCount);
  const needs = new Float64Array(table.queryCount).fill(Infinity);
  for (let query = 0; query < table.queryCount; query += 1) {
    const truth = neighboursOf(full, query);
    const threshold = truth.scores[k - 1]! - TIE_TOLERANCE;
    const accepted = new Set<number>();
    for (let i = 0; i < truth.rows.length && truth.scores[i]! >= threshold; i += 1) accepted.add(truth.rows[i]!);
    const { rows } = neighboursOf(table, query);
    let found = 0;
    for (let i = 0; i < rows.length && found < k; i += 1) {
      if (!accepted.has(rows[i]!)) continue;
      found += 1;
      if (i < k) recalls[query]! += 1 / k;
      if (found === k) needs[query] = i + 1;
    }
  }
  return { recalls, needs };
}

/** ln((found + ½) / (lost + ½)) of all true neighbours of the drawn queries: defined at 0 and 1 too. */
function empiricalLogit(recalls: Float64Array, counts: Uint32Array, k: number): number {
  let found = 0;
  let total = 0;
  for (let query = 0; query < recalls.length; query += 1) {
    found += counts[query]! * recalls[query]! * k;
    total += counts[query]! * k;
  }
  return logit((found + 0.5) / (total + 1));
}

/** Smallest need that covers this share of the drawn queries. */
function quantile(needs: Float64Array, counts: Uint32Array, share: number): number {
  const order = orderOf(needs);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const wanted = Math.max(1, Math.ceil(share * total - 1e-9));
  let seen = 0;
  for (const query of order) {
    seen += counts[query]!;
    if (seen >= wanted) return needs[query]!;
  }
  return Infinity;
}

const orders = new WeakMap<Float64Array, Uint32Array>();

function orderOf(needs: Float64Array): Uint32Array {
  let order = orders.get(needs);
  if (order === undefined) orders.set(needs, (order = Uint32Array.from(needs.keys()).sort((a, b) => needs[a]! - needs[b]!)));
  return order;
}

/** Least sizes through which a line says anything. */
const LEAST_SIZES = 3;

/**
 * log₂ of the candidates against log₂ of the documents, over the sizes where they were seen; undefined where they were not at the largest size or at
 * fewer than three.
 */
function candidatesTrend(
  needs: readonly Float64Array[],
  candidates: readonly number[],
  sizes: readonly number[],
  used: readonly number[],
  seed: number,
): ((rowCount: number) => Interval) | undefined {
  const seen = used.filter((index) => Number.isFinite(candidates[index]!));
  if (seen.length < LEAST_SIZES || seen[seen.length - 1] !== used[used.length - 1]) return undefined;
  const deepest = Math.max(...needs.flatMap((list) => [...list].filter(Number.isFinite)));
  const trend = fitTrend(
    // A drawn sample may reach a query that needs more than was looked at: it counts as the most that was seen.
    { sizes, queryCount: needs[0]!.length, statistic: (index, counts) => Math.log2(Math.min(deepest, quantile(needs[index]!, counts, SHARE))) },
    seen,
    seed,
  );
  return (rowCount) => {
    const { value, low, high } = trend.predict(rowCount);
    const count = (log: number): number => Math.min(rowCount, 2 ** log);
    return { value: count(value), low: count(low), high: count(high) };
  };
}

function checkOf(predicted: Interval, measured: number): { predicted: Interval; measured: number | null; inside: boolean } {
  return { predicted, measured: finite(measured), inside: measured >= predicted.low && measured <= predicted.high };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function sizingOf(vectors: VectorSet, rowCounts: readonly number[], spec: SizeTrendSpec): SizeTrend['sizing'] {
  const heads = spec.dims.filter((size) => size < vectors.dims);
  const nearest = heads.reduce<number | undefined>((best, size) => (best === undefined || Math.abs(size - vectors.dims / 4) < Math.abs(best - vectors.dims / 4) ? size : best), undefined);
  const dims = spec.sizingDims ?? [...(nearest === undefined ? [] : [nearest]), vectors.dims];
  return rowCounts.flatMap((rowCount) =>
    dims.flatMap((size) =>
      milvusIndexSizes(rowCount, size, spec.sizing).map(({ index, memoryBytes, diskBytes }) => ({
        rowCount,
        index,
        dims: size,
        headBytes: memoryBytes,
        fullBytes: rowCount * vectors.dims * 4,
        ...(diskBytes === 0 ? {} : { diskBytes }),
        loadedBytes: memoryBytes * LOADING_FACTOR,
      })),
    ),
  );
}

function howOf(sizes: readonly number[], queryCount: number, k: number, seed: number, depth: number): string {
  return (
    `Measured on nested random subsamples of ${sizes.map(formatCount).join(', ')} documents (seed ${seed}) with ${formatCount(queryCount)} queries, each against the exact top ${k} of its own subsample. ` +
    `A straight line through the log-odds of recall (and through log₂ of the candidates that 99 % of the queries need, of the first ${depth}) against log₂ of the documents. ` +
    `Intervals join the scatter around the line (Student's t), the sampling of queries (bootstrap), and the line through the three largest sizes alone. ` +
    `Projections assume that the line goes on and that more documents are like these: they are not measurements. ${SIZING_SOURCE}`
  );
}
