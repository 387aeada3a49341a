/**
 * Reads a word of every cache line from `from` to `end`, by reads that wait for no other: memory answers several at once. Returns their sum, which is to be stored somewhere, so that they are not
 * left out.
 */
// @ts-ignore: decorator
@inline
export function touchLines(from: usize, end: usize): u32 {
  let sum: u32 = 0;
  for (let at = from; at < end; at += 64) sum += load<u32>(at);
  return sum;
}
