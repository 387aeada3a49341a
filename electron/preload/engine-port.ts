import type { EngineStateMessage } from '../channels.ts';

/** The page's end of its port to the engine: messages wait while there is no port, and are refused once the engine was given up. */
export interface EnginePort {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): () => void;
  /** A port to a new engine. */
  open(port: PortLike): void;
  /** The engine is gone. */
  lose(state: EngineStateMessage): void;
}

export interface PortLike {
  postMessage(message: unknown): void;
  close(): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

const maxWaiting = 10_000;

export function createEnginePort(): EnginePort {
  const listeners = new Set<(message: unknown) => void>();
  /** What arrived before the page listened. */
  const early: unknown[] = [];
  let waiting: unknown[] = [];
  let port: PortLike | undefined;
  let failure: string | undefined;

  function deliver(message: unknown): void {
    if (listeners.size === 0) early.push(message);
    for (const listener of listeners) listener(message);
  }

  function refuse(message: unknown, reason: string): void {
    const { type, id } = message as { type?: unknown; id?: unknown };
    if (type === 'call' && typeof id === 'number') {
      deliver({ type: 'error', id, error: { kind: 'disconnected', code: 'engine/failed', message: reason, hint: 'Choose Run, Restart the engine.' } });
    }
  }

  return {
    send(message) {
      if (port !== undefined) port.postMessage(message);
      else if (failure !== undefined) refuse(message, failure);
      else if (waiting.length < maxWaiting) waiting.push(message);
      else refuse(message, 'the engine is not ready and too much waits for it');
    },
    onMessage(listener) {
      listeners.add(listener);
      for (const message of early.splice(0)) listener(message);
      return () => listeners.delete(listener);
    },
    open(opened) {
      port?.close();
      port = opened;
      failure = undefined;
      opened.onmessage = (event) => deliver(event.data);
      const before = waiting;
      waiting = [];
      for (const message of before) opened.postMessage(message);
    },
    lose(state) {
      port?.close();
      port = undefined;
      // What waited was refused by the client itself when it heard of this.
      deliver({ type: 'event', event: { name: 'engine', state: state.state, message: state.message } });
      if (state.state !== 'failed') return;
      failure = state.message;
      const before = waiting;
      waiting = [];
      for (const message of before) refuse(message, state.message);
    },
  };
}
