import type { ConnectionState } from '../../src/contract/connection.ts';
import { patchWork } from './app.ts';
import type { App } from './app.ts';
import { loadLists } from './dataset-steps.ts';
import { resume } from './journey.ts';
import { meetOtherWindows } from './other-windows.ts';
import { keepRemembering, restore } from './persist.ts';

/** Remembers what changes in this window, and knows of other windows that do the same. */
function rememberBeside(app: App): void {
  const remembering = keepRemembering(app, { onKept: () => others.tellKept() });
  const others = meetOtherWindows(
    new BroadcastChannel('funnelscope'),
    () => patchWork(app, { isSecondWindow: true }),
    () => void remembering.yieldTo(),
  );
  window.addEventListener('pagehide', remembering.stop);
}

/** Reads the settings and lists, opens again what was open, and does so once more whenever the engine comes back. */
export async function start(app: App): Promise<void> {
  app.client.onEvent((event) => {
    if (event.name === 'connection') patchWork(app, { connection: event.state as ConnectionState });
  });
  const reopen = async (): Promise<void> => {
    await loadLists(app);
    await resume(app);
  };
  try {
    await restore(app);
  } catch {
    // Without settings it is a first start; the lists below tell what is wrong with the engine, if anything is.
  }
  patchWork(app, { isRestored: true });
  rememberBeside(app);

  let restarts = app.engine.get().restarts;
  app.engine.subscribe(() => {
    const now = app.engine.get();
    if (now.state !== 'ready' || now.restarts === restarts) return;
    restarts = now.restarts;
    void reopen();
  });
  await reopen();
}
