import { basename } from 'node:path';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { QuerySource } from '../contract/dataset.ts';
import type { Corpus } from '../corpus/corpus.ts';
import { readQuerySet } from '../corpus/query-set.ts';
import { openVectorSource } from '../vectors/open-vectors.ts';
import type { BenchContext, BenchRequest, Shape } from './bench-request.ts';
import { openCollection } from './collection-corpus.ts';
import { datasetOfCollection } from './collection-dataset.ts';
import type { CollectionQueries } from './collection-dataset.ts';
import type { Dataset } from './dataset.ts';
import type { MilvusConnection } from './milvus-connection.ts';
import { openModel } from './model.ts';
import { cacheDirOf } from './data-dir.ts';

/**
 * A dataset from a collection of the user's, which is only read. Queries are some of its rows, a file of texts for the model that made it, or vectors.
 * @throws UserError before vectors are read where the request does not fit the collection.
 */
export async function datasetFromCollection(request: BenchRequest, context: BenchContext, milvus: MilvusConnection, check: (shape: Shape) => void, work: WorkOptions): Promise<Dataset> {
  const { store, collection: wanted } = request;
  if (store.kind !== 'milvus' || wanted === undefined) throw new UserError('cli/arguments', '--collection needs --store http://host:port, the Milvus that has it');
  const connection = await milvus.connect(store.target, work.signal, { trials: store.copies === true });
  const { corpus, collection } = await openCollection(connection, { kind: 'collection', target: store.target, ...wanted }, request.seed, work);
  const queries = await queriesOf(request, context, corpus, work);
  const wantedDims = [...(request.dims ?? []), ...request.schedules.flatMap((schedule) => schedule.map((stage) => stage.dims))];
  try {
    return await datasetOfCollection(connection, { corpus, collection, queries, cacheDir: cacheDirOf(context.dataDir), wantedDims, check, threads: request.threads, vectorMemoryBytes: request.vectorMemoryBytes }, work);
  } catch (error) {
    await queries.embedder?.close();
    throw error;
  }
}

const DEFAULT_HELD_OUT = 500;

async function queriesOf(request: BenchRequest, context: BenchContext, corpus: Corpus, work: WorkOptions): Promise<CollectionQueries> {
  const { queries, seed } = request;
  const openGiven = async (): Promise<CollectionQueries['embedder']> => (request.model === undefined ? undefined : openModel(request.model, request, context, work));
  if (request.queryVectors !== undefined) {
    const source = await openVectorSource(request.queryVectors);
    const data = new Float32Array(source.rowCount * source.dims);
    let at = 0;
    for await (const chunk of source.rows()) {
      data.set(chunk, at);
      at += chunk.length;
    }
    return { vectors: { data, dims: source.dims, name: basename(request.queryVectors) }, embedder: await openGiven() };
  }
  const isFile = queries !== undefined && !/^\d+$/.test(queries);
  if (!isFile && request.qrels !== undefined) throw new UserError('cli/arguments', '--qrels needs the queries that it judges: give --queries PATH');
  if (queries === '0') throw new UserError('cli/arguments', '--queries 0: expected at least one query');
  const source: QuerySource = isFile
    ? { kind: 'file', path: queries, ...(request.qrels === undefined ? {} : { qrelsPath: request.qrels }) }
    : { kind: 'held-out', count: queries === undefined ? Math.max(1, Math.min(DEFAULT_HELD_OUT, Math.floor(corpus.ids.length / 5))) : Number(queries), seed };
  const querySet = await readQuerySet(source, corpus, { seed }, work);
  if (isFile && request.model === undefined) {
    throw new UserError('queries/no-model', 'queries that are texts need the model that made the collection', { hint: 'give it as --model, or --query-vectors, or --queries N for N rows of the collection' });
  }
  return { querySet, embedder: await openGiven() };
}
