import { selectionAdd, selectionThreshold } from './select';

/**
 * One query, one chunk of rows, one more block of dimensions: sums[i] += products[i], and every row whose similarity
 * sums[i] · inverse[i] · scale is above the selection's threshold is offered to it. With `isFirst` the sums begin here.
 * All arrays are readable, and `sums` is writable, to a multiple of 4.
 */
export function sweepBlock(
  products: usize, sums: usize, isFirst: bool, inverse: usize, scale: f32, rows: u32, rowBase: u32, selection: usize,
): void {
  const scales = f32x4.splat(scale);
  let threshold = f32x4.splat(selectionThreshold(selection));
  const bytes = (<usize>rows) << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    let sum = v128.load(products + at);
    if (!isFirst) sum = f32x4.add(sum, v128.load(sums + at));
    v128.store(sums + at, sum);
    const score = f32x4.mul(f32x4.mul(sum, v128.load(inverse + at)), scales);
    let above = <u32>i32x4.bitmask(f32x4.gt(score, threshold));
    if (above) {
      const left = bytes - at;
      if (left < 16) above &= (1 << <u32>(left >> 2)) - 1;
      const row = rowBase + <u32>(at >> 2);
      if (above & 1) offer(selection, f32x4.extract_lane(score, 0), row);
      if (above & 2) offer(selection, f32x4.extract_lane(score, 1), row + 1);
      if (above & 4) offer(selection, f32x4.extract_lane(score, 2), row + 2);
      if (above & 8) offer(selection, f32x4.extract_lane(score, 3), row + 3);
      threshold = f32x4.splat(selectionThreshold(selection));
    }
  }
}

// @ts-ignore: decorator
@inline
function offer(selection: usize, score: f32, row: u32): void {
  if (score > selectionThreshold(selection)) selectionAdd(selection, score, row);
}
