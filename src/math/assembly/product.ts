import { SLICE_BYTES, sliceBase, sliceDims, sliceStride } from './dot';
import { offerRun } from './sweep';

// Product codes of four bits: the prefix is cut into parts of `width` dimensions, each coded as the nearest of 16 centroids. 32 rows lie
// together: for each two parts 32 bytes, one a row, the first part in the low four bits. A query is a table of 16 small numbers a part, and one
// shuffle looks up 16 rows at once (André, Kermarrec, Le Scouarnec 2015: "Cache locality is not enough", as in FAISS's fast scan).

const BLOCK_ROWS: u32 = 32;

/**
 * Scans rows [first, end), `first` a multiple of 32: score = (Σ table[part][code] · step + bias) · scales[row]. `tables` holds 16 bytes a part, each at most
 * 63, and their greatest sum fits 16 bits; `parts` is a multiple of 4. `tile` is scratch for tileRows floats (a multiple of 32) and 16 more.
 */
export function scanProducts(
  codes: usize, parts: u32, tables: usize, scales: usize, step: f32, bias: f32,
  first: u32, end: u32, rowBase: u32, tile: usize, tileRows: u32, selection: usize,
): void {
  const blockBytes = (<usize>parts) << 4;
  let block = codes + <usize>(first / BLOCK_ROWS) * blockBytes;
  for (let row = first; row < end; row += tileRows) {
    const rows = min(tileRows, end - row);
    for (let i: u32 = 0; i < rows; i += BLOCK_ROWS) {
      sumBlock(block, blockBytes, tables, step, bias, tile + ((<usize>i) << 2));
      block += blockBytes;
    }
    offerRun(tile, scales + ((<usize>row) << 2), 1, rows, rowBase + row, selection);
  }
}

/** The sums of 32 rows, as floats. */
// @ts-ignore: decorator
@inline
function sumBlock(block: usize, blockBytes: usize, tables: usize, step: f32, bias: f32, out: usize): void {
  const nibble = i8x16.splat(15);
  // Sums of 16 rows as 16-bit numbers: `all` of the even rows with the odd rows' in the upper bytes on top, `odd` of the odd rows.
  let all0 = i16x8.splat(0);
  let odd0 = i16x8.splat(0);
  let all1 = i16x8.splat(0);
  let odd1 = i16x8.splat(0);
  let table = tables;
  for (let p = block, stop = block + blockBytes; p < stop; p += 64) {
    const t0 = v128.load(table);
    const t1 = v128.load(table, 16);
    const t2 = v128.load(table, 32);
    const t3 = v128.load(table, 48);
    const a0 = v128.load(p);
    const b0 = v128.load(p, 32);
    const s0 = i8x16.add(
      i8x16.add(i8x16.swizzle(t0, v128.and(a0, nibble)), i8x16.swizzle(t1, v128.and(i16x8.shr_u(a0, 4), nibble))),
      i8x16.add(i8x16.swizzle(t2, v128.and(b0, nibble)), i8x16.swizzle(t3, v128.and(i16x8.shr_u(b0, 4), nibble))),
    );
    all0 = i16x8.add(all0, s0);
    odd0 = i16x8.add(odd0, i16x8.shr_u(s0, 8));
    const a1 = v128.load(p, 16);
    const b1 = v128.load(p, 48);
    const s1 = i8x16.add(
      i8x16.add(i8x16.swizzle(t0, v128.and(a1, nibble)), i8x16.swizzle(t1, v128.and(i16x8.shr_u(a1, 4), nibble))),
      i8x16.add(i8x16.swizzle(t2, v128.and(b1, nibble)), i8x16.swizzle(t3, v128.and(i16x8.shr_u(b1, 4), nibble))),
    );
    all1 = i16x8.add(all1, s1);
    odd1 = i16x8.add(odd1, i16x8.shr_u(s1, 8));
    table += 64;
  }
  const steps = f32x4.splat(step);
  const biases = f32x4.splat(bias);
  storeRows(all0, odd0, steps, biases, out);
  storeRows(all1, odd1, steps, biases, out + 64);
}

// @ts-ignore: decorator
@inline
function storeRows(all: v128, odd: v128, steps: v128, biases: v128, out: usize): void {
  const even = i16x8.sub(all, i16x8.shl(odd, 8));
  const low = v128.shuffle<i16>(even, odd, 0, 8, 1, 9, 2, 10, 3, 11);
  const high = v128.shuffle<i16>(even, odd, 4, 12, 5, 13, 6, 14, 7, 15);
  storeFour(i32x4.extend_low_i16x8_u(low), steps, biases, out);
  storeFour(i32x4.extend_high_i16x8_u(low), steps, biases, out + 16);
  storeFour(i32x4.extend_low_i16x8_u(high), steps, biases, out + 32);
  storeFour(i32x4.extend_high_i16x8_u(high), steps, biases, out + 48);
}

// @ts-ignore: decorator
@inline
function storeFour(sums: v128, steps: v128, biases: v128, out: usize): void {
  v128.store(out, f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sums), steps), biases));
}

