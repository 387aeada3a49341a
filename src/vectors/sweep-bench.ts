import { throwIfCancelled } from '../base/async.ts';
import { UserError } from '../base/errors.ts';
import { openKernel, type Kernel } from '../math/kernel.ts';
import { writeOnnxModel, type OnnxGraph } from '../math/onnx-graph.ts';
import { floatTensor, openOnnxSession, withoutCopies, type OnnxTensor } from '../math/onnx-runtime.ts';
import { inversePrefixNorm, queryOf, type QueryMatrix } from './query-matrix.ts';
import { inverseNormsOf, type Segment } from './segment.ts';
import { segmentOf, type VectorSet } from './vector-set.ts';

/** Rows in one product: with a group's results this stays in the caches. */
export const CHUNK_ROWS = 1024;
/** Most queries in one product with the whole sample: its results stay in the caches too. */
const SAMPLE_QUERIES = 64;

/** Dimensions [from, to) between two neighbouring prefixes of a sweep. */
export interface Band {
  readonly from: number;
  readonly to: number;
}

/** The prefixes of a sweep, rising. @throws UserError `sweep/dims` for one that does not exist. */
export function sweepPrefixes(dims: readonly number[], fullDims: number): number[] {
  for (const prefix of dims) {
    if (!Number.isSafeInteger(prefix) || prefix < 1 || prefix > fullDims) {
      throw new UserError('sweep/dims', `prefix of ${prefix} dimensions, expected 1 to ${fullDims}`);
    }
  }
  return [...new Set(dims)].sort((a, b) => a - b);
}

/** Some rows that tell of all. */
export interface SampleRows {
  readonly rows: Int32Array;
  /** By band: so many of the rows, from the first on, tell of the prefix that ends with it. Falling. */
  readonly counts: readonly number[];
}

export interface SweepBenchOptions {
  /** Most queries multiplied at once. */
  readonly groupSize: number;
  /** What `multiplySample` goes over. */
  readonly sample?: SampleRows | undefined;
  readonly threads?: number | undefined;
  /** Further working areas by name, in bytes. */
  readonly areas: Readonly<Record<string, number>>;
}

/** What is called when the products of a chunk lie ready: its number of rows and the number of its first row. */
export type ChunkVisit = (rows: number, firstRow: number) => void | Promise<void>;

/** What is called when the products of the whole sample with some queries lie ready. */
export type SampleVisit = (queries: number, firstQuery: number) => void | Promise<void>;

/**
 * Where queries are multiplied with rows: onnxruntime makes the products of each band of dimensions, kernel functions take them
 * from there. In a memory of its own that is not shared, because onnxruntime-node reads and writes only such memory in place; rows
 * are copied in chunk by chunk (2 % of the products' time).
 */
export interface SweepBench {
  readonly kernel: Kernel;
  readonly bands: readonly Band[];
  /** Addresses of the wanted areas. */
  readonly areas: Readonly<Record<string, number>>;
  /** Address of the kernel's table of bands (sweepChunk); the fourth field of each is `lists[band]`. */
  readonly bandTable: number;
  /** Loads the queries of the next products. @param lists what the table's fourth field will hold */
  placeQueries(queries: QueryMatrix, group: readonly number[], lists: readonly number[]): void;
  multiplyAll(signal: AbortSignal | undefined, visit: ChunkVisit): Promise<void>;
  /** All rows of the sample at once, with some of the placed queries: `visit` is told how many and the number of the first. */
  multiplySample(visit: SampleVisit): Promise<void>;
  close(): Promise<void>;
}

