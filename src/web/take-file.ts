import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { webLink } from '../contract/web-link.ts';
import { pageHeaders } from '../host/page-headers.ts';
import { refusalOfFile } from './guard.ts';

export interface TakeFileOptions {
  readonly port: number;
  readonly token: string;
  /** Copies are kept here, in a folder named after their content: the same file twice is one copy. */
  readonly folder: string;
}

/** Whether the request is one for `takeFile`. */
export function isFileRequest(request: IncomingMessage): boolean {
  return (request.url ?? '').split('?', 1)[0] === webLink.filesPath;
}

/**
 * Takes a file that was dropped on a page: a browser tells nobody where it lies, so its bytes are copied to where the engine can read them.
 * Answers `{path}`; a copy that breaks off leaves nothing behind.
 */
export async function takeFile(request: IncomingMessage, response: ServerResponse, options: TakeFileOptions): Promise<void> {
  const answer = (status: number, type: string, body: string): void => {
    response.writeHead(status, { ...pageHeaders(type), Connection: 'close' }).end(body);
  };
  const refusal = refusalOfFile(request, options.port, options.token);
  if (refusal !== undefined) {
    request.resume();
    return answer(refusal.status, 'text/plain; charset=utf-8', `${refusal.reason}\n`);
  }
  const name = plainName(new URL(request.url ?? '', 'http://127.0.0.1').searchParams.get('name') ?? '');
  const waiting = join(options.folder, `.${randomBytes(8).toString('hex')}.part`);
  try {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    const hash = createHash('sha256');
    request.on('data', (chunk: Buffer) => hash.update(chunk));
    await pipeline(request, createWriteStream(waiting, { flags: 'wx', mode: 0o600 }));
    const kept = join(options.folder, hash.digest('hex').slice(0, 16));
    await mkdir(kept, { recursive: true, mode: 0o700 });
    const path = join(kept, name);
    await rename(waiting, path);
    answer(200, 'application/json; charset=utf-8', JSON.stringify({ path }));
  } catch (error) {
    await rm(waiting, { force: true });
    if (!response.destroyed) answer(507, 'text/plain; charset=utf-8', `the file could not be copied: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

/** The last part of a name, without what a file system or a shell would take for more: its ending says the format. */
export function plainName(given: string): string {
  const last = given.split(/[/\\]/).at(-1)!.replace(/[\u0000-\u001f\u007f:*?"<>|]/g, '_').replace(/^[\s.]+|[\s.]+$/g, '');
  if (last === '') return 'dropped';
  // The ending survives the cut.
  return last.length <= 100 ? last : `${last.slice(0, 60)}…${last.slice(-39)}`;
}
