import { randomInt, sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import { neighboursOf, type NeighbourTable } from '../vectors/neighbours.ts';

/** Rows whose neighbours are known: list i of `table` holds those of row `anchors[i]`. */
export interface Anchors {
  readonly anchors: Int32Array;
  readonly table: NeighbourTable;
}

/**
 * Batches of rows in which near ones meet: each is filled with anchors and `near` of each anchor's neighbours, chosen at random, no row
 * twice, the rest with rows drawn at random. A batch of random rows alone would hold hardly any pair that a search has to tell apart.
 * Depends on seed and epoch alone. @returns as many batches as the anchors fill; with near = 0 the anchors alone, in random order.
 */
export function neighbourBatches({ anchors, table }: Anchors, rowCount: number, batchSize: number, near: number, seed: number, epoch: number): Int32Array[] {
  const random = seededRandom(seed + 104_729 * (epoch + 1));
  const order = sampleWithoutReplacement(random, anchors.length, anchors.length);
  const anchorsABatch = Math.max(1, Math.floor(batchSize / (1 + near)));
  const batches: Int32Array[] = [];
  for (let start = 0; start + anchorsABatch <= order.length; start += anchorsABatch) {
    const batch = new Set<number>();
    for (const index of order.subarray(start, start + anchorsABatch)) {
      batch.add(anchors[index]!);
      const { rows } = neighboursOf(table, index);
      for (const place of sampleWithoutReplacement(random, rows.length, near)) batch.add(rows[place]!);
    }
    while (batch.size < batchSize) batch.add(randomInt(random, rowCount));
    batches.push(Int32Array.from(batch).subarray(0, batchSize));
  }
  return batches;
}
