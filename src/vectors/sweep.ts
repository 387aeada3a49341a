import { sliceOf, throwIfCancelled } from '../base/async.ts';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { randomInt, seededRandom } from '../base/random.ts';
import { openKernel, selectionCapacity, selectionSpareBytes, SELECTION_BYTES, type Kernel } from '../math/kernel.ts';
import { writeOnnxModel } from '../math/onnx-graph.ts';
import { floatTensor, openOnnxSession, type OnnxSession, type OnnxTensor } from '../math/onnx-runtime.ts';
import type { NeighbourTable } from './neighbours.ts';
import { inversePrefixNorm, queryOf, type QueryMatrix } from './query-matrix.ts';
import { copyRow, inverseNormsOf, type Segment, type VectorSet } from './vector-set.ts';

export interface SweepOptions extends WorkOptions {
  /** Threads of the matrix products (default 1). */
  readonly threads?: number | undefined;
}

/** Rows in one product: with a group's results this stays in the caches. */
const CHUNK_ROWS = 1024;
/** Most queries in one pass over the vectors. */
const GROUP_QUERIES = 256;
/** Most bytes of candidate buffers in one pass. */
const SELECTION_BUDGET_BYTES = 64 * 2 ** 20;

/** Dimensions [from, to) between two neighbouring prefixes of the sweep. */
interface Band {
  readonly from: number;
  readonly to: number;
}

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
  const prefixes = [...new Set(dims)].sort((a, b) => a - b);
  for (const prefix of prefixes) {
    if (!Number.isSafeInteger(prefix) || prefix < 1 || prefix > vectors.dims) {
      throw new UserError('sweep/dims', `prefix of ${prefix} dimensions, expected 1 to ${vectors.dims}`);
    }
  }
  const keep = Math.min(k, vectors.rowCount);
  const tables = new Map(prefixes.map((prefix) => [prefix, emptyTable(queries.queryCount, keep)]));
  if (queries.queryCount === 0 || prefixes.length === 0 || keep < 1) return tables;

  const bands = prefixes.map((to, index) => ({ from: index === 0 ? 0 : prefixes[index - 1]!, to }));
  const perQuery = prefixes.length * (8 * selectionCapacity(keep) + SELECTION_BYTES);
  const groupSize = Math.max(1, Math.min(queries.queryCount, GROUP_QUERIES, Math.floor(SELECTION_BUDGET_BYTES / perQuery)));
  const sample = queries.queryCount < LEAST_QUERIES ? undefined : planSample(vectors.rowCount, vectors.dims, keep);
  const bench = openWorkbench(vectors, bands, groupSize, keep, sample?.rows.length ?? 0);
  const session = await openOnnxSession(bandProducts(bands), { threads: options.threads });
  try {
    if (sample !== undefined) placeSample(vectors, bench, sample.rows);
    const missed: number[] = [];
    for (let first = 0; first < queries.queryCount; first += groupSize) {
      const group = Array.from({ length: Math.min(groupSize, queries.queryCount - first) }, (_, i) => first + i);
      missed.push(...(await sweepGroup(vectors, queries, group, bench, session, tables, sample?.place, options)));
    }
    for (let first = 0; first < missed.length; first += groupSize) {
      await sweepGroup(vectors, queries, missed.slice(first, first + groupSize), bench, session, tables, undefined, options);
    }
  } finally {
    await session.close();
  }
  return tables;
}

/** With fewer queries the sample costs more than it saves. */
const LEAST_QUERIES = 24;
const MOST_SAMPLE_ROWS = 4096;
/** The sample is held beside the vectors: wide ones get a smaller one. */
const SAMPLE_BYTES = 4 * 2 ** 20;

/**
 * A sample of rows that tells where a query's k-th best score will about lie: the score at `place` in the sample, chosen so that all
 * k are above it but once in about two thousand times. Rows below it need not be looked at; when too few are above, the query is swept anew.
 * Undefined where that gains nothing.
 */
