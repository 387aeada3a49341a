import { unreachable, UserError } from '../base/errors.ts';
import { readSafetensors } from './safetensors.ts';
import type { DenseFile } from './sentence-transformers.ts';

/** A loaded dense layer: takes a vector of `inDims`, gives one of `outDims`. */
export interface DenseLayer {
  readonly inDims: number;
  readonly outDims: number;
  apply(vector: Float32Array): Float32Array;
}

/** @throws UserError when the weights are missing or of another shape than the layer's config says. */
export async function loadDense(file: DenseFile): Promise<DenseLayer> {
  const tensors = await readSafetensors(file.file, (name) => name === 'linear.weight' || name === 'linear.bias');
  const weight = tensors.get('linear.weight');
  const bias = tensors.get('linear.bias');
  if (weight === undefined || weight.shape[0] !== file.outDims || weight.shape[1] !== file.inDims) {
    throw new UserError('embedding/bad-weights', `linear.weight is ${weight === undefined ? 'missing' : JSON.stringify(weight.shape)}, expected [${file.outDims},${file.inDims}]`, { place: { file: file.file } });
  }
  if (file.bias && bias?.data.length !== file.outDims) throw new UserError('embedding/bad-weights', `linear.bias is missing or not of length ${file.outDims}`, { place: { file: file.file } });
  return {
    inDims: file.inDims,
    outDims: file.outDims,
    apply(vector) {
      const out = new Float32Array(file.outDims);
      for (let row = 0; row < file.outDims; row += 1) {
        let sum = file.bias ? bias!.data[row]! : 0;
        const at = row * file.inDims;
        for (let d = 0; d < file.inDims; d += 1) sum += weight.data[at + d]! * vector[d]!;
        out[row] = activate(sum, file.activation);
      }
      return out;
    },
  };
}

function activate(x: number, activation: DenseFile['activation']): number {
  switch (activation) {
    case 'identity':
      return x;
    case 'tanh':
      return Math.tanh(x);
    case 'relu':
      return Math.max(0, x);
    case 'gelu':
      return 0.5 * x * (1 + erf(x / Math.SQRT2));
    default:
      return unreachable(activation);
  }
}

/** Abramowitz & Stegun 7.1.26 refined by one series where it matters; |error| < 1e-12 through the series for |x| < 3. */
function erf(x: number): number {
  if (Math.abs(x) >= 6) return Math.sign(x);
  // Maclaurin series; alternating, so larger arguments take the continued fraction instead.
  if (Math.abs(x) < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 80; n += 1) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  const z = Math.abs(x);
  let fraction = 0;
  for (let n = 60; n > 0; n -= 1) fraction = n / 2 / (z + fraction);
  return Math.sign(x) * (1 - Math.exp(-z * z) / (Math.sqrt(Math.PI) * (z + fraction)));
}
