import { codeReached, countReaching, eightCodes, MOST_CODE, padCodes, WHOLE } from './codes';
import { bump, DIGITS, keyOf, rowOf, scoreOf, sortFalling } from './select';

// Ranks the rows that a sweep has collected for a query (collect.ts).

/** Rows that are as good as the last one wanted, up to rounding, are kept too, but no more than so many or this part of those wanted. */
const MOST_EXTRA: u32 = 1024;
const EXTRA_PART: u32 = 4;
/** Where the code of the last one wanted may be about: in the lower tenth of what lies above the floor. */
const HINT: i32 = 2048;
/** Not marked by any band. */
const UNUSED: u8 = 255;

/**
 * Ranks a query's collected rows and keeps those among the best depths[band] at any band (u32 each; with those that are so up to `rounding`): first those of band 0, then those that band 1
 * adds, and so on, each rising. A funnel holds only those up to its band's end there, so that only these are ranked. Writes the kept rows, where each band's end (`ends`), and by band but for the last the places
 * up to its end in order of falling similarity, up to near ties, one band after the other. At the last band, where a funnel ends, only its own best are
 * wanted: they are among `lastPlaces` with `lastSimilarities` (collect.ts). Their places are written to `best`, likewise ordered, and how many they are after the last of `ends`. Returns the number kept, or 0xffffffff when a band has not so many rows at or above its floor (floors: one f32 a band) or too
 * many that are alike. `stride` as in joinPieces.
 *
 * Neighbours in an order whose similarities are nearer than rounding are its ties: `tieRanks` has their ranks (the first of each run with TIE_FIRST added) and `tieRows` their rows,
 * one band after the other; tieEnds[band] is where a band's end. The best of the last band are one run where they are more than are wanted. `line` is left with the similarities of `best`, by place.
 * Scratch: `used` for count + 16 bytes, `codes` for 2 × (count + 64), `places`, `keys`,
 * `spare` and `line` for 4 × (count + 8), `counters` for 2 × DIGITS × 4.
 */
export function rankRecords(
  rows: usize, similarities: usize, count: u32, stride: u32, lastPlaces: usize, lastSimilarities: usize, lastCount: u32, bandCount: u32, depths: usize, floors: usize, rounding: f32,
  used: usize, codes: usize, places: usize, keys: usize, spare: usize, line: usize, ends: usize, counters: usize, outRows: usize, outOrders: usize, best: usize,
  tieRanks: usize, tieRows: usize, tieEnds: usize,
): u32 {
  memory.fill(used, UNUSED, (<usize>count) + 16);
  const last = bandCount - 1;
  for (let b: u32 = 0; b < last; b++) {
    const at = (<usize>b) << 2;
    const cut = cutOf(similarities + ((<usize>(b * stride)) << 2), count, load<u32>(depths + at), load<f32>(floors + at), rounding, codes);
    if (cut == 0) return u32.MAX_VALUE;
    mark(codes, count, cut, b, used);
  }
  const lastAt = (<usize>last) << 2;
  const lastDepth = load<u32>(depths + lastAt);
  const lastCut = cutOf(lastSimilarities, lastCount, lastDepth, load<f32>(floors + lastAt), rounding, codes);
  if (lastCut == 0) return u32.MAX_VALUE;
  const found = markLast(codes, lastCount, lastCut, last, lastPlaces, lastSimilarities, used);
  const kept = groupByBand(used, count, bandCount, ends, counters, places);
  take(rows, places, kept, outRows);
  let ties: u32 = 0;
  let order = outOrders;
  for (let b: u32 = 0; b < last; b++) {
    const end = load<u32>(ends + ((<usize>b) << 2));
    take(similarities + ((<usize>(b * stride)) << 2), places, <usize>end, line);
    const step = orderFalling(line, end, keys, spare, counters, order);
    take(line, order, <usize>end, spare);
    ties = listTies(spare, end, step, order, outRows, ties, tieRanks, tieRows);
    store<u32>(tieEnds + ((<usize>b) << 2), ties);
    order += (<usize>end) << 2;
  }
  for (let i: usize = 0, end = (<usize>found) << 2; i < end; i += 4) {
    const place = placeOf(load<u32>(lastPlaces + i), used, ends, places);
    store<u32>(best + i, place);
    store<f32>(line + ((<usize>place) << 2), load<f32>(lastSimilarities + i));
  }
  store<u32>(ends + ((<usize>bandCount) << 2), found);
  if (found > lastDepth) {
    // Which of them are as good as the last one wanted is to be known exactly.
    for (let i: u32 = 0; i < found; i++) addTie(best, i, i == 0 ? TIE_FIRST : 0, outRows, ties++, tieRanks, tieRows);
  } else {
    orderFew(line, found, order, best, spare);
    ties = listTies(spare, found, 0, best, outRows, ties, tieRanks, tieRows);
  }
  store<u32>(tieEnds + lastAt, ties);
  return <u32>kept;
}

