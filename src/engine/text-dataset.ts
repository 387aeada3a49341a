import { stat } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { QuerySource } from '../contract/dataset.ts';
import type { Corpus, QuerySet } from '../corpus/corpus.ts';
import { documentText } from '../corpus/corpus.ts';
import { ownQueryFiles, readQuerySet } from '../corpus/query-set.ts';
import { readCorpus } from '../corpus/read-corpus.ts';
import { searchedCorpus } from '../corpus/searched-corpus.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { queryMatrixOf } from '../vectors/query-matrix.ts';
import { blockBoundaries, readVectorSet } from '../vectors/vector-set.ts';
import type { BenchContext, BenchRequest, Shape } from './bench-request.ts';
import { adaptedEmbedder, adaptedRows, adapterFor, adapterHash, adapterRemark } from './adapted-rows.ts';
import { openDataset, suggestedDims } from './dataset.ts';
import type { Dataset } from './dataset.ts';
import { embedTexts, openModel } from './model.ts';

/**
 * A dataset from text: reads the corpus and the queries, embeds both (from the cache where it can).
 * @throws UserError before anything is embedded where the request does not fit the corpus or the model.
 */
export async function datasetFromText(request: BenchRequest, context: BenchContext, check: (shape: Shape) => void, work: WorkOptions): Promise<Dataset> {
  const path = request.corpus!;
  const corpus = await readCorpus(path, { resources: context.resourcesDir }, work);
  if (request.k > corpus.ids.length) throw new UserError('bench/k', `k = ${request.k} is more than the ${corpus.ids.length} documents there are`);
  const source = await querySourceOf(request, corpus, context);
  const querySet = await readQuerySet(source, corpus, { corpusPath: path, resources: context.resourcesDir, seed: request.seed }, work);
  const embedder = await openModel(request.model, context, work);
  try {
    return await embedDataset({ corpus, querySet, embedder, cacheDir: cacheDirOf(context.dataDir), wantedDims: wantedDims(request), check, adapterPath: request.adapter }, work);
  } catch (error) {
    await embedder.close();
    throw error;
  }
}

export function cacheDirOf(dataDir: string): string {
  return `${dataDir}/cache/embeddings`;
}

function wantedDims(request: BenchRequest): number[] {
  return [...(request.dims ?? []), ...request.schedules.flatMap((schedule) => schedule.map((stage) => stage.dims))];
}

export interface EmbedRequest {
  readonly corpus: Corpus;
  readonly querySet: QuerySet;
  readonly embedder: Embedder;
  readonly cacheDir: string;
  /** Prefixes that will be searched: they become borders of the vectors' layout. */
  readonly wantedDims: readonly number[];
  readonly check?: ((shape: Shape) => void) | undefined;
  /** An adapter that turns documents and queries. */
  readonly adapterPath?: string | undefined;
}

