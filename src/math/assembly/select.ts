import { laneBits } from './lanes';

// The best k of a stream of (score, row). A pair is one u64 key whose order is the wanted order: the score's bits, made to rise
// with the score, over the row number turned round, so that of equal scores the lower row wins. Keys gather in a buffer; when
// it is full a quickselect keeps the best k and raises the threshold below which a score cannot enter.
//
// A selection lies in memory as: 0 u32 k, 4 u32 capacity (> k), 8 u32 count, 12 f32 threshold, 16 u32 address of the buffer.
export const SELECTION_BYTES: usize = 32;

// @ts-ignore: decorator
@inline
export function keyOf(score: f32, row: u32): u64 {
  // + 0 turns -0 into 0: they are equal scores and must get equal keys.
  const bits = reinterpret<u32>(score + <f32>0);
  const rising = bits & 0x80000000 ? ~bits : bits | 0x80000000;
  return ((<u64>rising) << 32) | (<u64>~row & 0xffffffff);
}

// @ts-ignore: decorator
@inline
export function scoreOf(key: u64): f32 {
  const rising = <u32>(key >> 32);
  return reinterpret<f32>(rising & 0x80000000 ? rising & 0x7fffffff : ~rising);
}

// @ts-ignore: decorator
@inline
export function rowOf(key: u64): u32 {
  return ~(<u32>key);
}

export function selectionStart(selection: usize, k: u32, capacity: u32, buffer: usize): void {
  store<u32>(selection, k);
  store<u32>(selection, capacity, 4);
  store<u32>(selection, 0, 8);
  store<f32>(selection, -Infinity, 12);
  store<u32>(selection, <u32>buffer, 16);
}

// @ts-ignore: decorator
@inline
export function selectionThreshold(selection: usize): f32 {
  return load<f32>(selection, 12);
}

/** Where the next key goes, and where the buffer ends: for loops that keep them at hand. */
// @ts-ignore: decorator
@inline
export function selectionNext(selection: usize): usize {
  return <usize>load<u32>(selection, 16) + ((<usize>load<u32>(selection, 8)) << 3);
}
// @ts-ignore: decorator
@inline
export function selectionFull(selection: usize): usize {
  return <usize>load<u32>(selection, 16) + ((<usize>load<u32>(selection, 4)) << 3);
}
/** Tells the selection that keys have been written up to `next`. */
// @ts-ignore: decorator
@inline
export function selectionAdvance(selection: usize, next: usize): void {
  store<u32>(selection, <u32>((next - <usize>load<u32>(selection, 16)) >> 3), 8);
}

/** Adds a pair whose score is above the threshold. Rows must come in rising order: of equal scores the first stays. */
export function selectionAdd(selection: usize, score: f32, row: u32): void {
  const count = load<u32>(selection, 8);
  const buffer = <usize>load<u32>(selection, 16);
  store<u64>(buffer + ((<usize>count) << 3), keyOf(score, row));
  store<u32>(selection, count + 1, 8);
  if (count + 1 == load<u32>(selection, 4)) selectionShrink(selection);
}

/** Keeps the best k and raises the threshold to the last of them. */
export function selectionShrink(selection: usize): void {
  const k = load<u32>(selection);
  const count = load<u32>(selection, 8);
  if (count < k) return;
  const buffer = <usize>load<u32>(selection, 16);
  keepLargest(buffer, count, k);
  let least: u64 = u64.MAX_VALUE;
  for (let i: u32 = 0; i < k; i++) least = min(least, load<u64>(buffer + ((<usize>i) << 3)));
  store<u32>(selection, k, 8);
  store<f32>(selection, scoreOf(least), 12);
}

/** Adds every score of a run of rows that is above the threshold. `scores` is readable to a multiple of 8 floats. */
export function selectionAddRun(selection: usize, scores: usize, count: u32, firstRow: u32): void {
  let threshold = selectionThreshold(selection);
  let limit = f32x4.splat(threshold);
  const bytes = (<usize>count) << 2;
  for (let at: usize = 0; at < bytes; at += 32) {
    const g0 = f32x4.gt(v128.load(scores + at), limit);
    const g1 = f32x4.gt(v128.load(scores + at, 16), limit);
    if (!v128.any_true(v128.or(g0, g1))) continue;
    let above = laneBits(g0, g1, bytes - at);
    while (above) {
      const lane = ctz(above);
      above &= above - 1;
      const from = at + ((<usize>lane) << 2);
      const score = load<f32>(scores + from);
      if (score > threshold) {
        selectionAdd(selection, score, firstRow + <u32>(from >> 2));
        threshold = selectionThreshold(selection);
      }
    }
    limit = f32x4.splat(threshold);
  }
}

/** Starts a selection that takes only scores above `threshold`: a guess, which is right when k rows or more are found. */
export function selectionGuess(selection: usize, threshold: f32): void {
  store<f32>(selection, threshold, 12);
}

/**
 * Writes the best k, best first, and returns how many there are. `spare` is room for as many keys as the selection's capacity,
 * and RADIX_BYTES more.
 */
export function selectionFinish(selection: usize, rows: usize, scores: usize, spare: usize): u32 {
  const k = load<u32>(selection);
  const gathered = load<u32>(selection, 8);
  const buffer = <usize>load<u32>(selection, 16);
  if (gathered >= RADIX_LEAST) {
    radixSortFalling(buffer, gathered, spare);
  } else {
    keepLargest(buffer, gathered, k);
    sortFalling(buffer, min(k, gathered));
  }
  const count = min(k, gathered);
  for (let i: u32 = 0; i < count; i++) {
    const key = load<u64>(buffer + ((<usize>i) << 3));
    store<u32>(rows + ((<usize>i) << 2), rowOf(key));
    store<f32>(scores + ((<usize>i) << 2), scoreOf(key));
  }
  return count;
}

