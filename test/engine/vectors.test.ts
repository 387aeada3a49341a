import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallInput, CallName, CallOutput } from '../../src/contract/calls.ts';
import { calls } from '../../src/contract/calls.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { filesIn, lineOf, tempFolder } from '../fixtures/temp-folder.ts';

const data = join(import.meta.dirname, '../fixtures/data');
let engine: Engine;

async function call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> {
  const output = await engine.call(name, input);
  expect(calls[name].output.safeParse(output), `${name}: output fits the contract`).toMatchObject({ success: true });
  return output as CallOutput<Name>;
}

beforeAll(async () => {
  engine = await openEngine({ resourcesDir: process.cwd(), dataDir: await tempFolder(), host: 'cli' });
});
afterAll(() => engine.close());

const vecs = (rows: readonly (readonly number[])[], write: (buffer: Buffer, value: number, at: number) => void): Buffer =>
  Buffer.concat(rows.map((row) => {
    const bytes = Buffer.alloc(4 + 4 * row.length);
    bytes.writeInt32LE(row.length, 0);
    row.forEach((value, at) => write(bytes, value, 4 + 4 * at));
    return bytes;
  }));
const float = (buffer: Buffer, value: number, at: number): number => buffer.writeFloatLE(value, at);
const int = (buffer: Buffer, value: number, at: number): number => buffer.writeInt32LE(value, at);

describe('vectors instead of texts, through the contract', () => {
  it.each([
    ['ann-benchmarks.hdf5', 'ann-benchmarks'],
    ['vectordbbench', 'vectordbbench'],
  ])('%s brings queries and neighbours, which are checked', async (name, format) => {
    const path = join(data, name);
    const preview = await call('corpus.preview', { path });
    expect(preview).toMatchObject({ format, columns: [], vectors: { rowCount: 40, dims: 6, ownQueryCount: 5, neighbourWidth: 10, hasText: false } });
    const dataset = await call('dataset.openVectors', { path });
    expect(dataset).toMatchObject({ rowCount: 40, queryCount: 5, dims: 6, providedNeighbours: { k: 10, queryCount: 5, agreement: 1, isTruth: true } });
    expect((await call('dataset.openVectors', { path, queryCount: 2 })).queryCount).toBe(2);
    const { ladder } = await call('ladder.run', { datasetId: dataset.datasetId, dims: [3, 6], k: 10, store: { kind: 'embedded' } });
    expect(ladder.map(({ dims, recall }) => [dims, recall.value === 1])).toEqual([[3, false], [6, true]]);
  });

  it('wrong neighbours are found, told, and never truth', async () => {
    const rows = Array.from({ length: 30 }, (_, row) => [Math.cos(row / 10), Math.sin(row / 10)]);
    const nearest = (query: number): number[] => rows.map((_, row) => row).sort((a, b) => Math.abs(a - query) - Math.abs(b - query) || a - b).slice(0, 3);
    const queries = [0, 15, 29];
    const right = queries.map(nearest);
    const folder = await filesIn({
      'base.fvecs': vecs(rows, float),
      'query.fvecs': vecs(queries.map((row) => rows[row]!), float),
      'right.ivecs': vecs(right, int),
      'wrong.ivecs': vecs([right[0]!, [15, 14, 29], right[2]!], int),
      'short.ivecs': vecs(right.slice(0, 2), int),
    });
    const source = { path: join(folder, 'base.fvecs'), queryPath: join(folder, 'query.fvecs') };
    expect((await call('dataset.openVectors', { ...source, neighboursPath: join(folder, 'right.ivecs') })).providedNeighbours).toEqual({ k: 3, queryCount: 3, agreement: 1, isTruth: true });
    const wrong = await call('dataset.openVectors', { ...source, neighboursPath: join(folder, 'wrong.ivecs') });
    expect(wrong.providedNeighbours).toMatchObject({ agreement: 8 / 9, isTruth: false });
    expect(wrong.warnings[0]).toMatch(/^the neighbours that came with the data are not the exact ones by cosine: 88\.89 % of the first 3 agree over 3 queries; query 1 is given row 29 with similarity 0\.169967/);
    expect(await lineOf(call('dataset.openVectors', { ...source, neighboursPath: join(folder, 'short.ivecs') }), folder)).toBe('short.ivecs: holds neighbours of 2 queries, but there are 3');
    expect(await lineOf(call('dataset.openVectors', { path: source.path, neighboursPath: join(folder, 'right.ivecs') }), folder)).toMatch(/are those of queries/);
  });

  it('rows that are not normalised, zero or constant are told with what to do', async () => {
    const rows = Array.from({ length: 40 }, (_, row) => (row === 3 ? [0, 0, 0] : row === 4 ? [0.5, 0.5, 0.5] : [Math.sin(row * 3), Math.cos(row * 7), Math.sin(row * row)]));
    const folder = await filesIn({ 'x.fvecs': vecs(rows, float) });
    const { lint, warnings } = await call('dataset.openVectors', { path: join(folder, 'x.fvecs'), queryPath: join(folder, 'x.fvecs') });
    expect(lint.map(({ code }) => code)).toEqual(['zero-rows', 'constant-rows', 'not-normalised']);
    expect(warnings).toEqual(['1 of 40 rows are zero vectors: their similarity to everything is 0 (look for empty texts, and for texts without any token that the model knows)', expect.stringContaining('same number in every dimension')]);
  });

  it('a table with texts and vectors shows both; held-out rows are queries with their texts', async () => {
    const path = join(data, 'table-snappy.parquet');
    const preview = await call('corpus.preview', { path });
    const { vectors } = preview;
    expect(vectors).toMatchObject({ rowCount: 30, dims: 6, hasText: true });
    expect(preview.columns.map(({ name, role }) => [name, role])).toContainEqual(['text', 'text']);
    const dataset = await call('dataset.openVectors', { path, queryCount: 4, read: {} });
    expect(dataset).toMatchObject({ rowCount: 26, queryCount: 4, queries: { heldOutCount: 4 } });
    const inspection = await call('inspect.query', { datasetId: dataset.datasetId, schedule: [{ dims: 6, keep: 3 }], k: 3, dims: [6], query: { row: 0 } });
    expect(JSON.stringify(inspection)).toMatch(/text of row \d+: größe/);
  });

  it('a folder that is nothing known, and a text file, are not vectors', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'x'));
    await writeFile(join(folder, 'c.txt'), 'hello');
    expect(await lineOf(call('dataset.openVectors', { path: join(folder, 'c.txt') }), folder)).toMatch(/^c\.txt: is no vector file known by its name/);
    expect(await lineOf(call('dataset.openVectors', { path: join(folder, 'x') }), folder)).toMatch(/x/);
  });
});