/** Embeds what is searched of a corpus, and the queries, into a dataset. */
export async function embedDataset(request: EmbedRequest, work: WorkOptions): Promise<Dataset> {
  const { embedder, querySet } = request;
  const { card } = embedder;
  const searched = searchedCorpus(request.corpus, querySet);
  request.check?.({ rowCount: searched.ids.length, dims: card.dims, trainedDims: card.trainedDims });
  const texts = searched.ids.map((_, row) => documentText(searched, row));
  const adapter = await adapterFor(request.adapterPath, card.dims);
  const trainedDims = adapter?.provenance.prefixes ?? card.trainedDims;
  const trained = trainedDims.length === 0 ? undefined : trainedDims;
  const boundaries = blockBoundaries(card.dims, [...new Set([...suggestedDims(card.dims, trained), ...request.wantedDims])]);

  const start = performance.now();
  const documents = await embedTexts(embedder, texts, 'document', request.cacheDir, work);
  const vectors = await readVectorSet(adaptedRows(documents.rows, card.dims, adapter, work), { rowCount: texts.length, dims: card.dims, boundaries, name: searched.name }, work);
  const elapsedMs = performance.now() - start;
  const embeddedQueries = await embedTexts(embedder, querySet.texts, 'query', request.cacheDir, work);
  const queryData = new Float32Array(querySet.texts.length * card.dims);
  let at = 0;
  for await (const chunk of adaptedRows(embeddedQueries.rows, card.dims, adapter, work)) {
    queryData.set(chunk, at);
    at += chunk.length;
  }
  const warnings = [
    ...searched.stats.warnings,
    ...(querySet.warnings ?? []),
    ...card.warnings,
    ...(adapter === undefined ? [] : [adapterRemark(adapter, request.adapterPath!)]),
    ...(vectors.zeroCount === 0 ? [] : [`${vectors.zeroCount} documents have a zero vector (empty, or no token the model knows): their similarity to everything is 0`]),
  ];
  return openDataset({
    id: `dataset-${searched.contentHash.slice(0, 10)}-${querySet.contentHash.slice(0, 10)}-${card.revision.slice(0, 10)}${adapter === undefined ? '' : `-${adapterHash(adapter)}`}`,
    name: searched.name,
    corpus: searched,
    querySet,
    vectors,
    queries: queryMatrixOf(queryData, card.dims),
    qrels: querySet.qrels,
    trainedDims: trained,
    corpusInfo: {
      name: searched.name,
      count: searched.ids.length,
      contentHash: searched.contentHash,
      emptyCount: searched.stats.emptyCount,
      duplicateCount: searched.stats.duplicateCount,
      format: searched.stats.format,
      zeroVectorCount: vectors.zeroCount,
    },
    queryInfo: {
      name: querySet.name,
      count: querySet.ids.length,
      withQrels: querySet.qrels?.filter((grades) => [...grades.values()].some((grade) => grade > 0)).length ?? 0,
      contentHash: querySet.contentHash,
    },
    modelInfo: {
      id: card.id,
      name: adapter === undefined ? card.name : `${card.name} + adapter`,
      dims: card.dims,
      trainedDims: [...trainedDims],
      pooling: card.pooling,
      documentPrompt: card.documentPrompt,
      queryPrompt: card.queryPrompt,
      revision: card.revision,
      ...(card.dtype === undefined ? {} : { dtype: card.dtype }),
      ...(card.licence === undefined ? {} : { licence: card.licence }),
      embedding: { documents: texts.length, fromCache: documents.fromCache, elapsedMs, textsPerSecond: (texts.length / elapsedMs) * 1000 },
    },
    warnings,
    embedder: adapter === undefined ? embedder : adaptedEmbedder(embedder, adapter),
    summary: undefined,
  });
}

const DEFAULT_HELD_OUT = 500;

/** `--queries` is a path or a number; without it the corpus' own queries, else held-out rows. */
async function querySourceOf(request: BenchRequest, corpus: Corpus, context: BenchContext): Promise<QuerySource> {
  const own = await ownQueryFiles(request.corpus!, context.resourcesDir);
  const { queries, seed } = request;
  if (queries !== undefined && !/^\d+$/.test(queries)) {
    return { kind: 'file', path: queries, ...(request.qrels === undefined ? {} : { qrelsPath: request.qrels }) };
  }
  const count = queries === undefined ? undefined : Number(queries);
  if (count === 0) throw new UserError('cli/arguments', '--queries 0: expected at least one query');
  if (request.qrels !== undefined) {
    if (own === undefined) throw new UserError('cli/arguments', '--qrels needs the queries that it judges: give --queries PATH');
    await stat(request.qrels).catch(() => undefined);
    return { kind: 'file', path: own.queries, qrelsPath: request.qrels, ...(count === undefined ? {} : { limit: count }) };
  }
  if (own !== undefined) return { kind: 'own', seed, ...(count === undefined ? {} : { limit: count }) };
  return { kind: 'held-out', count: count ?? Math.max(1, Math.min(DEFAULT_HELD_OUT, Math.floor(corpus.ids.length / 5))), seed };
}
