import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readNpyHeader, readNpyQueries, readNpyRows, readNpyVectors, writeNpy } from '../../src/vectors/npy.ts';
import { gatherRows } from '../../src/vectors/vector-set.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'npy-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A file as NumPy lays it out, from parts that may be wrong. */
async function npyFile(name: string, dict: string, data: ArrayBufferView, version = 1): Promise<string> {
  const head = Buffer.alloc(version === 1 ? 10 : 12);
  head.write('\x93NUMPY', 0, 'latin1');
  head[6] = version;
  if (version === 1) head.writeUInt16LE(dict.length, 8);
  else head.writeUInt32LE(dict.length, 8);
  const path = join(folder, name);
  await writeFile(path, Buffer.concat([head, Buffer.from(dict, 'latin1'), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]));
  return path;
}
const dictOf = (type: string, shape: string, fortran = 'False') => `{'descr': '${type}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;

async function allRows(path: string): Promise<number[]> {
  const values: number[] = [];
  for await (const chunk of readNpyRows(path)) values.push(...chunk);
  return values;
}

describe('reading .npy', () => {
  test('f4, f8 and f2 of versions 1 and 2 give the same rows', async () => {
    const values = [1, -2.5, 0.25, 65504, -0, 6e-8];
    const f2 = Uint16Array.of(0x3c00, 0xc100, 0x3400, 0x7bff, 0x8000, 0x0001);
    const f4 = await npyFile('f4.npy', dictOf('<f4', '(3, 2)'), Float32Array.from(values));
    const f8 = await npyFile('f8.npy', dictOf('<f8', '(3, 2)'), Float64Array.from(values), 2);
    const half = await npyFile('f2.npy', dictOf('<f2', '(3, 2)'), f2);
    expect(await readNpyHeader(f8)).toMatchObject({ type: '<f8', rowCount: 3, dims: 2 });
    expect(await allRows(f4)).toEqual(values.map(Math.fround));
    expect(await allRows(f8)).toEqual(values.map(Math.fround));
    expect(await allRows(half)).toEqual([1, -2.5, 0.25, 65504, -0, 2 ** -24]);
  });

  test('a range of rows, held-out rows left out, and the same rows as queries', async () => {
    const path = await npyFile('r.npy', dictOf('<f4', '(4, 2)'), Float32Array.of(3, 4, 0, 2, -5, 0, 0, -1));
    const found: number[] = [];
    for await (const chunk of readNpyRows(path, { first: 1, end: 3 })) found.push(...chunk);
    expect(found).toEqual([0, 2, -5, 0]);
    const vectors = await readNpyVectors(path, { except: new Set([1, 2]) });
    expect([...gatherRows(vectors, [0, 1])]).toEqual([Math.fround(0.6), Math.fround(0.8), 0, -1]);
    const queries = await readNpyQueries(path, { rows: [2, 1], dims: 2 });
    expect([...queries.data]).toEqual([-1, 0, 0, 1]);
    expect((await readNpyQueries(path)).queryCount).toBe(4);
  });

  test('many rows in several chunks arrive in order', async () => {
    const rowCount = 300_000;
    const data = Float32Array.from({ length: rowCount * 4 }, (_, i) => i);
    const path = await npyFile('long.npy', dictOf('<f4', `(${rowCount}, 4)`), data);
    let at = 0;
    let chunks = 0;
    for await (const chunk of readNpyRows(path)) {
      expect(chunk[0]).toBe(at);
      at += chunk.length;
      chunks += 1;
    }
    expect(at).toBe(data.length);
    expect(chunks).toBeGreaterThan(1);
  });

  const three = Float32Array.of(1, 2, 3);
  test.each([
    ['<f4', '(3,)', 'False', 'has shape (3,), expected two dimensions'],
    ['<f4', '(1, 3)', 'True', 'is in Fortran (column) order'],
    ['>f4', '(1, 3)', 'False', 'holds numbers of type ">f4", expected <f4, <f2 or <f8'],
    ['<i4', '(1, 3)', 'False', 'holds numbers of type "<i4"'],
    ['<f4', '(2, 3)', 'False', 'holds 12 bytes of data, its shape (2, 3) of <f4 needs 24'],
    ['<f4', '(900000000, 900000000)', 'False', 'holds 12 bytes of data'],
    ['<f4', '(0, 3)', 'False', 'has shape (0, 3): no vectors'],
    ['<f4', '(-1, 3)', 'False', 'has no shape'],
  ])('refuses %s %s fortran %s in one clear line with the file', async (type, shape, fortran, message) => {
    const path = await npyFile('bad.npy', dictOf(type, shape, fortran), three);
    await expect(readNpyVectors(path)).rejects.toMatchObject({ name: 'UserError', message: expect.stringContaining(message), place: { file: path } });
  });

  test('refuses other files, missing files, folders, and headers longer than the file', async () => {
    const text = join(folder, 'text.npy');
    await writeFile(text, 'hello, this is no array');
    await expect(readNpyHeader(text)).rejects.toThrow('is not a NumPy .npy file');
    await expect(readNpyHeader(join(folder, 'none.npy'))).rejects.toThrow('no such file');
    await expect(readNpyHeader(folder)).rejects.toThrow('is a folder');
    const long = await npyFile('long-header.npy', '', three);
    const bytes = await readFile(long);
    bytes.writeUInt16LE(60_000, 8);
    await writeFile(long, bytes);
    await expect(readNpyHeader(long)).rejects.toThrow('has a header of 60000 bytes');
  });

  test('NaN and a wrong width are refused with the file', async () => {
    const path = await npyFile('nan.npy', dictOf('<f4', '(2, 3)'), Float32Array.of(1, 2, 3, 4, NaN, 6));
    await expect(readNpyVectors(path)).rejects.toMatchObject({ message: 'row 1 has NaN at dimension 1, expected finite numbers', place: { file: path } });
    await expect(readNpyQueries(path)).rejects.toMatchObject({ message: 'query row 1 has NaN at dimension 1, expected finite numbers', place: { file: path } });
    await expect(readNpyQueries(path, { dims: 4 })).rejects.toThrow('queries have 3 dimensions, the vectors 4');
  });
});

describe('writing .npy', () => {
  test('what is written is read back, with a header NumPy aligns to 64', async () => {
    const path = join(folder, 'out.npy');
    await writeNpy(path, { rowCount: 3, dims: 2 }, [Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6)]);
    expect(await allRows(path)).toEqual([1, 2, 3, 4, 5, 6]);
    const bytes = await readFile(path);
    expect(bytes.readUInt16LE(8) + 10).toBe(128);
    expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x93NUMPY\x01\x00');
    expect(bytes.subarray(10, 128).toString('latin1').trimEnd()).toBe("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }");
  });

  test('leaves nothing behind when rows are missing', async () => {
    const path = join(folder, 'half.npy');
    await expect(writeNpy(path, { rowCount: 3, dims: 2 }, [Float32Array.of(1, 2)])).rejects.toThrow('2 numbers do not fill 3 rows of 2');
    expect((await readdir(folder)).filter((name) => name.includes('half'))).toEqual([]);
  });
});