/** Writes the places of marked rows by the band that marked them, and where each band's end. Returns how many. `next` is scratch for bandCount + 1 words. */
// @ts-ignore: decorator
@inline
function groupByBand(used: usize, count: u32, bandCount: u32, ends: usize, next: usize, places: usize): usize {
  let kept: u32 = 0;
  for (let b: u32 = 0; b < bandCount; b++) {
    const at = (<usize>b) << 2;
    store<u32>(next + at, kept);
    const own = i8x16.splat(<i8>b);
    for (let i: usize = 0; i < <usize>count; i += 16) kept += popcnt(i8x16.bitmask(i8x16.eq(v128.load(used + i), own)));
    store<u32>(ends + at, kept);
  }
  // Those that no band marked come after all others: no branch to guess wrong.
  store<u32>(next + ((<usize>bandCount) << 2), kept);
  for (let i: usize = 0; i < <usize>count; i++) {
    const counter = next + ((<usize>min<u32>(load<u8>(used + i), bandCount)) << 2);
    const place = load<u32>(counter);
    store<u32>(counter, place + 1);
    store<u32>(places + ((<usize>place) << 2), <u32>i);
  }
  return <usize>kept;
}

// @ts-ignore: decorator
@inline
function take(line: usize, places: usize, count: usize, out: usize): void {
  for (let at: usize = 0, end = count << 2; at < end; at += 4) store<u32>(out + at, load<u32>(line + ((<usize>load<u32>(places + at)) << 2)));
}

