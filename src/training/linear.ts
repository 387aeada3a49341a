import { sliceOf, yieldToLoop } from '../base/async.ts';
import type { WorkOptions } from '../base/progress.ts';
import { writeOnnxModel } from '../math/onnx-graph.ts';
import { floatTensor, openOnnxSession, withoutCopies } from '../math/onnx-runtime.ts';

const CHUNK_ROWS = 4096;

/**
 * Rows times a matrix, y = x · W, on a matrix library; not normalised.
 * @param rows count × dims, row-major. @param matrix dims × dims, row-major. @returns count × dims.
 */
export async function applyLinear(rows: Float32Array, dims: number, matrix: Float32Array, options: WorkOptions & { readonly threads?: number | undefined } = {}): Promise<Float32Array> {
  const count = rows.length / dims;
  const out = new Float32Array(rows.length);
  const session = await openOnnxSession(linearModel(dims), { threads: options.threads ?? 1 });
  const slice = sliceOf(options.signal);
  try {
    const w = floatTensor(matrix, [dims, dims]);
    for (let start = 0; start < count; start += CHUNK_ROWS) {
      const size = Math.min(CHUNK_ROWS, count - start);
      const part = (array: Float32Array): Float32Array => array.subarray(start * dims, (start + size) * dims);
      await session.runInto({ x: floatTensor(part(rows), [size, dims]), w }, { y: floatTensor(part(out), [size, dims]) });
      options.onProgress?.({ phase: 'turning vectors', done: start + size, total: count, unit: 'rows' });
      await slice();
    }
    await yieldToLoop();
  } finally {
    await session.close();
  }
  return out;
}

function linearModel(dims: number): Uint8Array<ArrayBuffer> {
  return writeOnnxModel(
    withoutCopies({
      name: 'linear',
      nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
      inputs: [
        { name: 'x', type: 'float', shape: ['rows', dims] },
        { name: 'w', type: 'float', shape: [dims, dims] },
      ],
      outputs: [{ name: 'y', type: 'float', shape: ['rows', dims] }],
    }),
  );
}
