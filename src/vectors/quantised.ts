import { sliceOf } from '../base/async.ts';
import type { WorkOptions } from '../base/progress.ts';
import { crewOf, stretchesOf, type KernelTask } from '../math/crew.ts';
import { openKernel, selectionCapacity, selectionSpareBytes, SELECTION_BYTES, type Kernel } from '../math/kernel.ts';
import type { Neighbours, NeighbourTable } from './neighbours.ts';
import { codePartsOf, encodeProductQuery, learnProductBook, PART_DIMS, type ProductBook, type ProductQuery } from './product-book.ts';
import { inversePrefixNorm, queryOf, type QueryMatrix } from './query-matrix.ts';
import { inverseNormsOf, slicesOf, type Segment } from './segment.ts';
import { type VectorSet } from './vector-set.ts';

/**
 * f16: half-precision numbers of the re-normalised prefix. int8: one scale a row, the sum in whole numbers. binary: signs; the
 * score is the cosine of the sign vectors, 1 − 2 · differing / dims. pq4: four dimensions to one of 16 learnt centroids, one bit a dimension as
 * signs take, but the query stays as it is, so that far fewer candidates hold the true neighbours.
 */
export type CodeForm = 'f16' | 'int8' | 'binary' | 'pq4';

/** One prefix of a vector set in a smaller number format, in memories of its own. Scores are approximate similarities. */
export interface QuantisedSet {
  readonly form: CodeForm;
  readonly dims: number;
  readonly rowCount: number;
  readonly sizeBytes: number;
  readonly segments: readonly CodeSegment[];
  /** The centroids (pq4 only). */
  readonly book: ProductBook | undefined;
}

interface CodeSegment {
  readonly firstRow: number;
  readonly rowCount: number;
  readonly kernel: Kernel;
  readonly codes: number;
  /** Address of one scale a row (int8 and pq4). */
  readonly scales: number;
}

const TILE_ROWS = 512;
/** Smaller scans are over before a worker has woken. */
const LEAST_SHARED_BYTES = 2 ** 20;
const BUILD_ROWS = 4096;
const MOST_CODE_BYTES = 3 * 2 ** 30;
/** Codes scanned for all queries of a batch before going on: what stays in the second-level cache. */
const BATCH_BYTES = 2 ** 18;

/** Rows of product codes that lie together. */
const BLOCK_ROWS = 32;

/** Bytes a row takes (for pq4, in a block of 32 rows). */
export function codeStride(form: CodeForm, dims: number): number {
  switch (form) {
    case 'f16':
      return Math.ceil((2 * dims) / 16) * 16;
    case 'int8':
      return Math.ceil(dims / 16) * 16;
    case 'binary':
      return Math.ceil(dims / 64) * 8;
    case 'pq4':
      return codePartsOf(dims) / 2;
  }
}

/** Quantises the prefix of `dims` of every row. Yields to the event loop; @throws CancelledError. */
export async function quantisePrefix(vectors: VectorSet, dims: number, form: CodeForm, work: WorkOptions = {}): Promise<QuantisedSet> {
  const pause = sliceOf(work.signal);
  const stride = codeStride(form, dims);
  const hasScales = form === 'int8' || form === 'pq4';
  const book = form === 'pq4' ? await learnProductBook(vectors, dims, work) : undefined;
  const segments: CodeSegment[] = [];
  let target: CodeSegment | undefined;
  for (const segment of vectors.segments) {
    const { rowCount, firstRow } = segment;
    if (target === undefined || firstRow >= target.firstRow + target.rowCount) segments.push((target = openCodes(vectors, segment, stride, hasScales)));
    for (let row = 0; row < rowCount; row += BUILD_ROWS) {
      const rows = Math.min(BUILD_ROWS, rowCount - row);
      if (book !== undefined) encodeRows(segment, target, book, row, rows);
      else if (form !== 'pq4') quantiseRows(segment, target, form, dims, stride, row, rows);
      work.onProgress?.({ phase: `quantising to ${form}`, done: firstRow + Math.min(rowCount, row + BUILD_ROWS), total: vectors.rowCount, unit: 'rows' });
      await pause();
    }
  }
  const sizeBytes = vectors.rowCount * (stride + (hasScales ? 4 : 0));
  return { form, dims, rowCount: vectors.rowCount, sizeBytes, segments, book };
}

