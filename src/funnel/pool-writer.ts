import { TIE_TOLERANCE } from '../metrics/truth.ts';
import { openLinePacker, placesFor, unpackLines, type LineBlock, type LineSink } from '../vectors/pool-line.ts';
import type { Pool } from './pool.ts';

/** Puts a pool together from its queries' lines, in whatever order they come. Their last prefix is the full dimension. */
export interface PoolWriter extends LineSink {
  finish(about: Pick<Pool, 'dims' | 'capacity' | 'k' | 'rowCount' | 'elapsedMs'>): Pool;
}

/** @param orderCount prefixes but for the full dimension */
export function openPoolWriter(queryCount: number, orderCount: number, k: number): PoolWriter {
  const blocks: LineBlock[] = [];
  const blockOf = new Int32Array(queryCount);
  const rowStarts = new Int32Array(queryCount);
  const ends = new Int32Array(queryCount * (orderCount + 1));
  const orderStarts = new Int32Array(queryCount * orderCount);
  const rankOffsets = new Int32Array(queryCount);
  const truthStarts = new Int32Array(queryCount + 1);
  const truths: Uint32Array[] = [];
  let widest = 0;

  const adopt: LineSink['adopt'] = (packed, first) => {
    unpackLines(packed, (index, line) => {
      const query = first + index;
      const { rows, places } = line;
      widest = Math.max(widest, rows.length);
      blockOf[query] = blocks.length;
      rowStarts[query] = rows.byteOffset / rows.BYTES_PER_ELEMENT;
      let start = places.byteOffset / places.BYTES_PER_ELEMENT;
      for (let p = 0; p < orderCount; p += 1) {
        ends[query * (orderCount + 1) + p] = line.ends[p]!;
        orderStarts[query * orderCount + p] = start;
        start += line.ends[p]!;
      }
      ends[query * (orderCount + 1) + orderCount] = rows.length;
      rankOffsets[query] = places.length / 2;
      truths[query] = line.best.subarray(0, truthCount(line.similarities, k));
    });
    blocks.push(packed.block);
  };
  const packer = openLinePacker(queryCount, (packed) => adopt(packed, 0));

  return {
    add: packer.add,
    adopt,
    finish(about) {
      packer.flush();
      truths.forEach((places, query) => (truthStarts[query + 1] = truthStarts[query]! + places.length));
      const allTruths = placesFor(widest, truthStarts[queryCount]!);
      truths.forEach((places, query) => allTruths.set(places, truthStarts[query]!));
      return { ...about, queryCount, blocks, blockOf, rowStarts, ends, orderStarts, rankOffsets, truthStarts, truths: allTruths };
    },
  };
}

/** How many of falling similarities are the k best at full dimension, and those that tie with the k-th. */
function truthCount(similarities: Float32Array, k: number): number {
  const threshold = similarities[Math.min(k, similarities.length) - 1]! - TIE_TOLERANCE;
  let count = 0;
  while (count < similarities.length && similarities[count]! >= threshold) count += 1;
  return count;
}
