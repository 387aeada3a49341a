import { unpackLines, type LineSink, type PoolLine } from '../../src/vectors/pool-line.ts';

/** A sink that hands on every line, one by one, whether it was added or came in a block. */
export function sinkOf(onLine: (query: number, line: PoolLine) => void): LineSink {
  return { add: onLine, adopt: (packed, first) => unpackLines(packed, (query, line) => onLine(first + query, line)) };
}

/** A copy of a line that is only good for a while. */
export function copyOf(line: PoolLine): PoolLine {
  return { rows: line.rows.slice(), ends: Int32Array.from(line.ends), places: line.places.slice(), best: line.best.slice(), similarities: line.similarities.slice() };
}

/** The order and the ranks of a line at a prefix, by index. */
export function rankingOf(line: PoolLine, prefix: number): { readonly order: number[]; readonly ranks: number[] } {
  const base = Array.from(line.ends).slice(0, prefix).reduce((sum, end) => sum + end, 0);
  const end = line.ends[prefix]!;
  const ranks = base + line.places.length / 2;
  return { order: [...line.places.subarray(base, base + end)], ranks: [...line.places.subarray(ranks, ranks + end)] };
}
