/** A table of signed 8-bit numbers with one scale a row: value ≈ scale[row] · data[row, j]. */
export interface QuantisedTable {
  readonly data: Int8Array;
  readonly scales: Float32Array;
}

/** Symmetric 8-bit quantisation, row by row; rounding to nearest, ties to even numbers of the grid are left to Math.round. */
export function quantiseTable(table: Float32Array, dims: number): QuantisedTable {
  const rows = table.length / dims;
  const data = new Int8Array(table.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    let largest = 0;
    for (let j = 0; j < dims; j += 1) largest = Math.max(largest, Math.abs(table[row * dims + j]!));
    if (largest === 0) continue;
    scales[row] = largest / 127;
    for (let j = 0; j < dims; j += 1) data[row * dims + j] = Math.round(table[row * dims + j]! / scales[row]!);
  }
  return { data, scales };
}

/** The float32 table that a reader of the quantised one sees. */
export function dequantiseTable({ data, scales }: QuantisedTable, dims: number): Float32Array {
  return Float32Array.from(data, (value, index) => value * scales[Math.floor(index / dims)]!);
}
