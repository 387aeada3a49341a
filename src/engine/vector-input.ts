import { basename } from 'node:path';
import { sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import { showValue, UserError } from '../base/errors.ts';
import { rowsExcept } from '../vectors/npy.ts';
import { openVectorDataset, type ProvidedNeighbours } from '../vectors/vector-dataset.ts';
import { readIvecs } from '../vectors/vector-files.ts';
import { holdsQueries, openVectorSource } from '../vectors/open-vectors.ts';
import type { VectorSource } from '../vectors/vector-source.ts';
import type { BenchRequest } from './bench-request.ts';

export type VectorRequest = Pick<BenchRequest, 'queries' | 'queryVectors' | 'neighbours' | 'seed' | 'k' | 'dims' | 'schedules' | 'adapter' | 'threads' | 'vectorMemoryBytes'> & { readonly vectors: string };

/** What is searched and what is asked, before a number is read. */
export interface VectorInput {
  readonly name: string;
  readonly source: VectorSource;
  /** Documents that are searched: the source's rows less those held out. */
  readonly rowCount: number;
  rows(): AsyncGenerator<Float32Array>;
  readonly queryName: string;
  /** Query rows in order; chunks' memory may be used again. */
  queryRows(): AsyncGenerator<Float32Array>;
  /** Rows of the source that are queries, rising. */
  readonly heldOutRows: readonly number[];
  readonly neighbours?: ProvidedNeighbours | undefined;
  readonly warnings: readonly string[];
}

const DEFAULT_HELD_OUT = 200;

/**
 * Opens `--vectors` with its queries: a file of their own, those that an ann-benchmarks HDF5 file or a VectorDBBench folder brings (N of them,
 * drawn by seed, when a number is given), else N of its own rows held out.
 * @throws UserError for files that are no matrices of numbers, queries of another width, neighbours of other queries
 */
export async function openVectorInput(request: VectorRequest): Promise<VectorInput> {
  const set = (await holdsQueries(request.vectors)) ? await openVectorDataset(request.vectors) : undefined;
  const source = set?.base ?? (await openVectorSource(request.vectors));
  const name = basename(request.vectors);
  if (source.rowCount === 0) throw new UserError('vectors/empty', 'has no rows, expected at least one document', { place: { file: request.vectors } });
  const own = request.queryVectors === undefined ? set?.queries : await openVectorSource(request.queryVectors);
  const warnings = set?.warnings ?? [];
  if (own === undefined) {
    if (request.neighbours !== undefined) throw new UserError('queries/neighbours', '--neighbours are those of queries: give --query-vectors too');
    const heldOut = heldOutRows(request, source.rowCount);
    return {
      name,
      source,
      rowCount: source.rowCount - heldOut.length,
      rows: () => rowsExcept(source.rows(), source.dims, new Set(heldOut)),
      queryName: `${heldOut.length} held-out rows of ${name}`,
      queryRows: () => onlyRows(source, heldOut),
      heldOutRows: heldOut,
      warnings,
    };
  }
  if (own.dims !== source.dims) throw new UserError('queries/width', `has ${own.dims} columns, but ${request.vectors} has ${source.dims}; both must come from one model`, { place: { file: own.file } });
  if (own.rowCount === 0) throw new UserError('queries/empty', 'has no rows, expected at least one query', { place: { file: own.file } });
  const given = request.neighbours === undefined ? (request.queryVectors === undefined ? set?.neighbours : undefined) : await readIvecs(request.neighbours);
  if (given !== undefined && given.rowCount !== own.rowCount) {
    throw new UserError('queries/neighbours', `holds neighbours of ${given.rowCount} queries, but there are ${own.rowCount}`, { place: { file: request.neighbours ?? request.vectors } });
  }
  const picked = request.queries === undefined ? undefined : pickQueries(request, own.rowCount);
  return {
    name,
    source,
    rowCount: source.rowCount,
    rows: () => source.rows(),
    queryName: request.queryVectors === undefined ? `test queries of ${name}` : basename(own.file),
    queryRows: () => (picked === undefined ? own.rows() : onlyRows(own, picked)),
    heldOutRows: [],
    neighbours: given === undefined || picked === undefined ? given : pickNeighbours(given, picked),
    warnings,
  };
}

function pickNeighbours({ width, data }: ProvidedNeighbours, rows: readonly number[]): ProvidedNeighbours {
  const picked = new Int32Array(rows.length * width);
  rows.forEach((row, index) => picked.set(data.subarray(row * width, (row + 1) * width), index * width));
  return { rowCount: rows.length, width, data: picked };
}

/** Rows one by one; a chunk's memory is used again, so each is copied. */
async function* onlyRows(source: VectorSource, rows: readonly number[]): AsyncGenerator<Float32Array> {
  for (const row of rows) {
    for await (const chunk of source.rows({ first: row, end: row + 1 })) yield chunk.slice();
  }
}

function queryCount(request: VectorRequest): number {
  const wanted = Number(request.queries);
  if (!Number.isSafeInteger(wanted) || wanted < 1) {
    throw new UserError('queries/count', `--queries ${showValue(request.queries)}: with --vectors it is the number of queries, rows held out or those the data brings; give --query-vectors Q.npy for queries of your own`);
  }
  return wanted;
}

/** All of them, in order, when no fewer are wanted. */
function pickQueries(request: VectorRequest, count: number): number[] | undefined {
  const wanted = queryCount(request);
  return wanted >= count ? undefined : drawn(request.seed, count, wanted);
}

function heldOutRows(request: VectorRequest, rowCount: number): number[] {
  const wanted = request.queries === undefined ? Math.min(DEFAULT_HELD_OUT, Math.floor(rowCount / 2)) : queryCount(request);
  if (wanted >= rowCount) throw new UserError('queries/count', `--queries ${wanted} would hold out all of the ${rowCount} rows; some must be left to search`);
  return drawn(request.seed, rowCount, wanted);
}

function drawn(seed: number, from: number, count: number): number[] {
  return Array.from(sampleWithoutReplacement(seededRandom(seed), from, count)).sort((a, b) => a - b);
}
