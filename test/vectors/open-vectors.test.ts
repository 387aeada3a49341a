import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkNeighbours, openVectorDataset } from '../../src/vectors/vector-dataset.ts';
import { readIvecs } from '../../src/vectors/vector-files.ts';
import { openVectorSource } from '../../src/vectors/open-vectors.ts';
import type { VectorSource } from '../../src/vectors/vector-source.ts';
import { filesIn, lineOf } from '../fixtures/temp-folder.ts';

const data = join(import.meta.dirname, '../fixtures/data');

async function rowsOf(source: VectorSource, range?: { first?: number; end?: number }): Promise<number[]> {
  const all: number[] = [];
  for await (const chunk of source.rows(range)) for (const value of chunk) all.push(value);
  return all;
}

function vecs(rows: readonly (readonly number[])[], type: 'f' | 'b' | 'i'): Buffer {
  return Buffer.concat(
    rows.map((row) => {
      const head = Buffer.alloc(4);
      head.writeInt32LE(row.length);
      return Buffer.concat([head, type === 'b' ? Buffer.from(row) : Buffer.from((type === 'f' ? Float32Array : Int32Array).from(row).buffer)]);
    }),
  );
}

function bin(rows: readonly (readonly number[])[], Type: Float32ArrayConstructor | Uint8ArrayConstructor | Int8ArrayConstructor): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(rows.length, 0);
  head.writeUInt32LE(rows[0]!.length, 4);
  return Buffer.concat([head, Buffer.from(Type.from(rows.flat()).buffer)]);
}

const rows = [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]];

describe('vector files', () => {
  test.each<[string, Buffer]>([
    ['x.fvecs', vecs(rows, 'f')],
    ['x.bvecs', vecs(rows, 'b')],
    ['x.fbin', bin(rows, Float32Array)],
    ['x.u8bin', bin(rows, Uint8Array)],
    ['x.i8bin', bin(rows, Int8Array)],
  ])('%s: all rows, and a range of them', async (name, content) => {
    const source = await openVectorSource(join(await filesIn({ [name]: content }), name));
    expect(source).toMatchObject({ rowCount: 4, dims: 3, format: name.slice(2) });
    expect(await rowsOf(source)).toEqual(rows.flat());
    expect(await rowsOf(source, { first: 1, end: 3 })).toEqual([4, 5, 6, 7, 8, 9]);
    expect(await rowsOf(source, { first: 3, end: 99 })).toEqual([10, 11, 12]);
  });

  test('ivecs: neighbours', async () => {
    const folder = await filesIn({ 'x.ivecs': vecs([[3, 1], [2, 70000]], 'i') });
    expect(await readIvecs(join(folder, 'x.ivecs'))).toEqual({ rowCount: 2, width: 2, data: Int32Array.of(3, 1, 2, 70000) });
  });

  test('lists in Parquet and Arrow equal NumPy', async () => {
    const expected = await rowsOf(await openVectorSource(join(data, 'table.npy')));
    for (const name of ['table-snappy.parquet', 'table-zstd.parquet', 'table-gzip-groups.parquet', 'table-brotli-plain.parquet', 'table-lz4-split.parquet', 'table-none.parquet', 'table-lz4.feather', 'table-stream.arrow']) {
      const source = await openVectorSource(join(data, name));
      expect(source).toMatchObject({ rowCount: 30, dims: 6 });
      expect(await rowsOf(source)).toEqual(expected);
      expect(await rowsOf(source, { first: 5, end: 16 })).toEqual(expected.slice(5 * 6, 16 * 6));
      expect(await rowsOf(await openVectorSource(join(data, name), { column: 'fixed' }))).toEqual(expected.map((value) => value * 2));
    }
  });

  test.each<[string, Buffer, string]>([
    ['x.fvecs', Buffer.alloc(0), 'x.fvecs: begins with nothing, expected the number of dimensions'],
    ['x.fvecs', vecs(rows, 'f').subarray(0, -1), 'x.fvecs: has 63 bytes, which is no whole number of rows of 3 dimensions: cut short, or rows of different widths'],
    ['x.bvecs', Buffer.from([255, 255, 255, 127, 1]), 'x.bvecs: begins with 2147483647, expected the number of dimensions'],
    ['x.fbin', bin(rows, Float32Array).subarray(0, -4), 'x.fbin: says 4 rows of 3 dimensions, which take 56 bytes, but has 52'],
    ['x.u8bin', Buffer.from([255, 255, 255, 255, 255, 255, 0, 0]), 'x.u8bin: says 4294967295 rows of 65535 dimensions, which take 281470681677833 bytes, but has 8'],
    ['x.fbin', Buffer.alloc(3), 'x.fbin: has no header of rows and dimensions (0 × 0)'],
    ['x.dat', Buffer.from('x'), 'x.dat: is no vector file known by its name, expected .npy, .fvecs, .bvecs, .fbin, .u8bin, .i8bin, .parquet, .arrow, .feather or .hdf5'],
  ])('%s with a wrong size or header is refused before anything is allocated', async (name, content, expected) => {
    const folder = await filesIn({ [name]: content });
    expect(await lineOf(openVectorSource(join(folder, name)), folder)).toBe(expected);
  });

  test('a row of another width is found', async () => {
    // The sizes add up: 3 + 5 = 4 + 4.
    const folder = await filesIn({ 'x.fvecs': vecs([[1, 2, 3], [1, 2, 3], [1], [1, 2, 3, 4, 5]], 'f') });
    const source = await openVectorSource(join(folder, 'x.fvecs'));
    expect(await lineOf(rowsOf(source), folder)).toBe('x.fvecs: row 2 has 1 dimensions, the first has 3');
  });

  test('columns: the ones there are, when the wanted one is not', async () => {
    expect(await lineOf(openVectorSource(join(data, 'table-none.parquet'), { column: 'vec' }), data)).toBe('table-none.parquet: has no list column "vec"; there are "id", "title", "text", "when", "emb", "fixed", "nested"');
    expect(await lineOf(openVectorSource(join(data, 'long-lz4.feather')), data)).toBe('long-lz4.feather: has no column of vectors (lists of numbers); there are "id", "text"');
  });
});

