import { sliceOf } from '../base/async.ts';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { floatTensor, openOnnxSession } from '../math/onnx-runtime.ts';
import { graphBuilder } from './graph-builder.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/** The principal axes of a set of rows. */
export interface Pca {
  readonly dims: number;
  /** Mean row, `dims` long; zeros when the rows were not centred. */
  readonly mean: Float64Array;
  /** dims × dims, row-major: row j is the j-th axis, unit length, by falling variance. An orthogonal matrix. */
  readonly axes: Float64Array;
  /** Variance along each axis (mean square when not centred), falling. */
  readonly variances: Float64Array;
}

export interface PcaOptions extends WorkOptions {
  /** One non-negative weight a row; all 1 by default. */
  readonly weights?: Float64Array | undefined;
  /**
   * Subtract the mean before the axes are found. Off by default: a rotation of the uncentred rows keeps every full-dimension cosine
   * exactly, which is what a rotation of finished embeddings must do.
   */
  readonly centred?: boolean | undefined;
}

/**
 * Principal component analysis by the eigenvectors of the second-moment matrix.
 * @param rows count × dims, row-major.
 */
export async function fitPca(rows: Float32Array, count: number, dims: number, options: PcaOptions = {}): Promise<Pca> {
  if (count < 1) throw new UserError('training/no-rows', 'PCA needs at least one row');
  if (rows.length < count * dims) throw new UserError('training/short-rows', `PCA expected ${count} × ${dims} numbers, got ${rows.length}`);
  const mean = new Float64Array(dims);
  let total = 0;
  for (let row = 0; row < count; row += 1) {
    const weight = options.weights?.[row] ?? 1;
    total += weight;
    if (options.centred === true) for (let j = 0; j < dims; j += 1) mean[j]! += weight * rows[row * dims + j]!;
  }
  if (!(total > 0)) throw new UserError('training/no-weight', 'PCA needs weights with a sum above zero');
  for (let j = 0; j < dims; j += 1) mean[j]! /= total;
  const moments = await secondMoments(rows, count, dims, mean, total, options);
  const { values, vectors } = symmetricEigen(moments, dims);
  return { dims, mean, axes: vectors, variances: values };
}

/** Rows in one product: their sum is float32, the sum of these sums is double. */
const CHUNK_ROWS = 512;

async function secondMoments(rows: Float32Array, count: number, dims: number, mean: Float64Array, total: number, { weights, centred, signal }: PcaOptions): Promise<Float64Array> {
  const builder = graphBuilder();
  builder.add('Gemm', ['x', 'x'], { transA: { int: 1 } }, 'square');
  const session = await openOnnxSession(builder.write('second-moments', { x: [CHUNK_ROWS, dims] }, { square: [dims, dims] }));
  const slice = sliceOf(signal);
  const moments = new Float64Array(dims * dims);
  const chunk = new Float32Array(CHUNK_ROWS * dims);
  const square = new Float32Array(dims * dims);
  try {
    for (let start = 0; start < count; start += CHUNK_ROWS) {
      const size = Math.min(CHUNK_ROWS, count - start);
      chunk.set(rows.subarray(start * dims, (start + size) * dims));
      chunk.fill(0, size * dims);
      if (weights !== undefined || centred === true) {
        for (let i = 0; i < size; i += 1) {
          const root = Math.sqrt(weights?.[start + i] ?? 1);
          for (let j = 0; j < dims; j += 1) chunk[i * dims + j] = root * (chunk[i * dims + j]! - mean[j]!);
        }
      }
      await session.runInto({ x: floatTensor(chunk, [CHUNK_ROWS, dims]) }, { square: floatTensor(square, [dims, dims]) });
      for (let i = 0; i < square.length; i += 1) moments[i]! += square[i]! / total;
      await slice();
    }
  } finally {
    await session.close();
  }
  return moments;
}

/** A rotation matrix for `applyLinear` (y = x · R): column j is the j-th axis. dims × dims, row-major. */
export function pcaRotation(pca: Pca): Float32Array {
  const { dims, axes } = pca;
  const rotation = new Float32Array(dims * dims);
  for (let i = 0; i < dims; i += 1) for (let j = 0; j < dims; j += 1) rotation[i * dims + j] = axes[j * dims + i]!;
  return rotation;
}
