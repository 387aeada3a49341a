import { CancelledError } from '../../src/base/errors.ts';
import { sleep } from '../../src/base/async.ts';
import type { CallOptions } from '../../src/contract/wire.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { serveEngine } from '../../src/engine/serve.ts';
import { endOnUnforeseenErrors, runEngineProcess } from '../../src/host/engine-process.ts';
import { parentLink } from '../../src/web/parent-link.ts';

/**
 * A test's engine in a real child process: it answers a few calls of the contract by name, so that what is tested is the host around it.
 * `settings.get` echoes its pid; `settings.set` obeys its key.
 */
async function call(name: string, input: unknown, options: CallOptions, resolveSecret: (ref: string) => Promise<string | undefined>): Promise<unknown> {
  if (name === 'settings.get') return { pid: process.pid };
  const { key, value } = input as { key: string; value: unknown };
  switch (key) {
    case 'echo':
      return value;
    case 'secret':
      return { value: await resolveSecret(String(value)) };
    case 'die':
      return process.exit(Number(value));
    case 'block': {
      const endMs = performance.now() + Number(value);
      while (performance.now() < endMs);
      return {};
    }
    case 'wait':
      options.onProgress?.({ phase: 'waiting', done: 0, total: 1, unit: 'waits', elapsedMs: 0 });
      await sleep(Number(value), options.signal).catch(() => {
        throw new CancelledError();
      });
      return {};
    default:
      throw new Error(`the double knows no ${key}`);
  }
}

endOnUnforeseenErrors((code) => process.exit(code));
runEngineProcess(parentLink(), {
  async openEngine(options) {
    if (options.dataDir.endsWith('read-only')) throw new Error('the data folder cannot be written');
    if (options.dataDir.endsWith('crashes')) process.exit(3);
    const engine: Engine = {
      call: (name, input, callOptions = {}) => call(name, input, callOptions, options.resolveSecret ?? (async () => undefined)),
      onEvent: () => () => undefined,
      jobs: () => [],
      close: async () => undefined,
    };
    return engine;
  },
  serveEngine,
});