function planSample(rowCount: number, dims: number, keep: number): { readonly rows: Int32Array; readonly place: number } | undefined {
  const sampleRows = Math.min(MOST_SAMPLE_ROWS, Math.floor(SAMPLE_BYTES / (4 * dims)));
  const expected = (keep * sampleRows) / rowCount;
  const place = Math.ceil(expected + 3.3 * Math.sqrt(expected) + 2);
  const looked = (place * rowCount) / sampleRows;
  const lookedWithout = keep * (1 + Math.log(rowCount / keep));
  if (rowCount < 8 * sampleRows || place > sampleRows / 4 || looked > 0.7 * lookedWithout) return undefined;
  const random = seededRandom(1);
  return { rows: Int32Array.from({ length: sampleRows }, () => randomInt(random, rowCount)), place };
}

/** One Gemm for each band: products of the band's dimensions, queries × rows. */
function bandProducts(bands: readonly Band[]): Uint8Array<ArrayBuffer> {
  return writeOnnxModel({
    name: 'band-products',
    nodes: bands.map((_, b) => ({ op: 'Gemm', inputs: [`q${b}`, `x${b}`], outputs: [`y${b}`], attributes: { transB: { int: 1 } } })),
    inputs: bands.flatMap(({ from, to }, b) => [
      { name: `q${b}`, type: 'float' as const, shape: ['queries', to - from] },
      { name: `x${b}`, type: 'float' as const, shape: ['rows', to - from] },
    ]),
    outputs: bands.map((_, b) => ({ name: `y${b}`, type: 'float' as const, shape: ['queries', 'rows'] })),
  });
}

/**
 * Everything a sweep works on, in a memory of its own that is not shared, because onnxruntime-node reads and writes only such
 * memory in place. Rows are copied in chunk by chunk (2 % of the time of the products).
 */
interface Workbench {
  readonly kernel: Kernel;
  readonly bands: readonly Band[];
  readonly keep: number;
  readonly groupSize: number;
  readonly queries: readonly number[];
  readonly scales: readonly number[];
  readonly rows: readonly number[];
  readonly inverses: readonly number[];
  readonly sampleRows: readonly number[];
  readonly sampleInverses: readonly number[];
  readonly sampleCount: number;
  readonly products: readonly number[];
  readonly staging: number;
  readonly sums: number;
  /** Selections of band b and query i: selections[b] + i · SELECTION_BYTES; their keys lie in the same order. */
  readonly selections: readonly number[];
  readonly keys: readonly number[];
  readonly bandTable: number;
  readonly spare: number;
  readonly resultRows: number;
  readonly resultScores: number;
}

function openWorkbench(vectors: VectorSet, bands: readonly Band[], groupSize: number, keep: number, sampleCount: number): Workbench {
  const chunkRows = Math.min(CHUNK_ROWS, vectors.rowCount) + 16;
  const widest = Math.max(...vectors.boundaries.map((end, b) => end - (vectors.boundaries[b - 1] ?? 0)));
  const keyBytes = groupSize * 8 * selectionCapacity(keep);
  const plan = new Map<string, number>();
  const wanted = (name: string, sizeBytes: number): void => void plan.set(name, sizeBytes);
  bands.forEach(({ from, to }, b) => {
    const width = to - from;
    wanted(`queries${b}`, 4 * groupSize * width);
    wanted(`scales${b}`, 4 * groupSize);
    wanted(`rows${b}`, 4 * chunkRows * width);
    wanted(`inverses${b}`, 4 * chunkRows);
    wanted(`sampleRows${b}`, 4 * sampleCount * width);
    wanted(`sampleInverses${b}`, 4 * (sampleCount + 16));
    wanted(`products${b}`, 4 * groupSize * chunkRows);
    wanted(`selections${b}`, SELECTION_BYTES * groupSize);
    wanted(`keys${b}`, keyBytes);
  });
  wanted('staging', 4 * chunkRows * widest);
  wanted('sums', 4 * chunkRows);
  wanted('bandTable', 16 * bands.length);
  wanted('spare', selectionSpareBytes(keep));
  wanted('resultRows', 4 * keep);
  wanted('resultScores', 4 * keep);
  // Nothing may be added later: memory that is not shared moves when it grows, and tensors point into it.
  const kernel = openKernel({ sizeBytes: [...plan.values()].reduce((sum, sizeBytes) => sum + sizeBytes + 64, 0), shared: false });
  const at = new Map([...plan].map(([name, sizeBytes]) => [name, kernel.reserve(sizeBytes)]));
  const one = (name: string): number => at.get(name)!;
  const each = (name: string): number[] => bands.map((_, b) => one(`${name}${b}`));
  const bench: Workbench = {
    kernel, bands, keep, groupSize, sampleCount,
    queries: each('queries'), scales: each('scales'), rows: each('rows'), inverses: each('inverses'), sampleRows: each('sampleRows'),
    sampleInverses: each('sampleInverses'), products: each('products'), selections: each('selections'), keys: each('keys'),
    staging: one('staging'), sums: one('sums'), bandTable: one('bandTable'), spare: one('spare'), resultRows: one('resultRows'), resultScores: one('resultScores'),
  };
  return bench;
}

