import { laneBits, storeApart, sumIntLanes, sumIntLanes4, sumLanes, sumLanes4 } from './lanes';
import { selectionAdd, selectionAddRun, selectionThreshold } from './select';
import { offerRun } from './sweep';

// Scans of quantised rows: `stride` bytes a row, from row `first` to `end`; scores go to the selection as row numbers
// `rowBase + row`. `tile` is scratch for tileRows floats (a multiple of 16) and 16 more.
//
// A tile is read as four streams, each over a quarter of its rows, side by side: the hardware reads all four ahead while codes are worked on, and what is loaded of the query serves four rows. One row
// after the other takes up to half as long again, and twice as long with halves.

/** Eight codes at a time in two accumulators for each of four rows. */
// @ts-ignore: decorator
@inline
function dotInt8Apart(p0: usize, p1: usize, p2: usize, p3: usize, q: usize, stride: usize): v128 {
  let low0 = i32x4.splat(0);
  let low1 = low0;
  let low2 = low0;
  let low3 = low0;
  let high0 = low0;
  let high1 = low0;
  let high2 = low0;
  let high3 = low0;
  for (let j: usize = 0; j < stride; j += 16) {
    const left = v128.load(q + 2 * j);
    const right = v128.load(q + 2 * j, 16);
    low0 = i32x4.add(low0, i32x4.dot_i16x8_s(v128.load_ext<i8>(p0 + j), left));
    high0 = i32x4.add(high0, i32x4.dot_i16x8_s(v128.load_ext<i8>(p0 + j, 8), right));
    low1 = i32x4.add(low1, i32x4.dot_i16x8_s(v128.load_ext<i8>(p1 + j), left));
    high1 = i32x4.add(high1, i32x4.dot_i16x8_s(v128.load_ext<i8>(p1 + j, 8), right));
    low2 = i32x4.add(low2, i32x4.dot_i16x8_s(v128.load_ext<i8>(p2 + j), left));
    high2 = i32x4.add(high2, i32x4.dot_i16x8_s(v128.load_ext<i8>(p2 + j, 8), right));
    low3 = i32x4.add(low3, i32x4.dot_i16x8_s(v128.load_ext<i8>(p3 + j), left));
    high3 = i32x4.add(high3, i32x4.dot_i16x8_s(v128.load_ext<i8>(p3 + j, 8), right));
  }
  return sumIntLanes4(i32x4.add(low0, high0), i32x4.add(low1, high1), i32x4.add(low2, high2), i32x4.add(low3, high3));
}

/** One row. */
// @ts-ignore: decorator
@inline
function dotInt8(p: usize, q: usize, stride: usize): i32 {
  let sums = i32x4.splat(0);
  for (let j: usize = 0; j < stride; j += 8) sums = i32x4.add(sums, i32x4.dot_i16x8_s(v128.load_ext<i8>(p + j), v128.load(q + 2 * j)));
  return sumIntLanes(sums);
}

/**
 * The first four of eight halves as floats: each half over 16 zero bits; an arithmetic shift by 3 puts exponent and fraction where float32 has them, the mask clears the copies of the sign. The exponent
 * is then 112 too small.
 */
// @ts-ignore: decorator
@inline
function halfLow(halves: v128): v128 {
  return v128.and(i32x4.shr_s(v128.shuffle<i16>(i32x4.splat(0), halves, 0, 8, 1, 9, 2, 10, 3, 11), 3), i32x4.splat(0x8fffffff));
}

/** The last four. */
// @ts-ignore: decorator
@inline
function halfHigh(halves: v128): v128 {
  return v128.and(i32x4.shr_s(v128.shuffle<i16>(i32x4.splat(0), halves, 4, 12, 5, 13, 6, 14, 7, 15), 3), i32x4.splat(0x8fffffff));
}

