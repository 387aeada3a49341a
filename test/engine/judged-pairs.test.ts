import { expect, it } from 'vitest';
import { pairsOf } from '../../src/engine/judged-pairs.ts';

it('gives each query its best document that is still free, and none twice', () => {
  const grades = (entries: Record<number, number>): ReadonlyMap<number, number> => new Map(Object.entries(entries).map(([row, grade]) => [Number(row), grade]));
  const qrels = [grades({ 4: 1, 9: 2 }), grades({ 9: 3, 5: 1, 6: 1 }), grades({ 7: 0 }), grades({ 9: 1 }), grades({})];
  expect(pairsOf({ qrels })).toEqual([
    { query: 0, row: 9 },
    { query: 1, row: 5 },
  ]);
  expect(pairsOf({ qrels: undefined })).toEqual([]);
});
