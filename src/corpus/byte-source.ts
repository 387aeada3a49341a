import { createReadStream, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { throwIfCancelled } from '../base/async.ts';
import { showValue, UserError } from '../base/errors.ts';
import { zstdChunks } from './zstd.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** A file as a stream of its decompressed bytes; it can be read more than once. */
export interface ByteSource {
  readonly file: string;
  /** Bytes on disk (compressed). */
  readonly sizeBytes: number;
  readonly compression: Compression;
  /** `onRead` hears how many bytes of the file on disk have been read so far. */
  chunks(options?: { readonly signal?: AbortSignal | undefined; readonly onRead?: ((bytes: number) => void) | undefined }): AsyncGenerator<Buffer>;
}

/** Beyond this much output, text that shrinks more than `maxRatio` times is taken for a decompression bomb. */
const bombFloorBytes = 64 * 1024 * 1024;
const maxRatio = 200;
const chunkBytes = 1024 * 1024;

/** Opens a file, plain or compressed (told by its first bytes, not its name). @throws UserError when it is missing, no file, empty or unreadable. */
export async function openBytes(file: string): Promise<ByteSource> {
  const info = await statOrExplain(file);
  if (!info.isFile()) throw new UserError('corpus/not-a-file', 'is not a file, expected one', { place: { file } });
  if (info.size === 0) throw new UserError('corpus/empty', 'is empty (0 bytes), expected at least one document', { place: { file } });
  const compression = compressionOf(await firstBytes(file, 4), file);
  const sizeBytes = info.size;
  return {
    file,
    sizeBytes,
    compression,
    async *chunks({ signal, onRead } = {}) {
      let read = 0;
      let written = 0;
      const raw = createReadStream(file, { highWaterMark: chunkBytes });
      raw.on('data', (chunk) => {
        read += chunk.length;
        onRead?.(read);
      });
      const stream: AsyncIterable<Buffer> = compression === 'none' ? raw : compression === 'gzip' ? gunzip(raw) : zstdChunks(raw, file);
      try {
        for await (const chunk of stream) {
          throwIfCancelled(signal);
          written += chunk.length;
          if (compression !== 'none' && written > bombFloorBytes && written > maxRatio * read) {
            throw new UserError('corpus/bomb', `grows more than ${maxRatio} times when decompressed (${written} bytes out of ${read}), which text does not; refused`, { place: { file } });
          }
          yield chunk;
        }
      } catch (error) {
        throw explainStreamError(error, file, compression);
      } finally {
        raw.destroy();
      }
    },
  };
}

/** `stat`, with a missing path explained. */
export async function statOrExplain(file: string): Promise<Stats> {
  try {
    return await stat(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const hint = /^[a-z]+$/.test(file) ? `did you mean sample:${file}?` : `relative paths start at ${process.cwd()}`;
      throw new UserError('corpus/missing', `there is no file or folder ${showValue(file, 200)}`, { hint, cause: error });
    }
    throw new UserError('corpus/unreadable', `cannot be read: ${(error as Error).message}`, { place: { file }, cause: error });
  }
}

/** The first `count` bytes of the file on disk (fewer when it is shorter). */
export async function firstBytes(file: string, count: number): Promise<Buffer> {
  try {
    const handle = await open(file, 'r');
    try {
      const buffer = Buffer.alloc(count);
      const { bytesRead } = await handle.read(buffer, 0, count, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new UserError('corpus/unreadable', `cannot be read: ${(error as Error).message}`, { place: { file }, cause: error });
  }
}

/** The first `maxBytes` decompressed bytes. */
export async function headOf(source: ByteSource, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of source.chunks()) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= maxBytes) break;
  }
  return Buffer.concat(parts).subarray(0, maxBytes);
}

function compressionOf(head: Buffer, file: string): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return 'zstd';
  const wrong = (name: string): never => {
    throw new UserError('corpus/wrong-magic', `is named like a ${name} file but begins with ${head.toString('hex')}, which is no ${name} header`, { place: { file } });
  };
  if (/\.gz$/i.test(file)) wrong('gzip');
  if (/\.zst$/i.test(file)) wrong('zstd');
  return 'none';
}

function gunzip(raw: NodeJS.ReadableStream): AsyncIterable<Buffer> {
  const gunzipped = createGunzip({ chunkSize: chunkBytes });
  // The error reaches the reader of `gunzipped` through its destruction.
  pipeline(raw, gunzipped, () => undefined);
  return gunzipped;
}

function explainStreamError(error: unknown, file: string, compression: Compression): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'Z_BUF_ERROR') return new UserError('corpus/truncated', 'the gzip data ends too early: the file was cut short', { place: { file }, cause: error });
  if (code.startsWith('Z_')) return new UserError('corpus/corrupt', `the ${compression} data is damaged: ${(error as Error).message}`, { place: { file }, cause: error });
  if (/^E[A-Z]+$/.test(code)) return new UserError('corpus/unreadable', `cannot be read: ${(error as Error).message}`, { place: { file }, cause: error });
  return error;
}