/** Four rows of halves times a query that carries the factor 2^112 (see scanHalf). */
// @ts-ignore: decorator
@inline
function dotHalfApart(p0: usize, p1: usize, p2: usize, p3: usize, q: usize, stride: usize): v128 {
  let low0 = f32x4.splat(0);
  let low1 = low0;
  let low2 = low0;
  let low3 = low0;
  let high0 = low0;
  let high1 = low0;
  let high2 = low0;
  let high3 = low0;
  for (let j: usize = 0; j < stride; j += 16) {
    const left = v128.load(q + 2 * j);
    const right = v128.load(q + 2 * j, 16);
    const h0 = v128.load(p0 + j);
    low0 = f32x4.add(low0, f32x4.mul(halfLow(h0), left));
    high0 = f32x4.add(high0, f32x4.mul(halfHigh(h0), right));
    const h1 = v128.load(p1 + j);
    low1 = f32x4.add(low1, f32x4.mul(halfLow(h1), left));
    high1 = f32x4.add(high1, f32x4.mul(halfHigh(h1), right));
    const h2 = v128.load(p2 + j);
    low2 = f32x4.add(low2, f32x4.mul(halfLow(h2), left));
    high2 = f32x4.add(high2, f32x4.mul(halfHigh(h2), right));
    const h3 = v128.load(p3 + j);
    low3 = f32x4.add(low3, f32x4.mul(halfLow(h3), left));
    high3 = f32x4.add(high3, f32x4.mul(halfHigh(h3), right));
  }
  return sumLanes4(f32x4.add(low0, high0), f32x4.add(low1, high1), f32x4.add(low2, high2), f32x4.add(low3, high3));
}

/** One row, added in the same order. */
// @ts-ignore: decorator
@inline
function dotHalf(p: usize, q: usize, stride: usize): f32 {
  let low = f32x4.splat(0);
  let high = f32x4.splat(0);
  for (let j: usize = 0; j < stride; j += 16) {
    const halves = v128.load(p + j);
    low = f32x4.add(low, f32x4.mul(halfLow(halves), v128.load(q + 2 * j)));
    high = f32x4.add(high, f32x4.mul(halfHigh(halves), v128.load(q + 2 * j, 16)));
  }
  return sumLanes(f32x4.add(low, high));
}

/** In how many bits a row differs from the query. */
// @ts-ignore: decorator
@inline
function differing(p: usize, q: usize, stride: usize): u32 {
  let bits: i64 = 0;
  let j: usize = 0;
  for (; j + 32 <= stride; j += 32) {
    bits += popcnt(load<i64>(p + j) ^ load<i64>(q + j)) + popcnt(load<i64>(p + j, 8) ^ load<i64>(q + j, 8));
    bits += popcnt(load<i64>(p + j, 16) ^ load<i64>(q + j, 16)) + popcnt(load<i64>(p + j, 24) ^ load<i64>(q + j, 24));
  }
  for (; j < stride; j += 8) bits += popcnt(load<i64>(p + j) ^ load<i64>(q + j));
  return <u32>bits;
}

// What is scanned: known where scoreTile is put in place, so that no form asks at every row.
const INT8: u32 = 0;
const HALF: u32 = 1;
const BITS: u32 = 2;

/** Sums of products of a tile's rows with the query (f32; of sign bits how many differ, u32). */
// @ts-ignore: decorator
@inline
function scoreTile(form: u32, codes: usize, stride: usize, q: usize, rows: u32, tile: usize): void {
  const quarter = <usize>(rows >> 2);
  const far = quarter * stride;
  const farOut = quarter << 2;
  let p = codes;
  for (let to = tile, stop = tile + farOut; to < stop; to += 4) {
    if (form == BITS) {
      store<u32>(to, differing(p, q, stride));
      store<u32>(to + farOut, differing(p + far, q, stride));
      store<u32>(to + 2 * farOut, differing(p + 2 * far, q, stride));
      store<u32>(to + 3 * farOut, differing(p + 3 * far, q, stride));
    } else if (form == HALF) {
      storeApart(to, farOut, dotHalfApart(p, p + far, p + 2 * far, p + 3 * far, q, stride));
    } else {
      storeApart(to, farOut, f32x4.convert_i32x4_s(dotInt8Apart(p, p + far, p + 2 * far, p + 3 * far, q, stride)));
    }
    p += stride;
  }
  p += 3 * far;
  for (let to = tile + (quarter << 4), stop = tile + ((<usize>rows) << 2); to < stop; to += 4) {
    if (form == INT8) store<f32>(to, <f32>dotInt8(p, q, stride));
    else if (form == HALF) store<f32>(to, dotHalf(p, q, stride));
    else store<u32>(to, differing(p, q, stride));
    p += stride;
  }
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
    scoreTile(INT8, codes + (<usize>row) * stride, stride, q, rows, tile);
    offerRun(tile, scales + ((<usize>row) << 2), scale, rows, rowBase + row, selection);
  }
}

