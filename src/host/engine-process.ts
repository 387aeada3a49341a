import { constants, setPriority } from 'node:os';
import { describeError } from '../base/errors.ts';
import { explainSystemError } from '../base/system-error.ts';
import type { Response } from '../contract/wire.ts';
import type { Engine } from '../engine/engine.ts';
import type { Serving } from '../engine/serve.ts';
import type { EngineOptions } from '../engine/workspace.ts';
import type { FromEngine, ToEngine } from './link.ts';

/** A client's own channel into the engine's process (Electron: a MessagePort from its window). */
export interface ClientPort {
  post(message: Response): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

/** The engine process' end of the link to its host. */
export interface HostLink {
  post(message: FromEngine): void;
  onMessage(listener: (message: ToEngine, port: ClientPort | undefined) => void): void;
  /** Ends this process. */
  exit(code: number): void;
}

export interface EngineRoom {
  readonly openEngine: (options: EngineOptions) => Promise<Engine>;
  readonly serveEngine: (engine: Engine, send: (message: Response) => void) => Serving;
}

/** A secret that nobody answers for must not hold a call for ever. */
const secretWithinMs = 30_000;

/**
 * The life of the engine's process: opens the engine when told to, serves every client that connects, asks its host for secrets, and ends
 * when told to. Anything unforeseen ends the process with its reason on stderr: the host starts another one.
 */
export function runEngineProcess(link: HostLink, room: EngineRoom): void {
  const clients = new Map<number, Serving>();
  const secrets = new Map<number, (value: string | undefined) => void>();
  let engine: Engine | undefined;
  let nextSecretId = 1;

  const resolveSecret = (ref: string): Promise<string | undefined> =>
    new Promise((resolve) => {
      const requestId = nextSecretId;
      nextSecretId += 1;
      const timer = setTimeout(() => settle(undefined), secretWithinMs);
      const settle = (value: string | undefined): void => {
        clearTimeout(timer);
        secrets.delete(requestId);
        resolve(value);
      };
      secrets.set(requestId, settle);
      link.post({ type: 'need-secret', requestId, ref });
    });

  async function open(options: EngineOptions): Promise<void> {
    try {
      engine = await room.openEngine({ ...options, resolveSecret });
      link.post({ type: 'ready' });
    } catch (error) {
      link.post({ type: 'failed', message: describeError(explainSystemError(error)) });
    }
  }

  function connect(clientId: number, port: ClientPort | undefined): void {
    if (engine === undefined) return;
    if (port === undefined) {
      const send = (message: Response): void =>
        link.post({ type: 'message', clientId, text: JSON.stringify(message), isDroppable: message.type === 'progress' });
      clients.set(clientId, room.serveEngine(engine, send));
      return;
    }
    const serving = room.serveEngine(engine, (message) => port.post(message));
    clients.set(clientId, serving);
    port.onMessage((message) => serving.receive(message));
    port.onClose(() => disconnect(clientId));
  }

  function disconnect(clientId: number): void {
    const serving = clients.get(clientId);
    clients.delete(clientId);
    void serving?.close();
  }

  link.onMessage((message, port) => {
    switch (message.type) {
      case 'open':
        void open(message.options);
        return;
      case 'connect':
        connect(message.clientId, port);
        return;
      case 'message':
        clients.get(message.clientId)?.receive(parsed(message.text));
        return;
      case 'disconnect':
        disconnect(message.clientId);
        return;
      case 'secret':
        secrets.get(message.requestId)?.(message.value);
        return;
      case 'close':
        void close();
        return;
      default:
        message satisfies never;
    }
  });

  async function close(): Promise<void> {
    await Promise.allSettled([...clients.values()].map((serving) => serving.close()));
    await engine?.close().catch(() => undefined);
    link.exit(0);
  }
}

/** Text that is no JSON becomes undefined: the engine refuses it like every other message that is no request. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * For the entries: the processor first goes to what a person looks at. On a machine with two cores the engine would otherwise make pages wait; nobody
 * else to serve, it is as fast as before.
 */
export function standBackBehindWindows(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not allowed here: then it competes.
  }
}

/** For the entries: a process with an unforeseen error must not go on half alive. */
export function endOnUnforeseenErrors(exit: (code: number) => void): void {
  const end = (error: unknown): void => {
    process.stderr.write(`engine: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    exit(70);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
