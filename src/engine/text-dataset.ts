import { hashStrings } from '../base/content-hash.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { MachineUse } from '../contract/dataset.ts';
import type { Corpus, QuerySet } from '../corpus/corpus.ts';
import { documentTexts, judgedCount } from '../corpus/corpus.ts';
import { searchedCorpus } from '../corpus/searched-corpus.ts';
import type { Embedder, ModelCard } from '../embedding/embedder.ts';
import { createRowLint } from '../embedding/row-lint.ts';
import { queryMatrixOf } from '../vectors/query-matrix.ts';
import { blockBoundaries, readVectorSet } from '../vectors/vector-set.ts';
import type { BenchContext, BenchRequest, Shape } from './bench-request.ts';
import { adaptedEmbedder, adaptedRows, adapterFor, adapterHash, adapterRemark } from './adapted-rows.ts';
import { readTexts } from './bench-texts.ts';
import { describeEstimate, describeUsage, estimateEmbedding } from './cost-estimate.ts';
import { cacheDirOf } from './data-dir.ts';
import { corpusInfoOf, openDataset, suggestedDims } from './dataset.ts';
import type { Dataset } from './dataset.ts';
import { lintEmbeddings, linted, lintWarnings } from './embedding-lint.ts';
import { embedTexts, openModel } from './model.ts';

/**
 * A dataset from text: reads the corpus and the queries, embeds both (from the cache where it can).
 * @throws UserError before anything is embedded where the request does not fit the corpus or the model.
 */
export async function datasetFromText(request: BenchRequest, context: BenchContext, check: (shape: Shape) => void, work: WorkOptions): Promise<Dataset> {
  const { corpus, querySet } = await readTexts(request, context, work);
  const embedder = await openModel(request.model, request, context, work);
  try {
    return await embedDataset({ corpus, querySet, embedder, cacheDir: cacheDirOf(context.dataDir), wantedDims: wantedDims(request), check, adapterPath: request.adapter, onRemark: context.onRemark, threads: request.threads, vectorMemoryBytes: request.vectorMemoryBytes }, work);
  } catch (error) {
    await embedder.close();
    throw error;
  }
}

function wantedDims(request: BenchRequest): number[] {
  return [...(request.dims ?? []), ...request.schedules.flatMap((schedule) => schedule.map((stage) => stage.dims))];
}

export interface EmbedRequest extends MachineUse {
  readonly corpus: Corpus;
  readonly querySet: QuerySet;
  readonly embedder: Embedder;
  readonly cacheDir: string;
  /** Prefixes that will be searched: they become borders of the vectors' layout. */
  readonly wantedDims: readonly number[];
  readonly check?: ((shape: Shape) => void) | undefined;
  /** An adapter that turns documents and queries. */
  readonly adapterPath?: string | undefined;
  /** Told what an API will cost before anything is sent, and what was sent after it. */
  readonly onRemark?: ((line: string) => void) | undefined;
}

/** Embeds what is searched of a corpus, and the queries, into a dataset. */
export async function embedDataset(request: EmbedRequest, work: WorkOptions): Promise<Dataset> {
  const { embedder, querySet } = request;
  const { card } = embedder;
  const searched = searchedCorpus(request.corpus, querySet);
  request.check?.({ rowCount: searched.ids.length, dims: card.dims, trainedDims: card.trainedDims });
  const texts = documentTexts(searched);
  if (embedder.usage !== undefined) request.onRemark?.(describeEstimate(estimateEmbedding(texts, querySet.texts, card), card.name));
  const adapter = await adapterFor(request.adapterPath, card.dims);
  const trainedDims = adapter?.provenance.prefixes ?? card.trainedDims;
  const trained = trainedDims.length === 0 ? undefined : trainedDims;
  const boundaries = blockBoundaries(card.dims, [...new Set([...suggestedDims(card.dims, trained), ...request.wantedDims])]);

  const start = performance.now();
  const documents = await embedTexts(embedder, texts, 'document', request.cacheDir, work);
  const rowLint = createRowLint(card.dims);
  const vectors = await readVectorSet(adaptedRows(linted(documents.rows, rowLint), card.dims, adapter, work), { rowCount: texts.length, dims: card.dims, boundaries, name: searched.name, memoryBytes: request.vectorMemoryBytes }, work);
  const elapsedMs = performance.now() - start;
  const embeddedQueries = await embedTexts(embedder, querySet.texts, 'query', request.cacheDir, work);
  const queryData = new Float32Array(querySet.texts.length * card.dims);
  let at = 0;
  for await (const chunk of adaptedRows(embeddedQueries.rows, card.dims, adapter, work)) {
    queryData.set(chunk, at);
    at += chunk.length;
  }
  const usage = embedder.usage?.();
  if (usage !== undefined) request.onRemark?.(describeUsage(usage, card.name));
  // Prefixes nobody asked for are not held against a model; with an adapter they are the adapter's.
  const wantedDims = adapter !== undefined ? [] : request.wantedDims.length > 0 ? request.wantedDims : suggestedDims(card.dims, trained);
  const lint = await lintEmbeddings({ embedder, documents: texts, queries: querySet.texts, wantedDims, rows: rowLint, withSelfTest: !documents.fromCache });
  const warnings = [
    ...searched.stats.warnings,
    ...(querySet.warnings ?? []),
    ...card.warnings,
    ...(adapter === undefined ? [] : [adapterRemark(adapter, request.adapterPath!)]),
    ...lintWarnings(lint),
  ];
  return openDataset({
    threads: request.threads,
    id: `dataset-${searched.contentHash.slice(0, 10)}-${querySet.contentHash.slice(0, 10)}-${recipeHash(card)}${adapter === undefined ? '' : `-${adapterHash(adapter)}`}`,
    name: searched.name,
    corpus: searched,
    querySet,
    heldOutCount: querySet.heldOutRows?.length ?? 0,
    vectors,
    queries: queryMatrixOf(queryData, card.dims),
    qrels: querySet.qrels,
    trainedDims: trained,
    corpusInfo: corpusInfoOf(searched, vectors),
    queryInfo: {
      name: querySet.name,
      count: querySet.ids.length,
      withQrels: judgedCount(querySet),
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
      embedding: { documents: texts.length, fromCache: documents.fromCache, elapsedMs, textsPerSecond: (texts.length / elapsedMs) * 1000, ...(usage === undefined ? {} : { api: usage }) },
    },
    warnings,
    lint,
    embedder: adapter === undefined ? embedder : adaptedEmbedder(embedder, adapter),
    summary: undefined,
  });
}

/** Changes with whatever changes the vectors: weights, and how they are used. */
function recipeHash({ revision, dtype, layerNorm, pooling, maxTokens, documentPrompt, queryPrompt }: ModelCard): string {
  return hashStrings([revision, dtype ?? '', String(layerNorm), pooling, String(maxTokens), documentPrompt, queryPrompt]).slice(0, 10);
}
