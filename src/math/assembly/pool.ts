import { addCandidateDots, scoreCandidates } from './rerank';
import { bump, DIGITS, keepLargest, keyOf, radixPass, rowOf, sortFalling } from './select';
import { limitOf } from './sweep';

// Collects, while a sweep passes, every row that may be among a query's best at any prefix, with its similarities at all of them; then
// ranks what was collected.
//
// A collection lies in memory as: 0 u32 count, 4 u32 capacity, 8 u32 address of the rows (u32 each), 12 u32 address of the similarities (f32 each, `capacity` of them
// for one band after the other). A count above the capacity means that there was no room.

/** Bytes of the per-band table of one query that collectChunk keeps at `plan`: limit (v128), products, inverse, scale. */
const PLAN_BYTES: usize = 32;

/**
 * One chunk of rows of a sweep (bands as in sweepChunk). `guesses[band]` is the address of one f32 a query: rows whose similarity
 * may be above it at any band are collected. The products only choose them: their similarities are computed from the chunk's rows while these are in the
 * cache, by the arithmetic of searches and re-ranks, which rounds differently. `sources` has four u32 a band: address and number of the slices of its dimensions in the
 * chunk's rows, address of its query matrix, bytes from one query to the next. `plan` is scratch for bandCount × 32 bytes, `hits` and `dots` for rows + 16 numbers.
 */
export function collectChunk(
  bands: usize, bandCount: u32, guesses: usize, queryCount: u32, rows: u32, rowBase: u32, collections: usize, sources: usize, plan: usize, hits: usize, dots: usize,
): void {
  for (let query: u32 = 0; query < queryCount; query++) {
    const collection = collections + (<usize>query) * 16;
    const count = load<u32>(collection);
    const capacity = load<u32>(collection, 4);
    if (count > capacity) continue;
    planQuery(bands, bandCount, guesses, query, rows, plan);
    const found = findHits(plan, plan + (<usize>bandCount) * PLAN_BYTES, rows, hits);
    store<u32>(collection, count + found);
    if (found == 0 || count + found > capacity) continue;
    const outRows = <usize>load<u32>(collection, 8) + ((<usize>count) << 2);
    for (let i: usize = 0; i < <usize>found; i++) store<u32>(outRows + (i << 2), rowBase + load<u32>(hits + (i << 2)));
    memory.fill(dots, 0, (<usize>found) << 2);
    let out = <usize>load<u32>(collection, 12) + ((<usize>count) << 2);
    for (let b: u32 = 0; b < bandCount; b++) {
      const entry = plan + (<usize>b) * PLAN_BYTES;
      const source = sources + ((<usize>b) << 4);
      const q = <usize>load<u32>(source, 8) + (<usize>query) * (<usize>load<u32>(source, 12));
      addCandidateDots(<usize>load<u32>(source), load<u32>(source, 4), q, hits, dots, found);
      scoreCandidates(hits, dots, <usize>load<u32>(entry, 20), load<f32>(entry, 24), found, out);
      out += (<usize>capacity) << 2;
    }
  }
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

/** Writes the chunk's rows that are above the limit at any band, rising, and returns how many. */
// @ts-ignore: decorator
@inline
function findHits(plan: usize, planEnd: usize, rows: u32, hits: usize): u32 {
  const bytes = (<usize>rows) << 2;
  let next = hits;
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
    let mask = <u32>i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a0, a1), i16x8.narrow_i32x4_s(a2, a3)));
    const left = bytes - at;
    if (left < 64) mask &= (1 << <u32>(left >> 2)) - 1;
    const row = <u32>(at >> 2);
    while (mask) {
      store<u32>(next, row + ctz(mask));
      next += 4;
      mask &= mask - 1;
    }
  }
  return <u32>((next - hits) >> 2);
}

/** Buckets that a band's similarities are counted in, 1 … from its floor up; below it they are in bucket 0. */
const BUCKETS: u32 = 2048;
const DIGIT_BITS: u32 = 11;

/**
 * Ranks a query's collected rows and keeps those among the best `depth` at any band. Writes the kept rows (rising), their similarities by
 * band and place, and by band the places in order of falling similarity (ties by rising place): each as wide as the number
 * kept, one band after the other. Returns that number, or 0xffffffff when a band has not `depth` rows at or above its floor
 * (floors: one f32 a band). `stride` is the collection's capacity. Scratch: `used` for count + 16 bytes, `buckets` for 2 × (count + 16), `keys` and `spare` for 8 × count,
 * `counters` for 16,384.
 */
