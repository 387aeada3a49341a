import { UserError } from '../base/errors.ts';
import type { CollectionView } from '../contract/connection.ts';
import type { MilvusContext } from '../stores/milvus/context.ts';
import { viewCollection } from '../stores/milvus/existing-collection.ts';
import { readPages, textOf } from '../stores/milvus/existing-rows.ts';
import { collectionsOf } from '../stores/milvus/probe.ts';
import { readingContext } from './collection-corpus.ts';
import type { OpenMilvus } from './milvus-connection.ts';
import { openMilvusFor } from './milvus-store.ts';
import { FLAT } from './store-choice.ts';
import type { HandlersOf, Workspace } from './workspace.ts';

export function milvusCalls(workspace: Workspace): HandlersOf<'milvus.connect' | 'milvus.disconnect' | 'milvus.state' | 'milvus.collections' | 'milvus.describe' | 'milvus.load'> {
  return {
    'milvus.connect': async ({ target }, { signal }) => (await workspace.milvus.connect(target, signal, { fresh: true })).server,
    'milvus.disconnect': async () => {
      await workspace.milvus.disconnect();
      return {};
    },
    'milvus.state': async () => workspace.milvus.state(),
    'milvus.collections': async (_, { signal }) => collectionsOf(connected(workspace).milvus, { signal }),
    'milvus.describe': async ({ collection }, { signal }) => {
      const context = readingContext(connected(workspace));
      const view = await viewCollection(context.milvus, collection, { signal });
      return { ...view, examples: await examplesOf(context, view, signal) };
    },
    'milvus.load': async ({ datasetId, dims, head }, work) => {
      const dataset = workspace.datasets.get(datasetId);
      const connection = connected(workspace);
      const start = performance.now();
      const wanted = [...new Set([...dims, dataset.vectors.dims])].sort((a, b) => a - b);
      const store = await openMilvusFor(dataset, connection, { dims: wanted, head: head ?? FLAT, rerank: 'auto' }, work);
      try {
        return { collections: store.collections().map((collection) => collection.name), rowCount: store.rowCount, reused: store.isReused(), elapsedMs: performance.now() - start };
      } finally {
        await store.close();
      }
    },
  };
}

function connected(workspace: Workspace): OpenMilvus {
  const connection = workspace.milvus.current();
  if (connection === undefined) throw new UserError('milvus/not-connected', 'there is no connection to a Milvus', { hint: 'connect on the Connection screen first' });
  return connection;
}

const EXAMPLES = 3;
const EXAMPLE_CHARS = 200;

/** A few rows as people read them. A collection that is not loaded is not loaded for this. */
async function examplesOf(context: MilvusContext, view: CollectionView, signal: AbortSignal | undefined): Promise<Record<string, string>[]> {
  if (!view.isLoaded) return [];
  const names = [...view.scalarFields.map((field) => field.name), ...(view.hasOtherFields ? ['$meta'] : [])];
  const rows: Record<string, string>[] = [];
  for await (const page of readPages(context, view, names, EXAMPLES, { signal })) {
    for (const row of page.rows) rows.push(Object.fromEntries(shownNames(row, names).map((name) => [name, textOf(row, name).slice(0, EXAMPLE_CHARS)])));
    break;
  }
  return rows;
}

/** The fields of the schema, and those a row has beside it. */
function shownNames(row: Record<string, unknown>, names: readonly string[]): string[] {
  const others = row['$meta'];
  return [...names.filter((name) => name !== '$meta'), ...(typeof others === 'object' && others !== null ? Object.keys(others) : [])];
}
