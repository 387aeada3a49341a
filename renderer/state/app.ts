import { createContext, use } from 'react';
import type { StoreChoice } from '../../src/contract/connection.ts';
import type { HostBridge } from '../../src/contract/host.ts';
import type { EngineClient } from '../../src/contract/wire.ts';
import type { EngineStatus } from '../bridge/engine-link.ts';
import { isCancelled, toWireError } from './errors.ts';
import { createFunnelState } from './funnel.ts';
import type { FunnelState } from './funnel.ts';
import { createJobRunner } from './jobs.ts';
import type { JobRunner } from './jobs.ts';
import { busy, failed, idle, shown } from './remote.ts';
import type { Remote } from './remote.ts';
import { newSession } from './session.ts';
import type { Session } from './session.ts';
import { createStore } from './store.ts';
import type { Store } from './store.ts';
import { noWork } from './work.ts';
import type { RemoteKey, RemoteValue, Work } from './work.ts';

/** All that the screens share. Screens never import each other; they meet here. */
export interface App {
  readonly host: HostBridge;
  readonly client: EngineClient;
  readonly engine: Store<EngineStatus>;
  readonly session: Store<Session>;
  readonly work: Store<Work>;
  readonly jobs: JobRunner;
  readonly funnel: FunnelState;
}

export function createApp(host: HostBridge, client: EngineClient, engine: Store<EngineStatus>): App {
  const session = createStore<Session>(newSession);
  const work = createStore<Work>(noWork);
  return { host, client, engine, session, work, jobs: createJobRunner(client), funnel: createFunnelState(client, work, () => isPriced(session.get(), work.get())) };
}

export const AppContext = createContext<App | undefined>(undefined);

export function useApp(): App {
  const app = use(AppContext);
  if (app === undefined) throw new Error('useApp outside AppContext');
  return app;
}

/** Changes members of the session. */
export function patchSession(app: App, change: Partial<Session>): void {
  app.session.set((before) => ({ ...before, ...change }));
}

export function patchWork(app: App, change: Partial<Work>): void {
  app.work.set((before) => ({ ...before, ...change }));
}

/**
 * Runs `fetch` into one member of the work: busy, then ready or failed; a cancelled call leaves what was there.
 * @returns the value; undefined when it failed or was cancelled (the member says which).
 */
export async function into<Key extends RemoteKey>(app: App, key: Key, fetch: () => Promise<RemoteValue<Key>>): Promise<RemoteValue<Key> | undefined> {
  type Member = Remote<RemoteValue<Key>>;
  const read = (): Member => app.work.get()[key] as unknown as Member;
  const write = (next: Member): void => app.work.set((work) => ({ ...work, [key]: next }));
  const before = read();
  write(busy(before));
  try {
    const value = await fetch();
    write({ status: 'ready', value });
    return value;
  } catch (error) {
    write(isCancelled(error) ? unbusy(before, shown(read())) : failed(read(), toWireError(error)));
    return undefined;
  }
}

function unbusy<T>(before: Remote<T>, value: T | undefined): Remote<T> {
  if (before.status === 'ready' || before.status === 'failed') return before;
  return value === undefined ? idle : { status: 'ready', value };
}

/** A cost model of the embedded store says nothing about a server, and the other way round. */
function isPriced(session: Session, work: Work): boolean {
  const model = shown(work.costModel);
  return model === undefined || (model.store === 'embedded') === (session.storeKind === 'embedded');
}

/** The store the session measures on. Milvus needs an address; without one it is the embedded store. */
export function chosenStore(session: Session): StoreChoice {
  if (session.storeKind === 'milvus' && session.milvusTarget !== undefined) return { kind: 'milvus', target: session.milvusTarget };
  return { kind: 'embedded' };
}