/** Where a collected row lies among those kept: of its group, rising. */
// @ts-ignore: decorator
@inline
function placeOf(row: u32, used: usize, ends: usize, places: usize): u32 {
  const group = (<usize>load<u8>(used + <usize>row)) << 2;
  let low = group == 0 ? 0 : load<u32>(ends + group - 4);
  let high = load<u32>(ends + group);
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (load<u32>(places + ((<usize>middle) << 2)) <= row) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Writes a band's similarities as codes. Returns the least code of the best `depth` of them and those as good as the last; 0 when fewer are at or above the floor, or very many alike.
 */
function cutOf(line: usize, count: u32, depth: u32, floor: f32, rounding: f32, codes: usize): i32 {
  // Cosines: a floor of minus infinity is one of −2, and none is much above 1.
  const least: f32 = max<f32>(floor, -2);
  const scale = <f32>(MOST_CODE - 1) / max<f32>((<f32>1.000001) - least, 1e-6);
  const factor = f32x4.splat(scale);
  const offset = f32x4.splat(1 - least * scale);
  for (let i: usize = 0; i < <usize>count; i += 8) {
    v128.store(codes + (i << 1), eightCodes(v128.load(line + (i << 2)), v128.load(line + (i << 2), 16), factor, offset));
  }
  padCodes(codes, count);
  const reached = codeReached(codes, count, depth, depth >> 7, HINT);
  const cut = reached - 1 - <i32>ceil(min<f32>(rounding * scale, <f32>MOST_CODE));
  return cut < 1 || countReaching(codes, count, cut) > depth + max(MOST_EXTRA, depth / EXTRA_PART) ? 0 : cut;
}

/** Marks those that reach the code by the band, but for those that a band before has marked. */
// @ts-ignore: decorator
@inline
function mark(codes: usize, count: u32, cut: i32, b: u32, used: usize): void {
  const below = i16x8.splat(<i16>(cut - 1));
  const own = i8x16.splat(<i8>b);
  for (let i: usize = 0; i < <usize>count; i += 16) {
    const marks = i8x16.narrow_i16x8_s(i16x8.gt_s(v128.load(codes + (i << 1)), below), i16x8.gt_s(v128.load(codes + (i << 1), 16), below));
    v128.store(used + i, i8x16.min_u(v128.load(used + i), v128.or(own, v128.not(marks))));
  }
}

/** The same for the last band: of its places and similarities those that reach the code are left, in front. Returns how many. */
// @ts-ignore: decorator
@inline
function markLast(codes: usize, count: u32, cut: i32, b: u32, places: usize, similarities: usize, used: usize): u32 {
  let found: usize = 0;
  for (let i: usize = 0; i < <usize>count; i++) {
    if (<i32>load<u16>(codes + (i << 1)) < cut) continue;
    const place = load<u32>(places + (i << 2));
    store<u32>(places + found, place);
    store<f32>(similarities + found, load<f32>(similarities + (i << 2)));
    store<u8>(used + <usize>place, <u8>min<u32>(load<u8>(used + <usize>place), b));
    found += 4;
  }
  return <u32>(found >> 2);
}

const DIGIT_BITS: u32 = 11;
const MOST_DEPTH: i32 = (1 << 22) - 1;

/**
 * Places by falling similarity, in steps of 22 bits between the highest and the lowest. Two stable passes over 11 bits; they move places only, so that all stays in the first cache.
 * Returns the step.
 */
function orderFalling(line: usize, count: u32, depths: usize, spare: usize, counters: usize, out: usize): f32 {
  const ends = endsOf(line, count);
  const highest = f32x4.extract_lane(ends, 0);
  const range = highest - f32x4.extract_lane(ends, 1);
  const scale = <f32>MOST_DEPTH / range;
  const high = counters + ((<usize>DIGITS) << 2);
  memory.fill(counters, 0, (<usize>DIGITS) << 3);
  const from = f32x4.splat(highest);
  const factor = f32x4.splat(scale);
  const most = f32x4.splat(<f32>MOST_DEPTH);
  const whole = f32x4.splat(WHOLE);
  const mask = i32x4.splat(MOST_DEPTH);
  const end = (<usize>count) << 2;
  for (let at: usize = 0; at < end; at += 16) {
    const depth = f32x4.pmin(f32x4.mul(f32x4.sub(from, v128.load(line + at)), factor), most);
    v128.store(depths + at, v128.and(f32x4.add(depth, whole), mask));
  }
  for (let at: usize = 0; at < end; at += 4) {
    const depth = load<u32>(depths + at);
    bump(counters + ((<usize>(depth & (DIGITS - 1))) << 2));
    bump(high + ((<usize>(depth >> DIGIT_BITS)) << 2));
  }
  placesOf(counters);
  placesOf(high);
  for (let at: usize = 0; at < end; at += 4) {
    const counter = counters + ((<usize>(load<u32>(depths + at) & (DIGITS - 1))) << 2);
    const to = load<u32>(counter);
    store<u32>(counter, to + 1);
    store<u32>(spare + ((<usize>to) << 2), <u32>(at >> 2));
  }
  for (let at: usize = 0; at < end; at += 4) {
    const place = load<u32>(spare + at);
    const counter = high + ((<usize>(load<u32>(depths + ((<usize>place) << 2)) >> DIGIT_BITS)) << 2);
    const to = load<u32>(counter);
    store<u32>(counter, to + 1);
    store<u32>(out + ((<usize>to) << 2), place);
  }
  return range / <f32>MOST_DEPTH;
}

/** Puts places in the order of their falling similarities, of equal ones by rising place, and writes these in that order. `keys` is scratch for 8 bytes each. */
function orderFew(line: usize, count: u32, keys: usize, places: usize, sorted: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const place = load<u32>(places + (i << 2));
    store<u64>(keys + (i << 3), keyOf(load<f32>(line + ((<usize>place) << 2)), place));
  }
  sortFalling(keys, count);
  for (let i: usize = 0; i < <usize>count; i++) {
    const key = load<u64>(keys + (i << 3));
    store<u32>(places + (i << 2), rowOf(key));
    store<f32>(sorted + (i << 2), scoreOf(key));
  }
}

