import { laneBits } from './lanes';
import { keepLargest, keyOf, radixSortFalling, rowOf } from './select';

// Collects, while a sweep passes, every row that may be among a query's best at any prefix, with its similarities at all of them; then
// ranks what was collected.
//
// A collection lies in memory as: 0 u32 count, 4 u32 capacity (records), 8 u32 address of the records. A record is a u32 row and one
// f32 similarity for each band. A count above the capacity means that there was no room.

/** Bytes of the per-band table of one query that collectChunk keeps at `plan`: limit (v128), products, inverse, scale. */
const PLAN_BYTES: usize = 32;

/**
 * One chunk of rows of a sweep (bands as in sweepChunk). `guesses[band]` is the address of one f32 a query: rows whose similarity
 * may be above it at any band are recorded. `plan` is scratch for bandCount × 32 bytes.
 */
export function collectChunk(
  bands: usize, bandCount: u32, guesses: usize, queryCount: u32, rows: u32, rowBase: u32, collections: usize, plan: usize,
): void {
  const recordBytes = 4 + ((<usize>bandCount) << 2);
  const planEnd = plan + (<usize>bandCount) * PLAN_BYTES;
  const bytes = (<usize>rows) << 2;
  for (let query: u32 = 0; query < queryCount; query++) {
    for (let b: u32 = 0; b < bandCount; b++) {
      const band = bands + ((<usize>b) << 4);
      const entry = plan + (<usize>b) * PLAN_BYTES;
      const scale = load<f32>(<usize>load<u32>(band, 8) + ((<usize>query) << 2));
      const guess = load<f32>(<usize>load<u32>(guesses + ((<usize>b) << 2)) + ((<usize>query) << 2));
      const ratio: f32 = scale == 0 ? (guess < 0 ? -Infinity : Infinity) : guess / scale;
      v128.store(entry, f32x4.splat(<f32>(ratio - abs(ratio) * 1e-6 - 1e-35)));
      store<u32>(entry, load<u32>(band) + ((query * rows) << 2), 16);
      store<u32>(entry, load<u32>(band, 4), 20);
      store<f32>(entry, scale, 24);
    }
    const collection = collections + (<usize>query) * 16;
    let count = load<u32>(collection);
    const capacity = load<u32>(collection, 4);
    const records = <usize>load<u32>(collection, 8);
    for (let at: usize = 0; at < bytes; at += 32) {
      let s0 = f32x4.splat(0);
      let s1 = f32x4.splat(0);
      let above = i32x4.splat(0);
      let above1 = i32x4.splat(0);
      for (let entry = plan; entry < planEnd; entry += PLAN_BYTES) {
        const limit = v128.load(entry);
        const products = <usize>load<u32>(entry, 16) + at;
        const inverse = <usize>load<u32>(entry, 20) + at;
        s0 = f32x4.add(s0, v128.load(products));
        s1 = f32x4.add(s1, v128.load(products, 16));
        above = v128.or(above, f32x4.gt(f32x4.mul(s0, v128.load(inverse)), limit));
        above1 = v128.or(above1, f32x4.gt(f32x4.mul(s1, v128.load(inverse, 16)), limit));
      }
      if (!v128.any_true(v128.or(above, above1))) continue;
      let mask = laneBits(above, above1, bytes - at);
      while (mask) {
        const place = at + ((<usize>ctz(mask)) << 2);
        mask &= mask - 1;
        if (count >= capacity) {
          count = capacity + 1;
          break;
        }
        let to = records + (<usize>count) * recordBytes;
        store<u32>(to, rowBase + <u32>(place >> 2));
        let sum: f32 = 0;
        for (let entry = plan; entry < planEnd; entry += PLAN_BYTES) {
          to += 4;
          sum += load<f32>(<usize>load<u32>(entry, 16) + place);
          store<f32>(to, sum * load<f32>(<usize>load<u32>(entry, 20) + place) * load<f32>(entry, 24));
        }
        count++;
      }
    }
    store<u32>(collection, count);
  }
}

/**
 * Ranks a query's records and keeps those among the best `depth` at any band. Writes the kept rows (rising), their similarities by
 * band and place, and by band the places in order of falling similarity (ties by rising place): each as wide as the number
 * kept, one band after the other. Returns that number, or 0xffffffff when a band has not `depth` records above its guess
 * (guesses: one f32 a band). `used` is scratch for count bytes, `keys` for count × 8, `spare` for the radix sort of count keys.
 */
