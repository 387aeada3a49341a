import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { showValue, UserError } from '../base/errors.ts';
import { openParquet } from '../base/parquet-file.ts';
import { openVectorFile } from './vector-files.ts';
import type { VectorSource } from './vector-source.ts';

/** A VectorDBBench folder: `train.parquet` or `train-01-of-10.parquet` …, `test.parquet`, maybe `neighbors.parquet`. */
export interface VectorDbBenchFolder {
  readonly base: VectorSource;
  readonly queries: VectorSource;
  /** Ids of the training rows, in order, as text. */
  readonly ids: readonly string[];
  readonly neighbours?: { readonly rowCount: number; readonly width: number; readonly data: Int32Array } | undefined;
}

/** True for a folder that has what a VectorDBBench folder must have. */
export async function isVectorDbBench(folder: string): Promise<boolean> {
  const names: string[] = await readdir(folder).catch(() => []);
  return names.includes('test.parquet') && trainFiles(names).length > 0;
}

/** @throws UserError for missing or extra shards, widths that differ, neighbours that name no training row. */
export async function openVectorDbBench(folder: string): Promise<VectorDbBenchFolder> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new UserError('vectors/missing', `cannot be read: ${(error as Error).message}`, { place: { file: folder }, cause: error });
  });
  const shards = trainFiles(names);
  if (shards.length === 0) throw new UserError('vectors/vectordbbench', 'has no train.parquet and no train-01-of-NN.parquet', { place: { file: folder } });
  checkShards(shards, folder);
  const sources: VectorSource[] = [];
  const ids: string[] = [];
  for (const shard of shards) {
    sources.push(await openVectorFile(join(folder, shard)));
    ids.push(...(await readColumn(join(folder, shard), 'id')).map(String));
  }
  const base = joined(folder, sources);
  const queries = await openVectorFile(join(folder, 'test.parquet'));
  if (queries.dims !== base.dims) throw new UserError('vectors/width', `test.parquet has ${queries.dims} dimensions, the training files have ${base.dims}`, { place: { file: folder } });
  const neighboursFile = ['neighbors.parquet', 'neighbours.parquet'].find((name) => names.includes(name));
  const neighbours = neighboursFile === undefined ? undefined : await readNeighbours(join(folder, neighboursFile), join(folder, 'test.parquet'), ids);
  return { base, queries, ids, neighbours };
}

/** `train.parquet`, or its shards by number (some sets are called shuffle_train…). */
function trainFiles(names: readonly string[]): readonly string[] {
  for (const prefix of ['train', 'shuffle_train']) {
    if (names.includes(`${prefix}.parquet`)) return [`${prefix}.parquet`];
    const shards = names.filter((name) => new RegExp(`^${prefix}-\\d+-of-\\d+\\.parquet$`).test(name));
    if (shards.length > 0) return shards.sort((a, b) => numbersOf(a)[0] - numbersOf(b)[0]);
  }
  return [];
}

function numbersOf(shard: string): readonly [number, number] {
  const match = /-(\d+)-of-(\d+)\.parquet$/.exec(shard);
  return match === null ? [0, 0] : [Number(match[1]), Number(match[2])];
}

/** Shards count from 0 or from 1; none may be missing. */
function checkShards(shards: readonly string[], folder: string): void {
  const total = numbersOf(shards[0]!)[1];
  if (total === 0) return;
  const begin = numbersOf(shards[0]!)[0];
  const isWhole = shards.length === total && begin <= 1 && shards.every((shard, index) => numbersOf(shard)[0] === begin + index && numbersOf(shard)[1] === total);
  if (!isWhole) throw new UserError('vectors/vectordbbench', `has ${shards.length} of ${total} training files (${shards.slice(0, 3).join(', ')} …)`, { place: { file: folder }, hint: 'are some not downloaded yet?' });
}

function joined(folder: string, sources: readonly VectorSource[]): VectorSource {
  const dims = sources[0]!.dims;
  const other = sources.find((source) => source.dims !== dims);
  if (other !== undefined) throw new UserError('vectors/width', `has ${other.dims} dimensions, ${sources[0]!.file} has ${dims}`, { place: { file: other.file } });
  return {
    file: folder,
    format: 'vectordbbench',
    rowCount: sources.reduce((sum, source) => sum + source.rowCount, 0),
    dims,
    async *rows(range = {}) {
      let firstRow = 0;
      for (const source of sources) {
        const first = Math.max(0, (range.first ?? 0) - firstRow);
        const end = Math.min(source.rowCount, (range.end ?? Infinity) - firstRow);
        if (first < end) yield* source.rows({ first, end });
        firstRow += source.rowCount;
      }
    },
  };
}

async function readColumn(file: string, name: string): Promise<unknown[]> {
  await stat(file);
  const parquet = await openParquet(file);
  try {
    if (!parquet.columns.some((column) => column.name === name)) {
      throw new UserError('vectors/column', `has no column ${JSON.stringify(name)}; there are ${parquet.columns.map((column) => JSON.stringify(column.name)).join(', ')}`, { place: { file } });
    }
    const values: unknown[] = [];
    for (let group = 0; group < parquet.groups.length; group += 1) for (const value of Array.from((await parquet.read(group, [name]))[0]!)) values.push(value);
    return values;
  } finally {
    await parquet.close();
  }
}

/** Neighbours by query row: ids become row numbers, lists are cut to the shortest. */
async function readNeighbours(file: string, testFile: string, ids: readonly string[]): Promise<{ rowCount: number; width: number; data: Int32Array }> {
  const rowOfId = new Map(ids.map((id, row) => [id, row]));
  const queryIds = (await readColumn(testFile, 'id')).map(String);
  const listOfQuery = new Map<string, ArrayLike<unknown>>();
  const lists = await readColumn(file, 'neighbors_id');
  (await readColumn(file, 'id')).forEach((id, row) => listOfQuery.set(String(id), (lists[row] ?? []) as ArrayLike<unknown>));
  const missing = queryIds.find((id) => !listOfQuery.has(id));
  if (missing !== undefined) throw new UserError('vectors/neighbours', `has no neighbours of query ${showValue(missing)}`, { place: { file } });
  const width = queryIds.length === 0 ? 0 : Math.min(...queryIds.map((id) => listOfQuery.get(id)!.length));
  const data = new Int32Array(queryIds.length * width);
  queryIds.forEach((queryId, query) => {
    const list = listOfQuery.get(queryId)!;
    for (let j = 0; j < width; j += 1) {
      const row = rowOfId.get(String(list[j]));
      if (row === undefined) throw new UserError('vectors/neighbours', `query ${showValue(queryId)} has neighbour ${showValue(String(list[j]))}, which is no id of the training rows`, { place: { file } });
      data[query * width + j] = row;
    }
  });
  return { rowCount: queryIds.length, width, data };
}
