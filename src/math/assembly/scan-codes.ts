import { sumIntLanes4, sumLanes4 } from './lanes';
import { scaleRun } from './scan';
import { selectionAddRun } from './select';

// Scans of quantised rows: `stride` bytes a row, from row `first` to `end`; scores go to the selection as row numbers
// `rowBase + row`. Four rows at a time; where fewer are left the last row is read again and its extra scores are not offered.
// `tile` is scratch for tileRows floats (a multiple of 4).

// @ts-ignore: decorator
@inline
function dotInt8(p: usize, q: usize, stride: usize): v128 {
  let low = i32x4.splat(0);
  let high = i32x4.splat(0);
  for (let j: usize = 0; j < stride; j += 16) {
    const codes = v128.load(p + j);
    low = i32x4.add(low, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(codes), v128.load(q + 2 * j)));
    high = i32x4.add(high, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(codes), v128.load(q + 2 * j, 16)));
  }
  return i32x4.add(low, high);
}

/**
 * int8: score = (Σ code · queryCode) · scales[row] · scale, the sum in whole numbers. `q` holds the query's codes as int16;
 * the stride is a multiple of 16.
 */
export function scanInt8(
  codes: usize, stride: usize, q: usize, scales: usize, scale: f32,
  first: u32, end: u32, rowBase: u32, tile: usize, tileRows: u32, selection: usize,
): void {
  for (let row = first; row < end; row += tileRows) {
    const rows = min(tileRows, end - row);
    const last = codes + (<usize>(row + rows - 1)) * stride;
    let p = codes + (<usize>row) * stride;
    for (let i: u32 = 0; i < rows; i += 4) {
      const p1 = min(p + stride, last);
      const p2 = min(p1 + stride, last);
      const p3 = min(p2 + stride, last);
      const sums = sumIntLanes4(dotInt8(p, q, stride), dotInt8(p1, q, stride), dotInt8(p2, q, stride), dotInt8(p3, q, stride));
      v128.store(tile + ((<usize>i) << 2), f32x4.convert_i32x4_s(sums));
      p += stride << 2;
    }
    scaleRun(tile, scales + ((<usize>row) << 2), scale, rows);
    selectionAddRun(selection, tile, rows, rowBase + row);
  }
}

/** Eight halves times eight floats of a query that carries the factor 2^112 (see scanHalf). */
// @ts-ignore: decorator
@inline
function dotHalf(p: usize, q: usize, stride: usize): v128 {
  const zero = i32x4.splat(0);
  const keep = i32x4.splat(0x8fffffff);
  let low = f32x4.splat(0);
  let high = f32x4.splat(0);
  for (let j: usize = 0; j < stride; j += 16) {
    const halves = v128.load(p + j);
    // Each half over 16 zero bits; an arithmetic shift by 3 puts exponent and fraction where float32 has them, the mask
    // clears the copies of the sign. The exponent is then 112 too small.
    const a = v128.and(i32x4.shr_s(v128.shuffle<i16>(zero, halves, 0, 8, 1, 9, 2, 10, 3, 11), 3), keep);
    const b = v128.and(i32x4.shr_s(v128.shuffle<i16>(zero, halves, 4, 12, 5, 13, 6, 14, 7, 15), 3), keep);
    low = f32x4.add(low, f32x4.mul(a, v128.load(q + 2 * j)));
    high = f32x4.add(high, f32x4.mul(b, v128.load(q + 2 * j, 16)));
  }
  return f32x4.add(low, high);
}

/** Half precision: score = (Σ x · q) · scale. The query's floats are given times 2^112; the stride is a multiple of 16. */
export function scanHalf(
  codes: usize, stride: usize, q: usize, scale: f32,
  first: u32, end: u32, rowBase: u32, tile: usize, tileRows: u32, selection: usize,
): void {
  const scales = f32x4.splat(scale);
  for (let row = first; row < end; row += tileRows) {
    const rows = min(tileRows, end - row);
    const last = codes + (<usize>(row + rows - 1)) * stride;
    let p = codes + (<usize>row) * stride;
    for (let i: u32 = 0; i < rows; i += 4) {
      const p1 = min(p + stride, last);
      const p2 = min(p1 + stride, last);
      const p3 = min(p2 + stride, last);
      const sums = sumLanes4(dotHalf(p, q, stride), dotHalf(p1, q, stride), dotHalf(p2, q, stride), dotHalf(p3, q, stride));
      v128.store(tile + ((<usize>i) << 2), f32x4.mul(sums, scales));
      p += stride << 2;
    }
    selectionAddRun(selection, tile, rows, rowBase + row);
  }
}

/** Sign bits: score = (dims − 2 · differing bits) / dims. The stride is a multiple of 8; padding bits are 0 on both sides. */
export function scanBits(
  codes: usize, stride: usize, q: usize, dims: u32,
  first: u32, end: u32, rowBase: u32, tile: usize, tileRows: u32, selection: usize,
): void {
  const all = <f32>dims;
  for (let row = first; row < end; row += tileRows) {
    const rows = min(tileRows, end - row);
    let p = codes + (<usize>row) * stride;
    for (let i: u32 = 0; i < rows; i++) {
      let differing: i64 = 0;
      for (let j: usize = 0; j < stride; j += 8) differing += popcnt(load<i64>(p + j) ^ load<i64>(q + j));
      store<f32>(tile + ((<usize>i) << 2), (all - 2 * <f32>(<i32>differing)) / all);
      p += stride;
    }
    selectionAddRun(selection, tile, rows, rowBase + row);
  }
}
