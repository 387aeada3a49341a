import { sumLanes, sumLanes4 } from './lanes';

// Dot products of float32 rows with a query of `dims` floats. Two accumulators a row hide the latency of the additions.

/** Four rows at once: [p0·q, p1·q, p2·q, p3·q]. */
// @ts-ignore: decorator
@inline
export function dot4(p0: usize, p1: usize, p2: usize, p3: usize, q: usize, dims: u32): v128 {
  let a0 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let d0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let d1 = f32x4.splat(0);
  const end8: usize = (<usize>(dims & ~7)) << 2;
  let j: usize = 0;
  while (j < end8) {
    const q0 = v128.load(q + j);
    const q1 = v128.load(q + j, 16);
    a0 = f32x4.add(a0, f32x4.mul(v128.load(p0 + j), q0));
    b0 = f32x4.add(b0, f32x4.mul(v128.load(p1 + j), q0));
    c0 = f32x4.add(c0, f32x4.mul(v128.load(p2 + j), q0));
    d0 = f32x4.add(d0, f32x4.mul(v128.load(p3 + j), q0));
    a1 = f32x4.add(a1, f32x4.mul(v128.load(p0 + j, 16), q1));
    b1 = f32x4.add(b1, f32x4.mul(v128.load(p1 + j, 16), q1));
    c1 = f32x4.add(c1, f32x4.mul(v128.load(p2 + j, 16), q1));
    d1 = f32x4.add(d1, f32x4.mul(v128.load(p3 + j, 16), q1));
    j += 32;
  }
  if (dims & 4) {
    const q0 = v128.load(q + j);
    a0 = f32x4.add(a0, f32x4.mul(v128.load(p0 + j), q0));
    b0 = f32x4.add(b0, f32x4.mul(v128.load(p1 + j), q0));
    c0 = f32x4.add(c0, f32x4.mul(v128.load(p2 + j), q0));
    d0 = f32x4.add(d0, f32x4.mul(v128.load(p3 + j), q0));
    j += 16;
  }
  let sum = sumLanes4(f32x4.add(a0, a1), f32x4.add(b0, b1), f32x4.add(c0, c1), f32x4.add(d0, d1));
  const end: usize = (<usize>dims) << 2;
  while (j < end) {
    let x = f32x4.splat(load<f32>(p0 + j));
    x = f32x4.replace_lane(x, 1, load<f32>(p1 + j));
    x = f32x4.replace_lane(x, 2, load<f32>(p2 + j));
    x = f32x4.replace_lane(x, 3, load<f32>(p3 + j));
    sum = f32x4.add(sum, f32x4.mul(x, f32x4.splat(load<f32>(q + j))));
    j += 4;
  }
  return sum;
}

/** One row, added in the same order as dot4 does. */
// @ts-ignore: decorator
@inline
export function dot1(p: usize, q: usize, dims: u32): f32 {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  const end8: usize = (<usize>(dims & ~7)) << 2;
  let j: usize = 0;
  while (j < end8) {
    a0 = f32x4.add(a0, f32x4.mul(v128.load(p + j), v128.load(q + j)));
    a1 = f32x4.add(a1, f32x4.mul(v128.load(p + j, 16), v128.load(q + j, 16)));
    j += 32;
  }
  if (dims & 4) {
    a0 = f32x4.add(a0, f32x4.mul(v128.load(p + j), v128.load(q + j)));
    j += 16;
  }
  let sum = sumLanes(f32x4.add(a0, a1));
  const end: usize = (<usize>dims) << 2;
  while (j < end) {
    sum += load<f32>(p + j) * load<f32>(q + j);
    j += 4;
  }
  return sum;
}

/**
 * A slice is a run of dimensions of every row that lies evenly in memory: three u32: the address of row 0's first float of the
 * run, the bytes from one row to the next, the number of floats. A prefix is a list of slices; the query lies in one piece.
 */
export const SLICE_BYTES: usize = 12;

// @ts-ignore: decorator
@inline
export function sliceBase(slice: usize): usize {
  return <usize>load<u32>(slice);
}
// @ts-ignore: decorator
@inline
export function sliceStride(slice: usize): usize {
  return <usize>load<u32>(slice, 4);
}
// @ts-ignore: decorator
@inline
export function sliceDims(slice: usize): u32 {
  return load<u32>(slice, 8);
}