/**
 * Sweeps some queries over all rows and writes their lines of the tables.
 * @param place take the threshold that the place-th best row of the sample sets, instead of starting at nothing
 * @returns the queries whose guessed threshold was too high, so that their lines are not filled
 */
async function sweepGroup(
  vectors: VectorSet,
  queries: QueryMatrix,
  group: readonly number[],
  bench: Workbench,
  session: OnnxSession,
  tables: ReadonlyMap<number, NeighbourTable>,
  place: number | undefined,
  options: SweepOptions,
): Promise<number[]> {
  const { kernel, bands } = bench;
  const { call } = kernel;
  const pause = sliceOf(options.signal);
  const count = group.length;
  placeQueries(bench, queries, group);
  const guesses = place === undefined ? undefined : await sampleThresholds(bench, count, place, session, pause);
  startSelections(bench, count, bench.keep, guesses);
  const tensors = new Map<number, Tensors>();
  for (const segment of vectors.segments) {
    for (let start = 0; start < segment.rowCount; start += CHUNK_ROWS) {
      throwIfCancelled(options.signal);
      const rows = Math.min(CHUNK_ROWS, segment.rowCount - start);
      placeRows(bench, segment, start, rows);
      let run = tensors.get(rows);
      if (run === undefined) tensors.set(rows, (run = tensorsOf(bench, count, rows, bench.rows)));
      await session.run(run.inputs, run.outputs);
      placeBands(bench, bench.inverses);
      call.sweepChunk(bench.bandTable, bands.length, count, rows, segment.firstRow + start, bench.sums);
      options.onProgress?.({ phase: 'comparing', done: group[0]! * vectors.rowCount + count * (segment.firstRow + start + rows), total: queries.queryCount * vectors.rowCount, unit: 'pairs' });
      await pause();
    }
  }
  const missed = new Set<number>();
  for (const [i, query] of group.entries()) {
    bands.forEach(({ to }, b) => {
      const found = call.selectionFinish(bench.selections[b]! + i * SELECTION_BYTES, bench.resultRows, bench.resultScores, bench.spare);
      if (found < bench.keep) missed.add(query);
      const table = tables.get(to)!;
      table.rows.set(kernel.words(bench.resultRows, found), query * table.k);
      table.scores.set(kernel.floats(bench.resultScores, found), query * table.k);
    });
    await pause();
  }
  return [...missed];
}

function startSelections(bench: Workbench, count: number, keep: number, guesses: readonly Float32Array[] | undefined): void {
  const { call } = bench.kernel;
  const capacity = selectionCapacity(keep);
  bench.bands.forEach((_, b) => {
    for (let i = 0; i < count; i += 1) {
      const selection = bench.selections[b]! + i * SELECTION_BYTES;
      call.selectionStart(selection, keep, capacity, bench.keys[b]! + i * 8 * capacity);
      if (guesses !== undefined) call.selectionGuess(selection, guesses[b]![i]!);
    }
  });
}

/** Scores of the place-th best rows of the sample, by band and query. */
async function sampleThresholds(bench: Workbench, count: number, place: number, session: OnnxSession, pause: () => Promise<void>): Promise<Float32Array[]> {
  const { kernel, bands } = bench;
  startSelections(bench, count, place, undefined);
  for (let start = 0; start < bench.sampleCount; start += CHUNK_ROWS) {
    const rows = Math.min(CHUNK_ROWS, bench.sampleCount - start);
    const matrices = bands.map(({ from, to }, b) => bench.sampleRows[b]! + 4 * start * (to - from));
    const run = tensorsOf(bench, count, rows, matrices);
    await session.run(run.inputs, run.outputs);
    placeBands(bench, bench.sampleInverses.map((address) => address + 4 * start));
    kernel.call.sweepChunk(bench.bandTable, bands.length, count, rows, start, bench.sums);
    await pause();
  }
  return bands.map((_, b) =>
    Float32Array.from({ length: count }, (_, i) => {
      const found = kernel.call.selectionFinish(bench.selections[b]! + i * SELECTION_BYTES, bench.resultRows, bench.resultScores, bench.spare);
      return kernel.floats(bench.resultScores, found)[place - 1] ?? -Infinity;
    }),
  );
}

