import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { webLink } from '../contract/web-link.ts';
import type { EngineClients } from './engine-clients.ts';
import { refusalOfUpgrade } from './guard.ts';

export interface SocketOptions {
  readonly clients: EngineClients;
  readonly token: string;
  readonly port: () => number;
  /** Bytes that wait to be read by the engine; pages are read no further while there are too many. */
  readonly engineWaitingBytes: () => number;
  /** A page that does not answer a ping within this time is gone. */
  readonly heartbeatMs?: number;
}

export interface Sockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  count(): number;
  close(): void;
}

/** Beyond this, progress is left out for a page that reads too slowly. */
const dropAboveBytes = 1024 * 1024;
/** Beyond this it is disconnected: its page connects again and asks anew. */
const closeAboveBytes = 256 * 1024 * 1024;
const pauseAboveBytes = 16 * 1024 * 1024;
const maxPages = 32;

/** The WebSocket end of the web host: checked upgrades, one client a socket, heartbeat and back-pressure both ways. */
export function createSockets(options: SocketOptions): Sockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: webLink.maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(webLink.protocol) ? webLink.protocol : false),
  });
  const answered = new WeakSet<WebSocket>();

  const beat = (): void => {
    for (const socket of server.clients) {
      if (!answered.has(socket)) {
        socket.terminate();
        continue;
      }
      answered.delete(socket);
      socket.ping();
    }
  };
  // After a long stall (a busy machine, a lid that was closed) the answers that have come meanwhile are read first.
  const heartbeat = setInterval(() => setImmediate(beat), options.heartbeatMs ?? 20_000);
  heartbeat.unref();

  function serve(socket: WebSocket): void {
    answered.add(socket);
    socket.on('pong', () => answered.add(socket));
    // ws closes the connection itself after an error (oversize, bad frame); without a listener it would end the process.
    socket.on('error', () => undefined);
    const attached = options.clients.attach({
      send(text, isDroppable) {
        if (socket.readyState !== socket.OPEN) return;
        if (isDroppable && socket.bufferedAmount > dropAboveBytes) return;
        if (socket.bufferedAmount > closeAboveBytes) {
          end(socket, webLink.tooSlowCode, 'reads too slowly');
          return;
        }
        socket.send(text);
      },
    });
    socket.on('message', (data, isBinary) => {
      if (isBinary) {
        socket.close(1003, 'text frames only');
        return;
      }
      attached.receive(data.toString());
      if (options.engineWaitingBytes() > pauseAboveBytes) pauseUntilRead(socket);
    });
    socket.on('close', () => attached.detach());
  }

  function pauseUntilRead(socket: WebSocket): void {
    if (socket.isPaused) return;
    socket.pause();
    const timer = setInterval(() => {
      if (options.engineWaitingBytes() > pauseAboveBytes / 2 && socket.readyState === socket.OPEN) return;
      clearInterval(timer);
      socket.resume();
    }, 20);
  }

  return {
    upgrade(request, socket, head) {
      const refusal = refusalOfUpgrade(request, options.port(), options.token) ?? (server.clients.size >= maxPages ? { status: 503, reason: `more than ${maxPages} pages are open` } : undefined);
      if (refusal !== undefined) {
        refuse(socket, refusal.status, refusal.reason);
        return;
      }
      server.handleUpgrade(request, socket, head, serve);
    },
    count: () => server.clients.size,
    close() {
      clearInterval(heartbeat);
      for (const socket of server.clients) end(socket, 1001, 'Funnelscope ends');
      server.close();
    },
  };
}

/** Says goodbye and does not wait long for the answer. */
function end(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason);
  setTimeout(() => socket.terminate(), 500).unref();
}

function refuse(socket: Duplex, status: number, reason: string): void {
  socket.on('error', () => undefined);
  const body = `${reason}\n`;
  socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
}
