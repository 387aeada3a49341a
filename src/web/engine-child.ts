import { fork } from 'node:child_process';
import type { FromEngine } from '../host/link.ts';
import type { EngineProcess } from '../host/supervise.ts';

/** The engine in a child process of Node; `isCongested` tells when too much waits to be read by it. */
export interface EngineChild extends EngineProcess {
  readonly waitingBytes: () => number;
}

/**
 * Starts the engine's process. `advanced` serialisation: texts pass as they are, without another round of JSON.
 * The child ends by itself when this process does (its channel closes).
 */
export function startEngineChild(entry: string, execArgv: readonly string[] = []): EngineChild {
  const child = fork(entry, [], { serialization: 'advanced', execArgv: [...execArgv], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exitListeners: ((reason: string) => void)[] = [];
  let waitingBytes = 0;
  let hasEnded = false;

  function end(reason: string): void {
    if (hasEnded) return;
    hasEnded = true;
    for (const listener of exitListeners) listener(reason);
  }
  child.on('exit', (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
  child.on('error', (error) => end(error.message));

  return {
    pid: child.pid,
    waitingBytes: () => waitingBytes,
    post(message) {
      if (!child.connected) return;
      const bytes = message.type === 'message' ? message.text.length : 0;
      waitingBytes += bytes;
      // A channel that closes while something is on its way is the death that 'exit' tells.
      child.send(message, () => {
        waitingBytes -= bytes;
      });
    },
    onMessage(listener) {
      child.on('message', (message) => listener(message as FromEngine));
    },
    onExit(listener) {
      exitListeners.push(listener);
    },
    kill() {
      child.kill('SIGKILL');
    },
  };
}