/** Writes the band table that `sweepChunk` reads. */
function placeBands(bench: Workbench, inverses: readonly number[]): void {
  const table = bench.kernel.words(bench.bandTable, 4 * bench.bands.length);
  bench.bands.forEach((_, b) => table.set([bench.products[b]!, inverses[b]!, bench.scales[b]!, bench.selections[b]!], 4 * b));
}

/** Writes the group's queries band by band, and 1 / prefix length of each. */
function placeQueries(bench: Workbench, queries: QueryMatrix, group: readonly number[]): void {
  const { kernel } = bench;
  bench.bands.forEach(({ from, to }, b) => {
    const width = to - from;
    const target = kernel.floats(bench.queries[b]!, group.length * width);
    const scales = kernel.floats(bench.scales[b]!, group.length);
    group.forEach((query, i) => {
      const row = queryOf(queries, query);
      target.set(row.subarray(from, to), i * width);
      scales[i] = inversePrefixNorm(row, to);
    });
  });
}

/** Copies a chunk of rows and their inverse prefix norms to the workbench, one dense matrix for each band. */
function placeRows(bench: Workbench, segment: Segment, start: number, rows: number): void {
  const { kernel } = bench;
  bench.bands.forEach(({ from, to }, b) => {
    const width = to - from;
    kernel.floats(bench.inverses[b]!, rows).set(segment.kernel.floats(inverseNormsOf(segment, to) + 4 * start, rows));
    for (const block of segment.blocks) {
      const left = Math.max(from, block.from);
      const right = Math.min(to, block.to);
      if (left >= right) continue;
      const blockWidth = block.to - block.from;
      const source = segment.kernel.floats(block.address + 4 * blockWidth * start, blockWidth * rows);
      if (block.from === from && block.to === to) {
        kernel.floats(bench.rows[b]!, source.length).set(source);
      } else {
        kernel.floats(bench.staging, source.length).set(source);
        kernel.call.packRows(bench.staging + 4 * (left - block.from), 4 * blockWidth, bench.rows[b]! + 4 * (left - from), 4 * width, right - left, rows);
      }
    }
  });
}

/** Copies the sample's rows and norms, one dense matrix for each band. */
function placeSample(vectors: VectorSet, bench: Workbench, rows: Int32Array): void {
  const { kernel } = bench;
  const row = new Float32Array(bench.bands[bench.bands.length - 1]!.to);
  const targets = bench.bands.map(({ from, to }, b) => kernel.floats(bench.sampleRows[b]!, rows.length * (to - from)));
  const norms = bench.bands.map((_, b) => kernel.floats(bench.sampleInverses[b]!, rows.length));
  rows.forEach((number, i) => {
    copyRow(vectors, number, row);
    bench.bands.forEach(({ from, to }, b) => {
      targets[b]!.set(row.subarray(from, to), i * (to - from));
      norms[b]![i] = inversePrefixNorm(row, to);
    });
  });
}

interface Tensors {
  readonly inputs: Record<string, OnnxTensor>;
  readonly outputs: Record<string, OnnxTensor>;
}

function tensorsOf(bench: Workbench, count: number, rows: number, matrices: readonly number[]): Tensors {
  const inputs: Record<string, OnnxTensor> = {};
  const outputs: Record<string, OnnxTensor> = {};
  bench.bands.forEach(({ from, to }, b) => {
    const width = to - from;
    inputs[`q${b}`] = floatTensor(bench.kernel.floats(bench.queries[b]!, count * width), [count, width]);
    inputs[`x${b}`] = floatTensor(bench.kernel.floats(matrices[b]!, rows * width), [rows, width]);
    outputs[`y${b}`] = floatTensor(bench.kernel.floats(bench.products[b]!, count * rows), [count, rows]);
  });
  return { inputs, outputs };
}

function emptyTable(queryCount: number, k: number): NeighbourTable {
  return { queryCount, k, rows: new Int32Array(queryCount * k).fill(-1), scores: new Float32Array(queryCount * k).fill(-Infinity) };
}
