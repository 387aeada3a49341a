import { inverseNorms, prefixDot, type TurnedPairs } from './pair-cosine.ts';

/** Mean of 1 / rank of each left row's own partner among all right rows, by cosine at a prefix. Equal scores count as ahead. */
export function meanReciprocalRank(pairs: TurnedPairs, prefix: number): number {
  const count = pairs.left.length / pairs.dims;
  const norms = inverseNorms(pairs.right, pairs.dims, prefix);
  let sum = 0;
  for (let i = 0; i < count; i += 1) {
    const own = prefixDot(pairs, i, i, prefix) * norms[i]!;
    let rank = 1;
    for (let j = 0; j < count; j += 1) if (j !== i && prefixDot(pairs, i, j, prefix) * norms[j]! >= own) rank += 1;
    sum += 1 / rank;
  }
  return sum / Math.max(1, count);
}
