import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { formatNpyHeader } from '../vectors/npy-header.ts';

/**
 * Embeddings while they are made: a growing .npy (its header already says the final shape) and beside it a log with one record a block:
 * first row, row count, CRC-32 of the block's bytes, CRC-32 of the record; four uint32 LE. Both files are only appended to.
 * A block counts when its record is whole and its bytes match; whatever else stands there after a crash is cut off.
 */
export interface EmbeddingLog {
  /** Rows that are safely there; the next block begins here. */
  readonly rowCount: number;
  append(rows: Float32Array): Promise<void>;
  /** CRC-32 of each block, in order. */
  checksums(): readonly number[];
  /** All bytes on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

const recordBytes = 16;
const syncEveryMs = 2000;

/** Opens or resumes. @param blockRows rows of every block but the last. */
export async function openEmbeddingLog(dataPath: string, logPath: string, shape: { readonly rowCount: number; readonly dims: number; readonly blockRows: number }): Promise<EmbeddingLog> {
  const header = Buffer.from(formatNpyHeader(shape.rowCount, shape.dims));
  const rowBytes = shape.dims * 4;
  const data = await openForAppend(dataPath);
  const log = await openForAppend(logPath);
  const sums = await replay(data, log, header, rowBytes, shape);
  let rows = Math.min(sums.length * shape.blockRows, shape.rowCount);
  await data.truncate(header.length + rows * rowBytes);
  await writeAll(data, header, 0);
  await log.truncate(sums.length * recordBytes);
  let syncedAt = performance.now();
  const sync = async (): Promise<void> => {
    await data.datasync();
    await log.datasync();
    syncedAt = performance.now();
  };
  return {
    get rowCount() {
      return rows;
    },
    async append(block) {
      const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
      const count = block.length / shape.dims;
      const sum = crc32(bytes);
      await writeAll(data, bytes, header.length + rows * rowBytes);
      await writeAll(log, recordOf(rows, count, sum), sums.length * recordBytes);
      sums.push(sum);
      rows += count;
      if (performance.now() - syncedAt > syncEveryMs) await sync();
    },
    checksums: () => sums,
    sync,
    async close() {
      await data.close();
      await log.close();
    },
  };
}

function recordOf(firstRow: number, count: number, sum: number): Buffer {
  const record = Buffer.alloc(recordBytes);
  record.writeUInt32LE(firstRow, 0);
  record.writeUInt32LE(count, 4);
  record.writeUInt32LE(sum, 8);
  record.writeUInt32LE(crc32(record.subarray(0, 12)), 12);
  return record;
}

/** The checksums of the blocks that are whole and right, up to the first that is not. */
async function replay(data: FileHandle, log: FileHandle, header: Buffer, rowBytes: number, shape: { readonly rowCount: number; readonly blockRows: number }): Promise<number[]> {
  const sums: number[] = [];
  const written = Buffer.alloc(header.length);
  if ((await data.read(written, 0, written.length, 0)).bytesRead < written.length || !written.equals(header)) return sums;
  const block = Buffer.alloc(shape.blockRows * rowBytes);
  const record = Buffer.alloc(recordBytes);
  for (;;) {
    const firstRow = sums.length * shape.blockRows;
    const count = Math.min(shape.blockRows, shape.rowCount - firstRow);
    if (count <= 0) return sums;
    if ((await log.read(record, 0, recordBytes, sums.length * recordBytes)).bytesRead < recordBytes) return sums;
    if (!record.equals(recordOf(firstRow, count, record.readUInt32LE(8)))) return sums;
    const bytes = block.subarray(0, count * rowBytes);
    if ((await data.read(bytes, 0, bytes.length, header.length + firstRow * rowBytes)).bytesRead < bytes.length) return sums;
    if (crc32(bytes) !== record.readUInt32LE(8)) return sums;
    sums.push(record.readUInt32LE(8));
  }
}

async function openForAppend(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return open(path, 'w+');
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += (await handle.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
}
