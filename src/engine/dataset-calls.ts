import { UserError } from '../base/errors.ts';
import type { DatasetSummary } from '../contract/dataset.ts';
import { downloadModel } from '../embedding/hub-download.ts';
import { findInCatalogue } from '../embedding/catalogue.ts';
import { openEmbedder } from '../embedding/open-embedder.ts';
import { openLocalEmbedder } from '../embedding/local-embedder.ts';
import type { Recipe } from '../embedding/recipe.ts';
import { suggestedDims } from './dataset.ts';
import type { Dataset } from './dataset.ts';
import { modelEntryOfCard, modelsOf } from './listing.ts';
import { cacheDirOf, embedDataset } from './text-dataset.ts';
import type { HandlersOf, Workspace } from './workspace.ts';

export function datasetCalls(workspace: Workspace): HandlersOf<'models.list' | 'models.inspect' | 'models.download' | 'dataset.embed'> {
  return {
    'models.list': () => modelsOf(workspace.resourcesDir, workspace.dataDir),
    'models.inspect': async ({ path }, { signal }) => {
      const embedder = await openLocalEmbedder(path, { signal });
      try {
        return modelEntryOfCard(embedder.card, path);
      } finally {
        await embedder.close();
      }
    },
    'models.download': async ({ modelId }, work) => {
      const entry = findInCatalogue(modelId);
      if (entry === undefined) throw new UserError('model/unknown', `there is no model ${JSON.stringify(modelId)} in the catalogue`);
      await downloadModel(entry, { modelsDir: workspace.modelsDir }, work);
      const listed = (await modelsOf(workspace.resourcesDir, workspace.dataDir)).find((model) => model.id === entry.id);
      return listed!;
    },
    'dataset.embed': async ({ corpusId, queryId, modelId, documentPrompt, queryPrompt }, work) => {
      const { corpus, summary: corpusSummary } = workspace.corpora.get(corpusId);
      const queries = workspace.querySets.get(queryId);
      if (queries.corpusId !== corpusId) throw new UserError('dataset/queries', 'this query set was made for another corpus', { hint: 'choose the queries again' });
      const override: Partial<Recipe> = { ...(documentPrompt === undefined ? {} : { documentPrompt }), ...(queryPrompt === undefined ? {} : { queryPrompt }) };
      const embedder = await openEmbedder(modelId, { modelsDir: workspace.modelsDir, resources: workspace.resourcesDir, signal: work.signal, override });
      let dataset: Dataset;
      try {
        dataset = await embedDataset({ corpus, querySet: queries.querySet, embedder, cacheDir: cacheDirOf(workspace.dataDir), wantedDims: [] }, work);
      } catch (error) {
        await embedder.close();
        throw error;
      }
      const embedding = dataset.modelInfo.embedding!;
      const summary: DatasetSummary = {
        datasetId: dataset.id,
        corpus: corpusSummary,
        queries: queries.summary,
        model: modelEntryOfCard(embedder.card, modelId === embedder.card.id ? undefined : modelId),
        rowCount: dataset.vectors.rowCount,
        queryCount: dataset.queries.queryCount,
        dims: dataset.vectors.dims,
        suggestedDims: suggestedDims(dataset.vectors.dims, dataset.trainedDims),
        sizeBytes: dataset.vectors.sizeBytes,
        fromCache: embedding.fromCache,
        elapsedMs: embedding.elapsedMs,
        textsPerSecond: embedding.textsPerSecond,
        zeroVectorCount: dataset.vectors.zeroCount,
        warnings: [...dataset.warnings],
      };
      workspace.datasets.put(dataset.id, { ...dataset, summary });
      return summary;
    },
  };
}
