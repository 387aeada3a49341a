import { sliceOf } from '../base/async.ts';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
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
 * Principal component analysis by the eigenvectors of the second-moment matrix, accumulated in double precision.
 * @param rows count × dims, row-major.
 */
export async function fitPca(rows: Float32Array, count: number, dims: number, options: PcaOptions = {}): Promise<Pca> {
  if (count < 1) throw new UserError('training/no-rows', 'PCA needs at least one row');
  if (rows.length < count * dims) throw new UserError('training/short-rows', `PCA expected ${count} × ${dims} numbers, got ${rows.length}`);
  const slice = sliceOf(options.signal);
  const mean = new Float64Array(dims);
  let total = 0;
  for (let row = 0; row < count; row += 1) {
    const weight = options.weights?.[row] ?? 1;
    total += weight;
    if (options.centred === true) for (let j = 0; j < dims; j += 1) mean[j]! += weight * rows[row * dims + j]!;
  }
  if (!(total > 0)) throw new UserError('training/no-weight', 'PCA needs weights with a sum above zero');
  for (let j = 0; j < dims; j += 1) mean[j]! /= total;
  const moments = new Float64Array(dims * dims);
  const shifted = new Float64Array(BLOCK * dims);
  for (let start = 0; start < count; start += BLOCK) {
    const size = Math.min(BLOCK, count - start);
    for (let i = 0; i < size; i += 1) {
      const root = Math.sqrt((options.weights?.[start + i] ?? 1) / total);
      for (let j = 0; j < dims; j += 1) shifted[i * dims + j] = root * (rows[(start + i) * dims + j]! - mean[j]!);
    }
    addSquare(moments, shifted, size, dims);
    await slice();
  }
  for (let i = 0; i < dims; i += 1) for (let j = 0; j < i; j += 1) moments[i * dims + j] = moments[j * dims + i]!;
  const { values, vectors } = symmetricEigen(moments, dims);
  return { dims, mean, axes: vectors, variances: values };
}

const BLOCK = 64;

/** Adds XᵀX of `size` rows to the upper triangle: four rows at a time, so that each moment is loaded and stored once for four. */
function addSquare(moments: Float64Array, x: Float64Array, size: number, dims: number): void {
  const padded = (size + 3) & ~3;
  x.fill(0, size * dims, Math.min(padded * dims, x.length));
  for (let r = 0; r < padded; r += 4) {
    const [a, b, c, d] = [r * dims, (r + 1) * dims, (r + 2) * dims, (r + 3) * dims];
    for (let i = 0; i < dims; i += 1) {
      const [xa, xb, xc, xd] = [x[a + i]!, x[b + i]!, x[c + i]!, x[d + i]!];
      const out = i * dims;
      for (let j = i; j < dims; j += 1) moments[out + j]! += xa * x[a + j]! + xb * x[b + j]! + xc * x[c + j]! + xd * x[d + j]!;
    }
  }
}

/** A rotation matrix for `applyLinear` (y = x · R): column j is the j-th axis. dims × dims, row-major. */
export function pcaRotation(pca: Pca): Float32Array {
  const { dims, axes } = pca;
  const rotation = new Float32Array(dims * dims);
  for (let i = 0; i < dims; i += 1) for (let j = 0; j < dims; j += 1) rotation[i * dims + j] = axes[j * dims + i]!;
  return rotation;
}
