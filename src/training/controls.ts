import { randomNormal, seededRandom } from '../base/random.ts';

/** The matrix that changes nothing, dims × dims. */
export function identityMatrix(dims: number): Float32Array {
  const matrix = new Float32Array(dims * dims);
  for (let i = 0; i < dims; i += 1) matrix[i * dims + i] = 1;
  return matrix;
}

/** Dimensions in reversed order, the control of the Milvus tutorial: its prefix d is the suffix d of the original. y = x · W. */
export function reversedOrder(dims: number): Float32Array {
  const matrix = new Float32Array(dims * dims);
  for (let i = 0; i < dims; i += 1) matrix[i * dims + (dims - 1 - i)] = 1;
  return matrix;
}

/**
 * A random rotation, uniform over the orthogonal matrices: Gram–Schmidt (twice, for accuracy) on normal numbers. Full-dimension cosines
 * stay; any order that the dimensions had is gone, so its prefixes show what a vector without order loses.
 */
export function randomRotation(dims: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const rows = Float64Array.from({ length: dims * dims }, () => randomNormal(random));
  for (let i = 0; i < dims; i += 1) {
    for (let pass = 0; pass < 2; pass += 1) {
      for (let other = 0; other < i; other += 1) {
        let along = 0;
        for (let j = 0; j < dims; j += 1) along += rows[i * dims + j]! * rows[other * dims + j]!;
        for (let j = 0; j < dims; j += 1) rows[i * dims + j]! -= along * rows[other * dims + j]!;
      }
    }
    let square = 0;
    for (let j = 0; j < dims; j += 1) square += rows[i * dims + j]! ** 2;
    for (let j = 0; j < dims; j += 1) rows[i * dims + j]! /= Math.sqrt(square);
  }
  return Float32Array.from(rows);
}
