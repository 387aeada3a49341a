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

  it('asks it for nothing else: a table that ends below the tie, or holds the whole corpus, is enough', () => {
    const scorer = (): never => {
      throw new Error('asked');
    };
    const answer = Int32Array.of(0, 3);
    expect(recallOf(truthOf(tableOf([list([0, 1, 2, 3], [1, 1, 1, 0.5])]), 2, 1000, scorer), 0, answer)).toBe(0.5);
    expect(recallOf(truthOf(tableOf([list([0, 1, 2, 3], [1, 1, 1, 1])]), 2, 4, scorer), 0, answer)).toBe(1);
    expect(recallOf(truthOf(tableOf([list([0, 1], [1, 1])]), 2, 1000, scorer), 0, answer)).toBe(0.5);
  });

  it('counts by row number alone where no scorer is there to ask', () => {
    const truth = truthOf(tableOf([list([0, 1, 2, 3], [1, 1, 1, 1])]), 2, 1000);
    expect(recallOf(truth, 0, Int32Array.of(3, 700))).toBe(0.5);
  });

  it('by the scorer, too, what is just as near as the k-th counts and what is farther does not', () => {
    const scores = new Map([[10, 1], [11, 0.9999995], [12, 0.999]]);
    const truth = truthOf(tableOf([list([0, 1, 2], [1, 1, 1])]), 2, 1000, (_query, rows) => Float32Array.from(rows, (row) => scores.get(row)!));
    expect([[10, 12], [11, 10], [12, 12]].map((rows) => recallOf(truth, 0, Int32Array.from(rows)))).toEqual([0.5, 1, 0]);
    expect(survivalOf(truth, 0, Int32Array.of(10, 11, 10, 12))).toBe(1);
  });

  it('of an empty corpus nothing can be missed', () => {
    const truth = truthOf(tableOf([list([], [])]), 3, 0);
    expect(truth.countOf(0)).toBe(0);
    expect([recallOf(truth, 0, new Int32Array(0)), survivalOf(truth, 0, Int32Array.of(5))]).toEqual([1, 1]);
  });

  it('keeps the queries apart', () => {
    const truth = truthOf(tableOf([list([1, 2], [0.9, 0.8]), list([3, 4], [0.7, 0.6])]), 2, 10);
    expect([0, 1].map((query) => recallOf(truth, query, Int32Array.of(3, 1)))).toEqual([0.5, 0.5]);
    expect([0, 1].map((query) => recallOf(truth, query, Int32Array.of(3, 4)))).toEqual([0, 1]);
  });

  it('the exact table goes deeper than k, but never beyond the corpus', () => {
    expect(truthDepth(10, 1_000_000)).toBe(42);
    expect(truthDepth(100, 1_000_000)).toBe(200);
    expect(truthDepth(10, 12)).toBe(12);
  });
});