export async function openSweepBench(vectors: VectorSet, prefixes: readonly number[], options: SweepBenchOptions): Promise<SweepBench> {
  const bands = prefixes.map((to, b) => ({ from: b === 0 ? 0 : prefixes[b - 1]!, to }));
  const { groupSize, sample } = options;
  const sampleCounts = sample?.counts ?? bands.map(() => 0);
  const layout = layOut(vectors, bands, groupSize, sampleCounts, options.areas);
  const { kernel } = layout;
  if (sample !== undefined) placeSample(vectors, bands, layout, sample);
  const session = await openOnnxSession(bandProducts(bands), { threads: options.threads });
  let count = 0;
  let lists: readonly number[] = [];

  const multiply = async (first: number, queryCount: number, rowsAt: (band: number) => number, matrices: readonly number[], inverses: readonly number[]): Promise<void> => {
    const inputs: Record<string, OnnxTensor> = {};
    const outputs: Record<string, OnnxTensor> = {};
    bands.forEach(({ from, to }, b) => {
      const width = to - from;
      const rows = rowsAt(b);
      inputs[`q${b}`] = floatTensor(kernel.floats(layout.queries[b]! + 4 * first * width, queryCount * width), [queryCount, width]);
      inputs[`x${b}`] = floatTensor(kernel.floats(matrices[b]!, rows * width), [rows, width]);
      outputs[`y${b}`] = floatTensor(kernel.floats(layout.products[b]!, queryCount * rows), [queryCount, rows]);
    });
    await session.runInto(inputs, outputs);
    const table = kernel.words(layout.bandTable, 4 * bands.length);
    bands.forEach((_, b) => table.set([layout.products[b]!, inverses[b]!, layout.scales[b]! + 4 * first, lists[b]!], 4 * b));
  };

  return {
    kernel,
    bands,
    areas: layout.areas,
    bandTable: layout.bandTable,
    placeQueries(queries, group, newLists) {
      count = group.length;
      lists = newLists;
      bands.forEach(({ from, to }, b) => {
        const target = kernel.floats(layout.queries[b]!, count * (to - from));
        const scales = kernel.floats(layout.scales[b]!, count);
        group.forEach((query, i) => {
          const row = queryOf(queries, query);
          target.set(row.subarray(from, to), i * (to - from));
          scales[i] = inversePrefixNorm(row, to);
        });
      });
    },
    async multiplyAll(signal, visit) {
      for (const segment of vectors.segments) {
        for (let start = 0; start < segment.rowCount; start += CHUNK_ROWS) {
          throwIfCancelled(signal);
          const rows = Math.min(CHUNK_ROWS, segment.rowCount - start);
          placeRows(bands, layout, segment, start, rows);
          await multiply(0, count, () => rows, layout.rows, layout.inverses);
          await visit(rows, segment.firstRow + start);
        }
      }
    },
    async multiplySample(visit) {
      const most = sampleCounts[0]!;
      if (most === 0) return;
      const atOnce = Math.max(1, Math.min(SAMPLE_QUERIES, Math.floor(layout.productFloats / most)));
      for (let first = 0; first < count; first += atOnce) {
        const queryCount = Math.min(atOnce, count - first);
        await multiply(first, queryCount, (b) => sampleCounts[b]!, layout.sampleRows, layout.sampleInverses);
        await visit(queryCount, first);
      }
    },
    async close() {
      await session.close();
      giveBack(layout.space);
    },
  };
}

/** One Gemm for each band: products of the band's dimensions, queries × rows. */
function bandProducts(bands: readonly Band[]): Uint8Array<ArrayBuffer> {
  const graph: OnnxGraph = {
    name: 'band-products',
    nodes: bands.map((_, b) => ({ op: 'Gemm', inputs: [`q${b}`, `x${b}`], outputs: [`y${b}`], attributes: { transB: { int: 1 } } })),
    inputs: bands.flatMap(({ from, to }, b) => [
      { name: `q${b}`, type: 'float' as const, shape: ['queries', to - from] },
      { name: `x${b}`, type: 'float' as const, shape: ['rows', to - from] },
    ]),
    outputs: bands.map((_, b) => ({ name: `y${b}`, type: 'float' as const, shape: ['queries', 'rows'] })),
  };
  return writeOnnxModel(withoutCopies(graph));
}

