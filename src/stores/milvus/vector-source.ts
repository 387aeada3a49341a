import { createHash } from 'node:crypto';
import { sliceOf } from '../../base/async.ts';
import type { WorkOptions } from '../../base/progress.ts';
import { rerankPrefix } from '../../vectors/search.ts';
import type { ScoredRows } from '../../vectors/search.ts';
import { copyRow } from '../../vectors/vector-set.ts';
import type { VectorSet } from '../../vectors/vector-set.ts';
import type { Survivors } from '../store.ts';
import type { VectorPrecision } from './manifest.ts';

/** Where rows come from: n rows of `dims` floats, L2-normalised at `dims`. A vector set is one (see `vectorSourceOf`). */
export interface VectorSource {
  readonly rowCount: number;
  readonly dims: number;
  /** Copies the first `into.length` dimensions of a row. */
  copyRow(row: number, into: Float32Array): void;
  /** Scores rows by a prefix and keeps the best, where the source can do so faster than row by row. */
  rerank?(query: Float32Array, survivors: Survivors, dims: number, keep: number): ScoredRows;
}

const sources = new WeakMap<VectorSet, VectorSource>();

/** A vector set as a source; re-ranks with its kernel. The same set gives the same source, whose hash is computed once. */
export function vectorSourceOf(vectors: VectorSet): VectorSource {
  let source = sources.get(vectors);
  if (source === undefined) {
    source = {
      rowCount: vectors.rowCount,
      dims: vectors.dims,
      copyRow: (row, into) => {
        copyRow(vectors, row, into);
      },
      rerank: (query, survivors, dims, keep) => rerankPrefix(vectors, query, survivors, dims, keep),
    };
    sources.set(vectors, source);
  }
  return source;
}

const hashes = new WeakMap<VectorSource, string>();

/** SHA-256 over all rows in order, hex; kept for the source. A tenth of a second for 10,000 × 768. */
export async function contentHashOf(source: VectorSource, work: WorkOptions = {}): Promise<string> {
  const known = hashes.get(source);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  hash.update(`${source.rowCount}x${source.dims};`);
  const rowsEach = Math.max(1, Math.floor(65536 / source.dims));
  const buffer = new Float32Array(rowsEach * source.dims);
  const slice = sliceOf(work.signal);
  for (let start = 0; start < source.rowCount; start += rowsEach) {
    const count = Math.min(rowsEach, source.rowCount - start);
    for (let i = 0; i < count; i += 1) source.copyRow(start + i, buffer.subarray(i * source.dims, (i + 1) * source.dims));
    hash.update(new Uint8Array(buffer.buffer, 0, count * source.dims * 4));
    await slice();
  }
  const hex = hash.digest('hex');
  hashes.set(source, hex);
  return hex;
}

/** The first `dims` numbers, normalised again; a zero prefix stays zero. */
export function unitPrefix(vector: Float32Array, dims: number): Float32Array {
  let squares = 0;
  for (let j = 0; j < dims; j += 1) squares += vector[j]! * vector[j]!;
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  const out = new Float32Array(dims);
  for (let j = 0; j < dims; j += 1) out[j] = vector[j]! * scale;
  return out;
}

/** One bit a dimension, set where the number is positive. */
export function signBits(vector: Float32Array, dims: number): Uint8Array {
  const bits = new Uint8Array(dims / 8);
  for (let j = 0; j < dims; j += 1) if (vector[j]! > 0) bits[j >> 3]! |= 1 << (j & 7);
  return bits;
}

/** A row's prefix as the SDK takes it for a field of that precision. */
export function fieldValueOf(row: Float32Array, dims: number, precision: VectorPrecision): number[] | Float32Array {
  switch (precision) {
    case 'f32':
      return unitPrefix(row, dims);
    case 'f16':
      return Array.from(unitPrefix(row, dims));
    case 'binary':
      return Array.from(signBits(row, dims));
    default:
      return precision satisfies never;
  }
}

/** A query as a search on a field of that precision takes it. */
export function queryValueOf(query: Float32Array, dims: number, precision: VectorPrecision): Float32Array | Uint8Array {
  switch (precision) {
    case 'f32':
      return unitPrefix(query, dims);
    case 'f16':
      // The SDK turns plain arrays into half floats and takes typed ones for bytes.
      return Array.from(unitPrefix(query, dims)) as unknown as Float32Array;
    case 'binary':
      return signBits(query, dims);
    default:
      return precision satisfies never;
  }
}
