import { readFile } from 'node:fs/promises';
import type { Protocol } from 'electron';
import { pageHeaders } from '../../src/host/page-headers.ts';
import { findStaticFile } from '../../src/host/static-files.ts';
import type { StaticFile } from '../../src/host/static-files.ts';
import { isOwnUrl, ownScheme } from './own-page.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly bytes: Buffer;
}

/** Registered before the app is ready: a standard, secure scheme, so that the page has an origin of its own, modules and storage. */
export const schemePrivileges = { scheme: ownScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } } as const;

/** What the program's own scheme answers: the page's files with their policy, "not found" for everything that is not listed. */
export async function answerOwnUrl(url: string, files: ReadonlyMap<string, StaticFile>): Promise<Answer> {
  const file = isOwnUrl(url) ? findStaticFile(files, new URL(url).pathname) : undefined;
  if (file !== undefined) {
    try {
      return { status: 200, headers: pageHeaders(file.mimeType), bytes: await readFile(file.path) };
    } catch {
      // Gone since it was listed: not found, like everything else that is not there.
    }
  }
  return { status: 404, headers: pageHeaders('text/plain; charset=utf-8'), bytes: Buffer.from('Not found.\n') };
}

/** Serves the scheme in a session: `protocol.handle` where Electron has it (25 and later), the older way otherwise. */
export function serveScheme(protocol: Protocol, answer: (url: string) => Promise<Answer>): void {
  if (typeof protocol.handle === 'function') {
    protocol.handle(ownScheme, async (request) => {
      const { status, headers, bytes } = await answer(request.url);
      return new Response(new Uint8Array(bytes), { status, headers });
    });
    return;
  }
  protocol.registerBufferProtocol(ownScheme, (request, respond) => {
    void answer(request.url).then(({ status, headers, bytes }) => {
      respond({ statusCode: status, mimeType: headers['Content-Type']?.split(';', 1)[0] ?? 'text/plain', charset: 'utf-8', headers, data: bytes });
    });
  });
}
