import { UserError } from '../base/errors.ts';
import { openMilvusFor } from './milvus-store.ts';
import { FLAT } from './store-choice.ts';
import type { HandlersOf, Workspace } from './workspace.ts';

export function milvusCalls(workspace: Workspace): HandlersOf<'milvus.connect' | 'milvus.disconnect' | 'milvus.state' | 'milvus.load'> {
  return {
    'milvus.connect': async ({ target }, { signal }) => (await workspace.milvus.connect(target, signal)).server,
    'milvus.disconnect': async () => {
      await workspace.milvus.disconnect();
      return {};
    },
    'milvus.state': async () => workspace.milvus.state(),
    'milvus.load': async ({ datasetId, dims, head }, work) => {
      const dataset = workspace.datasets.get(datasetId);
      const connection = workspace.milvus.current();
      if (connection === undefined) throw new UserError('milvus/not-connected', 'there is no connection to a Milvus', { hint: 'connect on the Connection screen first' });
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
