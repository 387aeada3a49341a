import { touchLines } from './ahead';
import { dot1, dot4, SLICE_BYTES, sliceBase, sliceDims, sliceStride } from './dot';
import { keepLargest, keyOf, rowOf, scoreOf, sortFalling } from './select';

/** dots[i] += row(rows[i]) · q over the slices, for candidates in any order. Row numbers are local to this memory. */
export function addCandidateDots(slices: usize, sliceCount: u32, q: usize, rows: usize, dots: usize, count: u32): void {
  let query = q;
  const whole = count & ~3;
  for (let s: u32 = 0; s < sliceCount; s++) {
    const slice = slices + (<usize>s) * SLICE_BYTES;
    const base = sliceBase(slice);
    const stride = sliceStride(slice);
    const dims = sliceDims(slice);
    let i: u32 = 0;
    for (; i < whole; i += 4) {
      const row = rows + ((<usize>i) << 2);
      const out = dots + ((<usize>i) << 2);
      const four = dot4(
        base + (<usize>load<u32>(row)) * stride, base + (<usize>load<u32>(row, 4)) * stride,
        base + (<usize>load<u32>(row, 8)) * stride, base + (<usize>load<u32>(row, 12)) * stride, query, dims,
      );
      v128.store(out, f32x4.add(v128.load(out), four));
    }
    for (; i < count; i++) {
      const out = dots + ((<usize>i) << 2);
      store<f32>(out, load<f32>(out) + dot1(base + (<usize>load<u32>(rows + ((<usize>i) << 2))) * stride, query, dims));
    }
    query += (<usize>dims) << 2;
  }
}

/** scores[i] = dots[i] · inverse[rows[i]] · scale */
export function scoreCandidates(rows: usize, dots: usize, inverse: usize, scale: f32, count: u32, scores: usize): void {
  for (let at: usize = 0, end = (<usize>count) << 2; at < end; at += 4) {
    const row = <usize>load<u32>(rows + at);
    store<f32>(scores + at, load<f32>(dots + at) * load<f32>(inverse + (row << 2)) * scale);
  }
}

/** Bytes of an entry of scoreLists' table. */
const LIST_BYTES: usize = 20;

/**
 * Similarities of a query to a list of rows at each of several prefixes: the b-th list ends at ends[b], and its rows are scored over the bands of dimensions 0 … b, one after the
 * other. `table` has five u32 a band: address and number of its slices, its dimensions in bytes, address of the rows' inverse norms at its end, the query's own (f32).
 * `dots` is scratch for as many floats as there are rows.
 */
export function scoreLists(table: usize, listCount: u32, query: usize, rows: usize, ends: usize, dots: usize, scores: usize): void {
  let first: u32 = 0;
  for (let b: u32 = 0; b < listCount; b++) {
    const end = load<u32>(ends + ((<usize>b) << 2));
    const count = end - first;
    const at = (<usize>first) << 2;
    memory.fill(dots, 0, (<usize>count) << 2);
    const last = table + (<usize>b) * LIST_BYTES;
    let q = query;
    for (let band = table; band <= last; band += LIST_BYTES) touchRows(<usize>load<u32>(band), load<u32>(band, 4), rows + at, count, dots);
    for (let band = table; band <= last; band += LIST_BYTES) {
      addCandidateDots(<usize>load<u32>(band), load<u32>(band, 4), q, rows + at, dots, count);
      q += <usize>load<u32>(band, 8);
    }
    scoreCandidates(rows + at, dots, <usize>load<u32>(last, 12), load<f32>(last, 16), count, scores + at);
    first = end;
  }
}

/** Has every row of each slice read from memory. */
function touchRows(slices: usize, sliceCount: u32, rows: usize, count: u32, sink: usize): void {
  let sum: u32 = 0;
  for (let s: u32 = 0; s < sliceCount; s++) {
    const slice = slices + (<usize>s) * SLICE_BYTES;
    const base = sliceBase(slice);
    const stride = sliceStride(slice);
    const bytes = (<usize>sliceDims(slice)) << 2;
    for (let at: usize = 0, end = (<usize>count) << 2; at < end; at += 4) {
      const row = base + (<usize>load<u32>(rows + at)) * stride;
      sum += touchLines(row, row + bytes);
    }
  }
  // Kept, so that the reads are not left out: a zero all the same.
  store<u32>(sink, sum & 0);
}

/**
 * Puts candidates in the order of their rows, with their dots: memory is then read in its own order, and places can stand for rows
 * in ties. `pairs` is scratch for 2 · count × 8 bytes and 8,192 more.
 */
export function orderCandidates(rows: usize, dots: usize, count: u32, pairs: usize): void {
  let from = pairs;
  let to = pairs + ((<usize>count) << 3);
  const counters = to + ((<usize>count) << 3);
  let most: u32 = 0;
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = load<u32>(rows + (i << 2));
    most = max(most, row);
    store<u64>(from + (i << 3), ((<u64>row) << 32) | <u64>load<u32>(dots + (i << 2)));
  }
  for (let shift: u64 = 32; shift < 64 && most != 0; shift += 11, most >>= 11) {
    memory.fill(counters, 0, 8192);
    for (let i: usize = 0; i < <usize>count; i++) {
      const counter = counters + ((<usize>(load<u64>(from + (i << 3)) >> shift) & 2047) << 2);
      store<u32>(counter, load<u32>(counter) + 1);
    }
    let sum: u32 = 0;
    for (let digit: usize = 0; digit < 8192; digit += 4) {
      const here = load<u32>(counters + digit);
      store<u32>(counters + digit, sum);
      sum += here;
    }
    for (let i: usize = 0; i < <usize>count; i++) {
      const pair = load<u64>(from + (i << 3));
      const counter = counters + ((<usize>(pair >> shift) & 2047) << 2);
      const place = load<u32>(counter);
      store<u32>(counter, place + 1);
      store<u64>(to + ((<usize>place) << 3), pair);
    }
    const swapped = from;
    from = to;
    to = swapped;
  }
  for (let i: usize = 0; i < <usize>count; i++) {
    const pair = load<u64>(from + (i << 3));
    store<u32>(rows + (i << 2), <u32>(pair >> 32));
    store<u32>(dots + (i << 2), <u32>pair);
  }
}

/**
 * Writes the best `keep` of candidates that lie in the order of their rows: by falling score, equal scores by rising row. `keys` is
 * scratch for count × 8 bytes. Returns how many were kept.
 */
export function rankCandidates(
  rows: usize, dots: usize, scores: usize, count: u32, keep: u32, keys: usize, outRows: usize, outDots: usize, outScores: usize,
): u32 {
  for (let i: u32 = 0; i < count; i++) {
    const at = (<usize>i) << 2;
    store<u64>(keys + (at << 1), keyOf(load<f32>(scores + at), i));
  }
  keepLargest(keys, count, keep);
  const kept = min(keep, count);
  sortFalling(keys, kept);
  for (let i: u32 = 0; i < kept; i++) {
    const key = load<u64>(keys + ((<usize>i) << 3));
    const at = (<usize>rowOf(key)) << 2;
    const to = (<usize>i) << 2;
    store<u32>(outRows + to, load<u32>(rows + at));
    store<f32>(outDots + to, load<f32>(dots + at));
    store<f32>(outScores + to, scoreOf(key));
  }
  return kept;
}
