import { describeError, UserError } from '../base/errors.ts';
import type { ConnectionState, MilvusServer, MilvusTarget } from '../contract/connection.ts';
import { connectMilvus } from '../stores/milvus/client.ts';
import type { Milvus } from '../stores/milvus/milvus.ts';
import { probeMilvus } from '../stores/milvus/probe.ts';
import { resolveTarget } from '../stores/milvus/target.ts';

/** An open connection and what the server said it can. */
export interface OpenMilvus {
  readonly milvus: Milvus;
  readonly server: MilvusServer;
  readonly target: MilvusTarget;
}

export interface ConnectHow {
  /** Opens anew what is open already: the user changed a secret, or wants to know what the server has now. */
  readonly fresh?: boolean | undefined;
  /** Whether what the server can is tried out on scratch collections (the usual); false asks without writing anything at all. */
  readonly trials?: boolean | undefined;
}

/** The one Milvus connection that the engine holds, and its state for the screens. */
export interface MilvusConnection {
  state(): ConnectionState;
  /** The open connection, if there is one. */
  current(): OpenMilvus | undefined;
  /** Connects (or takes the open connection to the same target) and probes the server. @throws UserError in words a user can act on. */
  connect(target: MilvusTarget, signal?: AbortSignal, options?: ConnectHow): Promise<OpenMilvus>;
  disconnect(): Promise<void>;
  close(): Promise<void>;
}

export function createMilvusConnection(resolveSecret: (ref: string) => Promise<string | undefined>, announce: (state: ConnectionState) => void): MilvusConnection {
  let open: OpenMilvus | undefined;
  let current: ConnectionState = { state: 'embedded' };

  function become(state: ConnectionState): void {
    current = state;
    announce(state);
  }

  async function drop(): Promise<void> {
    const before = open;
    open = undefined;
    await before?.milvus.close();
  }

  return {
    state: () => current,
    current: () => open,
    async connect(target, signal, how = {}) {
      if (how.fresh !== true && open !== undefined && sameTarget(open.target, target) && current.state === 'connected') return open;
      await drop();
      become({ state: 'connecting', address: target.address });
      try {
        const secret = target.secretRef === undefined ? undefined : await resolveSecret(target.secretRef);
        const milvus = await connectMilvus(resolveTarget(target, secret), {
          signal,
          onConnection: (fault) => {
            if (open === undefined) return;
            become(fault === undefined ? { state: 'connected', server: open.server } : lostState(target, fault));
          },
        });
        try {
          open = { milvus, server: await probeMilvus(milvus, { signal, trials: how.trials }), target };
        } catch (error) {
          await milvus.close();
          throw error;
        }
        become({ state: 'connected', server: open.server });
        return open;
      } catch (error) {
        become(lostState(target, error));
        throw error;
      }
    },
    async disconnect() {
      await drop();
      become({ state: 'embedded' });
    },
    close: drop,
  };
}

function lostState(target: MilvusTarget, error: unknown): ConnectionState {
  const hint = error instanceof UserError ? error.hint : undefined;
  return { state: 'lost', address: target.address, message: describeError(error), ...(hint === undefined ? {} : { hint }) };
}

function sameTarget(a: MilvusTarget, b: MilvusTarget): boolean {
  return a.address === b.address && a.database === b.database && a.tls === b.tls && a.username === b.username && a.secretRef === b.secretRef && a.timeoutMs === b.timeoutMs;
}
