import { UserError } from '../../base/errors.ts';
import type { WorkOptions } from '../../base/progress.ts';
import type { HeadSpec, Store, Survivors } from '../store.ts';
import { checkQuery } from './check-query.ts';
import { createRerankChooser } from './choose-rerank.ts';
import type { RerankChoice } from './choose-rerank.ts';
import type { MilvusContext } from './context.ts';
import { vectorFieldOf } from './existing-collection.ts';
import type { CollectionView, ViewedVectorField } from './existing-collection.ts';
import { keyFilter, readKeys } from './existing-rows.ts';
import { sweepPages } from './existing-sweep.ts';
import { fieldHead } from './field-head.ts';
import { MILVUS_INDEX_NAMES, searchParamsOf, sizeOfIndex } from './index-types.ts';
import { onLoaded } from './loaded.ts';
import { prefixCosine, prefixLength } from './prefix-cosine.ts';
import { availableStrategies, rerankBy } from './rerank.ts';
import type { RerankMeans, RerankStrategy } from './rerank.ts';
import type { SearchField } from './search-field.ts';

export interface ExistingStoreOptions extends WorkOptions {
  /** The field with the full vectors. */
  readonly vectorField: string;
  /** Other fields that hold the first dimensions of it, normalised again: heads. Checked on a sample of rows. */
  readonly prefixFields?: readonly string[] | undefined;
  readonly rerank?: 'auto' | 'server' | 'fetch' | undefined;
}

export interface ExistingStore extends Store {
  readonly kind: 'milvus';
  /** Row number → the collection's own key. */
  readonly keys: readonly string[];
  readonly view: CollectionView;
  rerankChoices(): readonly RerankChoice[];
}

const SAMPLE_ROWS = 16;
/** How far a sampled row may be from what it is taken for: half floats and other programs' rounding. */
const TOLERANCE = 2e-3;

/**
 * A collection of the user's, explored where it is and never written to. Its rows are numbered by rising key.
 * Heads are the vector fields it has, with the index each of them has; exact sweeps read all vectors once, page by page.
 * @throws UserError `milvus/schema` when a field is not what it is taken for, `milvus/…`; CancelledError
 */
export async function openExistingStore(context: MilvusContext, view: CollectionView, options: ExistingStoreOptions): Promise<ExistingStore> {
  const main = vectorFieldOf(view, options.vectorField);
  const prefixes = (options.prefixFields ?? []).map((name) => vectorFieldOf(view, name));
  for (const field of prefixes) {
    if (field.dims >= main.dims) throw new UserError('milvus/schema', `${field.name} has ${field.dims} dims, expected fewer than ${main.name}’s ${main.dims}`);
  }
  const keys = await readKeys(context, view, options);
  const rowOfKey = new Map(keys.map((key, row) => [key, row]));
  const unit = await checkSample(context, view, main, prefixes, keys, options);

  const fields = new Map<number, { readonly viewed: ViewedVectorField; readonly search: SearchField }>();
  for (const viewed of [main, ...prefixes]) {
    if (viewed.index === undefined || viewed.metric === undefined) continue;
    fields.set(viewed.dims, {
      viewed,
      search: {
        collection: view.name,
        field: viewed.name,
        dims: viewed.dims,
        // Plain arrays, which the SDK turns into whichever half floats the field has.
        precision: viewed.type === 'FloatVector' ? 'f32' : 'f16',
        metric: viewed.metric,
        keyField: view.keyField,
        rowOf: (key) => rowOfKey.get(key) ?? -1,
        filterOf: (rows) => keyFilter(view, Array.from(rows, (row) => keys[row]!)),
        cosineOf: cosineFrom(viewed, view, unit.has(viewed.name)),
      },
    });
  }
  const mainSearch = fields.get(main.dims)?.search;
  const chosen = options.rerank ?? 'auto';
  const meansOf = (dims: number): RerankMeans => ({ exactField: fields.get(dims)?.search, longField: mainSearch, local: undefined });
  const run = async (strategy: RerankStrategy, query: Float32Array, survivors: Survivors, stage: { dims: number; keep: number }, signal: AbortSignal | undefined): Promise<Survivors> => {
    const found = await rerankBy(strategy, context, meansOf(stage.dims), query, survivors, stage, signal);
    // An approximate index may miss filtered rows: then the vectors themselves are asked for.
    if (strategy === 'server' && found.rows.length < Math.min(stage.keep, survivors.rows.length)) return rerankBy('fetch', context, meansOf(stage.dims), query, survivors, stage, signal);
    return found;
  };
  const chooser = createRerankChooser(run);

  return {
    kind: 'milvus',
    label: `${context.server.label}, collection ${view.name}`,
    rowCount: keys.length,
    dims: main.dims,
    ...(context.server.latencyRemark === undefined ? {} : { latencyRemark: context.server.latencyRemark }),
    keys,
    view,
    rerankChoices: () => chooser.choices(),

    async openHead(spec) {
      const field = fields.get(spec.dims);
      if (field === undefined) {
        throw new UserError('milvus/schema', `collection ${view.name} has no indexed field of the first ${spec.dims} dims`, {
          hint: `it has ${[...fields.keys()].sort((a, b) => a - b).join(', ')}; load a copy with the prefixes wanted`,
        });
      }
      checkHead(spec, field.viewed, view);
      const { viewed } = field;
      const rows = { dims: viewed.dims, rowCount: keys.length };
      const searchParams = (keep: number): Record<string, number> => searchParamsOf(viewed.index!, viewed.buildParams, spec.params ?? {}, keep, rows);
      // A parameter that can never be right is told now, not at the first search.
      searchParams(1);
      return fieldHead(context, { spec, field: field.search, rowCount: keys.length, sizeBytes: sizeOfIndex(viewed.index!, viewed.buildParams, rows), buildMs: 0, searchParams });
    },
    async rerank(query, survivors, stage, signal) {
      checkQuery(query, main.dims);
      const available = availableStrategies(meansOf(stage.dims));
      if (stage.dims > main.dims || available.length === 0) throw new UserError('milvus/schema', `collection ${view.name} cannot re-rank by ${stage.dims} dims`);
      const strategy = chosen !== 'auto' && available.includes(chosen) ? chosen : await chooser.choose(available, query, survivors, stage, signal);
      return run(strategy, query, survivors, stage, signal);
    },
    sweep: (queries, dims, k, work = {}) => sweepPages(context, { view, main, rowOfKey }, queries, dims, k, work),
    async close() {
      // Nothing of the collection was changed, and the connection belongs to whoever opened it.
    },
  };
}

