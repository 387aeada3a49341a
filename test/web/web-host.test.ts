import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { webLink } from '../../src/contract/web-link.ts';
import { startWebHost } from '../../src/web/web-host.ts';
import type { WebHost, WebHostOptions } from '../../src/web/web-host.ts';
import { openPage } from './page-double.ts';

let folder: string;
let host: WebHost;

function options(overrides: Partial<WebHostOptions> = {}): WebHostOptions {
  return {
    pageDir: join(folder, 'page'),
    engineEntry: fileURLToPath(new URL('./engine-double.ts', import.meta.url)),
    engineArgv: ['--import', 'tsx'],
    resourcesDir: folder,
    dataDir: join(folder, 'data'),
    resolveSecret: async (ref) => (ref === 'known' ? 'open sesame' : undefined),
    supervision: { delaysMs: [10] },
    ...overrides,
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funnelscope-web-'));
  await mkdir(join(folder, 'page', 'assets'), { recursive: true });
  await writeFile(join(folder, 'page', 'index.html'), '<!doctype html><title>page</title>');
  await writeFile(join(folder, 'page', 'assets', 'main.js'), 'export {};');
  await writeFile(join(folder, 'secret.txt'), 'outside');
  await symlink(join(folder, 'secret.txt'), join(folder, 'page', 'link.txt'));
  host = await startWebHost(options());
});

afterAll(async () => {
  await host.close();
  await rm(folder, { recursive: true, force: true });
});

/** A request whose path and headers go out exactly as written. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET', sentBody = ''): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: host.port, path, method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on('error', reject);
    sent.end(sentBody);
  });
}

/** The status with which an upgrade is refused, or "open". */
function upgrade(change: { protocols?: string[]; origin?: string | null; path?: string; hostHeader?: string } = {}): Promise<number | 'open'> {
  const protocols = change.protocols ?? [webLink.protocol, webLink.tokenPrefix + host.token];
  const origin = change.origin === undefined ? `http://127.0.0.1:${host.port}` : change.origin;
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}${change.path ?? webLink.path}`, protocols, {
    ...(origin === null ? {} : { origin }),
    headers: change.hostHeader === undefined ? {} : { Host: change.hostHeader },
  });
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      socket.terminate();
      resolve('open');
    });
    socket.on('unexpected-response', (_request, response) => {
      socket.terminate();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', reject);
  });
}

/** Hands a file over as a page does; the path of the copy, or the status with which it was refused. */
async function handOver(name: string, body: string, change: Record<string, string | undefined> = {}): Promise<string | number> {
  const headers = { Authorization: `Bearer ${host.token}`, Origin: `http://127.0.0.1:${host.port}`, ...change };
  const sent = Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const { status, body: text } = await ask(`${webLink.filesPath}?name=${encodeURIComponent(name)}`, sent, 'POST', body);
  return status === 200 ? (JSON.parse(text) as { path: string }).path : status;
}

describe('files that are handed over', () => {
  const kept = (): Promise<string[]> => readdir(join(folder, 'data', 'cache', 'dropped')).catch(() => []);

  it('are copied with their name, the same content once', async () => {
    const path = await handOver('my corpus.csv', 'id,text\n1,one\n');
    expect(path).toMatch(/cache.dropped.[0-9a-f]{16}.my corpus\.csv$/);
    expect(await readFile(String(path), 'utf8')).toBe('id,text\n1,one\n');
    expect(await handOver('my corpus.csv', 'id,text\n1,one\n')).toBe(path);
    expect(await kept()).toHaveLength(1);
  });

  it.each(['../../../etc/cron.d/job.csv', '..\\..\\job.csv', '/etc/job.csv', 'a\u0000job.csv'])('stay in their folder, whatever their name: %j', async (name) => {
    expect(await handOver(name, 'same content')).toMatch(/dropped.[0-9a-f]{16}.[^/\\]*job\.csv$/);
  });

  it.each(['', '..', '.', '///'])('have a name when theirs is none: %j', async (name) => {
    expect(await handOver(name, 'content')).toMatch(/dropped.[0-9a-f]{16}.dropped$/);
  });

  it('are refused without the token, from another page, under another Host, and by another method', async () => {
    const before = await kept();
    expect([
      await handOver('a.csv', 'a', { Authorization: undefined }),
      await handOver('a.csv', 'a', { Authorization: 'Bearer wrong' }),
      await handOver('a.csv', 'a', { Origin: undefined }),
      await handOver('a.csv', 'a', { Origin: 'http://evil.example' }),
      await handOver('a.csv', 'a', { Host: 'evil.example' }),
      (await ask(webLink.filesPath)).status,
    ]).toEqual([401, 401, 403, 403, 421, 405]);
    expect(await kept()).toEqual(before);
  });

  it('leave nothing behind when they break off', async () => {
    const before = await kept();
    await new Promise<void>((resolve) => {
      const sent = request({ host: '127.0.0.1', port: host.port, path: `${webLink.filesPath}?name=half.csv`, method: 'POST', headers: { Authorization: `Bearer ${host.token}`, Origin: `http://127.0.0.1:${host.port}`, 'Content-Length': '1000000' } });
      sent.on('error', () => resolve());
      sent.write('half of it', () => setTimeout(() => sent.destroy(new Error('gone')), 50));
    });
    await expect.poll(kept).toEqual(before);
  });
});

