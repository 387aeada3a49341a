import type { WorkOptions } from '../base/progress.ts';
import { checkAdapterFits, type Adapter } from './adapter-file.ts';
import { applyLinear } from './linear.ts';

/**
 * Embeddings turned by an adapter and normalised at full dimension: what a search, a file or Milvus then takes prefixes of.
 * Documents and queries must go through the same adapter.
 * @param rows count × dims, row-major. @returns count × dims. @throws UserError when the widths differ.
 */
export async function applyAdapter(adapter: Adapter, rows: Float32Array, dims: number, options: WorkOptions & { readonly threads?: number | undefined } = {}): Promise<Float32Array> {
  checkAdapterFits(adapter, dims);
  const turned = await applyLinear(rows, dims, adapter.matrix, options);
  for (let start = 0; start < turned.length; start += dims) {
    let square = 0;
    for (let j = start; j < start + dims; j += 1) square += turned[j]! * turned[j]!;
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let j = start; j < start + dims; j += 1) turned[j] = turned[j]! * scale;
  }
  return turned;
}
