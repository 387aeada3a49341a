import type { CallInput, CallName, CallOutput } from './calls.ts';
import { CallError } from './call-error.ts';
import type { CallOptions, EngineClient, EngineEvent, Request, Response, WireError, WireProgress } from './wire.ts';

interface Waiting {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((progress: WireProgress) => void) | undefined;
}

/** The client's end of any message transport: hands out ids, matches answers, passes on progress and cancellation. */
export interface ClientEnd {
  readonly client: EngineClient;
  /** Give every message from the engine to this. */
  receive(message: Response): void;
  /** The transport broke: every waiting call is rejected with `error`. */
  fail(error: WireError): void;
}

export function createClient(send: (message: Request) => void): ClientEnd {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<(event: EngineEvent) => void>();
  let nextId = 1;

  function call<Name extends CallName>(name: Name, input: CallInput<Name>, options: CallOptions = {}): Promise<CallOutput<Name>> {
    const id = nextId;
    nextId += 1;
    return new Promise((resolve, reject) => {
      const { signal } = options;
      if (signal?.aborted) {
        reject(cancelled());
        return;
      }
      const cancel = (): void => send({ type: 'cancel', id });
      const done = (): void => signal?.removeEventListener('abort', cancel);
      signal?.addEventListener('abort', cancel, { once: true });
      waiting.set(id, {
        resolve: (output) => {
          done();
          resolve(output as CallOutput<Name>);
        },
        reject: (error) => {
          done();
          reject(error);
        },
        onProgress: options.onProgress,
      });
      try {
        send({ type: 'call', id, name, input });
      } catch (error) {
        waiting.delete(id);
        done();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  function receive(message: Response): void {
    switch (message.type) {
      case 'event':
        if (message.event.name === 'engine' && message.event.state !== 'ready') fail(engineGone(message.event.message));
        for (const listener of listeners) listener(message.event);
        return;
      case 'progress':
        waiting.get(message.id)?.onProgress?.(message.progress);
        return;
      case 'result':
        take(message.id)?.resolve(message.output);
        return;
      case 'error':
        take(message.id)?.reject(new CallError(message.error));
        return;
    }
  }

  function take(id: number): Waiting | undefined {
    const found = waiting.get(id);
    waiting.delete(id);
    return found;
  }

  function fail(error: WireError): void {
    const all = [...waiting.values()];
    waiting.clear();
    for (const one of all) one.reject(new CallError(error));
  }

  return {
    client: {
      call,
      onEvent(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    receive,
    fail,
  };
}

function cancelled(): CallError {
  return new CallError({ kind: 'cancelled', code: 'cancelled', message: 'cancelled' });
}

function engineGone(message: string | undefined): WireError {
  return { kind: 'disconnected', code: 'engine/gone', message: message ?? 'the engine stopped', hint: 'It is being restarted; run this again when it is ready.' };
}
