import { throwIfCancelled } from '../../base/async.ts';
import { UserError } from '../../base/errors.ts';
import type { WorkOptions } from '../../base/progress.ts';
import type { MilvusServer } from '../../contract/connection.ts';
import type { Stage } from '../../contract/schedule.ts';
import type { NeighbourTable } from '../../vectors/neighbours.ts';
import type { Store, Survivors } from '../store.ts';
import { checkQueries, checkQuery } from './check-query.ts';
import { createRerankChooser } from './choose-rerank.ts';
import type { RerankChoice } from './choose-rerank.ts';
import type { ConnectOptions } from './client.ts';
import type { Milvus } from './milvus.ts';
import { connectMilvus } from './client.ts';
import { KEY_FIELD, namePrefix, planHead, planPrefixes } from './collection-plan.ts';
import type { CollectionPlan, VectorIdentity } from './collection-plan.ts';
import { USUAL_TIMES } from './context.ts';
import type { MilvusContext, MilvusTimes } from './context.ts';
import { fieldHead } from './field-head.ts';
import { resolveIndex } from './index-types.ts';
import { ensureCollection } from './load.ts';
import type { LoadOutcome } from './load.ts';
import { manifestOf } from './manifest.ts';
import type { Manifest, ManifestField } from './manifest.ts';
import { probeMilvus } from './probe.ts';
import { availableStrategies, rerankBy } from './rerank.ts';
import type { RerankMeans, RerankStrategy } from './rerank.ts';
import { queryProgress, searchMany } from './search-field.ts';
import type { SearchField } from './search-field.ts';
import type { ResolvedTarget } from './target.ts';
import { contentHashOf } from './vector-source.ts';
import type { VectorSource } from './vector-source.ts';

export interface MilvusStoreOptions extends ConnectOptions {
  /** Names of the corpus and the model: collection names derive from them and from the vectors themselves. */
  readonly corpus: string;
  readonly model: string;
  /** SHA-256 of the vectors when it is known (`contentHashOf`); computed otherwise. */
  readonly contentHash?: string | undefined;
  /** Prefixes to have on the server from the start; others are loaded when they are first needed. */
  readonly dims?: readonly number[] | undefined;
  /** `auto` measures and takes the cheapest. */
  readonly rerank?: 'auto' | RerankStrategy | undefined;
  readonly times?: Partial<MilvusTimes> | undefined;
  readonly onProgress?: WorkOptions['onProgress'];
}

/** A collection as the generated code and the connection pane name it. */
export interface MilvusCollection {
  readonly name: string;
  readonly keyField: string;
  readonly metric: string;
  readonly index: string;
  readonly fields: readonly ManifestField[];
}

/** The store on a Milvus server, with what only a server has to tell. */
export interface MilvusStore extends Store {
  readonly kind: 'milvus';
  readonly server: MilvusServer;
  /** What the store uses so far, in the order it came into use. */
  collections(): readonly MilvusCollection[];
  /** Whether no row had to be sent: everything was on the server. */
  isReused(): boolean;
  /** What was measured, and chosen, for re-ranking. */
  rerankChoices(): readonly RerankChoice[];
  /** Loads prefixes ahead of their first use. */
  load(dims: readonly number[], work?: WorkOptions): Promise<readonly LoadOutcome[]>;
}

/**
 * Connects, asks the server what it can, and has the wanted prefixes of the vectors on it: found there from an earlier run, completed, or loaded.
 * @throws UserError `milvus/…`; CancelledError
 */
export async function openMilvusStore(target: ResolvedTarget, vectors: VectorSource, options: MilvusStoreOptions): Promise<MilvusStore> {
  const milvus = await connectMilvus(target, options);
  try {
    const server = await probeMilvus(milvus, { signal: options.signal });
    const store = await openMilvusStoreOn({ milvus, server }, vectors, options);
    return { ...store, close: () => milvus.close() };
  } catch (error) {
    await milvus.close();
    throw error;
  }
}

