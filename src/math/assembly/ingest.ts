import { SLICE_BYTES, sliceBase, sliceDims, sliceStride } from './dot';

/** A prefix shorter than this (2^-100) counts as zero: its direction is lost in float32 products. */
const LEAST_NORM: f64 = 7.888609052210118e-31;

// @ts-ignore: decorator
@inline
function inverseOf(squares: f64): f32 {
  const norm = Math.sqrt(squares);
  return norm < LEAST_NORM ? <f32>0 : <f32>(1 / norm);
}

/**
 * Normalises `rows` source rows of all dimensions to length 1 and writes them to the slices (the blocks) from row `first` on, with the
 * inverse norm of the prefix that each block ends: the array of floats of block b begins at the u32 address inverses[b].
 * Sums run in double precision. A zero row stays zero, and is counted at `zeroCount` (u32).
 * Returns -1, or the first source row with a value that is not finite (nothing after it is written).
 */
export function ingestRows(source: usize, rows: u32, slices: usize, sliceCount: u32, inverses: usize, first: u32, zeroCount: usize): i32 {
  let dims: u32 = 0;
  for (let s: u32 = 0; s < sliceCount; s++) dims += sliceDims(slices + (<usize>s) * SLICE_BYTES);
  let from = source;
  for (let i: u32 = 0; i < rows; i++) {
    let squares: f64 = 0;
    for (let at: usize = 0, end = (<usize>dims) << 2; at < end; at += 4) {
      const x = <f64>load<f32>(from + at);
      squares += x * x;
    }
    if (!isFinite(squares)) return <i32>i;
    const scale: f64 = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    if (squares == 0) store<u32>(zeroCount, load<u32>(zeroCount) + 1);
    const row = <usize>(first + i);
    squares = 0;
    for (let s: u32 = 0; s < sliceCount; s++) {
      const slice = slices + (<usize>s) * SLICE_BYTES;
      let to = sliceBase(slice) + row * sliceStride(slice);
      const end = from + ((<usize>sliceDims(slice)) << 2);
      for (; from < end; from += 4, to += 4) {
        const x = <f32>(<f64>load<f32>(from) * scale);
        store<f32>(to, x);
        squares += <f64>x * <f64>x;
      }
      store<f32>(<usize>load<u32>(inverses + ((<usize>s) << 2)) + (row << 2), inverseOf(squares));
    }
  }
  return -1;
}

/** inverse[row] = 1 / length of the prefix that the slices make, 0 for a zero prefix, for rows [first, end). */
export function inverseNorms(slices: usize, sliceCount: u32, first: u32, end: u32, inverse: usize): void {
  for (let row = first; row < end; row++) {
    let squares: f64 = 0;
    for (let s: u32 = 0; s < sliceCount; s++) {
      const slice = slices + (<usize>s) * SLICE_BYTES;
      const from = sliceBase(slice) + (<usize>row) * sliceStride(slice);
      for (let at: usize = 0, stop = (<usize>sliceDims(slice)) << 2; at < stop; at += 4) {
        const x = <f64>load<f32>(from + at);
        squares += x * x;
      }
    }
    store<f32>(inverse + ((<usize>row) << 2), inverseOf(squares));
  }
}
