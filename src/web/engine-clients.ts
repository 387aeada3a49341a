import type { EngineEvent, WireError } from '../contract/wire.ts';
import type { FromEngine } from '../host/link.ts';
import type { EngineState, Supervisor } from '../host/supervise.ts';

/** One page's connection, as the engine's side needs it. Texts are wire messages as JSON. */
export interface Client {
  send(text: string, isDroppable: boolean): void;
}

export interface Attached {
  receive(text: string): void;
  detach(): void;
}

/** All pages that share one engine: kept apart by number, told of its deaths, connected again to the next one. */
export interface EngineClients {
  attach(client: Client): Attached;
  onState(state: EngineState): void;
  onMessage(message: Extract<FromEngine, { type: 'message' }>): void;
}

/** What a page may send before the engine is ready. */
const maxQueuedBytes = 32 * 1024 * 1024;

interface Entry {
  readonly client: Client;
  queue: string[];
  queuedBytes: number;
}

export function createEngineClients(supervisor: () => Pick<Supervisor, 'state' | 'post'>): EngineClients {
  const entries = new Map<number, Entry>();
  let nextId = 1;

  const state = (): EngineState => supervisor().state();

  function connect(clientId: number, entry: Entry): void {
    supervisor().post({ type: 'connect', clientId });
    const queue = entry.queue;
    entry.queue = [];
    entry.queuedBytes = 0;
    for (const text of queue) supervisor().post({ type: 'message', clientId, text });
  }

  return {
    attach(client) {
      const clientId = nextId;
      nextId += 1;
      const entry: Entry = { client, queue: [], queuedBytes: 0 };
      entries.set(clientId, entry);
      const now = state();
      if (now.state === 'ready') connect(clientId, entry);
      else tell(client, now);
      return {
        receive(text) {
          switch (state().state) {
            case 'ready':
              supervisor().post({ type: 'message', clientId, text });
              return;
            case 'failed':
              refuse(client, text, { kind: 'disconnected', code: 'engine/failed', message: 'the engine does not run', hint: 'Restart Funnelscope.' });
              return;
            default:
              entry.queuedBytes += text.length;
              if (entry.queuedBytes > maxQueuedBytes) refuse(client, text, { kind: 'disconnected', code: 'engine/not-ready', message: 'the engine is not ready yet and too much waits for it' });
              else entry.queue.push(text);
          }
        },
        detach() {
          entries.delete(clientId);
          supervisor().post({ type: 'disconnect', clientId });
        },
      };
    },
    onState(next) {
      for (const [clientId, entry] of entries) {
        if (next.state === 'ready') {
          connect(clientId, entry);
          continue;
        }
        tell(entry.client, next);
        if (next.state === 'failed') {
          for (const text of entry.queue.splice(0)) refuse(entry.client, text, { kind: 'disconnected', code: 'engine/failed', message: next.message });
          entry.queuedBytes = 0;
        }
      }
    },
    onMessage(message) {
      entries.get(message.clientId)?.client.send(message.text, message.isDroppable);
    },
  };
}

/** "ready" is told by the engine itself to every client that connects; the host tells what the engine cannot. */
function tell(client: Client, state: EngineState): void {
  if (state.state !== 'restarting' && state.state !== 'failed') return;
  const event: EngineEvent = { name: 'engine', state: state.state, message: state.message };
  client.send(JSON.stringify({ type: 'event', event }), false);
}

/** Answers a call that can reach no engine, so that nobody waits for it. */
function refuse(client: Client, text: string, error: WireError): void {
  let id: unknown;
  try {
    id = (JSON.parse(text) as { id?: unknown } | null)?.id;
  } catch {
    return;
  }
  if (typeof id === 'number') client.send(JSON.stringify({ type: 'error', id, error }), false);
}