/** The same on a connection that is open and probed already; closing the store leaves the connection open. */
export async function openMilvusStoreOn(connection: { readonly milvus: Milvus; readonly server: MilvusServer }, vectors: VectorSource, options: MilvusStoreOptions): Promise<MilvusStore> {
  const context: MilvusContext = { ...connection, times: { ...USUAL_TIMES, ...options.times } };
  const { server } = context;
  const work: WorkOptions = { signal: options.signal, onProgress: options.onProgress };
  const identity: VectorIdentity = {
    corpus: options.corpus,
    model: options.model,
    contentHash: options.contentHash ?? (await contentHashOf(vectors, work)),
    rowCount: vectors.rowCount,
    dims: vectors.dims,
  };
  const chosen = options.rerank ?? 'auto';
  const fields = new Map<number, SearchField>();
  const used = new Map<string, MilvusCollection>();
  let insertedRows = 0;

  const ensure = async (plan: CollectionPlan, planWork: WorkOptions): Promise<LoadOutcome> => {
    const outcome = await ensureCollection(context, plan, vectors, planWork);
    insertedRows += outcome.insertedRows;
    used.set(plan.name, collectionOf(plan));
    return outcome;
  };

  const load = async (dims: readonly number[], loadWork: WorkOptions = work): Promise<LoadOutcome[]> => {
    for (const size of dims) checkDims(size, vectors.dims);
    let wanted = [...new Set(dims)].filter((size) => !fields.has(size));
    const outcomes: LoadOutcome[] = [];
    const take = async (plan: CollectionPlan): Promise<void> => {
      outcomes.push(await ensure(plan, loadWork));
      for (const field of plan.manifest.fields) if (!fields.has(field.dims)) fields.set(field.dims, searchFieldOf(plan, field, vectors.rowCount));
      wanted = wanted.filter((size) => !fields.has(size));
    };
    // What earlier runs left may hold some of the prefixes, in other groups than would be made today.
    if (wanted.length > 0) {
      for (const plan of await flatCollectionsOf(context, identity, loadWork)) {
        if (plan.manifest.fields.some((field) => wanted.includes(field.dims))) await take(plan);
      }
    }
    for (const plan of planPrefixes(identity, wanted, server.maxVectorFields)) await take(plan);
    return outcomes;
  };

  const fieldOf = async (dims: number, fieldWork: WorkOptions): Promise<SearchField> => {
    if (!fields.has(dims)) await load([dims], fieldWork);
    return fields.get(dims)!;
  };

  const meansOf = (stage: Stage): RerankMeans => {
    const long = [...fields.values()].filter((field) => field.dims >= stage.dims).sort((a, b) => a.dims - b.dims)[0];
    return { exactField: fields.get(stage.dims), longField: long, local: vectors };
  };
  const runRerank = (strategy: RerankStrategy, query: Float32Array, survivors: Survivors, stage: Stage, signal: AbortSignal | undefined): Promise<Survivors> =>
    rerankBy(strategy, context, meansOf(stage), query, survivors, stage, signal);
  const chooser = createRerankChooser(runRerank);

  if (options.dims !== undefined) await load(options.dims);

  return {
    kind: 'milvus',
    label: server.label,
    rowCount: vectors.rowCount,
    dims: vectors.dims,
    ...(server.latencyRemark === undefined ? {} : { latencyRemark: server.latencyRemark }),
    server,
    load,
    collections: () => [...used.values()],
    isReused: () => insertedRows === 0,
    rerankChoices: () => chooser.choices(),

    async openHead(spec, headWork = {}) {
      const start = performance.now();
      checkDims(spec.dims, vectors.dims);
      const index = resolveIndex(spec, vectors.rowCount, server);
      const isPlain = spec.index === 'flat' && spec.precision === 'f32';
      let field: SearchField;
      if (isPlain) {
        field = await fieldOf(spec.dims, headWork);
      } else {
        const plan = planHead(identity, spec, index);
        await ensure(plan, headWork);
        field = searchFieldOf(plan, plan.manifest.fields[0]!, vectors.rowCount);
      }
      return fieldHead(context, { spec, field, rowCount: vectors.rowCount, sizeBytes: index.sizeBytes, buildMs: performance.now() - start, searchParams: (keep) => index.searchParams(keep) });
    },

    async rerank(query, survivors, stage, signal) {
      throwIfCancelled(signal);
      checkDims(stage.dims, vectors.dims);
      checkQuery(query, vectors.dims);
      if (chosen !== 'auto' && chosen !== 'local') await fieldOf(stage.dims, { signal });
      const available = availableStrategies(meansOf(stage));
      const strategy = chosen === 'auto' ? await chooser.choose(available, query, survivors, stage, signal) : chosen;
      return runRerank(strategy, query, survivors, stage, signal);
    },

    async sweep(queries, dims, k, sweepWork = {}) {
      checkQueries(queries, vectors.dims);
      const tables = new Map<number, NeighbourTable>();
      const sizes = [...new Set(dims)];
      await load(sizes, sweepWork);
      const keep = Math.min(k, vectors.rowCount);
      for (const [index, size] of sizes.entries()) {
        throwIfCancelled(sweepWork.signal);
        const onDone = queryProgress(sweepWork, 'searching every prefix on Milvus', queries.queryCount * sizes.length, queries.queryCount * index);
        tables.set(size, await searchMany(context, fields.get(size)!, queries, { keep, signal: sweepWork.signal }, vectors.rowCount, onDone));
      }
      return tables;
    },

    async close() {
      // The connection belongs to whoever opened it; collections stay for the next run.
    },
  };
}

