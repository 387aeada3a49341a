import type { FromEngine, ToEngine } from './link.ts';

/** The engine's process as its host sees it: Electron's utilityProcess or a child process of Node. */
export interface EngineProcess<Transfer = never> {
  readonly pid: number | undefined;
  post(message: ToEngine, transfer?: readonly Transfer[]): void;
  onMessage(listener: (message: FromEngine) => void): void;
  /** Called once, with what is known of the end ("exit code 1", "signal SIGKILL"). */
  onExit(listener: (reason: string) => void): void;
  kill(): void;
}

export type EngineState =
  | { readonly state: 'starting' }
  | { readonly state: 'ready' }
  | { readonly state: 'restarting'; readonly message: string; readonly delayMs: number }
  | { readonly state: 'failed'; readonly message: string };

export interface SuperviseOptions<Transfer> {
  readonly start: () => EngineProcess<Transfer>;
  readonly open: Extract<ToEngine, { type: 'open' }>['options'];
  readonly resolveSecret: (ref: string) => Promise<string | undefined>;
  /** Every change of state, in order. */
  readonly onState: (state: EngineState) => void;
  /** The engine's messages to clients without a port of their own. */
  readonly onClientMessage?: (message: Extract<FromEngine, { type: 'message' }>) => void;
  /** Waits before the 1st, 2nd, … restart in a row; the last one repeats. */
  readonly delaysMs?: readonly number[];
  /** After this long without dying the next death starts the row again. */
  readonly healthyAfterMs?: number;
  /** This many deaths in a row before it was ever ready, and it is given up until `restart()`. */
  readonly maxFailedStarts?: number;
  /** A clock that no change of the system's time moves. */
  readonly nowMs?: () => number;
}

export interface Supervisor<Transfer = never> {
  readonly state: () => EngineState;
  readonly pid: () => number | undefined;
  /** @returns false when no engine is ready to take it. */
  post(message: ToEngine, transfer?: readonly Transfer[]): boolean;
  /** Ends the engine if it runs and starts another one at once, also after it was given up. */
  restart(message: string): void;
  /** Asks the engine to end, then ends it. Resolves when it is gone. */
  close(): Promise<void>;
}

const closeWithinMs = 3000;

/**
 * Starts the engine's process and keeps one alive: a death is told, then another one is started after a wait that grows with every death
 * in a row. An engine that dies again and again before it is ready, or says it cannot open, is given up until someone asks again.
 */
export function superviseEngine<Transfer = never>(options: SuperviseOptions<Transfer>): Supervisor<Transfer> {
  const delaysMs = options.delaysMs ?? [100, 250, 500, 1000, 2000, 4000, 8000];
  const healthyAfterMs = options.healthyAfterMs ?? 10_000;
  const maxFailedStarts = options.maxFailedStarts ?? 5;
  const nowMs = options.nowMs ?? (() => performance.now());

  let current: EngineProcess<Transfer> | undefined;
  let state: EngineState = { state: 'starting' };
  let deathsInRow = 0;
  let failedStarts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed: Promise<void> | undefined;

  function change(next: EngineState): void {
    state = next;
    options.onState(next);
  }

  function start(): void {
    timer = undefined;
    const startedMs = nowMs();
    let wasReady = false;
    let engine: EngineProcess<Transfer>;
    try {
      engine = options.start();
    } catch (error) {
      died(error instanceof Error ? error.message : String(error), false, 0);
      return;
    }
    current = engine;
    engine.onMessage((message) => {
      if (current !== engine) return;
      switch (message.type) {
        case 'ready':
          wasReady = true;
          failedStarts = 0;
          change({ state: 'ready' });
          return;
        case 'failed':
          current = undefined;
          engine.kill();
          change({ state: 'failed', message: message.message });
          return;
        case 'need-secret':
          void answerSecret(engine, message.requestId, message.ref);
          return;
        case 'message':
          options.onClientMessage?.(message);
          return;
        default:
          message satisfies never;
      }
    });
    engine.onExit((reason) => {
      if (current !== engine) return;
      current = undefined;
      died(reason, wasReady, nowMs() - startedMs);
    });
    engine.post({ type: 'open', options: options.open });
  }

  function died(reason: string, wasReady: boolean, aliveMs: number): void {
    if (closed !== undefined) return;
    if (aliveMs >= healthyAfterMs) deathsInRow = 0;
    if (!wasReady) failedStarts += 1;
    if (failedStarts >= maxFailedStarts) {
      change({ state: 'failed', message: `The engine stopped ${failedStarts} times before it was ready (${reason}).` });
      return;
    }
    const delayMs = delaysMs[Math.min(deathsInRow, delaysMs.length - 1)] ?? 0;
    deathsInRow += 1;
    change({ state: 'restarting', message: `The engine stopped (${reason}). It is being started again; caches and saved reports are kept.`, delayMs });
    timer = setTimeout(start, delayMs);
  }

  async function answerSecret(engine: EngineProcess<Transfer>, requestId: number, ref: string): Promise<void> {
    const value = await options.resolveSecret(ref).catch(() => undefined);
    if (current === engine) engine.post({ type: 'secret', requestId, value });
  }

  options.onState(state);
  start();

  return {
    state: () => state,
    pid: () => current?.pid,
    post(message, transfer) {
      if (current === undefined || state.state !== 'ready') return false;
      current.post(message, transfer);
      return true;
    },
    restart(message) {
      if (closed !== undefined) return;
      clearTimeout(timer);
      const before = current;
      current = undefined;
      before?.kill();
      deathsInRow = 0;
      failedStarts = 0;
      change({ state: 'restarting', message, delayMs: 0 });
      start();
    },
    close() {
      closed ??= (async () => {
        clearTimeout(timer);
        const engine = current;
        if (engine === undefined) return;
        await new Promise<void>((resolve) => {
          const force = setTimeout(() => engine.kill(), closeWithinMs);
          engine.onExit(() => {
            clearTimeout(force);
            resolve();
          });
          engine.post({ type: 'close' });
        });
        current = undefined;
      })();
      return closed;
    },
  };
}
