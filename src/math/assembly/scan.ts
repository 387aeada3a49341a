import { dot1, dot4, SLICE_BYTES, sliceBase, sliceDims, sliceStride } from './dot';
import { selectionAddRun } from './select';

/** sums[i] += row(first + i) · q for a run of rows of one slice. */
// @ts-ignore: decorator
@inline
function addDots(sums: usize, base: usize, stride: usize, dims: u32, q: usize, rows: u32): void {
  const whole = rows & ~3;
  let p = base;
  let out = sums;
  let i: u32 = 0;
  for (; i < whole; i += 4) {
    const four = dot4(p, p + stride, p + 2 * stride, p + 3 * stride, q, dims);
    v128.store(out, f32x4.add(v128.load(out), four));
    p += stride << 2;
    out += 16;
  }
  for (; i < rows; i++) {
    store<f32>(out, load<f32>(out) + dot1(p, q, dims));
    p += stride;
    out += 4;
  }
}

/** scores[i] = (sums[i] · inverse[i]) · scale, in place; `scores` is writable and both are readable to a multiple of 4. */
// @ts-ignore: decorator
@inline
export function scaleRun(scores: usize, inverse: usize, scale: f32, rows: u32): void {
  const scales = f32x4.splat(scale);
  for (let at: usize = 0, end = (<usize>rows) << 2; at < end; at += 16) {
    v128.store(scores + at, f32x4.mul(f32x4.mul(v128.load(scores + at), v128.load(inverse + at)), scales));
  }
}

/**
 * Scores rows [first, end) of a float32 prefix and offers them to the selection as row numbers `rowBase + row`.
 * score = (Σ over slices row · q) · inverse[row] · scale. `tile` is scratch for `tileRows` floats (a multiple of 4): the sums of a
 * tile stay in the first-level cache while its slices stream by.
 */
export function scanF32(
  slices: usize, sliceCount: u32, q: usize, inverse: usize, scale: f32,
  first: u32, end: u32, rowBase: u32, tile: usize, tileRows: u32, selection: usize,
): void {
  for (let row = first; row < end; row += tileRows) {
    const rows = min(tileRows, end - row);
    dotTile(slices, sliceCount, q, row, rows, tile);
    scaleRun(tile, inverse + ((<usize>row) << 2), scale, rows);
    selectionAddRun(selection, tile, rows, rowBase + row);
  }
}

/** sums[0 … rows) = unnormalised dot products of rows [row, row + rows). */
function dotTile(slices: usize, sliceCount: u32, q: usize, row: u32, rows: u32, sums: usize): void {
  memory.fill(sums, 0, (<usize>((rows + 3) & ~3)) << 2);
  let query = q;
  for (let s: u32 = 0; s < sliceCount; s++) {
    const slice = slices + (<usize>s) * SLICE_BYTES;
    const stride = sliceStride(slice);
    const dims = sliceDims(slice);
    addDots(sums, sliceBase(slice) + (<usize>row) * stride, stride, dims, query, rows);
    query += (<usize>dims) << 2;
  }
}
