/** Copies `dims` floats of each of `rows` rows from one row stride (bytes) to another: joins or cuts blocks of dimensions. */
export function packRows(from: usize, fromStride: usize, to: usize, toStride: usize, dims: u32, rows: u32): void {
  const size = (<usize>dims) << 2;
  for (let i: u32 = 0; i < rows; i++) {
    memory.copy(to, from, size);
    from += fromStride;
    to += toStride;
  }
}
