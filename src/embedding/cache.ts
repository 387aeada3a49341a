import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { sliceOf, throwIfCancelled } from '../base/async.ts';
import { syncFolder, writeFileAtomic } from '../base/atomic-file.ts';
import { contentHash } from '../base/content-hash.ts';
import { UserError } from '../base/errors.ts';
import { type FileLock, lockFile } from '../base/file-lock.ts';
import type { WorkOptions } from '../base/progress.ts';
import { explainSystemError } from '../base/system-error.ts';
import { formatNpyHeader } from '../vectors/npy-header.ts';
import type { Embedder } from './embedder.ts';
import { openEmbeddingLog } from './embedding-log.ts';

/** Texts by number; an array is one, and so is a column that lies on disk. */
export interface TextSequence {
  readonly length: number;
  at(row: number): string | undefined;
}

/** What a finished cache entry says of itself (manifest.json). */
export interface EmbeddingManifest {
  readonly schema: 'funnelscope-embeddings/1';
  readonly key: string;
  readonly model: { readonly id: string; readonly name: string; readonly revision: string; readonly dtype?: string | undefined; readonly pooling: string; readonly layerNorm: boolean; readonly maxTokens: number };
  readonly role: 'document' | 'query';
  readonly prompt: string;
  readonly count: number;
  readonly dims: number;
  /** sha256 over the texts in order. */
  readonly textsHash: string;
  readonly blockRows: number;
  /** CRC-32 of each block of `blockRows` rows. */
  readonly checksums: readonly number[];
  readonly createdAt: string;
}

/** Embeddings on disk: `npyPath` is a NumPy file of count × dims float32, rows L2-normalised. */
export interface CachedEmbeddings {
  readonly npyPath: string;
  readonly count: number;
  readonly dims: number;
  readonly manifest: EmbeddingManifest;
  /** Nothing had to be embedded. */
  readonly fromCache: boolean;
  /** Rows that an earlier, interrupted run had left. */
  readonly resumedRows: number;
  /** The rows in order, in chunks of at most `rowsPerChunk`; each chunk is a buffer of its own. */
  chunks(rowsPerChunk?: number, work?: WorkOptions): AsyncGenerator<EmbeddingChunk>;
}

export interface EmbeddingChunk {
  readonly firstRow: number;
  readonly rows: Float32Array;
}

/** A block is what is lost at worst when the process is killed, and what is sorted by length together. */
const blockRows = 1024;

/**
 * Embeds texts, or takes them from the cache under `cacheDir`. Interrupted work goes on where it stopped, and the result is the same to the byte.
 * Processes that want the same embeddings wait for the first one.
 * @throws UserError when the cache cannot be written; CancelledError leaves what was embedded for the next run.
 */
export async function embedCached(embedder: Embedder, texts: TextSequence, role: 'document' | 'query', cacheDir: string, work: WorkOptions = {}): Promise<CachedEmbeddings> {
  const { card } = embedder;
  const textsHash = await hashTexts(texts, work);
  const prompt = role === 'document' ? card.documentPrompt : card.queryPrompt;
  const key = createHash('sha256')
    .update(JSON.stringify(['funnelscope-embeddings/1', card.revision, card.dims, card.dtype ?? null, card.pooling, card.layerNorm, card.maxTokens, prompt, blockRows, texts.length, textsHash]))
    .digest('hex')
    .slice(0, 40);
  const folder = join(cacheDir, key);
  const shape = { count: texts.length, dims: card.dims };
  const ready = await openFinished(folder, shape, work);
  if (ready !== undefined) return ready;
  const lock = await takeLock(folder, work);
  try {
    const finished = await openFinished(folder, shape, work);
    if (finished !== undefined) return finished;
    const log = await openEmbeddingLog(partPath(folder), logPath(folder), { rowCount: texts.length, dims: card.dims, blockRows });
    const resumedRows = log.rowCount;
    try {
      while (log.rowCount < texts.length) {
        throwIfCancelled(work.signal);
        const done = log.rowCount;
        const block = Array.from({ length: Math.min(blockRows, texts.length - done) }, (_, index) => texts.at(done + index) ?? '');
        const onProgress = work.onProgress && ((progress: Parameters<typeof work.onProgress>[0]): void => work.onProgress!({ ...progress, done: done + progress.done, total: texts.length }));
        const rows = await embedder.embed(block, role, { signal: work.signal, onProgress });
        if (rows.length !== block.length * card.dims) throw new Error(`${card.name} gave ${rows.length} numbers for ${block.length} texts of ${card.dims} dims`);
        if (!(await lock.isHeld())) throw new UserError('embedding/lost-lock', 'another process has taken over this cache entry', { place: { file: folder } });
        await log.append(rows);
      }
      await log.sync();
    } finally {
      await log.close();
    }
    const model = { id: card.id, name: card.name, revision: card.revision, dtype: card.dtype, pooling: card.pooling, layerNorm: card.layerNorm, maxTokens: card.maxTokens };
    const manifest: EmbeddingManifest = {
      schema: 'funnelscope-embeddings/1',
      key,
      model,
      role,
      prompt,
      count: texts.length,
      dims: card.dims,
      textsHash,
      blockRows,
      checksums: log.checksums(),
      createdAt: new Date().toISOString(),
    };
    await rename(partPath(folder), npyPath(folder));
    await syncFolder(folder);
    // The manifest makes the entry count: it comes last.
    await writeFileAtomic(join(folder, 'manifest.json'), JSON.stringify(manifest));
    await rm(logPath(folder), { force: true });
    // What a killed run was writing when it was killed; nobody else writes here while the lock is held.
    for (const name of await readdir(folder)) if (name.startsWith('.manifest.json.') && name.endsWith('.tmp')) await rm(join(folder, name), { force: true });
    return openEntry(folder, manifest, false, resumedRows);
  } catch (error) {
    throw explainSystemError(error, folder);
  } finally {
    await lock.release();
  }
}

