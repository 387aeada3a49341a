import { SLICE_BYTES, sliceBase, sliceDims, sliceStride } from './dot';

// Smaller forms of prefixes. Rows [first, first + rows) of the slices become `rows` lines of `stride` bytes; padding is written as 0.

/**
 * int8: code = nearest(x · 127/max|x|), ties to even, so that x ≈ code · scale with scale = max|x| · inverse / 127: one scale a row,
 * for the re-normalised prefix. A zero prefix has scale 0.
 */
export function quantiseInt8(
  slices: usize, sliceCount: u32, inverse: usize, first: u32, rows: u32, out: usize, stride: usize, scales: usize,
): void {
  memory.fill(out, 0, (<usize>rows) * stride);
  for (let i: u32 = 0; i < rows; i++) {
    const row = <usize>(first + i);
    let most: f32 = 0;
    for (let s: u32 = 0; s < sliceCount; s++) {
      const slice = slices + (<usize>s) * SLICE_BYTES;
      const from = sliceBase(slice) + row * sliceStride(slice);
      for (let at: usize = 0, end = (<usize>sliceDims(slice)) << 2; at < end; at += 4) most = max(most, abs(load<f32>(from + at)));
    }
    store<f32>(scales + ((<usize>i) << 2), (most * load<f32>(inverse + (row << 2))) / 127);
    if (most == 0) continue;
    const factor = <f32>127 / most;
    let to = out + (<usize>i) * stride;
    for (let s: u32 = 0; s < sliceCount; s++) {
      const slice = slices + (<usize>s) * SLICE_BYTES;
      const from = sliceBase(slice) + row * sliceStride(slice);
      for (let at: usize = 0, end = (<usize>sliceDims(slice)) << 2; at < end; at += 4) {
        store<i8>(to, <i8>(<i32>nearest(load<f32>(from + at) * factor)));
        to += 1;
      }
    }
  }
}

/** One bit a dimension: 1 where x > 0, lowest bit first. */
export function quantiseBits(slices: usize, sliceCount: u32, first: u32, rows: u32, out: usize, stride: usize): void {
  memory.fill(out, 0, (<usize>rows) * stride);
  for (let i: u32 = 0; i < rows; i++) {
    const row = <usize>(first + i);
    const line = out + (<usize>i) * stride;
    let bit: u32 = 0;
    for (let s: u32 = 0; s < sliceCount; s++) {
      const slice = slices + (<usize>s) * SLICE_BYTES;
      const from = sliceBase(slice) + row * sliceStride(slice);
      for (let at: usize = 0, end = (<usize>sliceDims(slice)) << 2; at < end; at += 4, bit++) {
        const byte = line + (<usize>(bit >> 3));
        if (load<f32>(from + at) > 0) store<u8>(byte, load<u8>(byte) | <u8>(<u32>1 << (bit & 7)));
      }
    }
  }
}

/** IEEE half precision of x · inverse (the re-normalised prefix), rounded to nearest, ties to even. */
export function quantiseHalf(slices: usize, sliceCount: u32, inverse: usize, first: u32, rows: u32, out: usize, stride: usize): void {
  memory.fill(out, 0, (<usize>rows) * stride);
  for (let i: u32 = 0; i < rows; i++) {
    const row = <usize>(first + i);
    const scale = load<f32>(inverse + (row << 2));
    let to = out + (<usize>i) * stride;
    for (let s: u32 = 0; s < sliceCount; s++) {
      const slice = slices + (<usize>s) * SLICE_BYTES;
      const from = sliceBase(slice) + row * sliceStride(slice);
      for (let at: usize = 0, end = (<usize>sliceDims(slice)) << 2; at < end; at += 4) {
        store<u16>(to, halfOf(load<f32>(from + at) * scale));
        to += 2;
      }
    }
  }
}

/** For |x| ≤ 1, after Giesen: https://fgiesen.wordpress.com/2012/03/28/half-to-float-done-quic/ */
// @ts-ignore: decorator
@inline
function halfOf(x: f32): u16 {
  const bits = reinterpret<u32>(x);
  const sign = (bits >> 16) & 0x8000;
  let size = bits & 0x7fffffff;
  if (size < 0x38800000) {
    // Below 2^-14: adding 0.5 lets the float unit round at 2^-24, the step of half's subnormal numbers.
    size = reinterpret<u32>(reinterpret<f32>(size) + <f32>0.5) - 0x3f000000;
  } else {
    size = (size - 0x38000000 + 0xfff + ((size >> 13) & 1)) >> 13;
  }
  return <u16>(size | sign);
}
