import { describe, expect, it } from 'vitest';
import { createWebHost, takeToken } from '../../../renderer/bridge/web-host.ts';
import type { WebPage, WebSocketLike } from '../../../renderer/bridge/web-host.ts';

interface FakeSocket extends WebSocketLike {
  readyState: number;
  readonly url: string;
  readonly protocols: readonly string[];
  readonly sent: string[];
}

function page(href: string, stored: Record<string, string> = {}): WebPage & { readonly sockets: FakeSocket[]; readonly timers: { run: () => void; ms: number }[]; readonly replaced: string[]; readonly stored: Record<string, string> } {
  const sockets: FakeSocket[] = [];
  const timers: { run: () => void; ms: number }[] = [];
  const replaced: string[] = [];
  const url = new URL(href);
  return {
    sockets,
    timers,
    replaced,
    stored,
    location: { href, protocol: url.protocol, host: url.host },
    sessionStorage: { getItem: (key) => stored[key] ?? null, setItem: (key, value) => void (stored[key] = value) },
    history: { replaceState: (_state, _title, to) => void replaced.push(String(to)) },
    document: undefined as never,
    platform: 'test',
    openSocket(address, protocols) {
      const socket: FakeSocket = { url: address, protocols, readyState: 0, sent: [], send: (data) => void socket.sent.push(data), close: () => undefined, onopen: null, onclose: null, onmessage: null };
      sockets.push(socket);
      return socket;
    },
    setTimeout: (run, ms) => timers.push({ run, ms }),
    fetch(path, { headers }) {
      const isKnown = (headers as Record<string, string>)['Authorization'] === 'Bearer abc_DEF-1';
      return Promise.resolve({ ok: isKnown, text: async () => (isKnown ? JSON.stringify({ path: `/copies${path}` }) : 'the token is wrong\n') });
    },
  };
}

const link = 'http://127.0.0.1:4000/#token=abc_DEF-1';

describe('the token', () => {
  it('is taken from the address, kept for the tab, and cleaned away', () => {
    const here = page(link);
    expect(takeToken(here)).toBe('abc_DEF-1');
    expect(here.replaced).toEqual(['/']);
    expect(Object.values(here.stored)).toEqual(['abc_DEF-1']);
    const again = page('http://127.0.0.1:4000/', here.stored);
    expect(takeToken(again)).toBe('abc_DEF-1');
    expect(again.replaced).toEqual([]);
  });
});

describe('the web host', () => {
  it('hands a dropped file over with its token, and says so when it is refused', async () => {
    const file = new File(['one'], 'my corpus.csv');
    expect(await createWebHost(page(link)).takeFile!(file)).toBe('/copies/files?name=my%20corpus.csv');
    const other = createWebHost(page('http://127.0.0.1:4000/#token=other'));
    await expect(other.takeFile!(file)).rejects.toMatchObject({ code: 'web/file', message: 'my corpus.csv: the token is wrong', hint: 'type its path instead' });
  });

  it('connects to the engine of its own server with the token as a subprotocol, never in the address', () => {
    const here = page(link);
    createWebHost(here);
    expect(here.sockets.map(({ url, protocols }) => ({ url, protocols }))).toEqual([{ url: 'ws://127.0.0.1:4000/engine', protocols: ['funnelscope.1', 'token.abc_DEF-1'] }]);
  });

  it('keeps messages until the socket is open, then sends them in order', () => {
    const here = page(link);
    const host = createWebHost(here);
    host.send({ n: 1 });
    host.send({ n: 2 });
    const socket = here.sockets[0]!;
    expect(socket.sent).toEqual([]);
    socket.readyState = 1;
    socket.onopen?.();
    host.send({ n: 3 });
    expect(socket.sent).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
  });

  it('tells a break, and connects again with growing pauses', () => {
    const here = page(link);
    const host = createWebHost(here);
    const heard: unknown[] = [];
    host.onMessage((message) => heard.push(message));
    here.sockets[0]!.readyState = 1;
    here.sockets[0]!.onopen?.();
    here.sockets[0]!.onclose?.();
    here.timers.pop()!.run();
    here.sockets[1]!.onclose?.();
    const pauses = here.timers.map((timer) => timer.ms);
    expect(heard.map((message) => (message as { event: { state: string } }).event.state)).toEqual(['restarting', 'restarting']);
    expect(pauses[0]).toBeGreaterThan(200);
    here.timers.pop()!.run();
    here.sockets[2]!.readyState = 1;
    here.sockets[2]!.onopen?.();
    here.sockets[2]!.onmessage?.({ data: '{"type":"event","event":{"name":"engine","state":"ready"}}' });
    expect(heard[heard.length - 1]).toEqual({ type: 'event', event: { name: 'engine', state: 'ready' } });
  });

  it('gives up on a server that never lets it in, and says what to do', () => {
    const here = page(link);
    const host = createWebHost(here);
    const heard: { event: { state: string; message?: string } }[] = [];
    host.onMessage((message) => heard.push(message as never));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      here.sockets[attempt]!.onclose?.();
      here.timers.pop()?.run();
    }
    expect(here.sockets).toHaveLength(3);
    expect(heard[heard.length - 1]?.event).toMatchObject({ state: 'failed', message: expect.stringContaining('terminal') });
  });

  it('says so when the address carries no token', () => {
    const here = page('http://127.0.0.1:4000/');
    const host = createWebHost(here);
    const heard: { event: { state: string } }[] = [];
    host.onMessage((message) => heard.push(message as never));
    here.timers.pop()!.run();
    expect({ sockets: here.sockets.length, state: heard[0]?.event.state }).toEqual({ sockets: 0, state: 'failed' });
  });
});
