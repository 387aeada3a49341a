import { expect, test } from 'vitest';
import { crewOf, stretchesOf } from '../../src/math/crew.ts';
import { openKernel } from '../../src/math/kernel.ts';
import { searchPrefix } from '../../src/vectors/search.ts';
import { vectorSetOf } from '../../src/vectors/vector-set.ts';
import { expectExact, makeData, naiveScores } from '../vectors/naive.ts';

// 2,300 rows of 128 dims are 1.1 MiB, just enough for the search to share them among threads.
const rowCount = 2300;
const dims = 128;

function searched(seed: number): (threads: number) => void {
  const { data, query } = makeData(seed, rowCount, dims);
  const vectors = vectorSetOf(data, { rowCount, dims });
  const naive = naiveScores(data, dims, query, dims);
  return (threads) => expectExact(searchPrefix(vectors, query, dims, 20, threads), naive, 20);
}

test('the best rows of all stretches are found, by one thread and by several', () => {
  const search = searched(1);
  for (const threads of [1, 3, 2, 5]) search(threads);
});

test('the same workers serve one set of vectors after another, and the first again', () => {
  const [one, other] = [searched(2), searched(3)];
  for (const search of [one, other, one, other]) search(3);
});

test('what a job’s last call returned is its result, in the order of the jobs', () => {
  const kernel = openKernel({ sizeBytes: 0, shared: true });
  // Four selections that have been offered nothing keep nothing, and a job without a call gives 0.
  const none = [0, 1, 2, 3].map(() => [{ name: 'selectionFinish' as const, args: [kernel.reserve(64), 0, 0, 0] }]);
  expect(crewOf(4).run(kernel, none)).toEqual([0, 0, 0, 0]);
  expect(crewOf(2).run(kernel, [[], []])).toEqual([0, 0]);
});

test('a job that goes beyond the memory is a fault, and costs no later job its worker', () => {
  const kernel = openKernel({ sizeBytes: 0, shared: true });
  const wild = [{ name: 'selectionFinish' as const, args: [2 ** 32 - 4, 0, 0, 0] }];
  expect(() => crewOf(2).run(kernel, [[], wild])).toThrow('a worker thread of the kernel failed');
  expect(crewOf(2).run(kernel, [[], []])).toEqual([0, 0]);
});

test('stretches are whole tiles, next to each other, over all the rows', () => {
  expect(stretchesOf(1300, 512, 2)).toEqual([{ first: 0, end: 1024 }, { first: 1024, end: 1300 }]);
  expect(stretchesOf(100, 512, 4)).toEqual([{ first: 0, end: 100 }]);
  expect(stretchesOf(512 * 7, 512, 3).map(({ first, end }) => end - first)).toEqual([1536, 1536, 512]);
});
