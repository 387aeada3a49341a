import { createHash } from 'node:crypto';
import { describeError, UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { InPlace, MachineUse } from '../contract/dataset.ts';
import type { Corpus, QuerySet } from '../corpus/corpus.ts';
import { judgedCount } from '../corpus/corpus.ts';
import { searchedCorpus } from '../corpus/searched-corpus.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { lintMetric, lintRecipe } from '../embedding/lint.ts';
import { createRowLint } from '../embedding/row-lint.ts';
import { openExistingStore } from '../stores/milvus/existing-store.ts';
import type { ExistingStore } from '../stores/milvus/existing-store.ts';
import { contentHashOf, vectorSourceOf } from '../stores/milvus/vector-source.ts';
import { queryMatrixOf } from '../vectors/query-matrix.ts';
import type { Shape } from './bench-request.ts';
import { readingContext } from './collection-corpus.ts';
import type { OpenCollection, SearchedCollection } from './collection-corpus.ts';
import { readRows } from './collection-rows.ts';
import { corpusInfoOf, openDataset, suggestedDims } from './dataset.ts';
import type { Dataset } from './dataset.ts';
import { lintWarnings, worstFirst } from './embedding-lint.ts';
import { foreignModelWarning } from './foreign-model.ts';
import type { OpenMilvus } from './milvus-connection.ts';
import { embedTexts } from './model.ts';

/** Where the queries' vectors come from: rows of the collection itself, a model, or a file. */
export type CollectionQueries =
  | { readonly querySet: QuerySet; readonly embedder?: Embedder | undefined; readonly vectors?: undefined }
  | { readonly querySet?: undefined; readonly embedder?: Embedder | undefined; readonly vectors: { readonly data: Float32Array; readonly dims: number; readonly name: string } };

export interface CollectionDatasetRequest extends MachineUse {
  readonly corpus: Corpus;
  readonly collection: OpenCollection;
  readonly queries: CollectionQueries;
  readonly cacheDir: string;
  /** Prefixes that will be searched: they become borders of the vectors' layout. */
  readonly wantedDims: readonly number[];
  readonly check?: ((shape: Shape) => void) | undefined;
}

/**
 * The dataset of a collection: its vectors are read into this process, where every prefix is cut from them; what it has fields for can be
 * measured in place too.
 * @throws UserError when the model's vectors have another width, `milvus/…`; CancelledError
 */
export async function datasetOfCollection(connection: OpenMilvus, request: CollectionDatasetRequest, work: WorkOptions): Promise<Dataset> {
  const { corpus, collection, queries } = request;
  const { querySet, embedder } = queries;
  const { dims } = collection.vectorField;
  const field = `${collection.view.name}.${collection.vectorField.name}`;
  const heldOut = querySet?.heldOutRows;
  if (embedder !== undefined && embedder.card.dims !== dims) {
    throw new UserError('queries/width', `${embedder.card.name} gives ${embedder.card.dims} dims, ${field} has ${dims}; queries need the model that made the collection`);
  }
  if (queries.vectors !== undefined && queries.vectors.dims !== dims) {
    throw new UserError('queries/width', `has ${queries.vectors.dims} columns, but ${field} has ${dims} dims; both must come from one model`, { place: { file: queries.vectors.name } });
  }
  const searched = querySet === undefined ? corpus : searchedCorpus(corpus, querySet);
  const trained = embedder?.card.trainedDims.length ? embedder.card.trainedDims : undefined;
  request.check?.({ rowCount: searched.ids.length, dims, trainedDims: trained });
  const ownDims = collection.prefixFields.map((prefix) => prefix.view.vectorFields.find((one) => one.name === prefix.field)!.dims);
  const suggested = [...new Set([...suggestedDims(dims, trained), ...ownDims])].sort((a, b) => a - b);

  const rowLint = createRowLint(dims);
  const { vectors, heldOutVectors, searchedKeys } = await readRows(connection, collection, heldOut, [...suggested, ...request.wantedDims], rowLint, request.vectorMemoryBytes, work);
  const queryRows = heldOut !== undefined ? heldOutVectors : (queries.vectors?.data ?? (await embedQueries(querySet, embedder, request.cacheDir, field, work)));
  const matrix = queryMatrixOf(queryRows, dims, { dims, name: queries.vectors?.name ?? field });
  const inPlace = await inPlaceOf(connection, collection, searchedKeys, work);
  const queryHash = querySet?.contentHash ?? createHash('sha256').update(matrix.data).digest('hex');
  const hash = await contentHashOf(vectorSourceOf(vectors), work);
  const model = embedder === undefined ? field : `${field} with queries by ${embedder.card.id}`;
  const rowFindings = rowLint.findings();
  const isNormalised = !rowFindings.some(({ code }) => code === 'not-normalised' || code === 'prefix-not-normalised');
  const { metric } = collection.vectorField;
  const lint = worstFirst([...(metric === undefined ? [] : lintMetric(metric, isNormalised)), ...(embedder === undefined ? [] : lintRecipe(embedder.card, (querySet?.texts ?? []).slice(0, 200), 'query')), ...rowFindings]);
  const warnings = [
    ...searched.stats.warnings,
    ...(querySet?.warnings ?? []),
    ...(embedder?.card.warnings ?? []),
    ...(querySet?.hidesTitles === true ? [`the queries are titles, and the vectors of ${field} may have been made with them`] : []),
    ...lintWarnings(lint),
    ...(inPlace.obstacle === undefined ? [] : [`${inPlace.obstacle}; it is measured on the embedded copy of its vectors only`]),
    ...(await foreignModelWarning(searched, vectors, embedder, field, work)),
  ];
  return openDataset({
    threads: request.threads,
    id: `collection-${createHash('sha256').update([collection.source.target.address, collection.source.target.database ?? '', hash, searched.contentHash, queryHash, model].join('\n')).digest('hex').slice(0, 24)}`,
    name: searched.name,
    corpus: searched,
    querySet,
    heldOutCount: heldOut?.length ?? 0,
    vectors,
    queries: matrix,
    qrels: querySet?.qrels,
    trainedDims: trained,
    corpusInfo: corpusInfoOf(searched, vectors),
    queryInfo: {
      name: querySet?.name ?? queries.vectors!.name,
      count: matrix.queryCount,
      withQrels: judgedCount(querySet),
      contentHash: queryHash,
    },
    modelInfo: {
      id: model,
      name: `vectors of ${model}`,
      dims,
      trainedDims: [...(trained ?? [])],
      ...(embedder === undefined ? {} : { queryPrompt: embedder.card.queryPrompt, revision: embedder.card.revision }),
    },
    warnings,
    lint,
    embedder,
    summary: undefined,
    collection: { ...collection, searchedKeys, inPlace },
    suggestedDims: suggested,
  });
}

async function embedQueries(querySet: QuerySet | undefined, embedder: Embedder | undefined, cacheDir: string, field: string, work: WorkOptions): Promise<Float32Array> {
  if (querySet === undefined || embedder === undefined) {
    throw new UserError('queries/no-model', `queries that are texts need the model that made ${field}`, { hint: 'choose it, or take rows of the collection as queries' });
  }
  const rows = new Float32Array(querySet.texts.length * embedder.card.dims);
  let at = 0;
  for await (const chunk of (await embedTexts(embedder, querySet.texts, 'query', cacheDir, work)).rows) {
    rows.set(chunk, at);
    at += chunk.length;
  }
  return rows;
}

/** The store over the collection where it is. @throws UserError why it cannot be searched there. */
export function openInPlace(connection: OpenMilvus, collection: Omit<SearchedCollection, 'inPlace'>, work: WorkOptions, rerank?: 'auto' | 'server' | 'fetch'): Promise<ExistingStore> {
  return openExistingStore(readingContext(connection), collection.view, {
    vectorField: collection.vectorField.name,
    prefixFields: collection.prefixFields,
    keys: collection.searchedKeys,
    rerank,
    signal: work.signal,
  });
}

async function inPlaceOf(connection: OpenMilvus, collection: OpenCollection, searchedKeys: readonly string[], work: WorkOptions): Promise<InPlace> {
  const none = { collection: collection.view.name, dims: [], head: { index: 'autoindex', precision: 'f32' } } as const;
  if (collection.keys.length < collection.totalRows) return { ...none, dims: [], obstacle: `a sample of ${collection.view.name} cannot be searched in place, where all its rows are` };
  try {
    const store = await openInPlace(connection, { ...collection, searchedKeys }, work);
    return { collection: collection.view.name, dims: [...store.fixedHeads.dims], head: store.fixedHeads.choice };
  } catch (error) {
    // What the collection is decides; a prefix field that holds something else, or a server that went away, is an error.
    if (!(error instanceof UserError) || error.code !== 'milvus/schema' || /does not hold/.test(error.message)) throw error;
    return { ...none, dims: [], obstacle: describeError(error) };
  }
}