/** Memory for the codes of a segment; of as many shards as fit where vectors are read shard by shard. */
function openCodes(vectors: VectorSet, { firstRow, rowCount: own }: Segment, stride: number, hasScales: boolean): CodeSegment {
  const most = Math.max(1, Math.floor(MOST_CODE_BYTES / (stride + 4) / own)) * own;
  const rowCount = vectors.shelf === undefined ? own : Math.min(most, vectors.rowCount - firstRow);
  const scaleBytes = hasScales ? 4 * (rowCount + BLOCK_ROWS) : 0;
  const codeBytes = Math.ceil(rowCount / BLOCK_ROWS) * BLOCK_ROWS * stride;
  const kernel = openKernel({ sizeBytes: codeBytes + scaleBytes + 2 ** 17, shared: true });
  return { firstRow, rowCount, kernel, codes: kernel.reserve(codeBytes), scales: kernel.reserve(scaleBytes) };
}

/** @param first a multiple of BLOCK_ROWS */
function encodeRows(segment: Segment, target: CodeSegment, book: ProductBook, first: number, rows: number): void {
  const { kernel } = segment;
  const { dims, parts, centroids } = book;
  const slices = slicesOf(segment, 0, dims);
  const inverse = inverseNormsOf(segment, dims);
  const stride = codeStride('pq4', dims);
  const codeBytes = Math.ceil(rows / BLOCK_ROWS) * BLOCK_ROWS * stride;
  const at = kernel.scratch({ out: codeBytes, scales: 4 * rows, centroids: centroids.byteLength, line: 4 * parts * PART_DIMS + 64 });
  kernel.floats(at.centroids, centroids.length).set(centroids);
  kernel.bytes(at.out, codeBytes).fill(0);
  kernel.call.encodeProducts(slices.address, slices.count, inverse, first, rows, parts, PART_DIMS, codePartsOf(dims), at.centroids, at.out, at.scales, at.line);
  const to = segment.firstRow - target.firstRow + first;
  target.kernel.floats(target.scales + 4 * to, rows).set(kernel.floats(at.scales, rows));
  target.kernel.bytes(target.codes + to * stride, codeBytes).set(kernel.bytes(at.out, codeBytes));
}

function quantiseRows(segment: Segment, target: CodeSegment, form: Exclude<CodeForm, 'pq4'>, dims: number, stride: number, first: number, rows: number): void {
  const { kernel } = segment;
  const slices = slicesOf(segment, 0, dims);
  const inverse = inverseNormsOf(segment, dims);
  const at = kernel.scratch({ out: rows * stride, scales: 4 * rows });
  const to = segment.firstRow - target.firstRow + first;
  if (form === 'int8') {
    kernel.call.quantiseInt8(slices.address, slices.count, inverse, first, rows, at.out, stride, at.scales);
    target.kernel.floats(target.scales + 4 * to, rows).set(kernel.floats(at.scales, rows));
  } else if (form === 'binary') {
    kernel.call.quantiseBits(slices.address, slices.count, first, rows, at.out, stride);
  } else {
    kernel.call.quantiseHalf(slices.address, slices.count, inverse, first, rows, at.out, stride);
  }
  target.kernel.bytes(target.codes + to * stride, rows * stride).set(kernel.bytes(at.out, rows * stride));
}

/** A query in the form its scan takes: the bytes, the factor its scores need and, for product codes, what is added after it. */
interface QueryCode {
  readonly bytes: Uint8Array;
  readonly scale: number;
  readonly bias: number;
}