const npyPath = (folder: string): string => join(folder, 'vectors.npy');
const partPath = (folder: string): string => join(folder, 'vectors.npy.part');
const logPath = (folder: string): string => join(folder, 'blocks.log');

async function takeLock(folder: string, work: WorkOptions): Promise<FileLock> {
  try {
    await mkdir(folder, { recursive: true });
    return await lockFile(join(folder, 'lock'), {
      signal: work.signal,
      onWait: () => work.onProgress?.({ phase: 'waiting for another run that embeds the same texts', done: 0, unit: 'texts' }),
    });
  } catch (error) {
    const explained = explainSystemError(error, folder);
    if (explained !== error || (error as NodeJS.ErrnoException).code === undefined) throw explained;
    throw new UserError('embedding/cache', `the cache cannot be written: ${(error as Error).message}`, { place: { file: folder }, cause: error });
  }
}

async function hashTexts(texts: TextSequence, work: WorkOptions): Promise<string> {
  const hash = contentHash();
  const pause = sliceOf(work.signal);
  for (let row = 0; row < texts.length; row += 1) {
    hash.add(texts.at(row) ?? '');
    if (row % 256 === 255) await pause();
  }
  return hash.digest();
}

/** A finished entry whose every block still matches its checksum; a damaged one is removed and made again. */
async function openFinished(folder: string, shape: { readonly count: number; readonly dims: number }, work: WorkOptions): Promise<CachedEmbeddings | undefined> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const manifest = manifestOf(text);
  if (manifest?.count === shape.count && manifest.dims === shape.dims && (await isIntact(folder, manifest, work))) return openEntry(folder, manifest, true, manifest.count);
  await rm(join(folder, 'manifest.json'), { force: true });
  await rm(npyPath(folder), { force: true });
  return undefined;
}

/** undefined for a file that is no manifest (any more): it is not believed, whatever it says. */
function manifestOf(text: string): EmbeddingManifest | undefined {
  try {
    const told = JSON.parse(text) as Partial<EmbeddingManifest> | null;
    return told?.schema === 'funnelscope-embeddings/1' && told.blockRows === blockRows && Array.isArray(told.checksums) ? (told as EmbeddingManifest) : undefined;
  } catch {
    return undefined;
  }
}

async function isIntact(folder: string, manifest: EmbeddingManifest, work: WorkOptions): Promise<boolean> {
  const header = formatNpyHeader(manifest.count, manifest.dims);
  const info = await stat(npyPath(folder)).catch(() => undefined);
  if (info?.size !== header.length + manifest.count * manifest.dims * 4) return false;
  if (!(await startsWith(npyPath(folder), header))) return false;
  let block = 0;
  for await (const { rows } of readRows(folder, manifest, manifest.blockRows, work)) {
    if (crc32(Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength)) !== manifest.checksums[block]) return false;
    block += 1;
  }
  return block === manifest.checksums.length;
}

async function startsWith(path: string, bytes: Uint8Array): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const start = Buffer.alloc(bytes.length);
    await handle.read(start, 0, start.length, 0);
    return start.equals(bytes);
  } finally {
    await handle.close();
  }
}

function openEntry(folder: string, manifest: EmbeddingManifest, fromCache: boolean, resumedRows: number): CachedEmbeddings {
  return {
    npyPath: npyPath(folder),
    count: manifest.count,
    dims: manifest.dims,
    manifest,
    fromCache,
    resumedRows,
    chunks: (rowsPerChunk = manifest.blockRows * 8, work = {}) => readRows(folder, manifest, rowsPerChunk, work),
  };
}

async function* readRows(folder: string, manifest: EmbeddingManifest, rowsPerChunk: number, work: WorkOptions): AsyncGenerator<EmbeddingChunk> {
  const file = npyPath(folder);
  const handle = await open(file, 'r');
  const start = formatNpyHeader(manifest.count, manifest.dims).length;
  try {
    for (let firstRow = 0; firstRow < manifest.count; firstRow += rowsPerChunk) {
      throwIfCancelled(work.signal);
      const rows = new Float32Array(Math.min(rowsPerChunk, manifest.count - firstRow) * manifest.dims);
      const bytes = Buffer.from(rows.buffer);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start + firstRow * manifest.dims * 4);
      if (bytesRead < bytes.length) throw new UserError('embedding/cache', 'is shorter than its manifest says', { place: { file } });
      yield { firstRow, rows };
    }
  } finally {
    await handle.close();
  }
}
