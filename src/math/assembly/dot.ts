import { sumLanes, sumLanes4 } from './lanes';

// Dot products of float32 rows with a query of `dims` floats. Two accumulators a row hide the latency of the additions.

/** The products of one row summed into four lanes, without the last dims % 4. */
// @ts-ignore: decorator
@inline
function laneSums(p: usize, q: usize, dims: u32): v128 {
  let even = f32x4.splat(0);
  let odd = f32x4.splat(0);
  const end8: usize = (<usize>(dims & ~7)) << 2;
  for (let j: usize = 0; j < end8; j += 32) {
    even = f32x4.add(even, f32x4.mul(v128.load(p + j), v128.load(q + j)));
    odd = f32x4.add(odd, f32x4.mul(v128.load(p + j, 16), v128.load(q + j, 16)));
  }
  if (dims & 4) even = f32x4.add(even, f32x4.mul(v128.load(p + end8), v128.load(q + end8)));
  return f32x4.add(even, odd);
}

/**
 * Four rows: [p0·q, p1·q, p2·q, p3·q]. One after the other, not side by side: neighbouring rows would be four streams within the same pages, which the hardware's prefetching does not follow (a scan of 256 dims
 * ran at a third of the memory's bandwidth).
 */
// @ts-ignore: decorator
@inline
export function dot4(p0: usize, p1: usize, p2: usize, p3: usize, q: usize, dims: u32): v128 {
  let sum = sumLanes4(laneSums(p0, q, dims), laneSums(p1, q, dims), laneSums(p2, q, dims), laneSums(p3, q, dims));
  const end: usize = (<usize>dims) << 2;
  for (let j: usize = (<usize>(dims & ~3)) << 2; j < end; j += 4) {
    let x = f32x4.splat(load<f32>(p0 + j));
    x = f32x4.replace_lane(x, 1, load<f32>(p1 + j));
    x = f32x4.replace_lane(x, 2, load<f32>(p2 + j));
    x = f32x4.replace_lane(x, 3, load<f32>(p3 + j));
    sum = f32x4.add(sum, f32x4.mul(x, f32x4.splat(load<f32>(q + j))));
  }
  return sum;
}

/** dot4 side by side, with the same additions in the same order: for rows far apart, which the hardware reads ahead as four streams. */
// @ts-ignore: decorator
@inline
export function dot4Apart(p0: usize, p1: usize, p2: usize, p3: usize, q: usize, dims: u32): v128 {
  let even0 = f32x4.splat(0);
  let even1 = even0;
  let even2 = even0;
  let even3 = even0;
  let odd0 = even0;
  let odd1 = even0;
  let odd2 = even0;
  let odd3 = even0;
  for (let j: usize = 0, end: usize = (<usize>dims) << 2; j < end; j += 32) {
    const left = v128.load(q + j);
    const right = v128.load(q + j, 16);
    even0 = f32x4.add(even0, f32x4.mul(v128.load(p0 + j), left));
    odd0 = f32x4.add(odd0, f32x4.mul(v128.load(p0 + j, 16), right));
    even1 = f32x4.add(even1, f32x4.mul(v128.load(p1 + j), left));
    odd1 = f32x4.add(odd1, f32x4.mul(v128.load(p1 + j, 16), right));
    even2 = f32x4.add(even2, f32x4.mul(v128.load(p2 + j), left));
    odd2 = f32x4.add(odd2, f32x4.mul(v128.load(p2 + j, 16), right));
    even3 = f32x4.add(even3, f32x4.mul(v128.load(p3 + j), left));
    odd3 = f32x4.add(odd3, f32x4.mul(v128.load(p3 + j, 16), right));
  }
  return sumLanes4(f32x4.add(even0, odd0), f32x4.add(even1, odd1), f32x4.add(even2, odd2), f32x4.add(even3, odd3));
}

/** dot4 for 16 dimensions, with the same additions in the same order. */
// @ts-ignore: decorator
@inline
export function dot4Of16(p0: usize, p1: usize, p2: usize, p3: usize, q: usize): v128 {
  return sumLanes4(laneSumsOf16(p0, q), laneSumsOf16(p1, q), laneSumsOf16(p2, q), laneSumsOf16(p3, q));
}

// @ts-ignore: decorator
@inline
function laneSumsOf16(p: usize, q: usize): v128 {
  const even = f32x4.add(f32x4.mul(v128.load(p), v128.load(q)), f32x4.mul(v128.load(p, 32), v128.load(q, 32)));
  const odd = f32x4.add(f32x4.mul(v128.load(p, 16), v128.load(q, 16)), f32x4.mul(v128.load(p, 48), v128.load(q, 48)));
  return f32x4.add(even, odd);
}

/** One row, added in the same order as dot4 does. */
// @ts-ignore: decorator
@inline
export function dot1(p: usize, q: usize, dims: u32): f32 {
  let sum = sumLanes(laneSums(p, q, dims));
  const end: usize = (<usize>dims) << 2;
  for (let j: usize = (<usize>(dims & ~3)) << 2; j < end; j += 4) sum += load<f32>(p + j) * load<f32>(q + j);
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
