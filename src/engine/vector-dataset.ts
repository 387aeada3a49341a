import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import { showValue, UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { readNpyHeader, readNpyQueries, readNpyVectors } from '../vectors/npy.ts';
import { blockBoundaries } from '../vectors/vector-set.ts';
import type { BenchRequest, Shape } from './bench-request.ts';
import { openDataset, suggestedDims } from './dataset.ts';
import type { Dataset } from './dataset.ts';

/**
 * A dataset of vectors that are already embedded: `--vectors X.npy` with `--query-vectors Q.npy`, or with N of its own rows held out as queries.
 * Rows go from the file straight into the engine's layout: no second copy.
 * @throws UserError for files that are no matrices of numbers, queries of another width, rows that are not finite.
 */
export async function datasetFromVectors(request: BenchRequest, check: (shape: Shape) => void, work: WorkOptions): Promise<Dataset> {
  const path = request.vectors!;
  const header = await readNpyHeader(path);
  const { dims } = header;
  if (header.rowCount === 0) throw new UserError('vectors/empty', 'has no rows, expected at least one document', { place: { file: path } });
  const heldOut = request.queryVectors === undefined ? heldOutRows(request, header.rowCount) : undefined;
  if (request.queryVectors !== undefined) {
    const queryHeader = await readNpyHeader(request.queryVectors);
    if (queryHeader.dims !== dims) {
      throw new UserError('queries/width', `has ${queryHeader.dims} columns, but ${path} has ${dims}; both must come from one model`, { place: { file: request.queryVectors } });
    }
    if (queryHeader.rowCount === 0) throw new UserError('queries/empty', 'has no rows, expected at least one query', { place: { file: request.queryVectors } });
  }
  const shape: Shape = { rowCount: header.rowCount - (heldOut?.length ?? 0), dims, trainedDims: undefined };
  check(shape);
  const ladder = request.dims ?? suggestedDims(dims, undefined);
  const boundaries = blockBoundaries(dims, [...ladder, ...request.schedules.flatMap((schedule) => schedule.map((stage) => stage.dims))]);
  const queries = request.queryVectors === undefined ? await readNpyQueries(path, { dims, rows: heldOut! }) : await readNpyQueries(request.queryVectors, { dims });
  const vectors = await readNpyVectors(path, { ...work, boundaries, ...(heldOut === undefined ? {} : { except: new Set(heldOut) }) });
  const contentHash = await fileHash(path);
  const name = basename(path);
  return openDataset({
    id: `vectors-${contentHash.slice(0, 16)}`,
    name,
    corpus: undefined,
    querySet: undefined,
    vectors,
    queries,
    qrels: undefined,
    trainedDims: undefined,
    corpusInfo: { name, count: vectors.rowCount, contentHash, format: 'npy', zeroVectorCount: vectors.zeroCount },
    queryInfo: {
      name: request.queryVectors === undefined ? `${queries.queryCount} held-out rows of ${name}` : basename(request.queryVectors),
      count: queries.queryCount,
      withQrels: 0,
      contentHash: createHash('sha256').update(queries.data).digest('hex'),
    },
    modelInfo: { id: 'vectors', name: `vectors of ${name}`, dims, trainedDims: [] },
    warnings: vectors.zeroCount === 0 ? [] : [`${vectors.zeroCount} rows are zero vectors: their similarity to everything is 0`],
    embedder: undefined,
    summary: undefined,
  });
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
