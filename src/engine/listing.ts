import { join } from 'node:path';
import type { ModelEntry, Sample } from '../contract/dataset.ts';
import { listSamples } from '../corpus/sample.ts';
import { catalogue, findInCatalogue } from '../embedding/catalogue.ts';
import type { CatalogueEntry } from '../embedding/catalogue.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { weightsIn } from '../embedding/model-folder.ts';
import { isDownloaded, modelFolderOf } from '../embedding/open-embedder.ts';

/** The bundled corpora. */
export function samplesOf(resourcesDir: string): Promise<readonly Sample[]> {
  return listSamples(resourcesDir);
}

/** The catalogue, each model with where it is: bundled, on this disk, on the hub, or behind an API. */
export function modelsOf(resourcesDir: string, dataDir: string): Promise<ModelEntry[]> {
  return Promise.all(catalogue.map((entry) => modelEntryOf(entry, resourcesDir, dataDir)));
}

async function modelEntryOf(entry: CatalogueEntry, resourcesDir: string, dataDir: string): Promise<ModelEntry> {
  const folder = entry.where === 'bundled' ? join(resourcesDir, 'models', entry.id) : entry.where === 'hub' ? modelFolderOf(entry.id, join(dataDir, 'models')) : undefined;
  const isHere = folder !== undefined && (await isDownloaded(folder));
  const dtypes = isHere ? await weightsIn(folder) : Object.entries(entry.sizes ?? {}).map(([dtype, bytes]) => ({ dtype, sizeBytes: bytes }));
  const sizeBytes = entry.sizes?.fp32 ?? dtypes[0]?.sizeBytes;
  return {
    id: entry.id,
    name: entry.name,
    dims: entry.dims,
    trainedDims: [...entry.trainedDims],
    pooling: entry.pooling,
    layerNorm: entry.layerNorm,
    documentPrompt: entry.documentPrompt,
    queryPrompt: entry.queryPrompt,
    maxTokens: entry.maxTokens,
    ...(entry.licence === undefined ? {} : { licence: entry.licence }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(entry.repository === undefined ? {} : { repository: entry.repository }),
    ...(entry.dollarsPerMillionTokens === undefined ? {} : { dollarsPerMillionTokens: entry.dollarsPerMillionTokens }),
    ...(dtypes.length === 0 ? {} : { dtypes }),
    where: entry.where === 'hub' && isHere ? 'local' : entry.where,
    ...(isHere ? { path: folder } : {}),
    warnings: entry.trainedDims.length === 0 ? ['not Matryoshka-trained: prefixes lose more than with a model trained for them', entry.note] : [entry.note],
  };
}

/** A model folder that was opened, as the list shows it. */
export async function modelEntryOfCard({ card, usage }: Embedder, path: string | undefined): Promise<ModelEntry> {
  const known = findInCatalogue(card.id);
  const isServer = usage !== undefined;
  const dtypes = path === undefined || isServer ? [] : await weightsIn(path);
  return {
    id: card.id,
    name: card.name,
    dims: card.dims,
    trainedDims: [...card.trainedDims],
    pooling: card.pooling,
    layerNorm: card.layerNorm,
    documentPrompt: card.documentPrompt,
    queryPrompt: card.queryPrompt,
    maxTokens: card.maxTokens,
    ...(card.licence === undefined ? {} : { licence: card.licence }),
    ...(card.dtype === undefined ? {} : { dtype: card.dtype }),
    ...(dtypes.length === 0 ? {} : { dtypes }),
    ...(card.dollarsPerMillionTokens === undefined ? {} : { dollarsPerMillionTokens: card.dollarsPerMillionTokens }),
    where: isServer ? 'api' : known?.where === 'bundled' ? 'bundled' : 'local',
    ...(path === undefined ? {} : { path }),
    warnings: card.trainedDims.length === 0 ? ['not Matryoshka-trained, as far as its folder says', ...card.warnings] : [...card.warnings],
  };
}
