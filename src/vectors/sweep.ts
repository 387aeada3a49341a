import { sliceOf } from '../base/async.ts';
import type { WorkOptions } from '../base/progress.ts';
import { selectionCapacity } from '../math/kernel.ts';
import type { NeighbourTable } from './neighbours.ts';
import type { QueryMatrix } from './query-matrix.ts';
import { openSweepBench, sweepPrefixes, type SweepBench } from './sweep-bench.ts';
import { shareSweep, sweepWorkers } from './sweep-crew.ts';
import { guessThresholds, planSample, sampleAreas, selectionAreas, selectionAt, startSelections, type SweepSample } from './sweep-sample.ts';
import type { VectorSet } from './vector-set.ts';

export interface SweepOptions extends WorkOptions {
  /** Threads (default 1): workers that share the queries; where these are few, threads of the matrix products. */
  readonly threads?: number | undefined;
}

/** Most queries in one pass over the vectors. */
export const GROUP_QUERIES = 512;
/** Wide vectors fill the memory themselves, and their products are as fast with fewer queries at once. */
const WIDE_DIMS = 512;
const WIDE_GROUP_QUERIES = 96;
/** Most bytes of candidate buffers in one pass. */
const SELECTION_BUDGET_BYTES = 64 * 2 ** 20;

/**
 * Exact best k rows of every query at every prefix, in one pass over the vectors: onnxruntime multiplies each band of dimensions
 * between two prefixes once, the kernel adds the bands up, applies the prefix norms and keeps the best. Costs about one
 * full-dimension product, whatever the number of prefixes. Blocks this thread for a few milliseconds at a time.
 * @param dims prefixes in any order, each 1 … vectors.dims
 * @param k neighbours wanted; cut to the number of rows
 * @returns one table for each prefix
 * @throws UserError `sweep/dims` for a prefix that does not exist; CancelledError
 */
export async function sweepTop(
  vectors: VectorSet,
  queries: QueryMatrix,
  dims: readonly number[],
  k: number,
  options: SweepOptions = {},
): Promise<ReadonlyMap<number, NeighbourTable>> {
  const prefixes = sweepPrefixes(dims, vectors.dims);
  const keep = Math.min(k, vectors.rowCount);
  const { queryCount } = queries;
  const tables = prefixes.map(() => emptyTable(queryCount, keep));
  const result = new Map(prefixes.map((prefix, b) => [prefix, tables[b]!]));
  if (queryCount === 0 || prefixes.length === 0 || keep < 1) return result;
  const workers = sweepWorkers(vectors, queryCount, prefixes[prefixes.length - 1]!, options.threads ?? 1);
  if (workers > 1) {
    const onTables = (first: number, found: ReadonlyMap<number, NeighbourTable>): void => {
      for (const [prefix, table] of found) placeTable(result.get(prefix)!, first, table);
    };
    if (await shareSweep(vectors, queries, { kind: 'top', prefixes, keeps: prefixes.map(() => keep) }, workers, { onTables }, options)) return result;
  }

  const perQuery = prefixes.length * 8 * selectionCapacity(keep);
  const groupSize = Math.max(1, Math.min(queryCount, (vectors.dims < WIDE_DIMS ? GROUP_QUERIES : WIDE_GROUP_QUERIES), Math.floor(SELECTION_BUDGET_BYTES / perQuery)));
  const sample = planSample(vectors.rowCount, vectors.dims, prefixes.map(() => keep), queryCount);
  const areas = { ...selectionAreas(groupSize, prefixes.length, keep), ...sampleAreas(groupSize, prefixes.length, sample) };
  const bench = await openSweepBench(vectors, prefixes, { groupSize, sample, threads: options.threads, areas });
  try {
    const sweep = (group: readonly number[], from: SweepSample | undefined) => sweepGroup(bench, queries, group, keep, tables, from, vectors.rowCount, options);
    const missed: number[] = [];
    for (const group of groupsOf(Array.from({ length: queryCount }, (_, query) => query), groupSize)) missed.push(...(await sweep(group, sample)));
    for (const group of groupsOf(missed, groupSize)) await sweep(group, undefined);
  } finally {
    await bench.close();
  }
  return result;
}

/** Lists of at most `size` in order. */
export function groupsOf(items: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/**
 * Sweeps some queries over all rows and writes their lines of the tables.
 * @param sample start from the scores it tells, instead of from nothing
 * @returns the queries whose guessed score was too high, so that their lines are not full
 */
async function sweepGroup(
  bench: SweepBench,
  queries: QueryMatrix,
  group: readonly number[],
  keep: number,
  tables: readonly NeighbourTable[],
  sample: SweepSample | undefined,
  rowCount: number,
  options: SweepOptions,
): Promise<number[]> {
  const { kernel, bands, areas } = bench;
  const { call } = kernel;
  const pause = sliceOf(options.signal);
  const count = group.length;
  bench.placeQueries(queries, group, bands.map((_, b) => selectionAt(bench, count, b, 0)));
  if (sample !== undefined) await guessThresholds(bench, count, sample, pause);
  startSelections(bench, count, keep, sample !== undefined);
  await bench.multiplyAll(options.signal, (rows, firstRow) => {
    call.sweepChunk(bench.bandTable, bands.length, count, rows, firstRow, areas['sums']!);
    options.onProgress?.({ phase: 'comparing', done: group[0]! * rowCount + count * (firstRow + rows), total: queries.queryCount * rowCount, unit: 'pairs' });
    return pause();
  });
  const missed = new Set<number>();
  for (const [i, query] of group.entries()) {
    tables.forEach((table, b) => {
      const found = call.selectionFinish(selectionAt(bench, count, b, i), areas['rows']!, areas['scores']!, areas['spare']!);
      if (found < keep) missed.add(query);
      table.rows.set(kernel.words(areas['rows']!, found), query * table.k);
      table.scores.set(kernel.floats(areas['scores']!, found), query * table.k);
    });
    await pause();
  }
  return [...missed];
}

/** Copies a table of some queries into that of all, from query `first` on. */
function placeTable(all: NeighbourTable, first: number, part: NeighbourTable): void {
  all.rows.set(part.rows, first * all.k);
  all.scores.set(part.scores, first * all.k);
}

function emptyTable(queryCount: number, k: number): NeighbourTable {
  return { queryCount, k, rows: new Int32Array(queryCount * k).fill(-1), scores: new Float32Array(queryCount * k).fill(-Infinity) };
}
