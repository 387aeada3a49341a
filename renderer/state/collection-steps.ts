import type { CollectionSource } from '../../src/contract/connection.ts';
import { into, patchSession, patchWork } from './app.ts';
import type { App } from './app.ts';
import { embed, firstQueries, openCorpus, setQueries } from './dataset-steps.ts';
import { measureAll } from './journey.ts';
import { measureLadder } from './measuring-steps.ts';
import { chooseStore } from './milvus-steps.ts';

/** Asks what collections there are now: others write to the server too. */
export async function refreshCollections(app: App): Promise<void> {
  const collections = await app.client.call('milvus.collections', {});
  const { connection } = app.work.get();
  if (connection.state === 'connected') patchWork(app, { connection: { ...connection, server: { ...connection.server, collections } } });
}

/** What a collection is made of. Only asks. */
export function describeCollection(app: App, collection: string): Promise<unknown> {
  return into(app, 'described', () => app.client.call('milvus.describe', { collection }));
}

/** From a collection to filled charts: its rows as documents, some of them as queries; measured on a copy of its vectors, then where it is. */
export async function exploreCollection(app: App, source: CollectionSource): Promise<void> {
  patchSession(app, { screen: 'tradeoffs', storeKind: 'embedded', head: { index: 'flat', precision: 'f32' }, dims: undefined, adapterId: undefined });
  patchWork(app, { exploring: source.collection });
  try {
    const corpus = await openCorpus(app, source);
    if (corpus === undefined) return;
    if ((await setQueries(app, firstQueries(corpus))) === undefined) return;
    const dataset = await embed(app);
    if (dataset === undefined) return;
    if (!(await measureAll(app))) return;
    if (dataset.inPlace === undefined || dataset.inPlace.obstacle !== undefined) return;
    chooseStore(app, 'milvus');
    await measureLadder(app);
  } finally {
    patchWork(app, { exploring: undefined });
  }
}