/** Turns counts of digits into the places where these begin. */
// @ts-ignore: decorator
@inline
function placesOf(counters: usize): void {
  const zero = i32x4.splat(0);
  let before = zero;
  for (let at = counters, end = counters + ((<usize>DIGITS) << 2); at < end; at += 16) {
    const counts = v128.load(at);
    let sums = i32x4.add(counts, v128.shuffle<i32>(zero, counts, 0, 4, 5, 6));
    sums = i32x4.add(sums, v128.shuffle<i32>(zero, sums, 0, 1, 4, 5));
    v128.store(at, i32x4.sub(i32x4.add(sums, before), counts));
    before = i32x4.add(before, v128.shuffle<i32>(sums, sums, 3, 3, 3, 3));
  }
}

export const TIE_FIRST: u32 = 0x80000000;

/**
 * Neighbours nearer than this part of their similarity, and this, may be in the wrong order: the products of a sweep and the sums of a search differ by up to 7e-7 of a similarity (seen over
 * 16 to 4,096 dims of text and of random vectors with a common direction; 1e-7 on average).
 */
const NEAR_PART: f32 = 1.2e-6;
const NEAR: f32 = 5e-8;

/**
 * Appends the ranks and rows of those neighbours in an order that nearly tie; `sorted` has their similarities in that order. Returns the number of ties.
 *
 * That two rows have the same similarity to the last bit at every prefix is no reason to take them for copies, and so in order: texts of the same words in another order have vectors that differ
 * in the last bits only, and then so do their exact sums.
 */
// @ts-ignore: decorator
@inline
function listTies(sorted: usize, count: u32, step: f32, order: usize, rows: usize, ties: u32, tieRanks: usize, tieRows: usize): u32 {
  // The ordering does not tell apart what is within a step, or a little less than two where numbers are rounded: either neighbour stands for others that far from it.
  const near = f32x4.splat(NEAR + 4 * step);
  const part = f32x4.splat(NEAR_PART);
  let last: u32 = u32.MAX_VALUE;
  for (let rank: u32 = 1; rank < count; rank += 4) {
    const at = sorted + ((<usize>rank) << 2);
    const four = v128.load(at);
    let close = <u32>i32x4.bitmask(f32x4.le(f32x4.sub(v128.load(at - 4), four), f32x4.add(f32x4.mul(f32x4.abs(four), part), near)));
    if (count - rank < 4) close &= (1 << (count - rank)) - 1;
    while (close) {
      const own = rank + ctz(close);
      close &= close - 1;
      if (last != own - 1) addTie(order, own - 1, TIE_FIRST, rows, ties++, tieRanks, tieRows);
      addTie(order, own, 0, rows, ties++, tieRanks, tieRows);
      last = own;
    }
  }
  return ties;
}

// @ts-ignore: decorator
@inline
function addTie(order: usize, rank: u32, flag: u32, rows: usize, ties: u32, tieRanks: usize, tieRows: usize): void {
  const at = (<usize>ties) << 2;
  store<u32>(tieRanks + at, rank | flag);
  store<u32>(tieRows + at, load<u32>(rows + ((<usize>load<u32>(order + ((<usize>rank) << 2))) << 2)));
}

/**
 * Puts the runs of ties of a line in the order of their exact similarities (in the order of `tieRanks`), of equal ones by rising row. Then writes the orders again as u16 each, one band after the
 * other, and after them their inverses, the ranks by place: `outPlaces`, with 16 bytes to spare (lines of more than 65,536 rows are left in `orders`), and the similarities of `best`, which `line`
 * has as rankRecords left it. `keys` is scratch for 16 bytes a tie.
 */
