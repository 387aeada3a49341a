import { dot1, dot4, dot4Apart, dot4Of16, SLICE_BYTES, sliceBase, sliceDims, sliceStride } from './dot';
import { laneBits, loadApart, storeApart } from './lanes';
import { selectionAdd, selectionThreshold } from './select';

/** sums[i] += row(first + i) · q for a run of rows of one slice. */
// @ts-ignore: decorator
@inline
function addDots(sums: usize, base: usize, stride: usize, dims: u32, q: usize, rows: u32): void {
  const whole = rows & ~3;
  let p = base;
  let out = sums;
  let i: u32 = 0;
  if (dims == 16) {
    // The narrowest block is in every scan: without loops it takes a third less time.
    for (; i < whole; i += 4) {
      v128.store(out, f32x4.add(v128.load(out), dot4Of16(p, p + stride, p + 2 * stride, p + 3 * stride, q)));
      p += stride << 2;
      out += 16;
    }
  }
  if (dims >= LEAST_APART && (dims & 7) == 0) return addDotsApart(sums, base, stride, dims, q, rows);
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

/** Narrower blocks are as fast one row after the other. */
const LEAST_APART: u32 = 32;

/** The same in four streams, each over a quarter of the rows. */
function addDotsApart(sums: usize, base: usize, stride: usize, dims: u32, q: usize, rows: u32): void {
  const quarter = <usize>(rows >> 2);
  const far = quarter * stride;
  const farOut = quarter << 2;
  let p = base;
  for (let out = sums, end = sums + farOut; out < end; out += 4) {
    const four = dot4Apart(p, p + far, p + 2 * far, p + 3 * far, q, dims);
    storeApart(out, farOut, f32x4.add(loadApart(out, farOut), four));
    p += stride;
  }
  for (let i = quarter << 2; i < <usize>rows; i++) {
    const out = sums + (i << 2);
    store<f32>(out, load<f32>(out) + dot1(base + i * stride, q, dims));
  }
}

/**
 * Scores rows [first, end) of a float32 prefix: score = (Σ over slices row · q) · inverse[row] · scale. `tile` is scratch for `tileRows`
 * floats (a multiple of 16) and 16 more: the sums of a tile stay in the first-level cache while its slices stream by.
 *
 * A row whose score is above the selection's threshold is written down at `picked` (u32 row number `rowBase + row`, f32 sum), and
 * its place there is what the selection gets: places rise with rows, so ties fall the same way, and the sums are kept
 * exactly. At most end − first rows are written down. Returns how many were; `pickedCount` were there before.
 */
export function scanF32(
  slices: usize, sliceCount: u32, q: usize, inverse: usize, scale: f32,
  first: u32, end: u32, rowBase: u32, tile: usize, tileRows: u32, selection: usize, picked: usize, pickedCount: u32,
): u32 {
  let place = pickedCount;
  for (let row = first; row < end; row += tileRows) {
    const rows = min(tileRows, end - row);
    dotTile(slices, sliceCount, q, row, rows, tile);
    place = selectTile(tile, inverse + ((<usize>row) << 2), scale, rows, rowBase + row, selection, picked, place);
  }
  return place;
}

function selectTile(
  sums: usize, inverse: usize, scale: f32, rows: u32, firstRow: u32, selection: usize, picked: usize, pickedCount: u32,
): u32 {
  const scales = f32x4.splat(scale);
  let place = pickedCount;
  let threshold = selectionThreshold(selection);
  let limit = f32x4.splat(threshold);
  const bytes = (<usize>rows) << 2;
  for (let at: usize = 0; at < bytes; at += 32) {
    const s0 = f32x4.mul(f32x4.mul(v128.load(sums + at), v128.load(inverse + at)), scales);
    const s1 = f32x4.mul(f32x4.mul(v128.load(sums + at, 16), v128.load(inverse + at, 16)), scales);
    const g0 = f32x4.gt(s0, limit);
    const g1 = f32x4.gt(s1, limit);
    if (v128.any_true(v128.or(g0, g1))) {
      let above = laneBits(g0, g1, bytes - at);
      while (above) {
        const lane = ctz(above);
        above &= above - 1;
        const from = at + ((<usize>lane) << 2);
        const sum = load<f32>(sums + from);
        const score = sum * load<f32>(inverse + from) * scale;
        if (score > threshold) {
          store<u32>(picked + ((<usize>place) << 3), firstRow + <u32>(from >> 2));
          store<f32>(picked + ((<usize>place) << 3), sum, 4);
          selectionAdd(selection, score, place);
          place++;
          threshold = selectionThreshold(selection);
        }
      }
      limit = f32x4.splat(threshold);
    }
  }
  return place;
}

/** Replaces places of `picked` by their rows, and writes their sums. */
export function resolvePicked(places: usize, count: u32, picked: usize, dots: usize): void {
  for (let at: usize = 0, end = (<usize>count) << 2; at < end; at += 4) {
    const entry = picked + ((<usize>load<u32>(places + at)) << 3);
    store<u32>(places + at, load<u32>(entry));
    store<f32>(dots + at, load<f32>(entry, 4));
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
