// Similarities as whole numbers of 15 bits, eight to a vector: how many lie above a bound is counted at the speed of reading them.

/** The largest code. */
export const MOST_CODE: i32 = 32767;

/** How far from the hint the search for a code goes first. */
const FIRST_STEP: i32 = 512;

/**
 * A code that at least `wanted` of `count` codes reach, and hardly more: the largest such, or one that at most `wanted` + `slack` reach; 0 when not so many are 1 or more. Codes are i16 from
 * 0 to MOST_CODE, with zeros after the last to a multiple of 32. `hint` is where it may be about.
 */
export function codeReached(codes: usize, count: u32, wanted: u32, slack: u32, hint: i32): i32 {
  let low: i32 = 0;
  let atLow = count;
  let high: i32 = MOST_CODE + 1;
  let atHigh: u32 = 0;
  let next = hint;
  let step = FIRST_STEP;
  let isMiddle = false;
  while (high - low > 1 && (low == 0 || atLow - wanted > slack)) {
    next = min(max(next, low + 1), high - 1);
    const found = countReaching(codes, count, next);
    const isLow = found >= wanted;
    if (isLow) {
      low = next;
      atLow = found;
    } else {
      high = next;
      atHigh = found;
    }
    // Away from the hint until the code is between two ends; then by turns where a straight line between these would be, and in the middle.
    if (isLow && high > MOST_CODE) next = low + step;
    else if (!isLow && low == 0) next = high - step;
    else {
      next = low + <i32>((isMiddle ? <f32>0.5 : <f32>(atLow - wanted) / <f32>(atLow - atHigh)) * <f32>(high - low));
      isMiddle = !isMiddle;
    }
    step = min(step << 1, MOST_CODE);
  }
  return low;
}

/** How many codes are at least `code`, which is 1 or more. */
export function countReaching(codes: usize, count: u32, code: i32): u32 {
  const below = i16x8.splat(<i16>(code - 1));
  let sum = i32x4.splat(0);
  let at = codes;
  const end = codes + (((<usize>count + 31) & ~31) << 1);
  while (at < end) {
    // Lanes of 16 bits hold what 512 steps count at most 4 times each.
    const stop = min(end, at + 512 * 64);
    let a = i16x8.splat(0);
    let b = a;
    for (; at < stop; at += 64) {
      a = i16x8.sub(a, i16x8.gt_s(v128.load(at), below));
      b = i16x8.sub(b, i16x8.gt_s(v128.load(at, 16), below));
      a = i16x8.sub(a, i16x8.gt_s(v128.load(at, 32), below));
      b = i16x8.sub(b, i16x8.gt_s(v128.load(at, 48), below));
    }
    sum = i32x4.add(sum, i32x4.add(i32x4.extadd_pairwise_i16x8_s(a), i32x4.extadd_pairwise_i16x8_s(b)));
  }
  return i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3);
}

/** Sets the codes after the last to 0, to a multiple of 32. */
// @ts-ignore: decorator
@inline
export function padCodes(codes: usize, count: u32): void {
  memory.fill(codes + ((<usize>count) << 1), 0, (((<usize>count + 31) & ~31) - <usize>count) << 1);
}

/** Added to a float from 0 to 2²², this leaves the nearest whole number in its low bits: one instruction, where a conversion is several. */
export const WHOLE: f32 = 8388608;

/** Eight similarities as codes: similarity · factor + offset to the nearest whole number, cut to 0 … MOST_CODE. */
// @ts-ignore: decorator
@inline
export function eightCodes(s0: v128, s1: v128, factor: v128, offset: v128): v128 {
  return i16x8.narrow_i32x4_s(fourCodes(s0, factor, offset), fourCodes(s1, factor, offset));
}

// @ts-ignore: decorator
@inline
function fourCodes(s: v128, factor: v128, offset: v128): v128 {
  const code = f32x4.pmin(f32x4.pmax(f32x4.add(f32x4.mul(s, factor), offset), f32x4.splat(0)), f32x4.splat(<f32>MOST_CODE));
  return v128.and(f32x4.add(code, f32x4.splat(WHOLE)), i32x4.splat(MOST_CODE));
}
