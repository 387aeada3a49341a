import { describe, expect, it } from 'vitest';
import { averagePrecisionAt, hasRelevant, ndcgAt, reciprocalRankAt, relevantRecallAt } from '../../src/metrics/relevance.ts';

const grades = new Map([
  [3, 2],
  [7, 1],
  [9, 3],
  [11, 0],
]);
const rows = Int32Array.of(7, 5, 3, 11);

describe('metrics against qrels', () => {
  it('nDCG uses linear gain over log2(rank + 1) and the ideal order of all relevant documents', () => {
    const gain = 1 / Math.log2(2) + 2 / Math.log2(4);
    const ideal = 3 / Math.log2(2) + 2 / Math.log2(3) + 1 / Math.log2(4);
    expect(ndcgAt(rows, grades, 10)).toBeCloseTo(gain / ideal, 12);
    expect(ndcgAt(rows, grades, 1)).toBeCloseTo(1 / 3, 12);
  });

  it('nDCG of the ideal order is 1', () => {
    expect(ndcgAt(Int32Array.of(9, 3, 7), grades, 3)).toBeCloseTo(1, 12);
  });

  it('reciprocal rank looks no further than k and ignores grade 0', () => {
    expect(reciprocalRankAt(Int32Array.of(11, 5, 3), grades, 10)).toBeCloseTo(1 / 3, 12);
    expect(reciprocalRankAt(Int32Array.of(11, 5, 3), grades, 2)).toBe(0);
  });

  it('average precision divides by min(k, relevant)', () => {
    expect(averagePrecisionAt(rows, grades, 10)).toBeCloseTo((1 / 1 + 2 / 3) / 3, 12);
    expect(averagePrecisionAt(rows, grades, 1)).toBeCloseTo(1, 12);
  });

  it('IR recall is the share of the relevant documents found', () => {
    expect(relevantRecallAt(rows, grades, 10)).toBeCloseTo(2 / 3, 12);
  });

  it('a query whose grades are all 0 has nothing relevant', () => {
    expect(hasRelevant(new Map([[1, 0]]))).toBe(false);
    expect(hasRelevant(undefined)).toBe(false);
    expect(hasRelevant(grades)).toBe(true);
  });

  it('grades of 0 and below are not relevant, wherever they stand', () => {
    const judged = new Map([[1, 2], [2, -5], [3, 0]]);
    expect(ndcgAt(Int32Array.of(2, 1), judged, 10)).toBeCloseTo(1 / Math.log2(3), 12);
    expect(ndcgAt(Int32Array.of(1, 2, 3), judged, 10)).toBe(1);
    expect(averagePrecisionAt(Int32Array.of(2, 3, 1), judged, 10)).toBeCloseTo(1 / 3, 12);
    expect(relevantRecallAt(Int32Array.of(2, 3), judged, 10)).toBe(0);
    expect(relevantRecallAt(Int32Array.of(2, 3, 1), judged, 10)).toBe(1);
  });

  it('without anything relevant each is 0, not a division by it', () => {
    const none = new Map([[1, 0]]);
    for (const metric of [ndcgAt, reciprocalRankAt, averagePrecisionAt, relevantRecallAt]) expect(metric(Int32Array.of(1, 2), none, 10)).toBe(0);
  });

  it('IR recall looks no further than k, and no further than the answer', () => {
    expect(relevantRecallAt(Int32Array.of(7, 9, 3), grades, 2)).toBeCloseTo(2 / 3, 12);
    expect(relevantRecallAt(Int32Array.of(7, 5, 5), grades, 2)).toBeCloseTo(1 / 3, 12);
    expect(relevantRecallAt(Int32Array.of(9), grades, 10)).toBeCloseTo(1 / 3, 12);
  });
});
