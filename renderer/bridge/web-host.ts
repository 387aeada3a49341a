import type { HostBridge } from '../../src/contract/host.ts';
import { tokenOfHash, webLink } from '../../src/contract/web-link.ts';
import { UserError } from '../../src/base/errors.ts';
import type { EngineEvent, Response as EngineResponse } from '../../src/contract/wire.ts';
import { printHtml } from './print-frame.ts';

const tokenKey = 'funnelscope.token';

/** The parts of a page that the web host touches; a test passes its own. */
export interface WebPage {
  readonly location: { readonly href: string; readonly protocol: string; readonly host: string };
  readonly sessionStorage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly history: Pick<History, 'replaceState'>;
  readonly document: Document;
  readonly platform: string;
  openSocket(url: string, protocols: readonly string[]): WebSocketLike;
  setTimeout(run: () => void, ms: number): unknown;
  fetch(path: string, options: RequestInit): Promise<Pick<Response, 'ok' | 'text'>>;
}

export interface WebSocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(): void;
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
}

/** Takes the token out of the address' hash, keeps it for this tab, and cleans the address bar. */
export function takeToken(page: Pick<WebPage, 'location' | 'sessionStorage' | 'history'>): string | undefined {
  const url = new URL(page.location.href);
  const given = tokenOfHash(url.hash);
  if (given === undefined) return page.sessionStorage.getItem(tokenKey) ?? undefined;
  page.sessionStorage.setItem(tokenKey, given);
  page.history.replaceState(null, '', `${url.pathname}${url.search}`);
  return given;
}

/**
 * The page's own host when no desktop shell put one there: JSON wire messages over one WebSocket to the server that
 * served the page. A break is told to the screens as an engine event, and mended with growing pauses.
 */
export function createWebHost(page: WebPage): HostBridge {
  const token = takeToken(page);
  const listeners = new Set<(message: unknown) => void>();
  const waiting: string[] = [];
  let socket: WebSocketLike | undefined;
  let failures = 0;
  let wasOpen = false;
  let announced: EngineEvent | undefined;

  function announce(state: 'restarting' | 'failed', message: string): void {
    announced = { name: 'engine', state, message };
    const event: EngineResponse = { type: 'event', event: announced };
    for (const listener of listeners) listener(event);
  }

  function connect(): void {
    const scheme = page.location.protocol === 'https:' ? 'wss:' : 'ws:';
    const opened = page.openSocket(`${scheme}//${page.location.host}${webLink.path}`, [webLink.protocol, `${webLink.tokenPrefix}${token ?? ''}`]);
    socket = opened;
    opened.onopen = () => {
      failures = 0;
      wasOpen = true;
      // The engine says itself when it is ready.
      announced = undefined;
      for (const text of waiting.splice(0)) opened.send(text);
    };
    opened.onmessage = (event) => {
      const message: unknown = JSON.parse(String(event.data));
      for (const listener of listeners) listener(message);
    };
    opened.onclose = () => {
      socket = undefined;
      waiting.length = 0;
      failures += 1;
      if (!wasOpen && failures >= 3) {
        announce('failed', 'The server refused this page. Open the address that the terminal printed: it carries the token this page needs.');
        return;
      }
      announce('restarting', 'The connection to the engine was lost; trying again.');
      page.setTimeout(connect, Math.min(200 * 2 ** (failures - 1), 5000));
    };
  }

  if (token === undefined) {
    page.setTimeout(() => announce('failed', 'This address carries no token. Open the address that the terminal printed.'), 0);
  } else {
    connect();
  }

  return {
    kind: 'web',
    platform: page.platform,
    send(message) {
      const text = JSON.stringify(message);
      if (socket !== undefined && socket.readyState === 1) socket.send(text);
      else waiting.push(text);
    },
    onMessage(listener) {
      listeners.add(listener);
      if (announced !== undefined) listener({ type: 'event', event: announced } satisfies EngineResponse);
      return () => listeners.delete(listener);
    },
    takeFile: (file) => handOver(file, page.fetch, token),
    saveFile: (options) => Promise.resolve(download(page.document, options)),
    printPdf: (options) => printHtml(page.document, options.html).then(() => options.fileName),
  };
}

async function handOver(file: File, fetch: WebPage['fetch'], token: string | undefined): Promise<string> {
  const response = await fetch(`${webLink.filesPath}?name=${encodeURIComponent(file.name)}`, { method: 'POST', body: file, headers: { Authorization: `Bearer ${token ?? ''}` } });
  const text = await response.text();
  if (!response.ok) throw new UserError('web/file', `${file.name}: ${text.trim()}`, { hint: 'type its path instead' });
  return (JSON.parse(text) as { path: string }).path;
}

function download(document: Document, file: { readonly fileName: string; readonly mimeType: string; readonly data: string | Uint8Array }): string {
  const part = typeof file.data === 'string' ? file.data : new Uint8Array(file.data);
  const url = URL.createObjectURL(new Blob([part], { type: file.mimeType }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = file.fileName;
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return file.fileName;
}
