import { UserError } from '../base/errors.ts';
import type { DatasetSummary, ModelEntry } from '../contract/dataset.ts';
import { downloadModel } from '../embedding/hub-download.ts';
import { findInCatalogue } from '../embedding/catalogue.ts';
import { openEmbedder } from '../embedding/open-embedder.ts';
import { openLocalEmbedder } from '../embedding/local-embedder.ts';
import type { Recipe } from '../embedding/recipe.ts';
import { datasetOfCollection } from './collection-dataset.ts';
import { adapterPathOf } from './adapter-store.ts';
import { suggestedDims } from './dataset.ts';
import type { Dataset } from './dataset.ts';
import { modelEntryOfCard, modelsOf } from './listing.ts';
import { cacheDirOf, embedDataset } from './text-dataset.ts';
import type { HandlersOf, Workspace } from './workspace.ts';

/** The model of a collection whose queries are its own rows. */
const COLLECTION_MODEL = 'collection';

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
    'dataset.embed': async ({ corpusId, queryId, modelId, documentPrompt, queryPrompt, adapterId }, work) => {
      const { corpus, collection, summary: corpusSummary } = workspace.corpora.get(corpusId);
      const queries = workspace.querySets.get(queryId);
      if (queries.corpusId !== corpusId) throw new UserError('dataset/queries', 'this query set was made for another corpus', { hint: 'choose the queries again' });
      const override: Partial<Recipe> = { ...(documentPrompt === undefined ? {} : { documentPrompt }), ...(queryPrompt === undefined ? {} : { queryPrompt }) };
      if (collection !== undefined && adapterId !== undefined) throw new UserError('dataset/adapter', 'an adapter cannot turn vectors that lie in a collection', { hint: 'choose no adapter on the Model screen, or load the vectors anew with it' });
      // A collection's rows bring their vectors: rows as queries need no model.
      const isModelFree = collection !== undefined && (modelId === COLLECTION_MODEL || modelId === '');
      const embedder = isModelFree ? undefined : await openEmbedder(modelId, { modelsDir: workspace.modelsDir, resources: workspace.resourcesDir, signal: work.signal, override });
      const start = performance.now();
      let dataset: Dataset;
      try {
        const common = { corpus, cacheDir: cacheDirOf(workspace.dataDir), wantedDims: [] };
        dataset =
          collection === undefined
            ? await embedDataset({ ...common, querySet: queries.querySet, embedder: embedder!, adapterPath: adapterId === undefined ? undefined : adapterPathOf(workspace.adaptersDir, adapterId) }, work)
            : await datasetOfCollection(await workspace.milvus.connect(collection.source.target, work.signal), { ...common, collection, queries: { querySet: queries.querySet, embedder } }, work);
      } catch (error) {
        await embedder?.close();
        throw error;
      }
      // Of a collection nothing was embedded: its vectors were read.
      const elapsedMs = performance.now() - start;
      const embedding = dataset.modelInfo.embedding ?? { fromCache: false, elapsedMs, textsPerSecond: (dataset.vectors.rowCount / elapsedMs) * 1000 };
      const summary: DatasetSummary = {
        datasetId: dataset.id,
        corpus: corpusSummary,
        queries: queries.summary,
        model: {
          ...(collection === undefined ? modelEntryOfCard(embedder!.card, modelId === embedder!.card.id ? undefined : modelId) : modelEntryOfCollection(dataset)),
          ...(adapterId === undefined ? {} : { name: dataset.modelInfo.name, trainedDims: [...dataset.modelInfo.trainedDims] }),
        },
        ...(adapterId === undefined ? {} : { adapterId }),
        rowCount: dataset.vectors.rowCount,
        queryCount: dataset.queries.queryCount,
        dims: dataset.vectors.dims,
        suggestedDims: [...(dataset.suggestedDims ?? suggestedDims(dataset.vectors.dims, dataset.trainedDims))],
        sizeBytes: dataset.vectors.sizeBytes,
        fromCache: embedding.fromCache,
        elapsedMs: embedding.elapsedMs,
        textsPerSecond: embedding.textsPerSecond,
        zeroVectorCount: dataset.vectors.zeroCount,
        ...(dataset.collection === undefined ? {} : { inPlace: dataset.collection.inPlace }),
        warnings: [...dataset.warnings],
      };
      workspace.datasets.put(dataset.id, { ...dataset, summary });
      return summary;
    },
  };
}

/** What stands for the model where the vectors were made by somebody else. */
function modelEntryOfCollection({ modelInfo, embedder }: Dataset): ModelEntry {
  return {
    id: modelInfo.id,
    name: modelInfo.name,
    dims: modelInfo.dims,
    trainedDims: [...modelInfo.trainedDims],
    pooling: embedder?.card.pooling ?? '',
    layerNorm: embedder?.card.layerNorm ?? false,
    documentPrompt: embedder?.card.documentPrompt ?? '',
    queryPrompt: embedder?.card.queryPrompt ?? '',
    maxTokens: embedder?.card.maxTokens ?? 0,
    where: 'collection',
    warnings: [],
  };
}