export function rankRecords(
  rows: usize, similarities: usize, count: u32, stride: u32, bandCount: u32, depth: u32, floors: usize,
  used: usize, buckets: usize, keys: usize, spare: usize, counters: usize, outRows: usize, outSimilarities: usize, outOrders: usize,
): u32 {
  memory.fill(used, 0, (<usize>count) + 16);
  for (let b: u32 = 0; b < bandCount; b++) {
    if (!markBest(similarities + ((<usize>(b * stride)) << 2), count, depth, load<f32>(floors + ((<usize>b) << 2)), used, buckets, keys, counters)) return u32.MAX_VALUE;
  }
  const places = spare;
  let kept: usize = 0;
  for (let i: usize = 0; i < <usize>count; i++) {
    // Written always, counted when used: no branch to guess wrong.
    store<u32>(places + (kept << 2), <u32>i);
    kept += <usize>load<u8>(used + i);
  }
  for (let i: usize = 0; i < kept; i++) store<u32>(outRows + (i << 2), load<u32>(rows + ((<usize>load<u32>(places + (i << 2))) << 2)));
  for (let b: u32 = 0; b < bandCount; b++) {
    const line = similarities + ((<usize>(b * stride)) << 2);
    const out = outSimilarities + (((<usize>b) * kept) << 2);
    for (let i: usize = 0; i < kept; i++) store<f32>(out + (i << 2), load<f32>(line + ((<usize>load<u32>(places + (i << 2))) << 2)));
  }
  for (let b: u32 = 0; b < bandCount; b++) {
    const line = (((<usize>b) * kept) << 2);
    orderFalling(outSimilarities + line, <u32>kept, keys, spare, counters, outOrders + line);
  }
  return <u32>kept;
}

/** Marks the best `depth` of a band; of equal similarities those of the lowest places. False when fewer are at or above the floor. */
function markBest(line: usize, count: u32, depth: u32, floor: f32, used: usize, buckets: usize, keys: usize, counters: usize): bool {
  // Cosines: a floor of minus infinity is one of −2.
  const least: f32 = max<f32>(floor, -2);
  const scale = <f32>(BUCKETS - 2) / (highestOf(line, count) - least);
  memory.fill(counters, 0, (<usize>BUCKETS) << 2);
  const padded = ((<usize>count) + 15) & ~15;
  memory.fill(buckets + ((<usize>(count & ~15)) << 1), 0, 32);
  const whole: usize = <usize>(count & ~3);
  const from = f32x4.splat(least);
  const factor = f32x4.splat(scale);
  const one32 = f32x4.splat(1);
  const most = i32x4.splat(BUCKETS - 1);
  const none = i32x4.splat(0);
  for (let i: usize = 0; i < whole; i += 4) {
    // NaN (a band without any spread, at its floor) becomes 0; what is above the floor by whatever is 1 or more.
    const four = i32x4.min_s(i32x4.max_s(i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(f32x4.sub(v128.load(line + (i << 2)), from), factor), one32)), none), most);
    v128.store64_lane(buckets + (i << 1), i16x8.narrow_i32x4_s(four, four), 0);
    bumpAt(counters, i32x4.extract_lane(four, 0));
    bumpAt(counters, i32x4.extract_lane(four, 1));
    bumpAt(counters, i32x4.extract_lane(four, 2));
    bumpAt(counters, i32x4.extract_lane(four, 3));
  }
  for (let i = whole; i < <usize>count; i++) {
    const bucket = min<i32>(max<i32>(<i32>((load<f32>(line + (i << 2)) - least) * scale + 1), 0), BUCKETS - 1);
    store<u16>(buckets + (i << 1), <u16>bucket);
    bumpAt(counters, bucket);
  }
  let cut: u32 = BUCKETS;
  let reached: u32 = 0;
  while (reached < depth) {
    cut--;
    if (cut == 0) return false;
    reached += load<u32>(counters + ((<usize>cut) << 2));
  }
  const above = i16x8.splat(<i16>cut);
  const one = i8x16.splat(1);
  let equal: u32 = 0;
  for (let i: usize = 0; i < padded; i += 16) {
    const b0 = v128.load(buckets + (i << 1));
    const b1 = v128.load(buckets + (i << 1), 16);
    const marks = v128.and(i8x16.narrow_i16x8_s(i16x8.gt_s(b0, above), i16x8.gt_s(b1, above)), one);
    v128.store(used + i, v128.or(v128.load(used + i), marks));
    let mask = <u32>i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.eq(b0, above), i16x8.eq(b1, above)));
    while (mask) {
      const place = i + <usize>ctz(mask);
      mask &= mask - 1;
      store<u64>(keys + ((<usize>equal) << 3), keyOf(load<f32>(line + (place << 2)), <u32>place));
      equal++;
    }
  }
  const wanted = depth - (reached - equal);
  keepLargest(keys, equal, wanted);
  for (let i: u32 = 0; i < wanted; i++) store<u8>(used + <usize>rowOf(load<u64>(keys + ((<usize>i) << 3))), 1);
  return true;
}

