import { inverseNorms, prefixDot, type TurnedPairs } from './pair-cosine.ts';

/** Spearman's correlation of the pairs' cosines at a prefix with their scores; ties share their mean rank. 0 where one side is constant. */
export function rankCorrelation(pairs: TurnedPairs, prefix: number, scores: Float32Array): number {
  const left = inverseNorms(pairs.left, pairs.dims, prefix);
  const right = inverseNorms(pairs.right, pairs.dims, prefix);
  const cosines = Float64Array.from(scores, (_, i) => prefixDot(pairs, i, i, prefix) * left[i]! * right[i]!);
  return correlation(ranksOf(cosines), ranksOf(Float64Array.from(scores)));
}

function ranksOf(values: Float64Array): Float64Array {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end += 1;
    for (let at = start; at < end; at += 1) ranks[order[at]!] = (start + end - 1) / 2;
    start = end;
  }
  return ranks;
}

function correlation(a: Float64Array, b: Float64Array): number {
  const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  let [across, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    across += (a[i]! - meanA) * (b[i]! - meanB);
    squareA += (a[i]! - meanA) ** 2;
    squareB += (b[i]! - meanB) ** 2;
  }
  return squareA > 0 && squareB > 0 ? across / Math.sqrt(squareA * squareB) : 0;
}
