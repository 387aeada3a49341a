import { codeReached, eightCodes, padCodes } from './codes';

/** Codes are from −1 to 1 in steps of 1 / STEPS, with −1 at 1. */
const STEPS: f32 = 16383;
/** About what short prefixes have: a similarity of three quarters. */
const FIRST_HINT: i32 = 28672;

/**
 * A similarity that about the best of a sample's rows down to a place have, by query and band: guesses[band · guessStride + query] (f32). At least so many rows have it or more, and hardly more.
 * `places` has two u32 a band: the place, and how many rows there are (of each band no more than of the one before). Bands as in sweepChunk. Scratch: `sums` for rows + 16 floats, `codes` for 2 × (rows + 64) bytes.
 */
export function guessChunk(
  bands: usize, bandCount: u32, queryCount: u32, places: usize, sums: usize, codes: usize, guesses: usize, guessStride: u32,
): void {
  for (let query: u32 = 0; query < queryCount; query++) {
    // From what the band before had: never from other queries, whose number differs with the threads.
    let code = FIRST_HINT;
    for (let b: u32 = 0; b < bandCount; b++) {
      const band = bands + ((<usize>b) << 4);
      const place = load<u32>(places + ((<usize>b) << 3));
      const rows = load<u32>(places + ((<usize>b) << 3), 4);
      const products = <usize>load<u32>(band) + (<usize>(query * rows) << 2);
      const scale = load<f32>(<usize>load<u32>(band, 8) + ((<usize>query) << 2));
      if (b == 0) codeRun(products, sums, true, <usize>load<u32>(band, 4), scale, rows, codes);
      else codeRun(products, sums, false, <usize>load<u32>(band, 4), scale, rows, codes);
      code = codeReached(codes, rows, place, place >> 5, code);
      store<f32>(guesses + ((<usize>(b * guessStride + query)) << 2), (<f32>code - (STEPS + 2)) / STEPS);
    }
  }
}

// @ts-ignore: decorator
@inline
function codeRun(products: usize, sums: usize, isFirst: bool, inverse: usize, scale: f32, rows: u32, codes: usize): void {
  const factor = f32x4.splat(scale * STEPS);
  const offset = f32x4.splat(STEPS + 1);
  const bytes = (<usize>rows) << 2;
  for (let at: usize = 0; at < bytes; at += 32) {
    let s0 = v128.load(products + at);
    let s1 = v128.load(products + at, 16);
    if (!isFirst) {
      s0 = f32x4.add(s0, v128.load(sums + at));
      s1 = f32x4.add(s1, v128.load(sums + at, 16));
    }
    v128.store(sums + at, s0);
    v128.store(sums + at, s1, 16);
    const scaled0 = f32x4.mul(s0, v128.load(inverse + at));
    const scaled1 = f32x4.mul(s1, v128.load(inverse + at, 16));
    v128.store(codes + (at >> 1), eightCodes(scaled0, scaled1, factor, offset));
  }
  padCodes(codes, rows);
}
