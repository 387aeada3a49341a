/** Two batches of rows, n × dims each. */
export interface TurnedPairs {
  readonly left: Float32Array;
  readonly right: Float32Array;
  readonly dims: number;
}

/** Inverse lengths of the first `prefix` dimensions of each row; 0 for zero prefixes. */
export function inverseNorms(rows: Float32Array, dims: number, prefix: number): Float64Array {
  return Float64Array.from({ length: rows.length / dims }, (_, row) => {
    let square = 0;
    for (let j = row * dims; j < row * dims + prefix; j += 1) square += rows[j]! * rows[j]!;
    return square > 0 ? 1 / Math.sqrt(square) : 0;
  });
}

/** Dot product of the first `prefix` dimensions of two rows. */
export function prefixDot({ left, right, dims }: TurnedPairs, i: number, j: number, prefix: number): number {
  let sum = 0;
  for (let k = 0; k < prefix; k += 1) sum += left[i * dims + k]! * right[j * dims + k]!;
  return sum;
}