function highestOf(line: usize, count: u32): f32 {
  let highest: f32 = -Infinity;
  const whole = (<usize>(count & ~3)) << 2;
  let four = f32x4.splat(-Infinity);
  for (let at: usize = 0; at < whole; at += 16) four = f32x4.pmax(four, v128.load(line + at));
  for (let at = whole; at < (<usize>count) << 2; at += 4) highest = max(highest, load<f32>(line + at));
  highest = max(highest, max(f32x4.extract_lane(four, 0), f32x4.extract_lane(four, 1)));
  return max(highest, max(f32x4.extract_lane(four, 2), f32x4.extract_lane(four, 3)));
}

function lowestOf(line: usize, count: u32): f32 {
  let lowest: f32 = Infinity;
  const whole = (<usize>(count & ~3)) << 2;
  let four = f32x4.splat(Infinity);
  for (let at: usize = 0; at < whole; at += 16) four = f32x4.pmin(four, v128.load(line + at));
  for (let at = whole; at < (<usize>count) << 2; at += 4) lowest = min(lowest, load<f32>(line + at));
  lowest = min(lowest, min(f32x4.extract_lane(four, 0), f32x4.extract_lane(four, 1)));
  return min(lowest, min(f32x4.extract_lane(four, 2), f32x4.extract_lane(four, 3)));
}

// @ts-ignore: decorator
@inline
function bumpAt(counters: usize, digit: u32): void {
  bump(counters + ((<usize>digit) << 2));
}

/**
 * Places by falling similarity, ties by rising place: two stable passes over 22 bits of where a similarity lies between the highest and the lowest (which never puts a
 * higher one behind a lower one), then runs of the same 22 bits by the similarities themselves.
 */
function orderFalling(line: usize, count: u32, keys: usize, spare: usize, counters: usize, out: usize): void {
  const highest = highestOf(line, count);
  const scale: f32 = 4194303.0 / (highest - lowestOf(line, count));
  const high = counters + <usize>(DIGITS << 2);
  memory.fill(counters, 0, <usize>(DIGITS << 3));
  const whole: usize = <usize>(count & ~3);
  const from = f32x4.splat(highest);
  const factor = f32x4.splat(scale);
  for (let i: usize = 0; i < whole; i += 4) {
    const four = i32x4.trunc_sat_f32x4_u(f32x4.mul(f32x4.sub(from, v128.load(line + (i << 2))), factor));
    addKey(keys, i, i32x4.extract_lane(four, 0), counters, high);
    addKey(keys, i + 1, i32x4.extract_lane(four, 1), counters, high);
    addKey(keys, i + 2, i32x4.extract_lane(four, 2), counters, high);
    addKey(keys, i + 3, i32x4.extract_lane(four, 3), counters, high);
  }
  for (let i = whole; i < <usize>count; i++) addKey(keys, i, <u32>((highest - load<f32>(line + (i << 2))) * scale), counters, high);
  radixPass(keys, count, spare, counters, 0);
  radixPass(spare, count, keys, high, DIGIT_BITS);
  let start: usize = 0;
  while (start < <usize>count) {
    const key = load<u64>(keys + (start << 3));
    let end = start + 1;
    while (end < <usize>count && load<u64>(keys + (end << 3)) >> 32 == key >> 32) end++;
    if (end - start == 1) {
      store<u32>(out + (start << 2), <u32>key);
    } else {
      for (let i = start; i < end; i++) {
        const place = <u32>load<u64>(keys + (i << 3));
        store<u64>(keys + (i << 3), keyOf(load<f32>(line + ((<usize>place) << 2)), place));
      }
      sortFalling(keys + (start << 3), <u32>(end - start));
      for (let i = start; i < end; i++) store<u32>(out + (i << 2), rowOf(load<u64>(keys + (i << 3))));
    }
    start = end;
  }
}

// @ts-ignore: decorator
@inline
function addKey(keys: usize, i: usize, depth: u32, counters: usize, high: usize): void {
  const bits = min<u32>(depth, 4194303);
  // Turned round: the radix passes put the largest first.
  store<u64>(keys + (i << 3), ((<u64>~bits) << 32) | <u64>i);
  bumpAt(counters, bits & (DIGITS - 1));
  bumpAt(high, bits >> DIGIT_BITS);
}
