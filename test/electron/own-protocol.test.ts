import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOwnUrl, serveScheme } from '../../electron/main/own-protocol.ts';
import { listStaticFiles } from '../../src/host/static-files.ts';
import type { StaticFile } from '../../src/host/static-files.ts';

let folder: string;
let files: ReadonlyMap<string, StaticFile>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funnelscope-protocol-'));
  await mkdir(join(folder, 'page'));
  await writeFile(join(folder, 'page', 'index.html'), 'page');
  await writeFile(join(folder, 'page', 'notes.exe'), 'no type of a page');
  await writeFile(join(folder, 'outside.txt'), 'outside');
  files = await listStaticFiles(join(folder, 'page'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the own scheme', () => {
  it('answers the page with its policy', async () => {
    const answer = await answerOwnUrl('app://funnelscope/index.html', files);
    expect(answer).toMatchObject({ status: 200, bytes: Buffer.from('page'), headers: { 'Content-Type': 'text/html; charset=utf-8', 'X-Content-Type-Options': 'nosniff' } });
    expect(answer.headers['Content-Security-Policy']).toContain("default-src 'none'; script-src 'self';");
  });

  it.each(['app://funnelscope/../outside.txt', 'app://funnelscope/%2e%2e/outside.txt', 'app://funnelscope/..%2foutside.txt', 'app://funnelscope/..\\outside.txt', 'app://funnelscope/%2fetc%2fpasswd', 'app://funnelscope//etc/passwd', 'app://other/index.html', 'file:///etc/passwd', 'app://funnelscope/notes.exe', 'app://funnelscope/%', 'nonsense'])(
    'finds nothing at %s',
    async (url) => {
      expect(await answerOwnUrl(url, files)).toMatchObject({ status: 404, bytes: Buffer.from('Not found.\n') });
    },
  );

  it('never answers with a file outside, whatever is asked', async () => {
    const part = fc.constantFrom('..', '.', '', '%2e%2e', '%2f', '\\', '%5c', 'outside.txt', 'page', 'index.html', '%00', 'etc', 'passwd');
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
        const answer = await answerOwnUrl(`app://funnelscope/${parts.join('/')}`, files);
        expect(['page', 'Not found.\n']).toContain(answer.bytes.toString());
      }),
    );
  });

  it('says not found when a listed file is gone', async () => {
    const gone = new Map([['/gone.html', { path: join(folder, 'gone.html'), mimeType: 'text/html' }]]);
    expect((await answerOwnUrl('app://funnelscope/gone.html', gone)).status).toBe(404);
  });
});

describe('serveScheme', () => {
  const answer = async (url: string) => ({ status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, bytes: Buffer.from(`answer to ${url}`) });

  it('answers through protocol.handle where Electron has it', async () => {
    let handler: ((request: { url: string }) => Promise<Response>) | undefined;
    serveScheme({ handle: (scheme: string, given: typeof handler) => (expect(scheme).toBe('app'), (handler = given)) } as never, answer);
    const response = await handler!({ url: 'app://funnelscope/a' });
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([200, 'text/plain; charset=utf-8', 'answer to app://funnelscope/a']);
  });

  it('answers through a buffer protocol where it has not', async () => {
    let handler: ((request: { url: string }, respond: (answer: object) => void) => void) | undefined;
    serveScheme({ registerBufferProtocol: (_scheme: string, given: typeof handler) => (handler = given) } as never, answer);
    const response = await new Promise((resolve) => handler!({ url: 'app://funnelscope/a' }, resolve));
    expect(response).toMatchObject({ statusCode: 200, mimeType: 'text/plain', charset: 'utf-8', data: Buffer.from('answer to app://funnelscope/a') });
  });
});