/** Half precision: score = Σ x · q. The query's floats are given times 2^112; the stride is a multiple of 16. */
export function scanHalf(
  codes: usize, stride: usize, q: usize,
  first: u32, end: u32, rowBase: u32, tile: usize, tileRows: u32, selection: usize,
): void {
  for (let row = first; row < end; row += tileRows) {
    const rows = min(tileRows, end - row);
    scoreTile(HALF, codes + (<usize>row) * stride, stride, q, rows, tile);
    selectionAddRun(selection, tile, rows, rowBase + row);
  }
}

/** Sign bits: score = (dims − 2 · differing bits) / dims. The stride is a multiple of 8; padding bits are 0 on both sides. */
export function scanBits(
  codes: usize, stride: usize, q: usize, dims: u32,
  first: u32, end: u32, rowBase: u32, tile: usize, tileRows: u32, selection: usize,
): void {
  for (let row = first; row < end; row += tileRows) {
    const rows = min(tileRows, end - row);
    let p = codes + (<usize>row) * stride;
    if (stride == 32) {
      // 256 dimensions, the usual width of a sign head: the query stays in registers.
      const q0 = load<i64>(q);
      const q1 = load<i64>(q, 8);
      const q2 = load<i64>(q, 16);
      const q3 = load<i64>(q, 24);
      for (let to = tile, stop = tile + ((<usize>rows) << 2); to < stop; to += 4) {
        const bits = popcnt(load<i64>(p) ^ q0) + popcnt(load<i64>(p, 8) ^ q1) + (popcnt(load<i64>(p, 16) ^ q2) + popcnt(load<i64>(p, 24) ^ q3));
        store<u32>(to, <u32>bits);
        p += 32;
      }
    } else {
      scoreTile(BITS, p, stride, q, rows, tile);
    }
    offerBits(tile, dims, rows, rowBase + row, selection);
  }
}

/** Fewest differing bits that no longer beat the threshold: the whole number that the threshold's score came from. */
// @ts-ignore: decorator
@inline
function bitsLimit(threshold: f32, dims: u32): i32 {
  return threshold == -Infinity ? i32.MAX_VALUE : <i32>nearest((<f64>1 - <f64>threshold) * <f64>dims * 0.5);
}

function offerBits(differing: usize, dims: u32, rows: u32, firstRow: u32, selection: usize): void {
  const all = <f32>dims;
  let least = bitsLimit(selectionThreshold(selection), dims);
  const bytes = (<usize>rows) << 2;
  for (let at: usize = 0; at < bytes; at += 32) {
    const limit = i32x4.splat(least);
    const g0 = i32x4.lt_s(v128.load(differing + at), limit);
    const g1 = i32x4.lt_s(v128.load(differing + at, 16), limit);
    if (!v128.any_true(v128.or(g0, g1))) continue;
    let above = laneBits(g0, g1, bytes - at);
    while (above) {
      const lane = ctz(above);
      above &= above - 1;
      const from = at + ((<usize>lane) << 2);
      const bits = load<i32>(differing + from);
      if (bits < least) {
        selectionAdd(selection, (all - 2 * <f32>bits) / all, firstRow + <u32>(from >> 2));
        least = bitsLimit(selectionThreshold(selection), dims);
      }
    }
  }
}
