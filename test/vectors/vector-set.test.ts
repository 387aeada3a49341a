import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inverseNormsOf } from '../../src/vectors/segment.ts';
import { blockBoundaries, copyRow, gatherRows, openVectorWriter, readVectorSet, vectorSetOf } from '../../src/vectors/vector-set.ts';
import { makeData } from './naive.ts';

function normalised(row: Float32Array): number[] {
  const length = Math.hypot(...row);
  return Array.from(row, (value) => (length === 0 ? 0 : value / length));
}

describe('a vector set', () => {
  test('gives back every row normalised, whatever the blocks and segments', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.integer({ min: 1, max: 70 }), { maxLength: 4 }),
        fc.constantFrom(undefined, 2 ** 20 + 5000),
        (seed, rowCount, dims, boundaries, maxSegmentBytes) => {
          const { data } = makeData(seed, rowCount, dims);
          const vectors = vectorSetOf(data, { rowCount, dims, boundaries, maxSegmentBytes });
          const row = new Float32Array(dims);
          let zeros = 0;
          let widest = 0;
          for (let i = 0; i < rowCount; i += 1) {
            const wanted = normalised(data.subarray(i * dims, (i + 1) * dims));
            copyRow(vectors, i, row);
            widest = Math.max(widest, ...wanted.map((value, j) => Math.abs(row[j]! - value)));
            if (wanted.every((value) => value === 0)) zeros += 1;
          }
          expect(widest).toBeLessThan(1e-7);
          expect(vectors.zeroCount).toBe(zeros);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('keeps 1 / length of every prefix, 0 for a zero prefix', () => {
    const vectors = vectorSetOf(Float32Array.of(3, 0, 4, 0, 0, 0, 0, 2), { rowCount: 2, dims: 4, boundaries: [2] });
    const norms = (dims: number) => [...vectors.segments[0]!.kernel.floats(inverseNormsOf(vectors.segments[0]!, dims), 2)];
    expect(norms(2)).toEqual([Math.fround(1 / Math.fround(0.6)), 0]);
    expect(norms(4)).toEqual([1, 1]);
    expect(norms(1)).toEqual([Math.fround(1 / Math.fround(0.6)), 0]);
  });

  test('gathers rows, or their prefixes, in the order asked', () => {
    const vectors = vectorSetOf(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), { rowCount: 3, dims: 3, boundaries: [1] });
    expect([...gatherRows(vectors, [2, 0])]).toEqual([0, 0, 1, 1, 0, 0]);
    expect([...gatherRows(vectors, [1, 1], 2)]).toEqual([0, 1, 0, 1]);
  });

  test('may be written in any order of rows', () => {
    const { data } = makeData(4, 10, 6);
    const writer = openVectorWriter({ rowCount: 10, dims: 6 });
    writer.write(4, data.subarray(24));
    writer.write(0, data.subarray(0, 24));
    expect([...gatherRows(writer.finish(), [0, 9])]).toEqual([...gatherRows(vectorSetOf(data, { rowCount: 10, dims: 6 }), [0, 9])]);
  });

  test('refuses NaN and infinity, naming row, dimension and origin', async () => {
    const data = new Float32Array(30).fill(1);
    data[17] = NaN;
    await expect(readVectorSet([data.subarray(0, 12), data.subarray(12)], { rowCount: 10, dims: 3, name: 'x.npy' })).rejects.toMatchObject({
      code: 'vectors/not-finite',
      message: 'row 5 has NaN at dimension 2, expected finite numbers',
      place: { file: 'x.npy' },
    });
    data[17] = -Infinity;
    expect(() => vectorSetOf(data, { rowCount: 10, dims: 3 })).toThrow('row 5 has -Infinity at dimension 2');
  });

  test('refuses impossible shapes and missing or surplus rows', () => {
    expect(() => vectorSetOf(new Float32Array(0), { rowCount: 0, dims: 3 })).toThrow('0 vectors, expected at least 1');
    expect(() => vectorSetOf(new Float32Array(3), { rowCount: 1, dims: 0 })).toThrow('vectors of 0 dimensions');
    expect(() => vectorSetOf(new Float32Array(3), { rowCount: 2, dims: 3 })).toThrow('1 vectors arrived, expected 2');
    expect(() => vectorSetOf(new Float32Array(9), { rowCount: 2, dims: 3 })).toThrow('rows 0 to 2 lie outside the 2 expected');
    expect(() => vectorSetOf(new Float32Array(8), { rowCount: 2, dims: 3 })).toThrow('8 numbers do not make whole rows of 3 dimensions');
  });

  test('block ends are the wanted prefixes below the full dimension, and it', () => {
    expect(blockBoundaries(384)).toEqual([16, 32, 64, 128, 256, 384]);
    expect(blockBoundaries(100, [64, 0, 20, 300, 64])).toEqual([20, 64, 100]);
  });
});