/** Working memory of one sweep. It never grows: memory that is not shared moves when it does, and tensors point into it. */
interface WorkSpace {
  readonly kernel: Kernel;
  readonly address: number;
  readonly sizeBytes: number;
}

/** The last sweep's memory, for the next one: left to the garbage collector it would lie there for long, beside the vectors. */
let idle: WorkSpace | undefined;

function takeSpace(sizeBytes: number): WorkSpace {
  const last = idle;
  idle = undefined;
  if (last !== undefined && last.sizeBytes >= sizeBytes) return last;
  const kernel = openKernel({ sizeBytes: sizeBytes + 64, shared: false });
  return { kernel, address: kernel.reserve(sizeBytes), sizeBytes };
}

function giveBack(space: WorkSpace): void {
  if (idle === undefined || idle.sizeBytes < space.sizeBytes) idle = space;
}

interface Layout {
  readonly kernel: Kernel;
  readonly space: WorkSpace;
  readonly queries: readonly number[];
  readonly scales: readonly number[];
  readonly rows: readonly number[];
  readonly inverses: readonly number[];
  readonly sampleRows: readonly number[];
  readonly sampleInverses: readonly number[];
  readonly products: readonly number[];
  readonly staging: number;
  readonly bandTable: number;
  /** Floats that there is room for in each band's products. */
  readonly productFloats: number;
  readonly areas: Readonly<Record<string, number>>;
}

function layOut(vectors: VectorSet, bands: readonly Band[], groupSize: number, sampleCounts: readonly number[], areas: Readonly<Record<string, number>>): Layout {
  // The kernel reads a little past the end of a chunk's arrays.
  const chunkRows = Math.min(CHUNK_ROWS, vectors.rowCount) + 16;
  const widest = Math.max(...vectors.boundaries.map((end, b) => end - (vectors.boundaries[b - 1] ?? 0)));
  const productFloats = Math.max(groupSize * chunkRows, ...sampleCounts.map((rows) => rows + 16));
  const perBand = (width: number, sampleCount: number) => ({
    queries: 4 * groupSize * width,
    scales: 4 * groupSize,
    rows: 4 * chunkRows * width,
    inverses: 4 * chunkRows,
    sampleRows: 4 * sampleCount * width,
    sampleInverses: 4 * (sampleCount + 16),
    products: 4 * productFloats,
  });
  const bandSizes = bands.map(({ from, to }, b) => perBand(to - from, sampleCounts[b]!));
  const sizes = [...bandSizes.flatMap((each) => Object.values(each)), 4 * chunkRows * widest, 16 * bands.length, ...Object.values(areas)];
  const space = takeSpace(sizes.reduce((sum, sizeBytes) => sum + sizeBytes + 64, 0));
  let next = space.address;
  const place = (sizeBytes: number): number => {
    const address = next;
    next += Math.ceil(sizeBytes / 64) * 64;
    return address;
  };
  const each = (name: keyof ReturnType<typeof perBand>): number[] => bandSizes.map((band) => place(band[name]));
  return {
    kernel: space.kernel,
    space,
    queries: each('queries'),
    scales: each('scales'),
    rows: each('rows'),
    inverses: each('inverses'),
    sampleRows: each('sampleRows'),
    sampleInverses: each('sampleInverses'),
    products: each('products'),
    staging: place(4 * chunkRows * widest),
    bandTable: place(16 * bands.length),
    productFloats,
    areas: Object.fromEntries(Object.entries(areas).map(([name, sizeBytes]) => [name, place(sizeBytes)])),
  };
}