describe('the page over HTTP', () => {
  it('serves the page with its policy and its assets with their types', async () => {
    const page = await ask('/');
    expect(page).toMatchObject({ status: 200, body: '<!doctype html><title>page</title>' });
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe|\*|https?:/);
    expect((await ask('/assets/main.js?v=1')).headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(await ask('/', {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  it.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/..%5c..%5csecret.txt', '/assets/../../secret.txt', '//etc/passwd', '/etc/passwd', '/link.txt', '/%00', '/%', '/__proto__', '/assets', '/assets/'])(
    'finds nothing at %s',
    async (path) => {
      expect(await ask(path)).toMatchObject({ status: 404, body: 'Not found.\n' });
    },
  );

  it('refuses a Host that is not its own, as DNS rebinding would send it', async () => {
    const tried = await Promise.all(['evil.example', `evil.example:${host.port}`, '127.0.0.1', `127.0.0.1:${host.port + 1}`, `127.0.0.1.evil.example:${host.port}`].map((name) => ask('/', { Host: name })));
    expect(tried.map(({ status }) => status)).toEqual([421, 421, 421, 421, 421]);
    expect((await ask('/', { Host: `localhost:${host.port}` })).status).toBe(200);
  });

  it('takes no other method', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) expect((await ask('/', {}, method)).status).toBe(405);
  });

  it('sets no cookie and tells no token', async () => {
    const page = await ask('/');
    expect(page.headers['set-cookie']).toBeUndefined();
    expect(JSON.stringify(page)).not.toContain(host.token);
  });
});

describe('the way to the engine', () => {
  it('opens for its own page with the token', async () => {
    expect(await upgrade()).toBe('open');
  });

  it('refuses a missing, an empty, a wrong and a cut token', async () => {
    const offers = [[webLink.protocol], [webLink.protocol, `${webLink.tokenPrefix}x`], [webLink.protocol, webLink.tokenPrefix + 'A'.repeat(host.token.length)], [webLink.protocol, webLink.tokenPrefix + host.token.slice(0, -1)]];
    expect(await Promise.all(offers.map((protocols) => upgrade({ protocols })))).toEqual([401, 401, 401, 401]);
    expect(await upgrade({ path: `${webLink.path}?token=${host.token}` })).toBe(404);
  });

  it('refuses every other origin, even with the token', async () => {
    const origins = ['https://evil.example', 'null', `https://127.0.0.1:${host.port}`, `http://127.0.0.1:${host.port + 1}`, `http://127.0.0.1:${host.port}.evil.example`, 'file://', null];
    expect(await Promise.all(origins.map((origin) => upgrade({ origin })))).toEqual(origins.map(() => 403));
  });

  it('refuses a rebound Host, even with the token and an origin to match', async () => {
    expect(await upgrade({ hostHeader: `evil.example:${host.port}`, origin: `http://evil.example:${host.port}` })).toBe(421);
  });

  it('closes a page that sends an oversize message or binary, and serves the others on', async () => {
    const [big, binary, other] = await Promise.all([openPage(host.port, host.token), openPage(host.port, host.token), openPage(host.port, host.token)]);
    big.socket.send('x'.repeat(webLink.maxMessageBytes + 1));
    binary.socket.send(Buffer.from([1, 2, 3]));
    expect(await Promise.all([big.closed, binary.closed])).toEqual([1009, 1003]);
    expect(await other.client.call('settings.set', { key: 'echo', value: { fine: true } })).toEqual({ fine: true });
    other.socket.terminate();
  });

  it('answers what is no request of the contract, and goes on', async () => {
    const page = await openPage(host.port, host.token);
    for (const text of ['{', '[]', 'null', '{"type":"call","id":-1}', '{"__proto__":{"type":"call"}}', '{"type":"call","id":"x","name":{}}']) page.socket.send(text);
    await expect(page.client.call('no.such.call' as 'app.info', {})).rejects.toMatchObject({ wire: { code: 'wire/unknown-call' } });
    expect(await page.client.call('settings.set', { key: 'echo', value: { fine: true } })).toEqual({ fine: true });
    page.socket.terminate();
  });
});

describe('the engine behind it', () => {
  it('serves several pages apart, with progress and cancellation of their own', async () => {
    const [first, second] = await Promise.all([openPage(host.port, host.token), openPage(host.port, host.token)]);
    const abort = new AbortController();
    const phases: string[] = [];
    const waits = first.client.call('settings.set', { key: 'wait', value: 60_000 }, { signal: abort.signal, onProgress: ({ phase }) => (phases.push(phase), abort.abort()) });
    await expect(waits).rejects.toMatchObject({ wire: { kind: 'cancelled' } });
    expect(phases).toEqual(['waiting']);
    const answers = await Promise.all([first, second].map(({ client }, value) => client.call('settings.set', { key: 'echo', value })));
    expect(answers).toEqual([0, 1]);
    first.socket.terminate();
    second.socket.terminate();
  });

  it('hands secrets to the engine only, by name', async () => {
    const page = await openPage(host.port, host.token);
    expect(await page.client.call('settings.set', { key: 'secret', value: 'known' })).toEqual({ value: 'open sesame' });
    expect(await page.client.call('settings.set', { key: 'secret', value: 'unknown' })).toEqual({});
    page.socket.terminate();
  });

  it('answers pages while the engine is busy', async () => {
    const page = await openPage(host.port, host.token);
    const order: string[] = [];
    const blocked = page.client.call('settings.set', { key: 'block', value: 1500 }).then(() => order.push('engine'));
    expect((await ask('/')).status).toBe(200);
    order.push('page');
    await blocked;
    expect(order).toEqual(['page', 'engine']);
    page.socket.terminate();
  });

  it('starts another engine when it dies: waiting calls fail with the reason, pages stay connected, later calls work', async () => {
    const [page, other] = await Promise.all([openPage(host.port, host.token), openPage(host.port, host.token)]);
    const before = await page.client.call('settings.get', {});
    const ready = Promise.all([page.nextEvent('ready'), other.nextEvent('ready')]);
    const waiting = other.client.call('settings.set', { key: 'wait', value: 60_000 });
    const dying = page.client.call('settings.set', { key: 'die', value: 9 });
    await expect(dying).rejects.toMatchObject({ wire: { kind: 'disconnected', message: expect.stringContaining('exit code 9') } });
    await expect(waiting).rejects.toMatchObject({ wire: { kind: 'disconnected' } });
    // Sent while there is no engine: it waits for the next one.
    const after = await page.client.call('settings.get', {});
    await ready;
    expect(after['pid']).not.toBe(before['pid']);
    expect(host.enginePid()).toBe(after['pid']);
    page.socket.terminate();
    other.socket.terminate();
  });

  it('survives a kill from outside', async () => {
    const page = await openPage(host.port, host.token);
    await page.client.call('settings.get', {});
    const restarting = page.nextEvent('restarting');
    process.kill(host.enginePid()!, 'SIGKILL');
    await restarting;
    expect(await page.client.call('settings.set', { key: 'echo', value: 'back' })).toBe('back');
    page.socket.terminate();
  });
});

describe('an engine that cannot start', () => {
  it('says why when it cannot open its folders, and refuses calls', async () => {
    const notes: string[] = [];
    const broken = await startWebHost(options({ dataDir: join(folder, 'read-only'), onNote: (note) => notes.push(note) }));
    try {
      const page = await openPage(broken.port, broken.token);
      await expect(page.client.call('settings.get', {})).rejects.toMatchObject({ wire: { kind: 'disconnected' } });
      expect(notes).toEqual(['the data folder cannot be written']);
      page.socket.terminate();
    } finally {
      await broken.close();
    }
  });

  it('is given up after several starts in a row, with the reason', async () => {
    const notes: string[] = [];
    const broken = await startWebHost(options({ dataDir: join(folder, 'crashes'), supervision: { delaysMs: [1], maxFailedStarts: 2 }, onNote: (note) => notes.push(note) }));
    try {
      const page = await openPage(broken.port, broken.token);
      await expect(page.client.call('settings.get', {})).rejects.toMatchObject({ wire: { kind: 'disconnected' } });
      await expect.poll(() => notes.at(-1)).toBe('The engine stopped 2 times before it was ready (exit code 3).');
      page.socket.terminate();
    } finally {
      await broken.close();
    }
  });
});

describe('starting', () => {
  it('refuses a page that was not built and a port that is taken', async () => {
    await expect(startWebHost(options({ pageDir: join(folder, 'nowhere') }))).rejects.toMatchObject({ code: 'web/no-page' });
    await expect(startWebHost(options({ port: host.port }))).rejects.toMatchObject({ code: 'web/port', message: expect.stringContaining('the port is taken') });
  });

  it('disconnects a page that no longer answers', async () => {
    const short = await startWebHost(options({ heartbeatMs: 300 }));
    try {
      const answering = await openPage(short.port, short.token);
      const silent = await openPage(short.port, short.token, { autoPong: false });
      expect(await silent.closed).toBe(1006);
      expect(answering.socket.readyState).toBe(WebSocket.OPEN);
      answering.socket.terminate();
    } finally {
      await short.close();
    }
  });
});
