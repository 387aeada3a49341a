import { sliceOf, throwIfCancelled } from '../base/async.ts';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { openKernel, selectionCapacity, SELECTION_BYTES, type Kernel } from '../math/kernel.ts';
import { writeOnnxModel } from '../math/onnx-graph.ts';
import { floatTensor, openOnnxSession, type OnnxSession, type OnnxTensor } from '../math/onnx-runtime.ts';
import type { NeighbourTable } from './neighbours.ts';
import { inversePrefixNorm, queryOf, type QueryMatrix } from './query-matrix.ts';
import { inverseNormsOf, type Segment, type VectorSet } from './vector-set.ts';

export interface SweepOptions extends WorkOptions {
  /** Threads of the matrix products (default 1). */
  readonly threads?: number | undefined;
}

/** Rows in one product: with its queries' results this stays in the second- and third-level cache. */
const CHUNK_ROWS = 2048;
/** Most queries in one pass over the vectors. */
const GROUP_QUERIES = 256;
/** Most bytes of candidate buffers in one pass. */
const SELECTION_BUDGET_BYTES = 96 * 2 ** 20;

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
  const bench = openWorkbench(vectors, bands, groupSize, keep);
  const session = await openOnnxSession(bandProducts(bands), { threads: options.threads });
  try {
    for (let first = 0; first < queries.queryCount; first += groupSize) {
      const count = Math.min(groupSize, queries.queryCount - first);
      await sweepGroup(vectors, queries, first, count, bench, session, tables, options);
    }
  } finally {
    await session.close();
  }
  return tables;
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
  readonly queries: readonly number[];
  readonly rows: readonly number[];
  readonly products: readonly number[];
  readonly inverses: readonly number[];
  readonly staging: number;
  readonly sums: number;
  readonly selections: number;
  readonly keys: number;
  readonly resultRows: number;
  readonly resultScores: number;
}

function openWorkbench(vectors: VectorSet, bands: readonly Band[], groupSize: number, keep: number): Workbench {
  const chunkRows = Math.min(CHUNK_ROWS, vectors.rowCount) + 4;
  const widest = Math.max(...vectors.boundaries.map((end, b) => end - (vectors.boundaries[b - 1] ?? 0)));
  const productBytes = 4 * groupSize * chunkRows;
  const keyBytes = groupSize * bands.length * 8 * selectionCapacity(keep);
  const total = bands.length * (productBytes + 4 * chunkRows) + 4 * (chunkRows + groupSize) * vectors.dims + 4 * chunkRows * widest + keyBytes + 2 * 4 * keep + 2 ** 20;
  const kernel = openKernel({ sizeBytes: total, shared: false });
  return {
    kernel,
    bands,
    keep,
    queries: bands.map(({ from, to }) => kernel.reserve(4 * groupSize * (to - from))),
    rows: bands.map(({ from, to }) => kernel.reserve(4 * chunkRows * (to - from))),
    products: bands.map(() => kernel.reserve(productBytes)),
    inverses: bands.map(() => kernel.reserve(4 * chunkRows)),
    staging: kernel.reserve(4 * chunkRows * widest),
    sums: kernel.reserve(4 * chunkRows),
    selections: kernel.reserve(SELECTION_BYTES * groupSize * bands.length),
    keys: kernel.reserve(keyBytes),
    resultRows: kernel.reserve(4 * keep),
    resultScores: kernel.reserve(4 * keep),
  };
}

