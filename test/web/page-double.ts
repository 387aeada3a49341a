import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import { createClient } from '../../src/contract/client.ts';
import { webLink } from '../../src/contract/web-link.ts';
import type { EngineClient, EngineEvent, Response } from '../../src/contract/wire.ts';

export interface Page {
  readonly client: EngineClient;
  readonly events: EngineEvent[];
  readonly socket: WebSocket;
  nextEvent(state: string): Promise<void>;
  closed: Promise<number>;
}

/** Opens the engine's socket the way a page of the web host does. */
export function openPage(port: number, token: string, options: ClientOptions = {}): Promise<Page> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${webLink.path}`, [webLink.protocol, webLink.tokenPrefix + token], { origin: `http://127.0.0.1:${port}`, ...options });
  const end = createClient((message) => socket.send(JSON.stringify(message)));
  const events: EngineEvent[] = [];
  const waiting: { state: string; resolve: () => void }[] = [];
  end.client.onEvent((event) => {
    events.push(event);
    if (event.name !== 'engine') return;
    for (const one of waiting.splice(0)) {
      if (one.state === event.state) one.resolve();
      else waiting.push(one);
    }
  });
  socket.on('message', (data) => end.receive(JSON.parse(String(data)) as Response));
  const closed = new Promise<number>((resolve) => socket.on('close', (code) => resolve(code)));
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () =>
      resolve({
        client: end.client,
        events,
        socket,
        closed,
        nextEvent: (state) => new Promise((done) => waiting.push({ state, resolve: done })),
      }),
    );
  });
}