function encodeQuery(query: Float32Array, { dims, form, book }: QuantisedSet): QueryCode {
  if (book !== undefined) {
    const { tables, step, bias }: ProductQuery = encodeProductQuery(book, query);
    return { bytes: tables, scale: step, bias };
  }
  const inverse = Math.fround(inversePrefixNorm(query, dims));
  switch (form) {
    case 'f16': {
      // The kernel leaves a half's exponent 112 too small and the query carries 2^112 instead.
      const floats = new Float32Array(codeStride('f16', dims) / 2);
      for (let j = 0; j < dims; j += 1) floats[j] = query[j]! * inverse * 2 ** 112;
      return { bytes: new Uint8Array(floats.buffer), scale: 1, bias: 0 };
    }
    case 'int8': {
      const codes = new Int16Array(codeStride('int8', dims));
      let most = 0;
      for (let j = 0; j < dims; j += 1) most = Math.max(most, Math.abs(query[j]!));
      const factor = most === 0 ? 0 : Math.fround(127 / most);
      for (let j = 0; j < dims; j += 1) codes[j] = roundToEven(Math.fround(query[j]! * factor));
      return { bytes: new Uint8Array(codes.buffer), scale: Math.fround(Math.fround(most * inverse) / 127), bias: 0 };
    }
    case 'binary': {
      const bytes = new Uint8Array(codeStride('binary', dims));
      for (let j = 0; j < dims; j += 1) if (query[j]! > 0) bytes[j >> 3]! |= 1 << (j & 7);
      return { bytes, scale: 1, bias: 0 };
    }
    case 'pq4':
      throw new Error('product codes without their centroids');
  }
}

function roundToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

/** The best `keep` rows by the quantised score; equal scores by rising row. One scan, of so many threads. */
export function searchQuantised(set: QuantisedSet, query: Float32Array, keep: number, threads = 1): Neighbours {
  const table = { queryCount: 1, k: Math.min(keep, set.rowCount), rows: new Int32Array(Math.min(keep, set.rowCount)), scores: new Float32Array(Math.min(keep, set.rowCount)) };
  const code = encodeQuery(query, set);
  for (const [index, segment] of set.segments.entries()) {
    const stretches = stretchesOf(segment.rowCount, TILE_ROWS, segment.rowCount * codeStride(set.form, set.dims) < LEAST_SHARED_BYTES ? 1 : threads);
    const plan = planScan(set, segment, stretches.map(() => code), table.k);
    const jobs = stretches.map(({ first, end }, part) => [plan.scanTask(part, first, end), plan.finishTask(part)]);
    crewOf(jobs.length).run(segment.kernel, jobs).forEach((found, part) => plan.take(part, found, table, 0, index + part > 0));
    plan.release();
  }
  return { rows: table.rows, scores: table.scores };
}

/** The same for many queries: a stretch of codes that fits the cache is scanned for all of them. */
export async function searchManyQuantised(set: QuantisedSet, queries: QueryMatrix, keep: number, work: WorkOptions = {}): Promise<NeighbourTable> {
  const pause = sliceOf(work.signal);
  const k = Math.min(keep, set.rowCount);
  const table: NeighbourTable = { queryCount: queries.queryCount, k, rows: new Int32Array(queries.queryCount * k), scores: new Float32Array(queries.queryCount * k) };
  const group = Math.max(1, Math.min(queries.queryCount, Math.floor((64 * 2 ** 20) / (16 * selectionCapacity(k) + 4 * TILE_ROWS + 2 ** 15))));
  const crew = crewOf(1);
  const stretch = TILE_ROWS * Math.max(1, Math.floor(BATCH_BYTES / TILE_ROWS / codeStride(set.form, set.dims)));
  for (let first = 0; first < queries.queryCount; first += group) {
    const count = Math.min(group, queries.queryCount - first);
    const codes = Array.from({ length: count }, (_, i) => encodeQuery(queryOf(queries, first + i), set));
    for (const [index, segment] of set.segments.entries()) {
      const plan = planScan(set, segment, codes, k);
      try {
        for (let row = 0; row < segment.rowCount; row += stretch) {
          const end = Math.min(segment.rowCount, row + stretch);
          crew.run(segment.kernel, [Array.from({ length: count }, (_, query) => plan.scanTask(query, row, end))]);
          work.onProgress?.({ phase: 'searching', done: first * set.rowCount + count * (segment.firstRow + end), total: queries.queryCount * set.rowCount, unit: 'pairs' });
          await pause();
        }
        for (let query = 0; query < count; query += 1) {
          plan.take(query, crew.run(segment.kernel, [[plan.finishTask(query)]])[0]!, table, first + query, index > 0);
        }
      } finally {
        plan.release();
      }
    }
  }
  return table;
}

