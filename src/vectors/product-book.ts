import { sliceOf } from '../base/async.ts';
import { randomInt, sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import type { WorkOptions } from '../base/progress.ts';
import { openKernel } from '../math/kernel.ts';
import { inversePrefixNorm } from './query-matrix.ts';
import { gatherRows, type VectorSet } from './vector-set.ts';

/** Dimensions that share one code of four bits. */
export const PART_DIMS = 4;
const CENTROIDS = 16;
const TRAINING_ROWS = 16_384;
const ROUNDS = 12;
/** Floats of one part in the kernel's layout: 16 for each dimension, then 16 halves of squared lengths. */
const PART_FLOATS = CENTROIDS * (PART_DIMS + 1);
const MOST_ENTRY = 63;
const MOST_SUM = 65_535;

/** The 16 centroids of every part of a prefix, as the kernel reads them (src/math/assembly/product.ts). */
export interface ProductBook {
  readonly dims: number;
  /** Runs of four dimensions; the last one may be padded with zeros. */
  readonly parts: number;
  readonly centroids: Float32Array;
}

/** Parts that a block of codes has room for. */
export function codePartsOf(dims: number): number {
  return Math.ceil(dims / PART_DIMS / 4) * 4;
}

/**
 * Learns the centroids by k-means (Lloyd's rounds from distinct rows) on a seeded sample of the re-normalised prefixes of `dims`.
 * @throws CancelledError
 */
export async function learnProductBook(vectors: VectorSet, dims: number, work: WorkOptions = {}): Promise<ProductBook> {
  const parts = Math.ceil(dims / PART_DIMS);
  const pause = sliceOf(work.signal);
  const random = seededRandom(1);
  const count = Math.min(TRAINING_ROWS, vectors.rowCount);
  const sample = sampleWithoutReplacement(random, vectors.rowCount, count);
  const padded = parts * PART_DIMS;
  const kernel = openKernel({ sizeBytes: 4 * (count * padded + 2 * parts * PART_FLOATS) + 4096, shared: false });
  const at = {
    lines: kernel.reserve(4 * count * padded), centroids: kernel.reserve(4 * parts * PART_FLOATS), sums: kernel.reserve(4 * parts * PART_FLOATS), scratch: kernel.reserve(64),
  };
  const lines = kernel.floats(at.lines, count * padded);
  placeLines(lines, gatherRows(vectors, sample, dims), dims, padded);
  const centroids = kernel.floats(at.centroids, parts * PART_FLOATS);
  const sums = kernel.floats(at.sums, parts * PART_FLOATS);
  const place = (part: number, c: number, row: number): void => setCentroid(centroids, part, c, lines.subarray(row * padded + part * PART_DIMS, row * padded + (part + 1) * PART_DIMS));
  for (let part = 0; part < parts; part += 1) for (let c = 0; c < CENTROIDS; c += 1) place(part, c, c % count);
  for (let round = 0; round < ROUNDS; round += 1) {
    sums.fill(0);
    kernel.call.gatherCentroids(at.lines, count, parts, PART_DIMS, at.centroids, at.sums, at.scratch);
    for (let part = 0; part < parts; part += 1) {
      for (let c = 0; c < CENTROIDS; c += 1) {
        const sum = part * PART_FLOATS + c * (PART_DIMS + 1);
        const owned = sums[sum + PART_DIMS]!;
        // One that nobody is nearest to starts again at a random row.
        if (owned === 0) place(part, c, randomInt(random, count));
        else setCentroid(centroids, part, c, sums.subarray(sum, sum + PART_DIMS).map((value) => value / owned));
      }
    }
    work.onProgress?.({ phase: 'learning product codes', done: round + 1, total: ROUNDS, unit: 'rounds' });
    await pause();
  }
  return { dims, parts, centroids: centroids.slice() };
}

/** Prefixes of `dims` floats as unit lines of `padded` floats. */
function placeLines(lines: Float32Array, rows: Float32Array, dims: number, padded: number): void {
  for (let row = 0; row * dims < rows.length; row += 1) {
    const prefix = rows.subarray(row * dims, (row + 1) * dims);
    const inverse = inversePrefixNorm(prefix, dims);
    for (let j = 0; j < dims; j += 1) lines[row * padded + j] = prefix[j]! * inverse;
  }
}

function setCentroid(centroids: Float32Array, part: number, c: number, values: Float32Array): void {
  const base = part * PART_FLOATS + c;
  let squares = 0;
  values.forEach((value, j) => {
    centroids[base + CENTROIDS * j] = value;
    squares += value * value;
  });
  centroids[base + CENTROIDS * PART_DIMS] = squares / 2;
}

/** A query as the scan takes it: 16 numbers of at most 63 a part; a row's inner product with the query's prefix is about Σ entry · step + bias. */
export interface ProductQuery {
  readonly tables: Uint8Array;
  readonly step: number;
  readonly bias: number;
}

/** @param query full-dimension query; its prefix is re-normalised */
export function encodeProductQuery(book: ProductBook, query: Float32Array): ProductQuery {
  const { dims, parts, centroids } = book;
  const inverse = inversePrefixNorm(query, dims);
  const exact = new Float32Array(parts * CENTROIDS);
  const least = new Float32Array(parts);
  let widest = 0;
  let total = 0;
  let bias = 0;
  for (let part = 0; part < parts; part += 1) {
    const base = part * PART_FLOATS;
    const from = part * PART_DIMS;
    const a = query[from]! * inverse;
    const b = from + 1 < dims ? query[from + 1]! * inverse : 0;
    const c = from + 2 < dims ? query[from + 2]! * inverse : 0;
    const d = from + 3 < dims ? query[from + 3]! * inverse : 0;
    let low = Infinity;
    let high = -Infinity;
    for (let i = 0; i < CENTROIDS; i += 1) {
      const at = base + i;
      const dot = a * centroids[at]! + b * centroids[at + 16]! + c * centroids[at + 32]! + d * centroids[at + 48]!;
      exact[part * CENTROIDS + i] = dot;
      if (dot < low) low = dot;
      if (dot > high) high = dot;
    }
    least[part] = low;
    bias += low;
    total += high - low;
    if (high - low > widest) widest = high - low;
  }
  const step = Math.max(widest / MOST_ENTRY, total / (MOST_SUM - parts));
  const perStep = step > 0 ? 1 / step : 0;
  const tables = new Uint8Array(codePartsOf(dims) * CENTROIDS);
  for (let i = 0; i < exact.length; i += 1) tables[i] = (exact[i]! - least[i >> 4]!) * perStep + 0.5;
  return { tables, step, bias };
}