/** Flat collections of these very vectors that earlier runs made, those with most fields first. */
async function flatCollectionsOf(context: MilvusContext, identity: VectorIdentity, work: WorkOptions): Promise<CollectionPlan[]> {
  const prefix = namePrefix(identity);
  const names = (await context.milvus.listCollections({ signal: work.signal })).filter((name) => name.startsWith(`${prefix}p`));
  const plans: CollectionPlan[] = [];
  for (const name of names.sort()) {
    const info = await context.milvus.describe(name, { signal: work.signal });
    const manifest: Manifest | undefined = info === undefined ? undefined : manifestOf(info);
    if (manifest !== undefined && manifest.contentHash === identity.contentHash && manifest.index === 'FLAT') plans.push({ name, manifest });
  }
  return plans.sort((a, b) => b.manifest.fields.length - a.manifest.fields.length);
}

function searchFieldOf(plan: CollectionPlan, field: ManifestField, rowCount: number): SearchField {
  const { dims } = field;
  return {
    collection: plan.name,
    field: field.name,
    dims,
    precision: field.precision,
    metric: plan.manifest.metric,
    keyField: KEY_FIELD,
    rowOf: (key) => {
      const row = Number(key);
      return Number.isInteger(row) && row >= 0 && row < rowCount ? row : -1;
    },
    filterOf: (rows) => `${KEY_FIELD} in [${rows.join(',')}]`,
    // Differing bits of sign vectors: their cosine is 1 − 2·bits/dims.
    cosineOf: field.precision === 'binary' ? (score) => 1 - (2 * score) / dims : (score) => score,
  };
}

function collectionOf(plan: CollectionPlan): MilvusCollection {
  const { metric, index, fields } = plan.manifest;
  return { name: plan.name, keyField: KEY_FIELD, metric, index, fields };
}

function checkDims(dims: number, full: number): void {
  if (!Number.isSafeInteger(dims) || dims < 1 || dims > full) throw new UserError('store/dims', `${dims} dims, expected 1 to the embeddings’ ${full}`);
}
