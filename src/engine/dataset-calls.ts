import { UserError } from '../base/errors.ts';
import { apiKeyRefOf } from '../contract/api-key.ts';
import type { DatasetSummary, ModelEntry } from '../contract/dataset.ts';
import { documentTexts } from '../corpus/corpus.ts';
import { searchedCorpus } from '../corpus/searched-corpus.ts';
import { downloadModel, hubOfEnvironment, removeModel } from '../embedding/hub-download.ts';
import { findInCatalogue } from '../embedding/catalogue.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { dtypeOf } from '../embedding/model-folder.ts';
import { adapterPathOf } from './adapter-store.ts';
import { datasetOfCollection } from './collection-dataset.ts';
import { estimateEmbedding } from './cost-estimate.ts';
import { suggestedDims } from './dataset.ts';
import type { Dataset } from './dataset.ts';
import { modelEntryOfCard, modelsOf } from './listing.ts';
import { possibleUse } from './machine.ts';
import { openModel } from './model.ts';
import type { ModelOptions } from './model.ts';
import { embedDataset } from './text-dataset.ts';
import type { HandlersOf, Workspace } from './workspace.ts';

/** The model of a collection whose queries are its own rows. */
const COLLECTION_MODEL = 'collection';

export function datasetCalls(workspace: Workspace): HandlersOf<'models.list' | 'models.inspect' | 'models.download' | 'models.remove' | 'models.estimate' | 'dataset.embed'> {
  return {
    'models.list': () => modelsOf(workspace.resourcesDir, workspace.dataDir),
    'models.inspect': async ({ path }, { signal }) => {
      const embedder = await open(workspace, path, {}, signal);
      try {
        return await modelEntryOfCard(embedder, path);
      } finally {
        await embedder.close();
      }
    },
    'models.download': async ({ modelId, dtype }, work) => {
      const entry = findInCatalogue(modelId);
      if (entry === undefined) throw new UserError('model/unknown', `there is no model ${JSON.stringify(modelId)} in the catalogue`);
      await downloadModel(entry, { modelsDir: workspace.modelsDir, ...(dtype === undefined ? {} : { dtype: dtypeOf(dtype) }), ...hubOfEnvironment() }, work);
      const listed = (await modelsOf(workspace.resourcesDir, workspace.dataDir)).find((model) => model.id === entry.id);
      return listed!;
    },
    'models.remove': async ({ modelId }) => {
      const entry = findInCatalogue(modelId);
      if (entry?.where !== 'hub') throw new UserError('model/unknown', `${JSON.stringify(modelId)} is no model that was downloaded`);
      await removeModel(entry.id, workspace.modelsDir);
      return {};
    },
    'models.estimate': async ({ corpusId, queryId, ...model }) => {
      const { querySet } = workspace.querySets.get(queryId);
      return estimateEmbedding(documentTexts(searchedCorpus(workspace.corpora.get(corpusId).corpus, querySet)), querySet.texts, model);
    },
    'dataset.embed': async ({ corpusId, queryId, modelId, documentPrompt, queryPrompt, dtype, adapterId, ...asked }, work) => {
      const { corpus, collection, summary: corpusSummary } = workspace.corpora.get(corpusId);
      const queries = workspace.querySets.get(queryId);
      if (queries.corpusId !== corpusId) throw new UserError('dataset/queries', 'this query set was made for another corpus', { hint: 'choose the queries again' });
      if (collection !== undefined && adapterId !== undefined) throw new UserError('dataset/adapter', 'an adapter cannot turn vectors that lie in a collection', { hint: 'choose no adapter on the Model screen, or load the vectors anew with it' });
      const use = possibleUse(asked);
      // A collection's rows bring their vectors: rows as queries need no model.
      const isModelFree = collection !== undefined && (modelId === COLLECTION_MODEL || modelId === '');
      const embedder = isModelFree ? undefined : await open(workspace, modelId, { documentPrompt, queryPrompt, dtype }, work.signal);
      const start = performance.now();
      let dataset: Dataset;
      try {
        const common = { corpus, cacheDir: workspace.cacheDir, wantedDims: [], ...use };
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
      const embedding: NonNullable<Dataset['modelInfo']['embedding']> = dataset.modelInfo.embedding ?? { documents: dataset.vectors.rowCount, fromCache: false, elapsedMs, textsPerSecond: (dataset.vectors.rowCount / elapsedMs) * 1000 };
      const summary: DatasetSummary = {
        datasetId: dataset.id,
        corpus: corpusSummary,
        queries: queries.summary,
        model: {
          ...(collection === undefined ? await modelEntryOfCard(embedder!, modelId === embedder!.card.id ? undefined : modelId) : modelEntryOfCollection(dataset)),
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
        ...(use === undefined ? {} : { use }),
        ...(dataset.collection === undefined ? {} : { inPlace: dataset.collection.inPlace }),
        warnings: [...dataset.warnings],
        lint: [...dataset.lint],
        ...(embedding.api === undefined ? {} : { usage: embedding.api }),
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

/** The key that the host keeps for this model's server is asked for by the engine itself: no caller can send it to another one. */
async function open(workspace: Workspace, modelId: string, options: ModelOptions, signal: AbortSignal | undefined): Promise<Embedder> {
  const isApi = /^https?:/i.test(modelId) || findInCatalogue(modelId)?.where === 'api';
  return openModel(modelId, options, { ...workspace, apiKey: isApi ? await workspace.resolveSecret(apiKeyRefOf(modelId)) : undefined }, { signal });
}