export function settleLine(
  kept: u32, bandCount: u32, ends: usize, tieRanks: usize, tieRows: usize, tieSimilarities: usize, tieEnds: usize, keys: usize, line: usize,
  orders: usize, best: usize, outPlaces: usize, outBest: usize,
): void {
  const last = bandCount - 1;
  let tie: u32 = 0;
  let places: usize = 0;
  for (let b: u32 = 0; b < bandCount; b++) {
    const order = b == last ? best : orders + (places << 2);
    if (b < last) places += <usize>load<u32>(ends + ((<usize>b) << 2));
    const end = load<u32>(tieEnds + ((<usize>b) << 2));
    while (tie < end) {
      const first = (<usize>tie) << 2;
      const rank = load<u32>(tieRanks + first) & ~TIE_FIRST;
      let count: u32 = 1;
      tie++;
      while (tie < end && !(load<u32>(tieRanks + ((<usize>tie) << 2)) & TIE_FIRST)) {
        tie++;
        count++;
      }
      const run = order + ((<usize>rank) << 2);
      const size = (<usize>count) << 2;
      if (b == last) for (let i: usize = 0; i < size; i += 4) store<f32>(line + ((<usize>load<u32>(run + i)) << 2), load<f32>(tieSimilarities + first + i));
      settleRun(run, count, tieRows + first, tieSimilarities + first, keys);
    }
  }
  take(line, best, <usize>load<u32>(ends + ((<usize>bandCount) << 2)), outBest);
  if (kept > 65536) return;
  for (let i: usize = 0; i < places; i += 8) {
    v128.store(outPlaces + (i << 1), i16x8.narrow_i32x4_u(v128.load(orders + (i << 2)), v128.load(orders + (i << 2), 16)));
  }
  let order = orders;
  let ranks = outPlaces + (places << 1);
  for (let b: u32 = 0; b < last; b++) {
    const end = <usize>load<u32>(ends + ((<usize>b) << 2));
    for (let i: usize = 0; i < end; i++) store<u16>(ranks + ((<usize>load<u32>(order + (i << 2))) << 1), <u16>i);
    order += end << 2;
    ranks += end << 1;
  }
}

// @ts-ignore: decorator
@inline
function settleRun(order: usize, count: u32, rows: usize, exact: usize, keys: usize): void {
  if (count == 1) return;
  if (count == 2) {
    if (keyOf(load<f32>(exact), load<u32>(rows)) > keyOf(load<f32>(exact, 4), load<u32>(rows, 4))) return;
    const place = load<u32>(order);
    store<u32>(order, load<u32>(order, 4));
    store<u32>(order, place, 4);
    return;
  }
  // By row first, so that places in that order stand for rows in ties.
  for (let i: u32 = 0; i < count; i++) store<u64>(keys + ((<usize>i) << 3), ((<u64>~load<u32>(rows + ((<usize>i) << 2))) << 32) | <u64>i);
  sortFalling(keys, count);
  const sorted = keys + ((<usize>count) << 3);
  for (let i: u32 = 0; i < count; i++) store<u64>(sorted + ((<usize>i) << 3), keyOf(load<f32>(exact + ((<usize>load<u32>(keys + ((<usize>i) << 3))) << 2)), i));
  sortFalling(sorted, count);
  for (let i: usize = 0; i < <usize>count; i++) {
    const place = load<u32>(order + ((<usize>load<u32>(keys + ((<usize>rowOf(load<u64>(sorted + (i << 3)))) << 3))) << 2));
    store<u32>(sorted + (i << 3), place, 4);
  }
  for (let i: usize = 0; i < <usize>count; i++) store<u32>(order + (i << 2), load<u32>(sorted + (i << 3), 4));
}

/** The highest and the lowest of some similarities, as the first two lanes. */
// @ts-ignore: decorator
@inline
function endsOf(line: usize, count: u32): v128 {
  const whole = (<usize>(count & ~3)) << 2;
  let high = f32x4.splat(-Infinity);
  let low = f32x4.splat(Infinity);
  for (let at: usize = 0; at < whole; at += 16) {
    const four = v128.load(line + at);
    high = f32x4.pmax(high, four);
    low = f32x4.pmin(low, four);
  }
  for (let at = whole; at < (<usize>count) << 2; at += 4) {
    const one = v128.load32_splat(line + at);
    high = f32x4.pmax(high, one);
    low = f32x4.pmin(low, one);
  }
  high = f32x4.pmax(high, v128.shuffle<f32>(high, high, 2, 3, 0, 1));
  low = f32x4.pmin(low, v128.shuffle<f32>(low, low, 2, 3, 0, 1));
  const pairs = v128.shuffle<f32>(high, low, 0, 4, 1, 5);
  const others = v128.shuffle<f32>(pairs, pairs, 2, 3, 0, 1);
  return v128.shuffle<f32>(f32x4.pmax(pairs, others), f32x4.pmin(pairs, others), 0, 5, 2, 7);
}
