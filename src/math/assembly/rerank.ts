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

/**
 * Orders candidates by falling score, equal scores by rising row, and keeps the best `keep`: writes their positions in the given
 * list. `keys` is scratch for count × 8 bytes. Returns how many were kept.
 */
export function rankCandidates(rows: usize, scores: usize, count: u32, keep: u32, keys: usize, outRows: usize, outScores: usize): u32 {
  for (let i: u32 = 0; i < count; i++) {
    const at = (<usize>i) << 2;
    store<u64>(keys + (at << 1), keyOf(load<f32>(scores + at), load<u32>(rows + at)));
  }
  keepLargest(keys, count, keep);
  const kept = min(keep, count);
  sortFalling(keys, kept);
  for (let i: u32 = 0; i < kept; i++) {
    const key = load<u64>(keys + ((<usize>i) << 3));
    store<u32>(outRows + ((<usize>i) << 2), rowOf(key));
    store<f32>(outScores + ((<usize>i) << 2), scoreOf(key));
  }
  return kept;
}
