import type { MilvusTarget } from '../../src/contract/connection.ts';
import type { HeadChoice } from '../../src/contract/measure.ts';
import { into, patchSession, patchWork } from './app.ts';
import type { App } from './app.ts';
import { testedDims } from './measuring-steps.ts';
import { idle, ready } from './remote.ts';

/** The name under which the host keeps the secret of an address. */
export function milvusSecretRef(address: string): string {
  return `milvus:${address}`;
}

/** Connects and asks the server what it can. */
export async function connectMilvus(app: App, target: MilvusTarget): Promise<void> {
  await into(app, 'connecting', async () => {
    const server = await app.jobs.run('milvus.connect', { target });
    patchWork(app, { connection: { state: 'connected', server } });
    patchSession(app, { milvusTarget: target });
    return true as const;
  });
}

export async function disconnectMilvus(app: App): Promise<void> {
  await app.client.call('milvus.disconnect', {});
  patchWork(app, { connection: { state: 'embedded' }, described: idle });
  chooseStore(app, 'embedded');
}

const FLAT: HeadChoice = { index: 'flat', precision: 'f32' };

/** Where to measure from now on. A collection that is searched in place has the index it has. */
export function chooseStore(app: App, storeKind: 'embedded' | 'milvus'): void {
  const inPlace = storeKind === 'milvus' ? ready(app.work.get().dataset)?.inPlace : undefined;
  patchSession(app, { storeKind, head: inPlace === undefined || inPlace.obstacle !== undefined ? FLAT : inPlace.head });
  app.funnel.evaluate();
}

/** Loads the dataset's prefixes into the server; what is there already is used again. */
export async function loadMilvus(app: App): Promise<void> {
  const dataset = ready(app.work.get().dataset);
  if (dataset === undefined) return;
  const { head, storeKind } = app.session.get();
  await into(app, 'loaded', () => app.jobs.run('milvus.load', { datasetId: dataset.datasetId, dims: [...testedDims(app)], ...(storeKind === 'milvus' ? { head } : {}) }));
}

export async function refreshConnection(app: App): Promise<void> {
  try {
    patchWork(app, { connection: await app.client.call('milvus.state', {}) });
  } catch {
    // The state also comes as an event; a failed question changes nothing.
  }
}
