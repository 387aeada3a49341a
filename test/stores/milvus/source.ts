import type { VectorSource } from '../../../src/stores/milvus/vector-source.ts';
import type { Matrix } from '../reference.ts';

/** Rows of a test as the Milvus store takes them. */
export function sourceOf({ rowCount, dims, data }: Matrix): VectorSource {
  return {
    rowCount,
    dims,
    copyRow(row, into) {
      into.set(data.subarray(row * dims, row * dims + into.length));
    },
  };
}
