import { touchLines } from './ahead';
import { limitOf } from './sweep';

// Collects, while a sweep passes, every row that may be among a query's best at any prefix, with its similarities at all of them (pool.ts ranks what was collected).
//
// What one chunk of rows adds to one query is a piece: its rows (u32 each), then their similarities at each band but the last (f32 each). At the last one, where only few are wanted, those above
// its guess: first their places among all that the query has collected (u32 each), then their similarities. Pieces are appended to one log, because a place for every query
// would be as many streams of writes that no cache holds. `pieces` has two u32 for each query and chunk, by query: address, and number of rows with that of those at the last band above it (16 bits each).
//
// A log lies in memory as: 0 u32 address of the next piece, 4 u32 end of the room for pieces, 8 u32 most rows of a query. After it one u32 a query: how many rows it has; above the most when
// there was no room.
const LOG_BYTES: usize = 12;
const COUNT_BITS: u32 = 16;
const COUNT_MASK: u32 = 0xffff;

/** Bytes of the per-band table of one query that collectChunk keeps at `plan`: limit (v128), products, inverse, scale. */
const PLAN_BYTES: usize = 32;

/**
 * One chunk of rows of a sweep (bands as in sweepChunk), the `chunk`-th of `chunkCount`. `guesses[band]` is the address of one f32 a query: rows whose similarity
 * may be above it at any band are appended to the log. Scratch: `plan` for bandCount × 32 bytes, `masks` for one bit a row and 8 bytes, `hits` and `sums` for rows + 16 numbers.
 */
export function collectChunk(
  bands: usize, bandCount: u32, guesses: usize, queryCount: u32, rows: u32, rowBase: u32, log: usize, pieces: usize, chunk: u32, chunkCount: u32,
  plan: usize, masks: usize, hits: usize, sums: usize,
): void {
  const planEnd = plan + (<usize>bandCount) * PLAN_BYTES;
  const last = planEnd - PLAN_BYTES;
  const most = load<u32>(log, 8);
  const logEnd = <usize>load<u32>(log, 4);
  let next = <usize>load<u32>(log);
  for (let query: u32 = 0; query < queryCount; query++) {
    const counter = log + LOG_BYTES + ((<usize>query) << 2);
    const piece = pieces + ((<usize>(query * chunkCount + chunk)) << 3);
    store<u32>(piece, <u32>next);
    store<u32>(piece, 0, 4);
    const count = load<u32>(counter);
    if (count > most) continue;
    planQuery(bands, bandCount, guesses, query, rows, plan);
    markHits(plan, planEnd, rows, masks);
    const found = listHits(masks, rows, hits);
    const end = (<usize>found) << 2;
    const hasRoom = count + found <= most && next + end * <usize>(2 + bandCount) <= logEnd;
    store<u32>(counter, hasRoom ? count + found : most + 1);
    if (found == 0 || !hasRoom) continue;
    for (let i: usize = 0; i < end; i += 4) store<u32>(next + i, rowBase + (load<u32>(hits + i) >> 2));
    next += end;
    for (let entry = plan; entry < last; entry += PLAN_BYTES) {
      const products = <usize>load<u32>(entry, 16);
      const inverse = <usize>load<u32>(entry, 20);
      const scale = load<f32>(entry, 24);
      for (let i: usize = 0; i < end; i += 4) {
        const place = <usize>load<u32>(hits + i);
        const product = load<f32>(products + place);
        const sum = entry == plan ? product : load<f32>(sums + i) + product;
        store<f32>(sums + i, sum);
        store<f32>(next + i, sum * load<f32>(inverse + place) * scale);
      }
      next += end;
    }
    const best = collectLast(last, last == plan, end, hits, sums, next, count);
    store<u32>(piece, found | ((<u32>(best >> 2)) << COUNT_BITS), 4);
    next += best << 1;
  }
  store<u32>(log, <u32>next);
}

/** Those of a chunk's hits (`end` bytes) that are above the last band's limit. Returns 4 for each. */
// @ts-ignore: decorator
@inline
function collectLast(last: usize, isOnly: bool, end: usize, hits: usize, sums: usize, out: usize, before: u32): usize {
  const limit = load<f32>(last);
  const products = <usize>load<u32>(last, 16);
  const inverse = <usize>load<u32>(last, 20);
  const scale = load<f32>(last, 24);
  let best: usize = 0;
  for (let i: usize = 0; i < end; i += 4) {
    const place = <usize>load<u32>(hits + i);
    const product = load<f32>(products + place);
    const scaled = (isOnly ? product : load<f32>(sums + i) + product) * load<f32>(inverse + place);
    // Written always and counted when above: over sums that are no longer needed.
    store<u32>(out + best, before + <u32>(i >> 2));
    store<f32>(sums + best, scaled * scale);
    best += (<usize>(scaled > limit)) << 2;
  }
  copyRun(sums, out + best, best);
  return best;
}

/**
 * Puts a query's pieces together: its rows, and its similarities, `stride` of them for one band after the other, but for the last; those at the last band, and their places among the rows, of which
 * it returns the number. Runs are copied 16 bytes at a time: every list and band needs as much to spare.
 */
