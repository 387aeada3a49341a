import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from '../base/atomic-file.ts';
import { throwIfCancelled } from '../base/async.ts';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { halvesToFloats } from './half.ts';
import { formatNpyHeader, NPY_ELEMENT_BYTES, NPY_HEADER_LIMIT, parseNpyHeader, type NpyHeader } from './npy-header.ts';
import { queryMatrixOf, type QueryMatrix } from './query-matrix.ts';
import { readVectorSet, type VectorSet } from './vector-set.ts';

/** Rows are read in chunks of about this size. */
const CHUNK_BYTES = 2 ** 20;

/**
 * The header of a .npy file.
 * @throws UserError `npy/…` when the file is missing, no NumPy file, not two-dimensional floats in C order, or cut short.
 */
export async function readNpyHeader(path: string): Promise<NpyHeader> {
  return withFile(path, (file, size) => headerOf(file, size, path));
}

/**
 * The rows of a .npy file as float32, in chunks of whole rows. The chunk's memory is used again: take what you need before you
 * ask for the next.
 * @param range rows [first, end), by default all
 */
export async function* readNpyRows(path: string, range: { readonly first?: number; readonly end?: number } = {}): AsyncGenerator<Float32Array> {
  const file = await openFile(path);
  try {
    const header = await headerOf(file, (await file.stat()).size, path);
    const { dims, type, dataOffset } = header;
    const end = Math.min(range.end ?? header.rowCount, header.rowCount);
    const rowBytes = dims * NPY_ELEMENT_BYTES[type];
    const chunkRows = Math.max(1, Math.floor(CHUNK_BYTES / rowBytes));
    const raw = new Uint8Array(chunkRows * rowBytes);
    const floats = new Float32Array(chunkRows * dims);
    for (let row = range.first ?? 0; row < end; row += chunkRows) {
      const count = Math.min(chunkRows, end - row);
      await readFully(file, raw.subarray(0, count * rowBytes), dataOffset + row * rowBytes, path);
      yield toFloats(raw, type, floats.subarray(0, count * dims));
    }
  } finally {
    await file.close();
  }
}

export interface NpyVectorsOptions extends WorkOptions {
  readonly boundaries?: readonly number[] | undefined;
  /** Rows to leave out (held-out queries); the others keep their order and are numbered anew. */
  readonly except?: ReadonlySet<number> | undefined;
}

/** A vector set straight from a .npy file: never more in memory than the set and one chunk. */
export async function readNpyVectors(path: string, options: NpyVectorsOptions = {}): Promise<VectorSet> {
  const { rowCount, dims } = await readNpyHeader(path);
  const { except, boundaries } = options;
  if (except === undefined || except.size === 0) return readVectorSet(readNpyRows(path), { rowCount, dims, boundaries, name: path }, options);
  const left = rowCount - [...except].filter((row) => row >= 0 && row < rowCount).length;
  return readVectorSet(rowsExcept(readNpyRows(path), dims, except), { rowCount: left, dims, boundaries, name: path }, options);
}

/** Chunks of whole rows without some rows, which are numbered from the first on; works within the chunks' own memory. */
export async function* rowsExcept(chunks: AsyncIterable<Float32Array>, dims: number, except: ReadonlySet<number>): AsyncGenerator<Float32Array> {
  let row = 0;
  for await (const chunk of chunks) {
    let kept = 0;
    for (let start = 0; start < chunk.length; start += dims, row += 1) {
      if (except.has(row)) continue;
      chunk.copyWithin(kept * dims, start, start + dims);
      kept += 1;
    }
    if (kept > 0) yield chunk.subarray(0, kept * dims);
  }
}

/**
 * Queries from a .npy file, normalised.
 * @param options.dims the vectors' width, checked · @param options.rows only these rows, in this order
 */
export async function readNpyQueries(path: string, options: { readonly dims?: number; readonly rows?: readonly number[] } = {}): Promise<QueryMatrix> {
  const { rowCount, dims } = await readNpyHeader(path);
  if (options.dims !== undefined && options.dims !== dims) return queryMatrixOf(new Float32Array(0), dims, { dims: options.dims, name: path });
  const rows = options.rows;
  if (rows !== undefined) {
    const data = new Float32Array(rows.length * dims);
    for (const [i, row] of rows.entries()) {
      if (!(row >= 0 && row < rowCount)) throw new UserError('npy/row', `has ${rowCount} rows, row ${row} was asked for`, { place: { file: path } });
      for await (const chunk of readNpyRows(path, { first: row, end: row + 1 })) data.set(chunk, i * dims);
    }
    return queryMatrixOf(data, dims, { name: path });
  }
  const data = new Float32Array(rowCount * dims);
  let at = 0;
  for await (const chunk of readNpyRows(path)) {
    data.set(chunk, at);
    at += chunk.length;
  }
  return queryMatrixOf(data, dims, { name: path });
}

/**
 * Writes float32 rows as a .npy file (format 1.0) that appears whole or not at all.
 * @throws UserError `npy/count` when the chunks do not hold rowCount × dims numbers.
 */
export async function writeNpy(
  path: string,
  shape: { readonly rowCount: number; readonly dims: number },
  chunks: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  work: WorkOptions = {},
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx');
  try {
    await writeFully(file, formatNpyHeader(shape.rowCount, shape.dims));
    let count = 0;
    for await (const chunk of chunks) {
      throwIfCancelled(work.signal);
      await writeFully(file, new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      count += chunk.length;
      work.onProgress?.({ phase: 'writing vectors', done: Math.floor(count / shape.dims), total: shape.rowCount, unit: 'rows' });
    }
    if (count !== shape.rowCount * shape.dims) {
      throw new UserError('npy/count', `${count} numbers do not fill ${shape.rowCount} rows of ${shape.dims}`, { place: { file: path } });
    }
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

function toFloats(raw: Uint8Array, type: NpyHeader['type'], out: Float32Array): Float32Array {
  switch (type) {
    case '<f4':
      out.set(new Float32Array(raw.buffer, 0, out.length));
      return out;
    case '<f8':
      out.set(new Float64Array(raw.buffer, 0, out.length));
      return out;
    case '<f2':
      return halvesToFloats(new Uint16Array(raw.buffer, 0, out.length), out);
  }
}

async function withFile<T>(path: string, use: (file: FileHandle, sizeBytes: number) => Promise<T>): Promise<T> {
  const file = await openFile(path);
  try {
    return await use(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    if ((await stat(path)).isDirectory()) throw new UserError('npy/missing', 'is a folder, expected a .npy file', { place: { file: path } });
    return await open(path, 'r');
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UserError('npy/missing', missing ? 'no such file' : `cannot be read: ${(cause as Error).message}`, { place: { file: path }, cause });
  }
}

async function headerOf(file: FileHandle, sizeBytes: number, path: string): Promise<NpyHeader> {
  const start = new Uint8Array(Math.min(NPY_HEADER_LIMIT, sizeBytes));
  await readFully(file, start, 0, path);
  return parseNpyHeader(start, sizeBytes, path);
}

async function readFully(file: FileHandle, into: Uint8Array, position: number, path: string): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) throw new UserError('npy/truncated', `ends at byte ${position + done} while it is read`, { place: { file: path } });
    done += bytesRead;
  }
}

async function writeFully(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done, bytes.length - done)).bytesWritten;
}
