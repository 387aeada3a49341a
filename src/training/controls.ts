import { sampleWithoutReplacement, seededRandom } from '../base/random.ts';

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
 * A random rotation: signs drawn for the dimensions, the orthonormal cosine transform (DCT-II), its outputs in random order. Each new
 * dimension mixes all old ones alike, so full-dimension cosines stay and any order that the dimensions had is gone: its prefixes show
 * what a vector without order loses. It is not uniform over all rotations, but costs dims² where a uniform one costs dims³.
 */
export function randomRotation(dims: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const signs = Float64Array.from({ length: dims }, () => (random() < 0.5 ? -1 : 1));
  const frequencies = sampleWithoutReplacement(random, dims, dims);
  const matrix = new Float32Array(dims * dims);
  for (let i = 0; i < dims; i += 1) {
    for (let j = 0; j < dims; j += 1) {
      const frequency = frequencies[j]!;
      const scale = Math.sqrt((frequency === 0 ? 1 : 2) / dims);
      matrix[i * dims + j] = signs[i]! * scale * Math.cos((Math.PI * frequency * (2 * i + 1)) / (2 * dims));
    }
  }
  return matrix;
}
