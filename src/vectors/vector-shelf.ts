import { closeSync, readSync, writeSync } from 'node:fs';
import { openTemporaryFile } from '../base/temporary-file.ts';
import { openKernel, type Kernel } from '../math/kernel.ts';
import { reserveBlocks, slicesOf, type Block, type Segment } from './segment.ts';

/**
 * Vectors that are too many for memory, in a temporary file: shards of rows as they lie in a segment's memory. A segment's memory is filled when it is
 * looked at, so all that goes over segments works as with vectors in memory, but only a shard at a time is held.
 */
export interface VectorShelf {
  readonly segments: readonly Segment[];
  /** The segment to put a row in. Rows come in order. */
  forWriting(row: number): Segment;
  /** Writes what is left. */
  finish(): void;
  copyRow(row: number, out: Float32Array): Float32Array;
  /** Some rows as a small segment, numbered from 0 in the order given; only good until the next call. Its dimensions are there up to `dims`. */
  gather(rows: Int32Array, dims: number): Segment;
}

/** Reading a shard blocks the loop: at a slow disk's 200 MB/s for less than a tenth of a second. */
const SHARD_BYTES = 16 * 2 ** 20;
const LEAST_DESK_ROWS = 1024;

/** A memory that holds one stretch of rows after another. */
interface Slot {
  readonly kernel: Kernel;
  readonly capacity: number;
  readonly blocks: readonly Block[];
  readonly inverseNorms: Map<number, number>;
  readonly sliceLists: Segment['sliceLists'];
  /** Where norms and blocks lie. */
  readonly start: number;
  readonly end: number;
}

const openFiles = new FinalizationRegistry<number>((file) => closeSync(file));

/** @param shardSize about the bytes of a shard */
export function openShelf(rowCount: number, boundaries: readonly number[], shardSize = SHARD_BYTES): VectorShelf {
  const dims = boundaries[boundaries.length - 1]!;
  const rowBytes = 4 * (dims + boundaries.length);
  // Rows are quantised in blocks of 32: a shard holds whole ones.
  const shardRows = Math.max(1, Math.floor(Math.min(shardSize, SHARD_BYTES) / rowBytes / 32)) * 32;
  const file = openTemporaryFile('funnelscope-vectors-');
  const slot = openSlot(Math.min(shardRows, rowCount), boundaries);
  const shardBytes = slot.end - slot.start;
  const shardCount = Math.ceil(rowCount / shardRows);
  const rowsIn = (shard: number): number => Math.min(shardRows, rowCount - shard * shardRows);
  let loaded = -1;
  let writing = -1;
  const bytes = (): Uint8Array => slot.kernel.bytes(slot.start, shardBytes);
  const flush = (): void => {
    if (writing >= 0) writeFully(file, bytes(), writing * shardBytes);
    writing = -1;
  };
  const load = (shard: number): Slot => {
    if (loaded === shard) return slot;
    readFully(file, bytes(), shard * shardBytes);
    loaded = shard;
    renewNorms(slot, boundaries, rowsIn(shard));
    return slot;
  };
  const segments = Array.from({ length: shardCount }, (_, shard): Segment => ({
    firstRow: shard * shardRows,
    rowCount: rowsIn(shard),
    capacity: slot.capacity,
    get kernel() { return load(shard).kernel; },
    get blocks() { return load(shard).blocks; },
    get inverseNorms() { return load(shard).inverseNorms; },
    get sliceLists() { return load(shard).sliceLists; },
  }));
  let desk: Slot | undefined;
  /** Where a number of a row lies in the file. */
  const placeOf = (row: number, address: number, width: number): number => {
    const shard = Math.floor(row / shardRows);
    return shard * shardBytes + (address - slot.start) + 4 * width * (row - shard * shardRows);
  };

  const shelf: VectorShelf = {
    segments,
    forWriting(row) {
      const shard = Math.floor(row / shardRows);
      if (shard !== writing) {
        flush();
        writing = shard;
        loaded = shard;
      }
      return segments[shard]!;
    },
    finish: flush,
    copyRow(row, out) {
      for (const { from, to, address } of slot.blocks) {
        if (from >= out.length) break;
        const part = out.subarray(from, Math.min(to, out.length));
        readFully(file, new Uint8Array(part.buffer, part.byteOffset, part.byteLength), placeOf(row, address, to - from));
      }
      return out;
    },
    gather(rows, upTo) {
      const count = rows.length;
      if (desk === undefined || desk.capacity < count) desk = openSlot(Math.max(LEAST_DESK_ROWS, 2 * count), boundaries);
      const { kernel, blocks, inverseNorms } = desk;
      slot.blocks.forEach(({ from, to, address }, b) => {
        if (from >= upTo) return;
        const rowSize = 4 * (to - from);
        for (let i = 0; i < count; i += 1) readFully(file, kernel.bytes(blocks[b]!.address + i * rowSize, rowSize), placeOf(rows[i]!, address, to - from));
      });
      for (const end of boundaries) {
        if (end > upTo) break;
        for (let i = 0; i < count; i += 1) readFully(file, kernel.bytes(inverseNorms.get(end)! + 4 * i, 4), placeOf(rows[i]!, slot.inverseNorms.get(end)!, 1));
      }
      renewNorms(desk, boundaries, count);
      return { firstRow: 0, rowCount: count, capacity: desk.capacity, kernel, blocks, inverseNorms, sliceLists: desk.sliceLists };
    },
  };
  openFiles.register(shelf, file);
  return shelf;
}

function openSlot(capacity: number, boundaries: readonly number[]): Slot {
  const dims = boundaries[boundaries.length - 1]!;
  const kernel = openKernel({ sizeBytes: capacity * 4 * (dims + boundaries.length) + 2 ** 20, shared: true });
  const { blocks, inverseNorms } = reserveBlocks(kernel, capacity, boundaries);
  const last = blocks[blocks.length - 1]!;
  return { kernel, capacity, blocks, inverseNorms, sliceLists: new Map(), start: inverseNorms.get(boundaries[0]!)!, end: last.address + 4 * capacity * (last.to - last.from) };
}

/** Norms of prefixes that are no boundary are not in the file: those that were asked for are computed for the rows that are there now. */
function renewNorms(slot: Slot, boundaries: readonly number[], rowCount: number): void {
  for (const [prefix, address] of slot.inverseNorms) {
    if (boundaries.includes(prefix)) continue;
    const slices = slicesOf({ ...slot, firstRow: 0, rowCount }, 0, prefix);
    slot.kernel.call.inverseNorms(slices.address, slices.count, 0, rowCount, address);
  }
}

function readFully(file: number, into: Uint8Array, position: number): void {
  for (let done = 0; done < into.length; ) {
    const count = readSync(file, into, done, into.length - done, position + done);
    if (count === 0) throw new Error(`the temporary vectors end at byte ${position + done}`);
    done += count;
  }
}

function writeFully(file: number, from: Uint8Array, position: number): void {
  for (let done = 0; done < from.length; ) done += writeSync(file, from, done, from.length - done, position + done);
}