// @ts-ignore: decorator
@inline
function keyAt(keys: usize, i: i32): u64 {
  return load<u64>(keys + ((<usize>i) << 3));
}
// @ts-ignore: decorator
@inline
function setKey(keys: usize, i: i32, key: u64): void {
  store<u64>(keys + ((<usize>i) << 3), key);
}

/** Hoare partition of [low, high], falling, round the median of three; returns the last index of the upper part. */
function partition(keys: usize, low: i32, high: i32): i32 {
  const a = keyAt(keys, low);
  const b = keyAt(keys, (low + high) >> 1);
  const c = keyAt(keys, high);
  const pivot = max(min(a, b), min(max(a, b), c));
  let i = low - 1;
  let j = high + 1;
  while (true) {
    do i++; while (keyAt(keys, i) > pivot);
    do j--; while (keyAt(keys, j) < pivot);
    if (i >= j) return j;
    const swapped = keyAt(keys, i);
    setKey(keys, i, keyAt(keys, j));
    setKey(keys, j, swapped);
  }
}

/** Moves the `keep` largest of `count` keys to the front, in any order. */
export function keepLargest(keys: usize, count: u32, keep: u32): void {
  if (keep == 0 || keep >= count) return;
  let low: i32 = 0;
  let high: i32 = <i32>count - 1;
  const last = <i32>keep - 1;
  while (low < high) {
    const middle = partition(keys, low, high);
    if (last <= middle) high = middle;
    else low = middle + 1;
  }
}

export const DIGITS: u32 = 2048;
/** Counters of three digits. */
export const RADIX_BYTES: usize = 3 * 2048 * 4;
/** Below this many keys a quicksort is faster than clearing the counters. */
const RADIX_LEAST: u32 = 400;

/**
 * Sorts keys, largest first, in time that grows with their number only: three stable passes over the score's 11-bit digits. Runs
 * of equal scores are then put in order of their rows.
 */
export function radixSortFalling(keys: usize, count: u32, spare: usize): void {
  const counters = spare + ((<usize>count) << 3);
  memory.fill(counters, 0, RADIX_BYTES);
  for (let i: u32 = 0; i < count; i++) {
    const falling = ~(<u32>(load<u64>(keys + ((<usize>i) << 3)) >> 32));
    bump(counters + ((<usize>(falling & 2047)) << 2));
    bump(counters + ((<usize>(DIGITS + ((falling >> 11) & 2047))) << 2));
    bump(counters + ((<usize>(2 * DIGITS + (falling >> 22))) << 2));
  }
  radixPass(keys, count, spare, counters, 0);
  radixPass(spare, count, keys, counters + <usize>(DIGITS << 2), 11);
  radixPass(keys, count, spare, counters + <usize>(DIGITS << 3), 22);
  memory.copy(keys, spare, (<usize>count) << 3);
  for (let i: u32 = 1; i < count; i++) {
    if (load<u64>(keys + ((<usize>i) << 3)) <= load<u64>(keys + ((<usize>(i - 1)) << 3))) continue;
    const score = <u32>(load<u64>(keys + ((<usize>i) << 3)) >> 32);
    let first = i - 1;
    while (first > 0 && <u32>(load<u64>(keys + ((<usize>(first - 1)) << 3)) >> 32) == score) first--;
    while (i + 1 < count && <u32>(load<u64>(keys + ((<usize>(i + 1)) << 3)) >> 32) == score) i++;
    sortRange(keys, <i32>first, <i32>i);
  }
}

// @ts-ignore: decorator
@inline
export function bump(counter: usize): void {
  store<u32>(counter, load<u32>(counter) + 1);
}

/** Turns counts of the 11-bit digit at `shift` of the upper half into places and moves the keys there, those with the largest upper half first. */
export function radixPass(from: usize, count: u32, to: usize, counters: usize, shift: u32): void {
  let sum: u32 = 0;
  for (let digit: usize = 0; digit < <usize>(DIGITS << 2); digit += 4) {
    const here = load<u32>(counters + digit);
    store<u32>(counters + digit, sum);
    sum += here;
  }
  for (let i: u32 = 0; i < count; i++) {
    const key = load<u64>(from + ((<usize>i) << 3));
    const counter = counters + ((<usize>((~(<u32>(key >> 32)) >> shift) & 2047)) << 2);
    const place = load<u32>(counter);
    store<u32>(counter, place + 1);
    store<u64>(to + ((<usize>place) << 3), key);
  }
}

export function sortFalling(keys: usize, count: u32): void {
  sortRange(keys, 0, <i32>count - 1);
}

function sortRange(keys: usize, first: i32, last: i32): void {
  let low = first;
  let high = last;
  while (high - low > 16) {
    const middle = partition(keys, low, high);
    if (middle - low < high - middle) {
      sortRange(keys, low, middle);
      low = middle + 1;
    } else {
      sortRange(keys, middle + 1, high);
      high = middle;
    }
  }
  for (let i = low + 1; i <= high; i++) {
    const key = keyAt(keys, i);
    let j = i - 1;
    while (j >= low && keyAt(keys, j) < key) {
      setKey(keys, j + 1, keyAt(keys, j));
      j--;
    }
    setKey(keys, j + 1, key);
  }
}
