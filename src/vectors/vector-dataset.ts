import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { UserError } from '../base/errors.ts';
import { openAnnBenchmarks } from './hdf5.ts';
import type { NeighbourTable } from './neighbours.ts';
import type { VectorSource } from './vector-source.ts';
import { isVectorDbBench, openVectorDbBench } from './vectordbbench.ts';

/** Neighbours that came with a data set: queries × width row numbers, best first. They count as truth only after `checkNeighbours`. */
export interface ProvidedNeighbours {
  readonly rowCount: number;
  readonly width: number;
  readonly data: Int32Array;
}

/** A benchmark's own data: rows to search, queries, and maybe their neighbours. */
export interface VectorDataset {
  readonly name: string;
  readonly format: 'ann-benchmarks' | 'vectordbbench';
  readonly base: VectorSource;
  readonly queries: VectorSource;
  readonly ids?: readonly string[] | undefined;
  readonly neighbours?: ProvidedNeighbours | undefined;
  readonly warnings: readonly string[];
}

/** Opens an ann-benchmarks HDF5 file or a VectorDBBench folder. @throws UserError for anything else, naming what was expected. */
export async function openVectorDataset(path: string): Promise<VectorDataset> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) throw new UserError('vectors/missing', `there is no file or folder ${JSON.stringify(path)}`);
  if (info.isDirectory()) {
    if (!(await isVectorDbBench(path))) throw new UserError('vectors/vectordbbench', 'is a folder without train.parquet and test.parquet', { place: { file: path } });
    const { base, queries, ids, neighbours } = await openVectorDbBench(path);
    return { name: basename(path), format: 'vectordbbench', base, queries, ids, neighbours, warnings: [] };
  }
  const { base, queries, neighbours, distance } = await openAnnBenchmarks(path);
  const warnings = distance === undefined || distance === 'angular' || distance === 'cosine' ? [] : [`its neighbours are by ${distance} distance; here rows are normalised and compared by cosine`];
  return { name: basename(path), format: 'ann-benchmarks', base, queries, neighbours, warnings };
}

/** What a comparison of provided neighbours with our own exact ones found. */
export interface NeighbourCheck {
  /** Share of provided entries that are true neighbours here, ties within 1e-6 counted as right. */
  readonly agreement: number;
  readonly wrongCount: number;
  /** The first query with a wrong neighbour, for the message. */
  readonly example?: { readonly query: number; readonly row: number; readonly similarity: number; readonly worstTrue: number } | undefined;
  /** All right, but for ties: they may count as truth. */
  readonly isTruth: boolean;
}

/** Rounding of float32 sums in different orders. */
const tieTolerance = 1e-6;

/**
 * Compares neighbours that came with the data with exact ones, over the first k = min(both widths) entries of each query.
 * @param similarityOf cosine of a query and a row at full dimension; asked only for rows that are not in the exact list.
 */
export function checkNeighbours(provided: ProvidedNeighbours, exact: NeighbourTable, similarityOf: (query: number, row: number) => number): NeighbourCheck {
  if (provided.rowCount !== exact.queryCount) throw new UserError('vectors/neighbours', `there are neighbours of ${provided.rowCount} queries, but ${exact.queryCount} queries`);
  const k = Math.min(provided.width, exact.k);
  let wrongCount = 0;
  let example: NeighbourCheck['example'];
  for (let query = 0; query < exact.queryCount; query += 1) {
    const truth = exact.rows.subarray(query * exact.k, query * exact.k + k);
    const known = new Set(truth);
    const worstTrue = exact.scores[query * exact.k + k - 1] ?? -Infinity;
    const seen = new Set<number>();
    for (let j = 0; j < k; j += 1) {
      const row = provided.data[query * provided.width + j]!;
      const isNew = !seen.has(row);
      seen.add(row);
      if (isNew && known.has(row)) continue;
      const similarity = isNew && row >= 0 ? similarityOf(query, row) : -Infinity;
      if (similarity >= worstTrue - tieTolerance) continue;
      wrongCount += 1;
      example ??= { query, row, similarity, worstTrue };
    }
  }
  const total = exact.queryCount * k;
  return { agreement: total === 0 ? 1 : 1 - wrongCount / total, wrongCount, example, isTruth: wrongCount === 0 };
}