/** Whether sampled rows have length 1, by field; prefix fields must hold what they are taken for. */
async function checkSample(context: MilvusContext, view: CollectionView, main: ViewedVectorField, prefixes: readonly ViewedVectorField[], keys: readonly string[], work: WorkOptions): Promise<ReadonlySet<string>> {
  const step = Math.max(1, Math.floor(keys.length / SAMPLE_ROWS));
  const sampled = keys.filter((_, row) => row % step === 0).slice(0, SAMPLE_ROWS);
  const all = [main, ...prefixes];
  const rows = await onLoaded(context, view.name, work.signal, () =>
    context.milvus.query({ collection: view.name, filter: keyFilter(view, sampled), fields: [view.keyField, ...all.map((field) => field.name)], limit: sampled.length }, { signal: work.signal }),
  );
  for (const field of prefixes) {
    for (const row of rows) {
      const agreement = prefixCosine(row[main.name] as ArrayLike<number>, row[field.name] as ArrayLike<number>, field.dims);
      const isZero = prefixLength(row[main.name] as ArrayLike<number>, field.dims) === 0;
      if (!isZero && agreement < 1 - TOLERANCE) {
        throw new UserError('milvus/schema', `${field.name} does not hold the first ${field.dims} dimensions of ${main.name}: their cosine at key ${String(row[view.keyField])} is ${agreement.toFixed(3)}`);
      }
    }
  }
  return new Set(all.filter((field) => rows.every((row) => Math.abs(prefixLength(row[field.name] as ArrayLike<number>, field.dims) - 1) < TOLERANCE)).map((field) => field.name));
}

/** Milvus's score of a field as the cosine, or a refusal where the two rank differently. */
function cosineFrom(field: ViewedVectorField, view: CollectionView, isUnit: boolean): (score: number) => number {
  switch (field.metric) {
    case 'COSINE':
      return (score) => score;
    case 'IP':
    case 'L2':
      if (!isUnit) {
        throw new UserError('milvus/schema', `${view.name}.${field.name} is indexed by ${field.metric} and its rows are not normalised: it does not rank by cosine`, { hint: 'load a copy, which is normalised' });
      }
      // Milvus gives the squared distance; of unit vectors that is 2 − 2·cos.
      return field.metric === 'IP' ? (score) => score : (score) => 1 - score / 2;
    default:
      throw new UserError('milvus/schema', `${view.name}.${field.name} is indexed by ${field.metric ?? 'nothing'}, expected COSINE, IP or L2`);
  }
}

function checkHead(spec: HeadSpec, field: ViewedVectorField, view: CollectionView): void {
  const has = field.index!;
  const wanted = spec.index.toUpperCase();
  if (spec.index !== 'autoindex' && wanted !== has) {
    const known = MILVUS_INDEX_NAMES.includes(has) ? has.toLowerCase() : 'autoindex';
    throw new UserError('milvus/index', `${view.name}.${field.name} has a ${has} index, not ${wanted}`, { hint: `use ${known}: the collection is only read` });
  }
  const precision = field.type === 'FloatVector' ? 'f32' : 'f16';
  if (spec.precision !== precision) throw new UserError('milvus/index', `${view.name}.${field.name} holds ${precision} numbers, not ${spec.precision}`);
}
