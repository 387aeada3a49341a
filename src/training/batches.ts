import { sampleWithoutReplacement, seededRandom } from '../base/random.ts';

/** Pairs of text numbers: left[i] belongs with right[i]. */
export interface TextPairs {
  readonly left: Int32Array;
  readonly right: Int32Array;
}

/**
 * The batches of one epoch, in an order that depends on the seed and the epoch alone. No text stands twice on one side of a batch, where
 * it would count as a wrong answer to its own question: such a pair waits for the next batch. The last, short batch is left out.
 * @returns batches × batchSize pair numbers.
 */
export function epochBatches(pairs: TextPairs, batchSize: number, seed: number, epoch: number): Int32Array[] {
  const count = pairs.left.length;
  const order = sampleWithoutReplacement(seededRandom(seed + 7919 * (epoch + 1)), count, count);
  const batches: Int32Array[] = [];
  let waiting: number[] = [];
  let next = 0;
  while (waiting.length + count - next >= batchSize) {
    const batch = new Int32Array(batchSize);
    const lefts = new Set<number>();
    const rights = new Set<number>();
    const later: number[] = [];
    let size = 0;
    const offer = (pair: number): void => {
      const left = pairs.left[pair]!;
      const right = pairs.right[pair]!;
      if (lefts.has(left) || rights.has(right)) {
        later.push(pair);
        return;
      }
      lefts.add(left);
      rights.add(right);
      batch[size] = pair;
      size += 1;
    };
    let taken = 0;
    while (taken < waiting.length && size < batchSize) offer(waiting[taken++]!);
    while (next < count && size < batchSize) offer(order[next++]!);
    waiting = [...later, ...waiting.slice(taken)];
    if (size < batchSize) break;
    batches.push(batch);
  }
  return batches;
}
