import { totalmem } from 'node:os';
import { throwIfCancelled, yieldToLoop } from '../base/async.ts';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { openKernel, type Kernel } from '../math/kernel.ts';
import { reserveBlocks, slicesOf, type Segment } from './segment.ts';
import { openShelf, type VectorShelf } from './vector-shelf.ts';

/**
 * n × dims float32 embeddings, every row normalised to length 1, laid out for prefixes: one block of memory for each run of
 * dimensions between two neighbouring boundaries ([0,16), [16,32), [32,64) …), row-major n × width within the block. A scan of a
 * prefix reads exactly its floats as a few even streams, and a re-rank goes on with the next block (docs/decisions/).
 */
export interface VectorSet {
  readonly rowCount: number;
  readonly dims: number;
  /** Ends of the blocks, rising; the last is `dims`. Prefixes at a boundary are fastest, all others work. */
  readonly boundaries: readonly number[];
  /** Rows without direction: their similarity to everything is 0. */
  readonly zeroCount: number;
  /** Bytes of the vectors and of the prefix norms kept with them. */
  readonly sizeBytes: number;
  /** One stretch of rows for each memory of at most `maxSegmentBytes`; usually one. */
  readonly segments: readonly Segment[];
  /** Where the vectors lie when they are too many for memory: its segments are read when they are looked at, single rows by themselves. */
  readonly shelf?: VectorShelf | undefined;
}

export interface VectorSetShape {
  readonly rowCount: number;
  readonly dims: number;
  /** Block ends; by default 16, 32, 64, 128, 256, 512, 768, 1024 … and `dims`. Give the prefixes that will be searched. */
  readonly boundaries?: readonly number[] | undefined;
  /** What error messages call the rows' origin (a file). */
  readonly name?: string | undefined;
  /** Most bytes in one memory (default 3 GiB, the limit is below 4). */
  readonly maxSegmentBytes?: number | undefined;
  /** Vectors of more bytes than this lie in a temporary file; three fifths of the machine's memory unless given. */
  readonly memoryBytes?: number | undefined;
}

const USUAL_BOUNDARIES = [16, 32, 64, 128, 256, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192];
const GIB = 2 ** 30;
/** Rows go through the kernel in pieces of about this size. */
const PIECE_BYTES = 2 ** 19;

/** Block ends for `dims` dimensions: the wanted ones (or the usual ones) below `dims`, rising, and `dims` itself. */
export function blockBoundaries(dims: number, wanted: readonly number[] = USUAL_BOUNDARIES): number[] {
  return [...new Set([...wanted.filter((end) => end > 0 && end < dims), dims])].sort((a, b) => a - b);
}

/** Fills a vector set row by row: in any order of rows where it fits in memory, from the first row to the last where it does not. */
export interface VectorWriter {
  /**
   * Normalises and stores whole rows (row-major, `dims` floats each) as rows firstRow, firstRow + 1 …
   * @throws UserError `vectors/not-finite` naming row and dimension of a NaN or infinity; `vectors/width` for a broken row.
   */
  write(firstRow: number, rows: Float32Array): void;
  /** @throws UserError `vectors/count` when not all rows have been written. */
  finish(): VectorSet;
}

/**
 * Sets memory aside for a vector set and gives the writer that fills it.
 * @throws UserError `vectors/shape` for impossible sizes, `vectors/memory` when the machine has not enough memory.
 */
export function openVectorWriter(shape: VectorSetShape): VectorWriter {
  const { rowCount, dims } = shape;
  const place = shape.name === undefined ? {} : { file: shape.name };
  if (!Number.isSafeInteger(dims) || dims < 1 || dims > 65536) throw new UserError('vectors/shape', `vectors of ${dims} dimensions, expected 1 to 65,536`, { place });
  if (!Number.isSafeInteger(rowCount) || rowCount < 1 || rowCount > 2 ** 31 - 1) {
    throw new UserError('vectors/shape', `${rowCount} vectors, expected at least 1 and fewer than 2^31`, { place });
  }
  const boundaries = blockBoundaries(dims, shape.boundaries);
  const sizeBytes = rowCount * 4 * (dims + boundaries.length);
  const shelf = sizeBytes > (shape.memoryBytes ?? usualMemoryBytes()) ? openShelf(rowCount, boundaries, shape.maxSegmentBytes) : undefined;
  const segments = shelf?.segments ?? layOut(rowCount, dims, boundaries, shape.maxSegmentBytes ?? 3 * GIB, place);
  let written = 0;
  let zeroCount = 0;

  const write = (firstRow: number, rows: Float32Array): void => {
    const count = rows.length / dims;
    if (!Number.isInteger(count)) throw new UserError('vectors/width', `${rows.length} numbers do not make whole rows of ${dims} dimensions`, { place });
    if (firstRow < 0 || firstRow + count > rowCount) {
      throw new UserError('vectors/count', `rows ${firstRow} to ${firstRow + count - 1} lie outside the ${rowCount} expected`, { place });
    }
    const pieceRows = Math.max(1, Math.floor(PIECE_BYTES / (4 * dims)));
    for (let done = 0; done < count; ) {
      const segment = shelf?.forWriting(firstRow + done) ?? segmentOf(segments, firstRow + done);
      const local = firstRow + done - segment.firstRow;
      const take = Math.min(pieceRows, count - done, segment.rowCount - local);
      const bad = ingest(segment, boundaries, local, rows.subarray(done * dims, (done + take) * dims), take);
      if (bad.row >= 0) {
        const row = done + bad.row;
        const dimension = rows.subarray(row * dims, (row + 1) * dims).findIndex((value) => !Number.isFinite(value));
        throw new UserError('vectors/not-finite', `row ${firstRow + row} has ${rows[row * dims + dimension]} at dimension ${dimension}, expected finite numbers`, { place });
      }
      zeroCount += bad.zeroCount;
      done += take;
    }
    written += count;
  };

  return {
    write,
    finish() {
      if (written !== rowCount) throw new UserError('vectors/count', `${written} vectors arrived, expected ${rowCount}`, { place });
      shelf?.finish();
      return { rowCount, dims, boundaries, zeroCount, segments, sizeBytes, shelf };
    },
  };
}

