import { CancelledError, describeError, UserError } from '../base/errors.ts';
import { explainSystemError } from '../base/system-error.ts';
import { calls } from '../contract/calls.ts';
import type { CallName } from '../contract/calls.ts';
import { requestSchema } from '../contract/wire.ts';
import type { Response, WireError } from '../contract/wire.ts';
import type { Engine } from './engine.ts';

/** One client's connection to the engine. */
export interface Serving {
  /** Give every message from the client to this. Anything that is not a valid request is answered or dropped, never thrown. */
  receive(message: unknown): void;
  /** The client went away: its running calls are cancelled. Resolves when they have ended. */
  close(): Promise<void>;
}

const PROGRESS_EVERY_MS = 50;

/**
 * Serves one client over any transport: validates requests, runs calls, passes on progress and events, cancels.
 * `send` must not throw; it is called in the engine's own time.
 */
export function serveEngine(engine: Engine, send: (message: Response) => void): Serving {
  const running = new Map<number, { abort: AbortController; ended: Promise<void> }>();
  const stopEvents = engine.onEvent((event) => send({ type: 'event', event }));
  send({ type: 'event', event: { name: 'engine', state: 'ready' } });
  send({ type: 'event', event: { name: 'jobs', jobs: [...engine.jobs()] } });

  async function run(id: number, name: string, input: unknown, abort: AbortController): Promise<void> {
    let sentMs = -Infinity;
    try {
      if (!isCallName(name)) throw new UserError('wire/unknown-call', `unknown call ${JSON.stringify(name.slice(0, 60))}`);
      const output = await engine.call(name, input, {
        signal: abort.signal,
        onProgress(progress) {
          const now = performance.now();
          const isLast = progress.total !== undefined && progress.done >= progress.total;
          if (!isLast && now - sentMs < PROGRESS_EVERY_MS) return;
          sentMs = now;
          send({ type: 'progress', id, progress });
        },
      });
      send({ type: 'result', id, output });
    } catch (error) {
      send({ type: 'error', id, error: wireErrorOf(error) });
    } finally {
      running.delete(id);
    }
  }

  return {
    receive(message) {
      const parsed = requestSchema.safeParse(message);
      if (!parsed.success) {
        const id = (message as { id?: unknown } | null | undefined)?.id;
        if (typeof id === 'number') {
          send({ type: 'error', id, error: { kind: 'user', code: 'wire/bad-request', message: 'Refused a message that is not a request of the contract' } });
        }
        return;
      }
      const request = parsed.data;
      if (request.type === 'cancel') {
        running.get(request.id)?.abort.abort();
        return;
      }
      if (running.has(request.id)) {
        send({ type: 'error', id: request.id, error: { kind: 'user', code: 'wire/duplicate-id', message: `Refused call ${request.id}: a call with this id is running` } });
        return;
      }
      const abort = new AbortController();
      const entry = { abort, ended: Promise.resolve() };
      running.set(request.id, entry);
      entry.ended = run(request.id, request.name, request.input, abort);
    },
    async close() {
      stopEvents();
      const ended = [...running.values()].map((entry) => {
        entry.abort.abort();
        return entry.ended;
      });
      await Promise.all(ended);
    },
  };
}

function isCallName(name: string): name is CallName {
  return Object.hasOwn(calls, name);
}

/** An error as it crosses the process border: what the user reads, and for our own bugs the details to copy. */
function wireErrorOf(thrown: unknown): WireError {
  const error = explainSystemError(thrown);
  if (error instanceof CancelledError || (error instanceof Error && error.name === 'AbortError')) {
    return { kind: 'cancelled', code: 'cancelled', message: 'cancelled' };
  }
  if (error instanceof UserError) {
    return {
      kind: 'user',
      code: error.code,
      message: describeError(error),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(Object.keys(error.place).length === 0 ? {} : { place: { ...error.place } }),
    };
  }
  return {
    kind: 'internal',
    code: 'internal',
    message: `Something went wrong inside Funnelscope: ${describeError(error)}`,
    hint: 'Nothing that was saved is lost. Copy the details into a bug report, then try again.',
    ...(error instanceof Error && error.stack !== undefined ? { details: error.stack } : {}),
  };
}