export function joinPieces(
  pieces: usize, chunkCount: u32, bandCount: u32, stride: u32, rows: usize, similarities: usize, lastPlaces: usize, lastSimilarities: usize,
): u32 {
  touchPieces(pieces, chunkCount, bandCount, similarities);
  let done: usize = 0;
  let best: usize = 0;
  for (let chunk: u32 = 0; chunk < chunkCount; chunk++) {
    const piece = pieces + ((<usize>chunk) << 3);
    const counts = load<u32>(piece, 4);
    const bytes = (<usize>(counts & COUNT_MASK)) << 2;
    const lastBytes = (<usize>(counts >> COUNT_BITS)) << 2;
    let from = <usize>load<u32>(piece);
    copyRun(from, rows + done, bytes);
    let to = similarities + done;
    for (let b: u32 = 0; b < bandCount - 1; b++) {
      from += bytes;
      copyRun(from, to, bytes);
      to += (<usize>stride) << 2;
    }
    from += bytes;
    copyRun(from, lastPlaces + best, lastBytes);
    copyRun(from + lastBytes, lastSimilarities + best, lastBytes);
    done += bytes;
    best += lastBytes;
  }
  return <u32>(best >> 2);
}

/** Has the pieces read from memory. */
// @ts-ignore: decorator
@inline
function touchPieces(pieces: usize, chunkCount: u32, bandCount: u32, sink: usize): void {
  let sum: u32 = 0;
  for (let piece = pieces, end = pieces + ((<usize>chunkCount) << 3); piece < end; piece += 8) {
    const from = <usize>load<u32>(piece);
    const counts = load<u32>(piece, 4);
    sum += touchLines(from, from + (<usize>((counts & COUNT_MASK) * bandCount + (counts >> COUNT_BITS) * 2) << 2));
  }
  store<u32>(sink, sum);
}

// @ts-ignore: decorator
@inline
function copyRun(from: usize, to: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, v128.load(from + at));
}

// @ts-ignore: decorator
@inline
function planQuery(bands: usize, bandCount: u32, guesses: usize, query: u32, rows: u32, plan: usize): void {
  for (let b: u32 = 0; b < bandCount; b++) {
    const band = bands + ((<usize>b) << 4);
    const entry = plan + (<usize>b) * PLAN_BYTES;
    const scale = load<f32>(<usize>load<u32>(band, 8) + ((<usize>query) << 2));
    const guess = load<f32>(<usize>load<u32>(guesses + ((<usize>b) << 2)) + ((<usize>query) << 2));
    v128.store(entry, limitOf(guess, scale));
    store<u32>(entry, load<u32>(band) + ((query * rows) << 2), 16);
    store<u32>(entry, load<u32>(band, 4), 20);
    store<f32>(entry, scale, 24);
  }
}

/** Writes a bit for each of the chunk's rows: whether it is above the limit at any band. */
// @ts-ignore: decorator
@inline
function markHits(plan: usize, planEnd: usize, rows: u32, masks: usize): void {
  const bytes = (<usize>rows) << 2;
  for (let at: usize = 0; at < bytes; at += 64) {
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let a0 = s0;
    let a1 = s0;
    let a2 = s0;
    let a3 = s0;
    for (let entry = plan; entry < planEnd; entry += PLAN_BYTES) {
      const limit = v128.load(entry);
      const products = <usize>load<u32>(entry, 16) + at;
      const inverse = <usize>load<u32>(entry, 20) + at;
      s0 = f32x4.add(s0, v128.load(products));
      s1 = f32x4.add(s1, v128.load(products, 16));
      s2 = f32x4.add(s2, v128.load(products, 32));
      s3 = f32x4.add(s3, v128.load(products, 48));
      a0 = v128.or(a0, f32x4.gt(f32x4.mul(s0, v128.load(inverse)), limit));
      a1 = v128.or(a1, f32x4.gt(f32x4.mul(s1, v128.load(inverse, 16)), limit));
      a2 = v128.or(a2, f32x4.gt(f32x4.mul(s2, v128.load(inverse, 32)), limit));
      a3 = v128.or(a3, f32x4.gt(f32x4.mul(s3, v128.load(inverse, 48)), limit));
    }
    // 32-bit masks narrowed to bytes: one bit a row.
    store<u16>(masks + (at >> 5), <u16>i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a0, a1), i16x8.narrow_i32x4_s(a2, a3))));
  }
}

/** The marked rows, rising, as offsets in bytes of their floats. Returns how many. */
// @ts-ignore: decorator
@inline
function listHits(masks: usize, rows: u32, hits: usize): u32 {
  let next = hits;
  for (let first: u32 = 0; first < rows; first += 64) {
    let word = load<u64>(masks + ((<usize>first) >> 3));
    if (rows - first < 64) word &= (<u64>1 << <u64>(rows - first)) - 1;
    const found = (<usize>popcnt(word)) << 2;
    // Four are written always and counted when there: how many there are is as good as chance to a branch predictor.
    word = storeHit(next, first, word);
    word = storeHit(next + 4, first, word);
    word = storeHit(next + 8, first, word);
    word = storeHit(next + 12, first, word);
    for (let at = next + 16; word; at += 4) word = storeHit(at, first, word);
    next += found;
  }
  return <u32>((next - hits) >> 2);
}

// @ts-ignore: decorator
@inline
function storeHit(at: usize, first: u32, word: u64): u64 {
  store<u32>(at, (first + <u32>ctz(word)) << 2);
  return word & (word - 1);
}
