import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pageHeaders } from '../host/page-headers.ts';
import { findStaticFile } from '../host/static-files.ts';
import type { StaticFile } from '../host/static-files.ts';
import { isOwnHost } from './guard.ts';

/** Answers GET and HEAD with the page's files, everything else with one line that says what is wrong. */
export async function servePage(request: IncomingMessage, response: ServerResponse, files: ReadonlyMap<string, StaticFile>, port: number): Promise<void> {
  // Asked for nothing but headers and a path: a body is not read.
  request.resume();
  const socketOrigin = `ws://${request.headers.host ?? ''}`;
  const refuse = (status: number, reason: string, extra: Record<string, string> = {}): void => {
    response.writeHead(status, { ...pageHeaders('text/plain; charset=utf-8'), ...extra }).end(`${reason}\n`);
  };
  if (!isOwnHost(request.headers.host, port)) return refuse(421, 'This server does not answer to that Host.');
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'Only GET and HEAD.', { Allow: 'GET, HEAD' });
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const file = findStaticFile(files, path);
  if (file === undefined) return refuse(404, 'Not found.');
  try {
    const bytes = await readFile(file.path);
    response.writeHead(200, { ...pageHeaders(file.mimeType, [socketOrigin]), 'Content-Length': String(bytes.length) });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  } catch {
    refuse(404, 'Not found: the page was built anew; start Funnelscope again.');
  }
}
