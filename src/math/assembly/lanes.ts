// Sums over the four lanes of a vector. sumLanes and sumLanes4 add in the same order, so a row's sum does not depend on
// whether it was reached in a group of four or alone.

// @ts-ignore: decorator
@inline
export function sumLanes(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** [sum of a, sum of b, sum of c, sum of d] */
// @ts-ignore: decorator
@inline
export function sumLanes4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  const lane0 = v128.shuffle<f32>(ab01, cd01, 0, 1, 4, 5);
  const lane1 = v128.shuffle<f32>(ab01, cd01, 2, 3, 6, 7);
  const lane2 = v128.shuffle<f32>(ab23, cd23, 0, 1, 4, 5);
  const lane3 = v128.shuffle<f32>(ab23, cd23, 2, 3, 6, 7);
  return f32x4.add(f32x4.add(lane0, lane1), f32x4.add(lane2, lane3));
}

/** The same for 32-bit integers. */
// @ts-ignore: decorator
@inline
export function sumIntLanes4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab01 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const ab23 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd01 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const cd23 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  const lane0 = v128.shuffle<i32>(ab01, cd01, 0, 1, 4, 5);
  const lane1 = v128.shuffle<i32>(ab01, cd01, 2, 3, 6, 7);
  const lane2 = v128.shuffle<i32>(ab23, cd23, 0, 1, 4, 5);
  const lane3 = v128.shuffle<i32>(ab23, cd23, 2, 3, 6, 7);
  return i32x4.add(i32x4.add(lane0, lane1), i32x4.add(lane2, lane3));
}

/** A bit for each of the eight lanes of two masks, those beyond `left` bytes (four a lane) cleared. */
// @ts-ignore: decorator
@inline
export function laneBits(g0: v128, g1: v128, left: usize): u32 {
  const bits = <u32>i16x8.bitmask(i16x8.narrow_i32x4_s(g0, g1));
  return left < 32 ? bits & ((1 << <u32>(left >> 2)) - 1) : bits;
}

/** Writes the four lanes (32 bits each) to addresses `far` bytes apart. */
// @ts-ignore: decorator
@inline
export function storeApart(to: usize, far: usize, v: v128): void {
  v128.store32_lane(to, v, 0);
  v128.store32_lane(to + far, v, 1);
  v128.store32_lane(to + 2 * far, v, 2);
  v128.store32_lane(to + 3 * far, v, 3);
}

/** The four lanes from addresses `far` bytes apart. */
// @ts-ignore: decorator
@inline
export function loadApart(from: usize, far: usize): v128 {
  return v128.load32_lane(from + 3 * far, v128.load32_lane(from + 2 * far, v128.load32_lane(from + far, v128.load32_zero(from), 1), 2), 3);
}

/** The sum of the lanes. */
// @ts-ignore: decorator
@inline
export function sumIntLanes(v: v128): i32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
}
