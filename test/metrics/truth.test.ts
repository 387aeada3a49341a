import { describe, expect, it } from 'vitest';
import { recallOf, survivalOf, truthDepth, truthOf } from '../../src/metrics/truth.ts';
import { tableOf } from '../../src/vectors/neighbours.ts';

const list = (rows: number[], scores: number[]) => ({ rows: Int32Array.from(rows), scores: Float32Array.from(scores) });

describe('recall@k against exact neighbours', () => {
  const table = tableOf([list([4, 2, 9, 1, 0], [0.9, 0.8, 0.7, 0.7, 0.1])]);

  it('counts the share of the true top-k in the answer', () => {
    const truth = truthOf(table, 2, 100);
    expect(recallOf(truth, 0, Int32Array.of(2, 7))).toBe(0.5);
    expect(recallOf(truth, 0, Int32Array.of(2, 4))).toBe(1);
  });

  it('a row tied with the k-th neighbour counts, but never more than k rows do', () => {
    const truth = truthOf(table, 3, 100);
    expect(recallOf(truth, 0, Int32Array.of(4, 2, 1))).toBe(1);
    expect(survivalOf(truth, 0, Int32Array.of(4, 2, 9, 1))).toBe(1);
    expect(recallOf(truth, 0, Int32Array.of(1, 9, 7))).toBeCloseTo(2 / 3, 12);
  });

  it('looks only at the first k rows of an answer; survival looks at all', () => {
    const truth = truthOf(table, 1, 100);
    expect(recallOf(truth, 0, Int32Array.of(7, 4))).toBe(0);
    expect(survivalOf(truth, 0, Int32Array.of(7, 4))).toBe(1);
  });

  it('with fewer rows than k a perfect answer has recall 1', () => {
    const truth = truthOf(tableOf([list([1, 0], [0.5, 0.4])]), 10, 2);
    expect(recallOf(truth, 0, Int32Array.of(0, 1))).toBe(1);
  });

  it('asks the scorer when the whole table is tied with the k-th neighbour', () => {
    const tied = tableOf([list([0, 1, 2, 3], [1, 1, 1, 1])]);
    const asked: number[] = [];
    const truth = truthOf(tied, 2, 1000, (query, rows) => {
      asked.push(query);
      return Float32Array.from(rows, (row) => (row < 500 ? 1 : 0));
    });
    expect(recallOf(truth, 0, Int32Array.of(400, 700))).toBe(0.5);
    expect(asked).toEqual([0]);
  });

  it('the exact table goes deeper than k, but never beyond the corpus', () => {
    expect(truthDepth(10, 1_000_000)).toBe(42);
    expect(truthDepth(100, 1_000_000)).toBe(200);
    expect(truthDepth(10, 12)).toBe(12);
  });
});