function usualMemoryBytes(): number {
  // A container's limit where there is one; old Nodes do not know it.
  const limit = (process as { constrainedMemory?: () => number }).constrainedMemory?.() ?? 0;
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return 0.6 * memory;
}

/** A vector set from rows that are in memory (they are copied). */
export function vectorSetOf(data: Float32Array, shape: VectorSetShape): VectorSet {
  const writer = openVectorWriter(shape);
  writer.write(0, data);
  return writer.finish();
}

/**
 * A vector set from a stream of chunks of whole rows in order. Never holds more than the set and one chunk.
 * @throws UserError as `openVectorWriter` and its `write`; CancelledError.
 */
export async function readVectorSet(chunks: AsyncIterable<Float32Array> | Iterable<Float32Array>, shape: VectorSetShape, work: WorkOptions = {}): Promise<VectorSet> {
  const writer = openVectorWriter(shape);
  let done = 0;
  for await (const chunk of chunks) {
    throwIfCancelled(work.signal);
    writer.write(done, chunk);
    done += chunk.length / shape.dims;
    work.onProgress?.({ phase: 'loading vectors', done, total: shape.rowCount, unit: 'rows' });
    await yieldToLoop();
  }
  return writer.finish();
}

/** The segment that holds a row. */
export function segmentOf(segments: readonly Segment[], row: number): Segment {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (segments[middle]!.firstRow <= row) low = middle;
    else high = middle - 1;
  }
  return segments[low]!;
}

/** Copies the first `out.length` dimensions of a row. */
export function copyRow(vectors: VectorSet, row: number, out: Float32Array): Float32Array {
  if (vectors.shelf !== undefined) return vectors.shelf.copyRow(row, out);
  const segment = segmentOf(vectors.segments, row);
  const local = row - segment.firstRow;
  for (const { from, to, address } of segment.blocks) {
    if (from >= out.length) break;
    const width = to - from;
    out.set(segment.kernel.floats(address + 4 * width * local, Math.min(width, out.length - from)), from);
  }
  return out;
}

/** Rows as a row-major matrix of their first `dims` dimensions (default all), not re-normalised. */
export function gatherRows(vectors: VectorSet, rows: ArrayLike<number>, dims = vectors.dims): Float32Array<ArrayBuffer> {
  const out = new Float32Array(rows.length * dims);
  for (let i = 0; i < rows.length; i += 1) copyRow(vectors, rows[i]!, out.subarray(i * dims, (i + 1) * dims));
  return out;
}

function layOut(rowCount: number, dims: number, boundaries: readonly number[], maxSegmentBytes: number, place: { file?: string }): Segment[] {
  const rowBytes = 4 * (dims + boundaries.length);
  const rowsEach = Math.max(4, Math.floor((maxSegmentBytes - 2 * PIECE_BYTES) / rowBytes));
  const segments: Segment[] = [];
  for (let firstRow = 0; firstRow < rowCount; firstRow += rowsEach) {
    const count = Math.min(rowsEach, rowCount - firstRow);
    let kernel: Kernel;
    try {
      kernel = openKernel({ sizeBytes: count * rowBytes + 3 * PIECE_BYTES, shared: true });
    } catch (cause) {
      const gib = ((rowCount * rowBytes) / GIB).toFixed(1);
      throw new UserError('vectors/memory', `${rowCount} vectors of ${dims} dimensions need ${gib} GiB of memory, more than can be had`, { place, cause });
    }
    segments.push({ firstRow, rowCount: count, kernel, ...reserveBlocks(kernel, count, boundaries), sliceLists: new Map() });
  }
  return segments;
}

function ingest(segment: Segment, boundaries: readonly number[], firstRow: number, rows: Float32Array, count: number): { row: number; zeroCount: number } {
  const { kernel, blocks } = segment;
  const slices = slicesOf(segment, 0, boundaries[boundaries.length - 1]!);
  const at = kernel.scratch({ source: 4 * rows.length, inverses: 4 * blocks.length, zeroCount: 4 });
  kernel.floats(at.source, rows.length).set(rows);
  kernel.words(at.inverses, blocks.length).set(boundaries.map((end) => segment.inverseNorms.get(end)!));
  const zeroCount = kernel.words(at.zeroCount, 1).fill(0);
  const row = kernel.call.ingestRows(at.source, count, slices.address, slices.count, at.inverses, firstRow, at.zeroCount);
  return { row, zeroCount: zeroCount[0]! };
}