async function sweepGroup(
  vectors: VectorSet,
  queries: QueryMatrix,
  first: number,
  count: number,
  bench: Workbench,
  session: OnnxSession,
  tables: ReadonlyMap<number, NeighbourTable>,
  options: SweepOptions,
): Promise<void> {
  const { kernel, bands } = bench;
  const { call } = kernel;
  const pause = sliceOf(options.signal);
  const scales = placeQueries(bench, queries, first, count);
  const capacity = selectionCapacity(bench.keep);
  for (let i = 0; i < count * bands.length; i += 1) {
    call.selectionStart(bench.selections + i * SELECTION_BYTES, bench.keep, capacity, bench.keys + i * 8 * capacity);
  }
  const tensors = new Map<number, { inputs: Record<string, OnnxTensor>; outputs: Record<string, OnnxTensor> }>();
  for (const segment of vectors.segments) {
    for (let start = 0; start < segment.rowCount; start += CHUNK_ROWS) {
      throwIfCancelled(options.signal);
      const rows = Math.min(CHUNK_ROWS, segment.rowCount - start);
      placeRows(bench, segment, start, rows);
      let run = tensors.get(rows);
      if (run === undefined) tensors.set(rows, (run = tensorsOf(bench, count, rows)));
      await session.run(run.inputs, run.outputs);
      for (let query = 0; query < count; query += 1) {
        for (let b = 0; b < bands.length; b += 1) {
          const products = bench.products[b]! + 4 * query * rows;
          const selection = bench.selections + (query * bands.length + b) * SELECTION_BYTES;
          call.sweepBlock(products, bench.sums, b === 0, bench.inverses[b]!, scales[query * bands.length + b]!, rows, segment.firstRow + start, selection);
        }
      }
      options.onProgress?.({ phase: 'comparing', done: first * vectors.rowCount + count * (segment.firstRow + start + rows), total: queries.queryCount * vectors.rowCount, unit: 'pairs' });
      await pause();
    }
  }
  for (let query = 0; query < count; query += 1) {
    bands.forEach(({ to }, b) => {
      const found = call.selectionFinish(bench.selections + (query * bands.length + b) * SELECTION_BYTES, bench.resultRows, bench.resultScores);
      const table = tables.get(to)!;
      const at = (first + query) * table.k;
      table.rows.set(kernel.words(bench.resultRows, found), at);
      table.scores.set(kernel.floats(bench.resultScores, found), at);
    });
    await pause();
  }
}

/** Writes the group's queries band by band; returns 1 / prefix length, query-major. */
function placeQueries(bench: Workbench, queries: QueryMatrix, first: number, count: number): Float32Array {
  const { kernel, bands } = bench;
  const scales = new Float32Array(count * bands.length);
  bands.forEach(({ from, to }, b) => {
    const width = to - from;
    const target = kernel.floats(bench.queries[b]!, count * width);
    for (let query = 0; query < count; query += 1) {
      const row = queryOf(queries, first + query);
      target.set(row.subarray(from, to), query * width);
      scales[query * bands.length + b] = inversePrefixNorm(row, to);
    }
  });
  return scales;
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
      if (blockWidth === width) {
        kernel.floats(bench.rows[b]!, source.length).set(source);
      } else {
        kernel.floats(bench.staging, source.length).set(source);
        kernel.call.packRows(bench.staging + 4 * (left - block.from), 4 * blockWidth, bench.rows[b]! + 4 * (left - from), 4 * width, right - left, rows);
      }
    }
  });
}

function tensorsOf(bench: Workbench, count: number, rows: number): { inputs: Record<string, OnnxTensor>; outputs: Record<string, OnnxTensor> } {
  const inputs: Record<string, OnnxTensor> = {};
  const outputs: Record<string, OnnxTensor> = {};
  bench.bands.forEach(({ from, to }, b) => {
    const width = to - from;
    inputs[`q${b}`] = floatTensor(bench.kernel.floats(bench.queries[b]!, count * width), [count, width]);
    inputs[`x${b}`] = floatTensor(bench.kernel.floats(bench.rows[b]!, rows * width), [rows, width]);
    outputs[`y${b}`] = floatTensor(bench.kernel.floats(bench.products[b]!, count * rows), [count, rows]);
  });
  return { inputs, outputs };
}

function emptyTable(queryCount: number, k: number): NeighbourTable {
  return { queryCount, k, rows: new Int32Array(queryCount * k).fill(-1), scores: new Float32Array(queryCount * k).fill(-Infinity) };
}