export function rankRecords(
  records: usize, count: u32, bandCount: u32, depth: u32, guesses: usize,
  used: usize, keys: usize, spare: usize, outRows: usize, outSimilarities: usize, outOrders: usize,
): u32 {
  const recordBytes = 4 + ((<usize>bandCount) << 2);
  memory.fill(used, 0, <usize>count);
  for (let b: u32 = 0; b < bandCount; b++) {
    const guess = load<f32>(guesses + ((<usize>b) << 2));
    let field = records + 4 + ((<usize>b) << 2);
    let above: u32 = 0;
    for (let i: u32 = 0; i < count; i++, field += recordBytes) {
      const similarity = load<f32>(field);
      if (similarity > guess) {
        store<u64>(keys + ((<usize>above) << 3), keyOf(similarity, i));
        above++;
      }
    }
    if (above < depth) return u32.MAX_VALUE;
    keepLargest(keys, above, depth);
    for (let i: u32 = 0; i < depth; i++) store<u8>(used + <usize>rowOf(load<u64>(keys + ((<usize>i) << 3))), 1);
  }
  // The kept records close ranks; then every band of theirs is sorted.
  let kept: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    if (!load<u8>(used + <usize>i)) continue;
    const record = records + (<usize>i) * recordBytes;
    store<u32>(outRows + ((<usize>kept) << 2), load<u32>(record));
    if (i != kept) memory.copy(records + (<usize>kept) * recordBytes, record, recordBytes);
    kept++;
  }
  for (let b: u32 = 0; b < bandCount; b++) {
    let field = records + 4 + ((<usize>b) << 2);
    const similarities = outSimilarities + ((<usize>(b * kept)) << 2);
    for (let i: u32 = 0; i < kept; i++, field += recordBytes) {
      const similarity = load<f32>(field);
      store<f32>(similarities + ((<usize>i) << 2), similarity);
      store<u64>(keys + ((<usize>i) << 3), keyOf(similarity, i));
    }
    radixSortFalling(keys, kept, spare);
    const order = outOrders + ((<usize>(b * kept)) << 2);
    for (let i: u32 = 0; i < kept; i++) store<u32>(order + ((<usize>i) << 2), rowOf(load<u64>(keys + ((<usize>i) << 3))));
  }
  return kept;
}

/**
 * Places whose similarity at any band is within `gap` of a neighbour's in the order (their order may hang on rounding), and the first
 * `top` of the last band. Writes them rising and returns how many. `marks` is scratch for count bytes.
 */
export function nearTies(similarities: usize, orders: usize, count: u32, bandCount: u32, gap: f32, top: u32, marks: usize, out: usize): u32 {
  memory.fill(marks, 0, <usize>count);
  const last = orders + ((<usize>((bandCount - 1) * count)) << 2);
  for (let i: u32 = 0; i < min(top, count); i++) store<u8>(marks + <usize>load<u32>(last + ((<usize>i) << 2)), 1);
  for (let b: u32 = 0; b < bandCount; b++) {
    const band = similarities + ((<usize>(b * count)) << 2);
    const order = orders + ((<usize>(b * count)) << 2);
    let before = load<u32>(order);
    for (let i: u32 = 1; i < count; i++) {
      const place = load<u32>(order + ((<usize>i) << 2));
      if (load<f32>(band + ((<usize>before) << 2)) - load<f32>(band + ((<usize>place) << 2)) < gap) {
        store<u8>(marks + <usize>before, 1);
        store<u8>(marks + <usize>place, 1);
      }
      before = place;
    }
  }
  let found: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    if (load<u8>(marks + <usize>i)) {
      store<u32>(out + ((<usize>found) << 2), i);
      found++;
    }
  }
  return found;
}

/** Puts nearly right orders right after similarities changed a little: insertion, by falling similarity, ties by rising place. */
export function settleOrders(similarities: usize, orders: usize, count: u32, bandCount: u32): void {
  for (let b: u32 = 0; b < bandCount; b++) {
    const band = similarities + ((<usize>(b * count)) << 2);
    const order = orders + ((<usize>(b * count)) << 2);
    for (let i: u32 = 1; i < count; i++) {
      const place = load<u32>(order + ((<usize>i) << 2));
      const similarity = load<f32>(band + ((<usize>place) << 2));
      let j = i;
      while (j > 0) {
        const other = load<u32>(order + ((<usize>(j - 1)) << 2));
        const its = load<f32>(band + ((<usize>other) << 2));
        if (its > similarity || (its == similarity && other < place)) break;
        store<u32>(order + ((<usize>j) << 2), other);
        j--;
      }
      store<u32>(order + ((<usize>j) << 2), place);
    }
  }
}