/** Copies a chunk of rows and their inverse prefix norms, one dense matrix for each band. */
function placeRows(bands: readonly Band[], layout: Layout, segment: Segment, start: number, rows: number): void {
  const { kernel } = layout;
  bands.forEach(({ from, to }, b) => {
    const width = to - from;
    kernel.floats(layout.inverses[b]!, rows).set(segment.kernel.floats(inverseNormsOf(segment, to) + 4 * start, rows));
    for (const block of segment.blocks) {
      const left = Math.max(from, block.from);
      const right = Math.min(to, block.to);
      if (left >= right) continue;
      const blockWidth = block.to - block.from;
      const source = segment.kernel.floats(block.address + 4 * blockWidth * start, blockWidth * rows);
      if (block.from === from && block.to === to) {
        kernel.floats(layout.rows[b]!, source.length).set(source);
      } else {
        kernel.floats(layout.staging, source.length).set(source);
        kernel.call.packRows(layout.staging + 4 * (left - block.from), 4 * blockWidth, layout.rows[b]! + 4 * (left - from), 4 * width, right - left, rows);
      }
    }
  });
}

/** Copies the sample's rows and norms, one dense matrix for each band. */
function placeSample(vectors: VectorSet, bands: readonly Band[], layout: Layout, { rows, counts }: SampleRows): void {
  const takeFrom = (segment: Segment, locals: Int32Array, first: number): void =>
    bands.forEach((band, b) => takeSample(segment, band, locals.subarray(0, Math.max(0, counts[b]! - first)), layout, b, first));
  if (vectors.shelf !== undefined) {
    takeFrom(vectors.shelf.gather(rows, bands[bands.length - 1]!.to), rows.map((_, i) => i), 0);
    return;
  }
  for (let first = 0; first < rows.length; ) {
    const segment = segmentOf(vectors.segments, rows[first]!);
    let end = first + 1;
    while (end < rows.length && rows[end]! >= segment.firstRow && rows[end]! < segment.firstRow + segment.rowCount) end += 1;
    takeFrom(segment, rows.subarray(first, end).map((row) => row - segment.firstRow), first);
    first = end;
  }
}

/** Copied at once: as much as a segment's working area is sure to hold. */
const TAKEN_BYTES = 2 ** 18;

/** Copies one band of some of a segment's rows to the sample's matrix, from its row `first` on: put together in the segment's memory, where one call does it, and copied in one piece. */
function takeSample(segment: Segment, { from, to }: Band, locals: Int32Array, layout: Layout, b: number, first: number): void {
  const { kernel } = segment;
  const width = to - from;
  const atOnce = Math.max(1, Math.min(CHUNK_ROWS, Math.floor(TAKEN_BYTES / (4 * width))));
  const at = kernel.scratch({ rows: 4 * atOnce, taken: 4 * atOnce * width });
  for (let done = 0; done < locals.length; done += atOnce) {
    const part = locals.subarray(done, done + atOnce);
    kernel.words(at.rows, part.length).set(part);
    // A norm is a row of one number.
    kernel.call.takeRows(inverseNormsOf(segment, to), 4, 0, at.rows, part.length, 1, at.taken);
    layout.kernel.floats(layout.sampleInverses[b]! + 4 * (first + done), part.length).set(kernel.floats(at.taken, part.length));
    for (const block of segment.blocks) {
      const left = Math.max(from, block.from);
      const right = Math.min(to, block.to);
      if (left >= right) continue;
      const stride = 4 * (block.to - block.from);
      kernel.call.takeRows(block.address, stride, 4 * (left - block.from), at.rows, part.length, right - left, at.taken);
      const target = layout.sampleRows[b]! + 4 * (first + done) * width;
      if (right - left === width) {
        layout.kernel.floats(target, part.length * width).set(kernel.floats(at.taken, part.length * width));
      } else {
        layout.kernel.floats(layout.staging, part.length * (right - left)).set(kernel.floats(at.taken, part.length * (right - left)));
        layout.kernel.call.packRows(layout.staging, 4 * (right - left), target + 4 * (left - from), 4 * width, right - left, part.length);
      }
    }
  }
}
