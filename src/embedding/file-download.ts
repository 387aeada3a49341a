import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { throwIfCancelled } from '../base/async.ts';
import { CancelledError, UserError } from '../base/errors.ts';
import { fetchPatiently, type RetryOptions } from './http-retry.ts';

export interface DownloadOptions {
  readonly token?: string | undefined;
  /** A missing file is no error. */
  readonly isOptional?: boolean;
  readonly retry?: Omit<RetryOptions, 'signal'> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of this file that are there, those of an earlier try included. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

export interface DownloadedFile {
  readonly sizeBytes: number;
  /** The repository's commit, when the hub tells. */
  readonly commit?: string | undefined;
}

/** A connection that breaks this often in the middle of one file is given up. */
const maxBreaks = 8;

/**
 * Downloads one file to `target` through `target.part`, resuming an earlier part by a range request when the server still has the same file.
 * Verified against the checksum in the hub's ETag (sha256 of large files, git's blob sha1 of small ones) before the rename.
 * @returns undefined for an optional file that is not there.
 */
export async function downloadFile(url: string, target: string, options: DownloadOptions = {}): Promise<DownloadedFile | undefined> {
  const part = `${target}.part`;
  const tagFile = `${target}.part.etag`;
  for (let breaks = 0; ; breaks += 1) {
    throwIfCancelled(options.signal);
    const known = await readFile(tagFile, 'utf8').catch(() => undefined);
    const offset = known === undefined ? 0 : ((await stat(part).catch(() => undefined))?.size ?? 0);
    const { response, etag, size, commit } = await ask(url, offset, options);
    if (response.status === 404 && options.isOptional === true) return undefined;
    // The part may be whole already: killed between the last byte and the rename.
    const isWhole = response.status === 416 && etag === known && size !== undefined && offset === size;
    if (!isWhole) {
      if (response.status !== 200 && response.status !== 206) throw await refused(response, url);
      const goesOn = response.status === 206 && offset > 0 && etag === known;
      if (response.status === 206 && !goesOn) {
        // Another file by now: begin again.
        await response.body?.cancel();
        if (breaks >= maxBreaks) throw new UserError('http/refused', 'the server sends parts that were not asked for', { place: { file: url } });
        await rm(tagFile, { force: true });
        continue;
      }
      if (etag !== undefined) await writeFile(tagFile, etag);
      const handle = await open(part, goesOn ? 'a' : 'w');
      try {
        await receive(response, handle, goesOn ? offset : 0, options);
      } catch (error) {
        if (options.signal?.aborted) throw new CancelledError();
        if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw new UserError('http/disk-full', 'there is no room left on the disk', { place: { file: target }, cause: error });
        if (breaks >= maxBreaks) throw new UserError('http/unreachable', `the connection broke ${breaks + 1} times: ${(error as Error).message}`, { place: { file: url }, cause: error });
        continue;
      } finally {
        await handle.close();
      }
    }
    const { size: sizeBytes } = await stat(part);
    if (size !== undefined && sizeBytes < size && breaks < maxBreaks) continue;
    await verify(part, url, etag, size);
    await rename(part, target);
    await rm(tagFile, { force: true });
    return { sizeBytes, commit };
  }
}

interface Answer {
  readonly response: Response;
  /** Without quotes and weakness mark. */
  readonly etag: string | undefined;
  /** Of the whole file. */
  readonly size: number | undefined;
  readonly commit: string | undefined;
}

/** Follows the hub's redirects by hand: its own headers tell checksum and size, and the token must not travel on. */
async function ask(url: string, offset: number, options: DownloadOptions): Promise<Answer> {
  let at = url;
  let etag: string | undefined;
  let size: number | undefined;
  let commit: string | undefined;
  for (let hops = 0; hops < 6; hops += 1) {
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (offset > 0) headers['range'] = `bytes=${offset}-`;
    if (options.token !== undefined && new URL(at).origin === new URL(url).origin) headers['authorization'] = `Bearer ${options.token}`;
    const response = await fetchPatiently(at, { headers }, { ...options.retry, signal: options.signal });
    const header = (name: string): string | undefined => response.headers.get(name) ?? undefined;
    commit ??= header('x-repo-commit');
    etag ??= plainTag(header('x-linked-etag'));
    size ??= numberOf(header('x-linked-size'));
    if (response.status < 300 || response.status >= 400) {
      const ranged = numberOf(/\/(\d+)$/.exec(header('content-range') ?? '')?.[1]);
      const length = response.status === 200 ? numberOf(header('content-length')) : undefined;
      return { response, etag: etag ?? plainTag(header('etag')), size: size ?? ranged ?? length, commit };
    }
    await response.body?.cancel();
    const next = new URL(header('location') ?? '', at);
    if (next.protocol !== 'https:' && next.protocol !== new URL(url).protocol) throw new UserError('http/redirect', `is redirected to ${next.protocol}, which is not allowed`, { place: { file: url } });
    at = next.href;
  }
  throw new UserError('http/redirect', 'is redirected more than 5 times', { place: { file: url } });
}

async function receive(response: Response, handle: FileHandle, offset: number, options: DownloadOptions): Promise<void> {
  let at = offset;
  options.onBytes?.(at);
  if (response.body === null) return;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    throwIfCancelled(options.signal);
    let written = 0;
    while (written < chunk.length) written += (await handle.write(chunk, written, chunk.length - written)).bytesWritten;
    at += chunk.length;
    options.onBytes?.(at);
  }
  await handle.sync();
}

/** @throws UserError, after removing the part, when size or checksum differ: what is there is not the file. */
async function verify(part: string, url: string, etag: string | undefined, size: number | undefined): Promise<void> {
  const { size: got } = await stat(part);
  const fail = async (message: string): Promise<never> => {
    await rm(part, { force: true });
    await rm(part.replace(/\.part$/, '.part.etag'), { force: true });
    throw new UserError('http/checksum', message, { place: { file: url }, hint: 'try again' });
  };
  if (size !== undefined && got !== size) await fail(`has ${got} bytes, expected ${size}`);
  const isSha256 = etag !== undefined && /^[0-9a-f]{64}$/.test(etag);
  const isGit = etag !== undefined && /^[0-9a-f]{40}$/.test(etag);
  if (!isSha256 && !isGit) return;
  const hash = createHash(isSha256 ? 'sha256' : 'sha1');
  if (isGit) hash.update(`blob ${got}\0`);
  for await (const chunk of createReadStream(part, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  const actual = hash.digest('hex');
  if (actual !== etag) await fail(`has checksum ${actual}, expected ${etag}: it was damaged on the way`);
}

async function refused(response: Response, url: string): Promise<UserError> {
  const text = (await response.text().catch(() => '')).replace(/\s+/g, ' ').slice(0, 200);
  const hint = response.status === 401 || response.status === 403 ? 'the model may be gated: accept its licence on the hub and give a token' : undefined;
  return new UserError('http/refused', `the server answers ${response.status}${text === '' ? '' : `: ${text}`}`, { place: { file: url }, hint });
}

function plainTag(tag: string | undefined): string | undefined {
  return tag?.replace(/^W\//, '').replace(/^"|"$/g, '');
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
