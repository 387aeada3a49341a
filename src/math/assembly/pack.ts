import { touchLines } from './ahead';

/** Copies `dims` floats of each of `rows` rows from one row stride (bytes) to another: joins or cuts blocks of dimensions. */
export function packRows(from: usize, fromStride: usize, to: usize, toStride: usize, dims: u32, rows: u32): void {
  const size = (<usize>dims) << 2;
  for (let i: u32 = 0; i < rows; i++) {
    memory.copy(to, from, size);
    from += fromStride;
    to += toStride;
  }
}

/** Copies `floats` floats from `offset` bytes on of each of some rows, one after the other. */
export function takeRows(from: usize, stride: u32, offset: u32, rows: usize, count: u32, floats: u32, to: usize): void {
  const bytes = (<usize>floats) << 2;
  let sum: u32 = 0;
  // Reads that wait for no other, so that memory answers several at once.
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = from + (<usize>load<u32>(rows + (i << 2))) * <usize>stride + offset;
    sum += touchLines(row, row + bytes);
  }
  store<u32>(to, sum);
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = from + (<usize>load<u32>(rows + (i << 2))) * <usize>stride + offset;
    let done: usize = 0;
    for (; done + 16 <= bytes; done += 16) v128.store(to + done, v128.load(row + done));
    for (; done < bytes; done += 4) store<u32>(to + done, load<u32>(row + done));
    to += bytes;
  }
}
