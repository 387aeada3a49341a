import { keyOf, SELECTION_BYTES, selectionAdvance, selectionFull, selectionNext, selectionShrink, selectionThreshold } from './select';

/**
 * The place of one band of dimensions (between two neighbouring prefixes) in a sweep, four u32 in memory: address of the
 * products (queries × rows floats), of the rows' inverse prefix norms, of the queries' inverse prefix norms, of the queries'
 * selections (SELECTION_BYTES each).
 */
const BAND_BYTES: usize = 16;

/**
 * One chunk of rows of a sweep. For every query the bands' products are added up, and at each band's end every row whose similarity
 * (sum · inverse[row]) · scale[query] is above the selection's threshold is offered to it as row `rowBase + row`. `sums` is
 * scratch for rows + 16 floats. All arrays are readable a little past their end.
 */
export function sweepChunk(bands: usize, bandCount: u32, queryCount: u32, rows: u32, rowBase: u32, sums: usize): void {
  for (let query: u32 = 0; query < queryCount; query++) {
    for (let b: u32 = 0; b < bandCount; b++) {
      const band = bands + (<usize>b) * BAND_BYTES;
      const products = <usize>load<u32>(band) + (<usize>(query * rows) << 2);
      const inverse = <usize>load<u32>(band, 4);
      const scale = load<f32>(<usize>load<u32>(band, 8) + ((<usize>query) << 2));
      const selection = <usize>load<u32>(band, 12) + (<usize>query) * SELECTION_BYTES;
      if (b == 0) {
        if (bandCount == 1) sweepBand(products, sums, true, true, inverse, scale, rows, rowBase, selection);
        else sweepBand(products, sums, true, false, inverse, scale, rows, rowBase, selection);
      } else if (b == bandCount - 1) sweepBand(products, sums, false, true, inverse, scale, rows, rowBase, selection);
      else sweepBand(products, sums, false, false, inverse, scale, rows, rowBase, selection);
    }
  }
}

/**
 * What sum · inverse must exceed for its score to have a chance: a hair below threshold / scale, so that rounding excludes nothing.
 * Of a query prefix without direction (scale 0) every sum is 0.
 */
// @ts-ignore: decorator
@inline
export function limitOf(threshold: f32, scale: f32): v128 {
  const ratio = scale == 0 ? (threshold < 0 ? -Infinity : Infinity) : threshold / scale;
  return f32x4.splat(<f32>(ratio - abs(ratio) * 1e-6 - 1e-35));
}

/** Offers a run of rows with score (sums · inverse) · scale to a selection, as rows `firstRow` … */
export function offerRun(sums: usize, inverse: usize, scale: f32, rows: u32, firstRow: u32, selection: usize): void {
  sweepBand(sums, 0, true, true, inverse, scale, rows, firstRow, selection);
}

// @ts-ignore: decorator
@inline
function sweepBand(
  products: usize, sums: usize, isFirst: bool, isLast: bool, inverse: usize, scale: f32, rows: u32, rowBase: u32, selection: usize,
): void {
  let threshold = selectionThreshold(selection);
  let limit = limitOf(threshold, scale);
  let next = selectionNext(selection);
  let full = selectionFull(selection);
  const bytes = (<usize>rows) << 2;
  for (let at: usize = 0; at < bytes; at += 64) {
    let s0 = v128.load(products + at);
    let s1 = v128.load(products + at, 16);
    let s2 = v128.load(products + at, 32);
    let s3 = v128.load(products + at, 48);
    if (!isFirst) {
      s0 = f32x4.add(s0, v128.load(sums + at));
      s1 = f32x4.add(s1, v128.load(sums + at, 16));
      s2 = f32x4.add(s2, v128.load(sums + at, 32));
      s3 = f32x4.add(s3, v128.load(sums + at, 48));
    }
    if (!isLast) {
      v128.store(sums + at, s0);
      v128.store(sums + at, s1, 16);
      v128.store(sums + at, s2, 32);
      v128.store(sums + at, s3, 48);
    }
    const g0 = f32x4.gt(f32x4.mul(s0, v128.load(inverse + at)), limit);
    const g1 = f32x4.gt(f32x4.mul(s1, v128.load(inverse + at, 16)), limit);
    const g2 = f32x4.gt(f32x4.mul(s2, v128.load(inverse + at, 32)), limit);
    const g3 = f32x4.gt(f32x4.mul(s3, v128.load(inverse + at, 48)), limit);
    if (v128.any_true(v128.or(v128.or(g0, g1), v128.or(g2, g3)))) {
      // 32-bit masks narrowed to bytes: one bit a row.
      let above = <u32>i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(g0, g1), i16x8.narrow_i32x4_s(g2, g3)));
      const left = bytes - at;
      if (left < 64) above &= (1 << <u32>(left >> 2)) - 1;
      const row = rowBase + <u32>(at >> 2);
      while (above) {
        const lane = ctz(above);
        above &= above - 1;
        // From memory again: a lane of a vector cannot be chosen by a variable.
        const place = at + ((<usize>lane) << 2);
        let sum = load<f32>(products + place);
        if (!isFirst) sum = isLast ? sum + load<f32>(sums + place) : load<f32>(sums + place);
        const score = sum * load<f32>(inverse + place) * scale;
        if (score > threshold) {
          store<u64>(next, keyOf(score, row + lane));
          next += 8;
          if (next == full) {
            selectionAdvance(selection, next);
            selectionShrink(selection);
            next = selectionNext(selection);
            threshold = selectionThreshold(selection);
            limit = limitOf(threshold, scale);
          }
        }
      }
    }
  }
  selectionAdvance(selection, next);
}
