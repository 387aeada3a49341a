import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import { showValue, UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { rowsExcept } from '../vectors/npy.ts';
import { queryMatrixOf } from '../vectors/query-matrix.ts';
import { openVectorSource } from '../vectors/open-vectors.ts';
import type { VectorSource } from '../vectors/vector-source.ts';
import { blockBoundaries, readVectorSet } from '../vectors/vector-set.ts';
import type { BenchRequest, Shape } from './bench-request.ts';
import { adaptedRows, adapterFor, adapterRemark } from './adapted-rows.ts';
import { openDataset, suggestedDims } from './dataset.ts';
import type { Dataset } from './dataset.ts';

/**
 * A dataset of vectors that are already embedded: `--vectors` (.npy, .fvecs, .fbin, HDF5, Parquet) with `--query-vectors Q.npy`, or with N of its own rows held out as queries.
 * Rows go from the file straight into the engine's layout: no second copy.
 * @throws UserError for files that are no matrices of numbers, queries of another width, rows that are not finite.
 */
export async function datasetFromVectors(request: BenchRequest, check: (shape: Shape) => void, work: WorkOptions): Promise<Dataset> {
  const path = request.vectors!;
  const source = await openVectorSource(path);
  const { dims } = source;
  if (source.rowCount === 0) throw new UserError('vectors/empty', 'has no rows, expected at least one document', { place: { file: path } });
  const heldOut = request.queryVectors === undefined ? heldOutRows(request, source.rowCount) : undefined;
  const querySource = request.queryVectors === undefined ? undefined : await openVectorSource(request.queryVectors);
  if (querySource !== undefined && querySource.dims !== dims) {
    throw new UserError('queries/width', `has ${querySource.dims} columns, but ${path} has ${dims}; both must come from one model`, { place: { file: querySource.file } });
  }
  if (querySource?.rowCount === 0) throw new UserError('queries/empty', 'has no rows, expected at least one query', { place: { file: querySource.file } });
  const shape: Shape = { rowCount: source.rowCount - (heldOut?.length ?? 0), dims, trainedDims: undefined };
  check(shape);
  const adapter = await adapterFor(request.adapter, dims);
  const ladder = request.dims ?? suggestedDims(dims, adapter?.provenance.prefixes);
  const boundaries = blockBoundaries(dims, [...ladder, ...request.schedules.flatMap((schedule) => schedule.map((stage) => stage.dims))]);
  const queryRows = querySource === undefined ? onlyRows(source, heldOut!) : querySource.rows();
  const queries = queryMatrixOf(await joined(adaptedRows(queryRows, dims, adapter, work)), dims, { dims, name: request.queryVectors ?? path });
  const rows = heldOut === undefined ? source.rows() : rowsExcept(source.rows(), dims, new Set(heldOut));
  const vectors = await readVectorSet(adaptedRows(rows, dims, adapter, work), { rowCount: shape.rowCount, dims, boundaries, name: path }, work);
  const contentHash = await fileHash(path);
  const name = basename(path);
  const warnings = [
    ...(vectors.zeroCount === 0 ? [] : [`${vectors.zeroCount} rows are zero vectors: their similarity to everything is 0`]),
    ...(adapter === undefined ? [] : [adapterRemark(adapter, request.adapter!)]),
  ];
  return openDataset({
    id: `vectors-${contentHash.slice(0, 16)}`,
    name,
    corpus: undefined,
    querySet: undefined,
    vectors,
    queries,
    qrels: undefined,
    trainedDims: adapter?.provenance.prefixes,
    corpusInfo: { name, count: vectors.rowCount, contentHash, format: source.format, zeroVectorCount: vectors.zeroCount },
    queryInfo: {
      name: querySource === undefined ? `${queries.queryCount} held-out rows of ${name}` : basename(querySource.file),
      count: queries.queryCount,
      withQrels: 0,
      contentHash: createHash('sha256').update(queries.data).digest('hex'),
    },
    modelInfo: { id: 'vectors', name: `vectors of ${name}`, dims, trainedDims: [...(adapter?.provenance.prefixes ?? [])] },
    warnings,
    embedder: undefined,
    summary: undefined,
  });
}

/** Rows one by one; a chunk's memory is used again, so each is copied. */
async function* onlyRows(source: VectorSource, rows: readonly number[]): AsyncGenerator<Float32Array> {
  for (const row of rows) {
    for await (const chunk of source.rows({ first: row, end: row + 1 })) yield chunk.slice();
  }
}

async function joined(chunks: AsyncIterable<Float32Array>): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for await (const chunk of chunks) parts.push(chunk.slice());
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** sha256 of a file through one small buffer: streams leave megabytes of garbage behind. */
async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(2 ** 18);
  const file = await open(path, 'r');
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

const DEFAULT_HELD_OUT = 200;

function heldOutRows(request: BenchRequest, rowCount: number): number[] {
  const wanted = request.queries === undefined ? Math.min(DEFAULT_HELD_OUT, Math.floor(rowCount / 2)) : Number(request.queries);
  if (!Number.isSafeInteger(wanted) || wanted < 1) {
    throw new UserError('queries/count', `--queries ${showValue(request.queries)}: with --vectors it is the number of rows to hold out as queries; give --query-vectors Q.npy for queries of your own`);
  }
  if (wanted >= rowCount) throw new UserError('queries/count', `--queries ${wanted} would hold out all of the ${rowCount} rows; some must be left to search`);
  return Array.from(sampleWithoutReplacement(seededRandom(request.seed), rowCount, wanted)).sort((a, b) => a - b);
}
