import { unreachable } from '../base/errors.ts';
import type { Pooling } from './embedder.ts';

/**
 * Pools the token vectors of one text into `out`.
 * @param hidden count × width × dims, row-major. @param keep which of its `width` tokens count (attention mask, less an excluded prompt).
 */
export function poolTokens(hidden: Float32Array, row: number, width: number, dims: number, keep: Uint8Array, pooling: Pooling, out: Float32Array): void {
  const start = row * width * dims;
  switch (pooling) {
    case 'cls':
      out.set(hidden.subarray(start, start + dims));
      return;
    case 'last-token': {
      let last = width - 1;
      while (last > 0 && keep[last] === 0) last -= 1;
      out.set(hidden.subarray(start + last * dims, start + (last + 1) * dims));
      return;
    }
    case 'mean':
    case 'none': {
      out.fill(0);
      let count = 0;
      for (let token = 0; token < width; token += 1) {
        if (keep[token] === 0) continue;
        count += 1;
        const at = start + token * dims;
        for (let d = 0; d < dims; d += 1) out[d] = out[d]! + hidden[at + d]!;
      }
      // The same floor as sentence-transformers': a text without tokens becomes the zero vector.
      const scale = 1 / Math.max(count, 1e-9);
      for (let d = 0; d < dims; d += 1) out[d] = out[d]! * scale;
      return;
    }
    default:
      unreachable(pooling);
  }
}

/** Layer-norm without weights over one vector, in place: (x − mean) / √(variance + 1e-5), as torch.nn.functional.layer_norm. */
export function layerNormInPlace(vector: Float32Array): void {
  let sum = 0;
  for (const value of vector) sum += value;
  const mean = sum / vector.length;
  let squares = 0;
  for (const value of vector) squares += (value - mean) * (value - mean);
  const scale = 1 / Math.sqrt(squares / vector.length + 1e-5);
  for (let d = 0; d < vector.length; d += 1) vector[d] = (vector[d]! - mean) * scale;
}

/** L2-normalises one vector in place; a zero vector stays zero. */
export function normaliseInPlace(vector: Float32Array): void {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const scale = 1 / Math.max(Math.sqrt(squares), 1e-12);
  for (let d = 0; d < vector.length; d += 1) vector[d] = vector[d]! * scale;
}
