import { UserError } from '../base/errors.ts';
import { inspectQuery } from '../funnel/inspect.ts';
import { queryMatrixOf, queryOf } from '../vectors/query-matrix.ts';
import { documentOf } from './corpus-calls.ts';
import type { Dataset } from './dataset.ts';
import type { HandlersOf, Workspace } from './workspace.ts';

export function inspectCalls(workspace: Workspace): HandlersOf<'inspect.query'> {
  return {
    'inspect.query': async ({ datasetId, schedule, k, dims, query }, { signal }) => {
      const dataset = workspace.datasets.get(datasetId);
      const asked = await queryVector(dataset, query, signal);
      const head = await dataset.store.openHead({ dims: schedule[0]!.dims, index: 'flat', precision: 'f32' });
      try {
        return await inspectQuery({
          store: dataset.store,
          head,
          vectors: dataset.vectors,
          query: asked.vector,
          about: asked.about,
          schedule,
          k,
          dims,
          documentOf: (row) => (dataset.corpus === undefined ? { row, id: String(row), text: '' } : documentOf(dataset.corpus, row)),
          grades: asked.about.row === null ? undefined : dataset.querySet?.qrels?.[asked.about.row],
          signal,
        });
      } finally {
        await head.close();
      }
    },
  };
}

async function queryVector(dataset: Dataset, query: { row: number } | { text: string }, signal: AbortSignal | undefined): Promise<{ vector: Float32Array; about: { row: number | null; id: string; text: string } }> {
  if ('row' in query) {
    if (query.row >= dataset.queries.queryCount) throw new UserError('inspect/row', `query ${query.row} is beyond the ${dataset.queries.queryCount} queries there are`);
    return {
      vector: queryOf(dataset.queries, query.row),
      about: { row: query.row, id: dataset.querySet?.ids[query.row] ?? String(query.row), text: dataset.querySet?.texts[query.row] ?? '' },
    };
  }
  if (dataset.embedder === undefined) throw new UserError('inspect/no-model', 'a typed query needs a model to embed it; this dataset is vectors only');
  const rows = await dataset.embedder.embed([query.text], 'query', { signal });
  return { vector: queryMatrixOf(rows, dataset.vectors.dims).data, about: { row: null, id: 'typed', text: query.text } };
}