interface ScanPlan {
  scanTask(query: number, first: number, end: number): KernelTask;
  finishTask(query: number): KernelTask;
  /** Writes the query's list of `found` rows to the table; with `merge` it is merged with the list that is there. */
  take(query: number, found: number, table: NeighbourTable, line: number, merge: boolean): void;
  release(): void;
}

function planScan(set: QuantisedSet, segment: CodeSegment, codes: readonly QueryCode[], keep: number): ScanPlan {
  const { kernel } = segment;
  const { call } = kernel;
  const k = Math.min(keep, segment.rowCount);
  const capacity = selectionCapacity(k);
  const stride = codeStride(set.form, set.dims);
  const queryBytes = Math.ceil((codes[0]?.bytes.length ?? 0) / 16) * 16;
  const count = codes.length;
  const own = { tile: pad(4 * (TILE_ROWS + 16)), selection: pad(SELECTION_BYTES), keys: pad(8 * capacity), spare: pad(selectionSpareBytes(k)), rows: pad(4 * k), scores: pad(4 * k) };
  // Threads must not share what they write; queries that are scanned one after the other do not mind.
  const { at, release } = kernel.borrow({
    queries: count * queryBytes, tile: count * own.tile, selections: count * own.selection, keys: count * own.keys, spare: count * own.spare, rows: count * own.rows, scores: count * own.scores,
  });
  codes.forEach(({ bytes }, query) => {
    kernel.bytes(at.queries + query * queryBytes, bytes.length).set(bytes);
    call.selectionStart(at.selections + query * own.selection, k, capacity, at.keys + query * own.keys);
  });
  return {
    release,
    scanTask(query, first, end) {
      const q = at.queries + query * queryBytes;
      const selection = at.selections + query * own.selection;
      const tile = at.tile + query * own.tile;
      const { scale, bias } = codes[query]!;
      const { firstRow, scales } = segment;
      switch (set.form) {
        case 'pq4':
          return { name: 'scanProducts', args: [segment.codes, 2 * stride, q, scales, scale, bias, first, end, firstRow, tile, TILE_ROWS, selection] };
        case 'int8':
          return { name: 'scanInt8', args: [segment.codes, stride, q, scales, scale, first, end, firstRow, tile, TILE_ROWS, selection] };
        case 'f16':
          return { name: 'scanHalf', args: [segment.codes, stride, q, first, end, firstRow, tile, TILE_ROWS, selection] };
        case 'binary':
          return { name: 'scanBits', args: [segment.codes, stride, q, set.dims, first, end, firstRow, tile, TILE_ROWS, selection] };
      }
    },
    finishTask: (query) => ({ name: 'selectionFinish', args: [at.selections + query * own.selection, at.rows + query * own.rows, at.scores + query * own.scores, at.spare + query * own.spare] }),
    take(query, found, table, line, merge) {
      const rows = kernel.words(at.rows + query * own.rows, found);
      const scores = kernel.floats(at.scores + query * own.scores, found);
      const start = line * table.k;
      if (merge) return mergeInto(table, line, rows, scores);
      table.rows.fill(-1, start, start + table.k).set(rows, start);
      table.scores.fill(-Infinity, start, start + table.k).set(scores, start);
    },
  };
}

/** Whole cache lines. */
function pad(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 64) * 64;
}

/** Merges a list of higher rows into a table's line: both best first, equal scores by rising row. */
function mergeInto(table: NeighbourTable, line: number, rows: Uint32Array, scores: Float32Array): void {
  const start = line * table.k;
  const oldRows = table.rows.slice(start, start + table.k);
  const oldScores = table.scores.slice(start, start + table.k);
  for (let out = 0, a = 0, b = 0; out < table.k; out += 1) {
    const takeOld = b >= rows.length || (oldRows[a]! >= 0 && oldScores[a]! >= scores[b]!);
    table.rows[start + out] = takeOld ? oldRows[a]! : rows[b]!;
    table.scores[start + out] = takeOld ? oldScores[a]! : scores[b]!;
    if (takeOld) a += 1;
    else b += 1;
  }
}