describe('data sets with queries and neighbours', () => {
  test.each(['ann-benchmarks.hdf5', 'vectordbbench'])('%s: rows, queries, neighbours by row number', async (name) => {
    const set = await openVectorDataset(join(data, name));
    expect(set).toMatchObject({ base: { rowCount: 40, dims: 6 }, queries: { rowCount: 5, dims: 6 }, neighbours: { rowCount: 5, width: 10 }, warnings: [] });
    expect(await rowsOf(set.base)).toEqual(await rowsOf(await openVectorSource(join(data, 'train.npy'))));
    expect(await rowsOf(set.base, { first: 18, end: 23 })).toEqual((await rowsOf(set.base)).slice(18 * 6, 23 * 6));
    expect(await rowsOf(set.queries)).toEqual(await rowsOf(await openVectorSource(join(data, 'test.npy'))));
    const other = await openVectorDataset(join(data, name === 'vectordbbench' ? 'ann-benchmarks.hdf5' : 'vectordbbench'));
    expect(set.neighbours).toEqual(other.neighbours);
  });

  test('their parts open as plain vector files too', async () => {
    const train = await rowsOf(await openVectorSource(join(data, 'train.npy')));
    expect(await rowsOf(await openVectorSource(join(data, 'ann-benchmarks.hdf5')))).toEqual(train);
    expect(await rowsOf(await openVectorSource(join(data, 'vectordbbench')))).toEqual(train);
    expect(await rowsOf(await openVectorSource(`${join(data, 'ann-benchmarks.hdf5')}#test`))).toEqual(await rowsOf(await openVectorSource(join(data, 'test.npy'))));
  });

  test('what is missing is named', async () => {
    expect(await lineOf(openVectorDataset(join(data, 'no-test.hdf5')), data)).toBe('no-test.hdf5: has no "test"; there are "train"');
    expect(await lineOf(openVectorDataset(join(data, 'table.npy')), data)).toMatch(/^table\.npy: is not an HDF5 file that can be read/);
    expect(await lineOf(openVectorDataset(data), data)).toMatch(/is a folder without train\.parquet and test\.parquet$/);
  });
});

describe('neighbours that came with the data', () => {
  const exact = { queryCount: 1, k: 3, rows: Int32Array.of(5, 2, 7), scores: Float32Array.of(0.9, 0.8, 0.7) };
  const check = (entries: number[], similarity: number): ReturnType<typeof checkNeighbours> => checkNeighbours({ rowCount: 1, width: entries.length, data: Int32Array.from(entries) }, exact, () => similarity);

  test('are truth when they are the same set, or tie', () => {
    expect(check([2, 5, 7], 0)).toMatchObject({ agreement: 1, isTruth: true });
    expect(check([5, 2, 9], 0.7 - 5e-7)).toMatchObject({ isTruth: true });
    expect(check([5, 2], 0)).toMatchObject({ isTruth: true });
  });

  test('are not when one is worse than the worst true one, out of range or given twice', () => {
    expect(check([5, 2, 9], 0.6)).toMatchObject({ agreement: 1 - 1 / 3, wrongCount: 1, isTruth: false, example: { query: 0, row: 9, similarity: 0.6 } });
    expect(check([5, 5, 2], 0)).toMatchObject({ wrongCount: 1 });
    expect(check([5, 2, -1], 1)).toMatchObject({ wrongCount: 1 });
  });

  test('never claim truth for a set that differs by more than ties', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { minLength: 5, maxLength: 5 }), (picked) => {
        const scores = Float32Array.from({ length: 21 }, (_, row) => 1 - row / 21);
        const truth = { queryCount: 1, k: 5, rows: Int32Array.of(0, 1, 2, 3, 4), scores: scores.slice(0, 5) };
        const result = checkNeighbours({ rowCount: 1, width: 5, data: Int32Array.from(picked) }, truth, (_, row) => scores[row]!);
        expect(result.isTruth).toBe(picked.every((row) => row < 5));
      }),
    );
  });
});
