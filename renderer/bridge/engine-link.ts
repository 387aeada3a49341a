import { createClient } from '../../src/contract/client.ts';
import type { HostBridge } from '../../src/contract/host.ts';
import type { EngineClient, Response } from '../../src/contract/wire.ts';
import { createStore } from '../state/store.ts';
import type { Store } from '../state/store.ts';

export interface EngineStatus {
  readonly state: 'ready' | 'restarting' | 'failed';
  readonly message?: string | undefined;
  /** Raised each time the engine came back: what it held in memory is gone. */
  readonly restarts: number;
}

export interface EngineLink {
  readonly client: EngineClient;
  readonly status: Store<EngineStatus>;
}

/** The engine as the screens see it, over whatever the host carries messages with. */
export function linkEngine(host: HostBridge): EngineLink {
  const status = createStore<EngineStatus>({ state: 'ready', restarts: 0 });
  const end = createClient((message) => host.send(message));
  end.client.onEvent((event) => {
    if (event.name !== 'engine') return;
    const before = status.get();
    if (event.state === 'ready') {
      status.set(before.state === 'ready' ? before : { state: 'ready', restarts: before.restarts + 1 });
      return;
    }
    status.set({ state: event.state, message: event.message, restarts: before.restarts });
    end.fail({
      kind: 'disconnected',
      code: 'engine/gone',
      message: event.message ?? 'The engine stopped while it was working on this.',
      hint: event.state === 'restarting' ? 'It is being started again; nothing that was embedded is lost.' : undefined,
    });
  });
  host.onMessage((message) => end.receive(message as Response));
  return { client: end.client, status };
}