/** Copies the slices of one row, times `factor`, to `line`; the rest up to `dims` floats is 0. */
// @ts-ignore: decorator
@inline
function copyRow(slices: usize, sliceCount: u32, row: usize, factor: f32, line: usize, dims: u32): void {
  let to = line;
  for (let s: u32 = 0; s < sliceCount; s++) {
    const slice = slices + (<usize>s) * SLICE_BYTES;
    const from = sliceBase(slice) + row * sliceStride(slice);
    for (let at: usize = 0, end = (<usize>sliceDims(slice)) << 2; at < end; at += 4) {
      store<f32>(to, load<f32>(from + at) * factor);
      to += 4;
    }
  }
  for (const end = line + ((<usize>dims) << 2); to < end; to += 4) store<f32>(to, 0);
}

/**
 * The nearest of a part's 16 centroids: the greatest x·c − ½|c|², the first of equals. `centroids` lies dimension by dimension, 16 floats
 * each, then the 16 halves of the squared lengths.
 */
// @ts-ignore: decorator
@inline
function nearest(x: usize, width: u32, centroids: usize, scores: usize): u32 {
  const halves = centroids + ((<usize>width) << 6);
  let s0 = f32x4.neg(v128.load(halves));
  let s1 = f32x4.neg(v128.load(halves, 16));
  let s2 = f32x4.neg(v128.load(halves, 32));
  let s3 = f32x4.neg(v128.load(halves, 48));
  let c = centroids;
  for (let j: u32 = 0; j < width; j++) {
    const xj = v128.load32_splat(x + ((<usize>j) << 2));
    s0 = f32x4.add(s0, f32x4.mul(xj, v128.load(c)));
    s1 = f32x4.add(s1, f32x4.mul(xj, v128.load(c, 16)));
    s2 = f32x4.add(s2, f32x4.mul(xj, v128.load(c, 32)));
    s3 = f32x4.add(s3, f32x4.mul(xj, v128.load(c, 48)));
    c += 64;
  }
  v128.store(scores, s0);
  v128.store(scores, s1, 16);
  v128.store(scores, s2, 32);
  v128.store(scores, s3, 48);
  const four = f32x4.max(f32x4.max(s0, s1), f32x4.max(s2, s3));
  const most = max(max(f32x4.extract_lane(four, 0), f32x4.extract_lane(four, 1)), max(f32x4.extract_lane(four, 2), f32x4.extract_lane(four, 3)));
  const greatest = f32x4.splat(most);
  const places = <u32>i8x16.bitmask(
    i8x16.narrow_i16x8_s(
      i16x8.narrow_i32x4_s(f32x4.eq(s0, greatest), f32x4.eq(s1, greatest)),
      i16x8.narrow_i32x4_s(f32x4.eq(s2, greatest), f32x4.eq(s3, greatest)),
    ),
  );
  return ctz(places);
}

/**
 * One round of learning the centroids from `rows` lines of parts · width floats: adds every line's parts to the sums of their nearest centroids
 * (parts × 16 × (width floats and their number as a float)). `scratch` is 64 bytes.
 */
export function gatherCentroids(lines: usize, rows: u32, parts: u32, width: u32, centroids: usize, sums: usize, scratch: usize): void {
  const partBytes = (<usize>(width + 1)) << 6;
  let x = lines;
  for (let i: u32 = 0; i < rows; i++) {
    for (let part: usize = 0; part < <usize>parts; part++) {
      const code = nearest(x, width, centroids + part * partBytes, scratch);
      let sum = sums + part * partBytes + <usize>(code * (width + 1)) * 4;
      for (let j: u32 = 0; j < width; j++) {
        store<f32>(sum, load<f32>(sum) + load<f32>(x));
        sum += 4;
        x += 4;
      }
      store<f32>(sum, load<f32>(sum) + 1);
    }
  }
}

/**
 * Codes of rows [first, first + rows), `rows` a multiple of 32 or all that are left, in blocks at `out` (zeroed), and what makes a row's score right on average:
 * scales[i] = |x|² / x·code, 0 for a row without direction. `codeParts` (a multiple of 4) is the parts a block has room for; `line` is scratch for parts ·
 * width floats and 64 bytes more.
 */
export function encodeProducts(
  slices: usize, sliceCount: u32, inverse: usize, first: u32, rows: u32, parts: u32, width: u32, codeParts: u32, centroids: usize, out: usize, scales: usize, line: usize,
): void {
  const dims = parts * width;
  const partBytes = (<usize>(width + 1)) << 6;
  const scratch = line + ((<usize>dims) << 2);
  for (let i: u32 = 0; i < rows; i++) {
    const row = <usize>(first + i);
    copyRow(slices, sliceCount, row, load<f32>(inverse + (row << 2)), line, dims);
    const block = out + (<usize>(i / BLOCK_ROWS)) * ((<usize>codeParts) << 4) + <usize>(i % BLOCK_ROWS);
    let squares: f32 = 0;
    let dot: f32 = 0;
    for (let part: u32 = 0; part < parts; part++) {
      const x = line + ((<usize>(part * width)) << 2);
      const table = centroids + (<usize>part) * partBytes;
      const code = nearest(x, width, table, scratch);
      for (let j: usize = 0; j < <usize>width; j++) {
        const value = load<f32>(x + (j << 2));
        squares += value * value;
        dot += value * load<f32>(table + (j << 6) + ((<usize>code) << 2));
      }
      const byte = block + ((<usize>(part >> 1)) << 5);
      store<u8>(byte, load<u8>(byte) | <u8>(part & 1 ? code << 4 : code));
    }
    store<f32>(scales + ((<usize>i) << 2), dot > 0 ? squares / dot : 0);
  }
}
