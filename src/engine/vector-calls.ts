import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CorpusPreview, DatasetSummary, VectorsPreview } from '../contract/dataset.ts';
import { previewCorpus } from '../corpus/preview.ts';
import { readCorpus } from '../corpus/read-corpus.ts';
import { openVectorDataset } from '../vectors/vector-dataset.ts';
import { holdsQueries, isVectorName, openVectorSource } from '../vectors/open-vectors.ts';
import { suggestedDims } from './dataset.ts';
import { possibleUse } from './machine.ts';
import { datasetFromVectors } from './vector-dataset.ts';
import type { HandlersOf, Workspace } from './workspace.ts';

const CHECKED_K = 10;

export function vectorCalls(workspace: Workspace): HandlersOf<'corpus.preview' | 'dataset.openVectors'> {
  return {
    'corpus.preview': async ({ path, options }) => {
      if (isVectorName(path) || (await holdsQueries(path))) return bareVectors(path);
      const preview = await previewCorpus(path, { ...options, resources: workspace.resourcesDir });
      const vectors = await vectorsBesideText(path, preview);
      return vectors === undefined ? preview : { ...preview, vectors };
    },
    'dataset.openVectors': async ({ path, queryPath, neighboursPath, queryCount, seed, read, ...asked }, work) => {
      const use = possibleUse(asked);
      const corpus = read === undefined ? undefined : await readCorpus(path, { ...read, resources: workspace.resourcesDir }, work);
      const start = performance.now();
      const request = { vectors: path, queryVectors: queryPath, neighbours: neighboursPath, queries: queryCount === undefined ? undefined : String(queryCount), seed: seed ?? 1, k: CHECKED_K, schedules: [], ...use };
      const dataset = await datasetFromVectors(request, () => undefined, work, corpus);
      const elapsedMs = performance.now() - start;
      const { corpusInfo, queryInfo, modelInfo, vectors } = dataset;
      const summary: DatasetSummary = {
        datasetId: dataset.id,
        corpus: {
          corpusId: dataset.id,
          name: corpusInfo.name,
          count: vectors.rowCount,
          emptyCount: dataset.corpus?.stats.emptyCount ?? 0,
          duplicateCount: dataset.corpus?.stats.duplicateCount ?? 0,
          format: corpusInfo.format ?? 'vectors',
          sizeBytes: await bytesOf(path),
          contentHash: corpusInfo.contentHash,
          hasTitles: dataset.corpus?.titles !== undefined,
          hasQueries: false,
          hasQrels: false,
          warnings: [],
          source: { kind: 'path', path },
        },
        queries: {
          queryId: `${dataset.id}-queries`,
          name: queryInfo.name,
          count: queryInfo.count,
          withQrels: 0,
          heldOutCount: dataset.heldOutCount,
          contentHash: queryInfo.contentHash,
          examples: [],
          source: { kind: 'own' },
        },
        model: { ...modelInfo, trainedDims: [...modelInfo.trainedDims], pooling: 'none', layerNorm: false, documentPrompt: '', queryPrompt: '', maxTokens: 0, where: 'local', warnings: [] },
        rowCount: vectors.rowCount,
        queryCount: queryInfo.count,
        dims: vectors.dims,
        suggestedDims: suggestedDims(vectors.dims, dataset.trainedDims),
        sizeBytes: vectors.sizeBytes,
        fromCache: false,
        elapsedMs,
        textsPerSecond: 0,
        zeroVectorCount: vectors.zeroCount,
        ...(use === undefined ? {} : { use }),
        warnings: [...dataset.warnings],
        lint: [...dataset.lint],
        ...(queryInfo.providedNeighbours === undefined ? {} : { providedNeighbours: queryInfo.providedNeighbours }),
      };
      workspace.datasets.put(dataset.id, { ...dataset, summary });
      return summary;
    },
  };
}

/** Vectors without texts, as the preview shows them. */
async function bareVectors(path: string): Promise<CorpusPreview> {
  const set = (await holdsQueries(path)) ? await openVectorDataset(path) : undefined;
  const source = set?.base ?? (await openVectorSource(path));
  const vectors: VectorsPreview = {
    rowCount: source.rowCount,
    dims: source.dims,
    ownQueryCount: set?.queries.rowCount ?? 0,
    ...(set?.neighbours === undefined ? {} : { neighbourWidth: set.neighbours.width }),
    hasText: false,
  };
  return { path, format: set?.format ?? source.format, sizeBytes: await bytesOf(path), columns: [], rows: [], estimatedCount: source.rowCount, hasQueries: false, hasQrels: false, warnings: [...(set?.warnings ?? [])], vectors };
}

/** A list of numbers in a table of texts. */
async function vectorsBesideText(path: string, preview: CorpusPreview): Promise<VectorsPreview | undefined> {
  if ((preview.format !== 'parquet' && preview.format !== 'arrow') || !(await stat(path)).isFile()) return undefined;
  const source = await openVectorSource(path).catch(() => undefined);
  if (source === undefined || source.dims < 2) return undefined;
  return { rowCount: source.rowCount, dims: source.dims, ownQueryCount: 0, hasText: preview.columns.some((column) => column.role === 'text') };
}

async function bytesOf(path: string): Promise<number> {
  const info = await stat(path.replace(/#(train|test)$/, ''));
  if (!info.isDirectory()) return info.size;
  let sum = 0;
  for (const entry of await readdir(path, { withFileTypes: true })) if (entry.isFile()) sum += (await stat(join(path, entry.name))).size;
  return sum;
}
