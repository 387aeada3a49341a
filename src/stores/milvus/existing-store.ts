import { UserError } from '../../base/errors.ts';
import type { WorkOptions } from '../../base/progress.ts';
import type { HeadChoice } from '../../contract/measure.ts';
import type { Stage } from '../../contract/schedule.ts';
import type { HeadSpec, Store, Survivors } from '../store.ts';
import { checkQuery } from './check-query.ts';
import { createRerankChooser } from './choose-rerank.ts';
import type { RerankChoice } from './choose-rerank.ts';
import type { MilvusContext } from './context.ts';
import { vectorFieldOf } from './existing-collection.ts';
import type { CollectionView, ViewedVectorField } from './existing-collection.ts';
import { keyFilter, readByKeys, readKeys } from './existing-rows.ts';
import { sweepPages } from './existing-sweep.ts';
import { fieldHead } from './field-head.ts';
import { MILVUS_INDEX_NAMES, searchParamsOf, sizeOfIndex } from './index-types.ts';
import { onLoaded } from './loaded.ts';
import { prefixCosine, prefixLength } from './prefix-cosine.ts';
import { readOnly } from './read-only.ts';
import { availableStrategies, rerankBy } from './rerank.ts';
import type { RerankMeans, RerankStrategy } from './rerank.ts';
import type { SearchField } from './search-field.ts';

/** A field that holds the first dimensions of the full vectors: in the same collection, or in another one with the same keys. */
export interface PrefixField {
  readonly view: CollectionView;
  readonly field: string;
}

export interface ExistingStoreOptions extends WorkOptions {
  /** The field with the full vectors. */
  readonly vectorField: string;
  /** Other fields that hold the first dimensions of it: heads. Checked on a sample of rows. */
  readonly prefixFields?: readonly PrefixField[] | undefined;
  /** The keys that are searched, in the order of the rows; all by rising key unless given. Other rows of the collection are never answers. */
  readonly keys?: readonly string[] | undefined;
  /** `auto` measures and takes the cheapest of the exact ways. */
  readonly rerank?: 'auto' | 'server' | 'fetch' | undefined;
}

export interface ExistingStore extends Store {
  readonly kind: 'milvus';
  /** Row number → the collection's own key. */
  readonly keys: readonly string[];
  readonly view: CollectionView;
  /** Prefixes that have a field, and its index and number format; `autoindex` where they differ: whichever each has. */
  readonly fixedHeads: { readonly dims: readonly number[]; readonly choice: HeadChoice };
  rerankChoices(): readonly RerankChoice[];
}

const SAMPLE_ROWS = 16;
/** How far a sampled row may be from what it is taken for: half floats and other programs' rounding. */
const TOLERANCE = 2e-3;

/** A field of the user's, where it is. */
interface Place {
  readonly view: CollectionView;
  readonly viewed: ViewedVectorField;
}

/**
 * A collection of the user's, explored where it is and never written to. Its rows are numbered by rising key.
 * Heads are the vector fields it has, with the index each of them has; exact sweeps read all vectors once, page by page.
 * @throws UserError `milvus/schema` when a field is not what it is taken for, `milvus/…`; CancelledError
 */
export async function openExistingStore(given: MilvusContext, view: CollectionView, options: ExistingStoreOptions): Promise<ExistingStore> {
  const context: MilvusContext = { ...given, milvus: readOnly(given.milvus) };
  const main: Place = { view, viewed: vectorFieldOf(view, options.vectorField) };
  const fullDims = main.viewed.dims;
  const prefixes = (options.prefixFields ?? []).map((prefix): Place => ({ view: prefix.view, viewed: vectorFieldOf(prefix.view, prefix.field) }));
  for (const { viewed } of prefixes) {
    if (viewed.dims >= fullDims) throw new UserError('milvus/schema', `${viewed.name} has ${viewed.dims} dims, expected fewer than ${main.viewed.name}’s ${fullDims}`);
  }
  const keys = options.keys ?? (await readKeys(context, view, options));
  const rowOfKey = new Map(keys.map((key, row) => [key, row]));
  const unit = await checkSample(context, main, prefixes, keys, options);

  const fields = new Map<number, { readonly place: Place; readonly search: SearchField }>();
  for (const place of [main, ...prefixes]) {
    const { viewed } = place;
    if (viewed.index === undefined || viewed.metric === undefined) continue;
    const rows = options.keys === undefined ? keys.length : await onLoaded(context, place.view.name, options.signal, () => context.milvus.count(place.view.name, { signal: options.signal }));
    if (rows < keys.length) throw new UserError('milvus/verify', `collection ${place.view.name} has ${rows} rows, expected the ${keys.length} that are searched`, { hint: 'rows were deleted since it was read: open it again' });
    fields.set(viewed.dims, {
      place,
      search: {
        collection: place.view.name,
        field: viewed.name,
        dims: viewed.dims,
        // Plain arrays, which the SDK turns into whichever half floats the field has.
        precision: precisionOf(viewed),
        metric: viewed.metric,
        keyField: place.view.keyField,
        rowOf: (key) => rowOfKey.get(key) ?? -1,
        filterOf: (found) => keyFilter(place.view, Array.from(found, (row) => keys[row]!)),
        cosineOf: cosineFrom(place, unit.has(place)),
        hidden: { rows: rows - keys.length, searched: keys.length },
      },
    });
  }
  const mainSearch = fields.get(fullDims)?.search;
  if (mainSearch === undefined) throw new UserError('milvus/schema', `${view.name}.${main.viewed.name} has no index, so that it cannot be searched where it is`);
  const headDims = [...fields.keys()].sort((a, b) => a - b);
  const chosen = options.rerank ?? 'auto';
  const meansOf = (dims: number): RerankMeans => ({ exactField: fields.get(dims)?.search, longField: mainSearch, local: undefined });
  // Under a filter an approximate index may miss some of the rows: such a field re-ranks only when the user says so.
  const exactWays = (dims: number): RerankStrategy[] => availableStrategies(meansOf(dims)).filter((way) => way !== 'server' || fields.get(dims)!.place.viewed.index === 'FLAT');
  const run = async (strategy: RerankStrategy, query: Float32Array, survivors: Survivors, stage: Stage, signal: AbortSignal | undefined): Promise<Survivors> => {
    const found = await rerankBy(strategy, context, meansOf(stage.dims), query, survivors, stage, signal);
    // What the index missed is fetched.
    if (strategy === 'server' && found.rows.length < Math.min(stage.keep, survivors.rows.length)) return rerankBy('fetch', context, meansOf(stage.dims), query, survivors, stage, signal);
    return found;
  };
  const chooser = createRerankChooser(run);

  return {
    kind: 'milvus',
    label: `${context.server.label}, collection ${view.name}`,
    rowCount: keys.length,
    dims: fullDims,
    ...(context.server.latencyRemark === undefined ? {} : { latencyRemark: context.server.latencyRemark }),
    keys,
    view,
    fixedHeads: { dims: headDims, choice: commonHead(headDims.map((dims) => fields.get(dims)!.place.viewed)) },
    rerankChoices: () => chooser.choices(),

    async openHead(spec) {
      const field = fields.get(spec.dims);
      if (field === undefined) {
        throw new UserError('milvus/schema', `collection ${view.name} has no indexed field of the first ${spec.dims} dims`, {
          hint: `it has ${headDims.join(', ')}; load a copy with the prefixes wanted`,
        });
      }
      checkHead(spec, field.place);
      const { viewed } = field.place;
      const rows = { dims: viewed.dims, rowCount: keys.length };
      const searchParams = (limit: number): Record<string, number> => searchParamsOf(viewed.index!, viewed.buildParams, spec.params ?? {}, limit, rows);
      // A parameter that can never be right is told now, not at the first search.
      searchParams(1);
      return fieldHead(context, { spec, field: field.search, rowCount: keys.length, sizeBytes: sizeOfIndex(viewed.index!, viewed.buildParams, rows), buildMs: 0, searchParams });
    },
    async rerank(query, survivors, stage, signal) {
      checkQuery(query, fullDims);
      if (stage.dims > fullDims) throw new UserError('milvus/schema', `collection ${view.name} cannot re-rank by ${stage.dims} dims, it has ${fullDims}`);
      const isThere = chosen !== 'auto' && availableStrategies(meansOf(stage.dims)).includes(chosen);
      const strategy = isThere ? chosen : await chooser.choose(exactWays(stage.dims), query, survivors, stage, signal);
      return run(strategy, query, survivors, stage, signal);
    },
    sweep: (queries, dims, k, work = {}) => sweepPages(context, { view, main: main.viewed, rowOfKey }, queries, dims, k, work),
    async close() {
      // Nothing of the collection was changed, and the connection belongs to whoever opened it.
    },
  };
}

function precisionOf(field: ViewedVectorField): 'f32' | 'f16' {
  return field.type === 'FloatVector' ? 'f32' : 'f16';
}

/** What all fields have in common, as a head's choice. Index types unknown to this program, and different ones, are `autoindex`. */
function commonHead(fields: readonly ViewedVectorField[]): HeadChoice {
  const [first, ...others] = fields.map((field): HeadChoice => ({ index: headIndexOf(field.index!), precision: precisionOf(field) }));
  return others.every((one) => one.index === first!.index && one.precision === first!.precision) ? first! : { index: 'autoindex', precision: first!.precision };
}

/** The fields whose sampled rows have length 1; prefix fields must hold what they are taken for. */
async function checkSample(context: MilvusContext, main: Place, prefixes: readonly Place[], keys: readonly string[], work: WorkOptions): Promise<ReadonlySet<Place>> {
  const step = Math.max(1, Math.floor(keys.length / SAMPLE_ROWS));
  const sampled = keys.filter((_, row) => row % step === 0).slice(0, SAMPLE_ROWS);
  const vectorsOf = async ({ view, viewed }: Place): Promise<ArrayLike<number>[]> => {
    const vectors: ArrayLike<number>[] = [];
    for await (const page of readByKeys(context, view, sampled, [viewed.name], undefined, { signal: work.signal })) vectors.push(...page.rows.map((row) => row[viewed.name] as ArrayLike<number>));
    return vectors;
  };
  const whole = await vectorsOf(main);
  const unit = new Set<Place>();
  for (const place of [main, ...prefixes]) {
    const vectors = place === main ? whole : await vectorsOf(place);
    const { name, dims } = place.viewed;
    if (vectors.every((vector) => Math.abs(prefixLength(vector, dims) - 1) < TOLERANCE)) unit.add(place);
    vectors.forEach((vector, i) => {
      const agreement = prefixCosine(whole[i]!, vector, dims);
      if (prefixLength(whole[i]!, dims) > 0 && agreement < 1 - TOLERANCE) {
        throw new UserError('milvus/schema', `${name} does not hold the first ${dims} dimensions of ${main.viewed.name}: their cosine at key ${sampled[i]} is ${agreement.toFixed(3)}`);
      }
    });
  }
  return unit;
}

/** Milvus's score of a field as the cosine, or a refusal where the two rank differently. */
function cosineFrom({ view, viewed }: Place, isUnit: boolean): (score: number) => number {
  switch (viewed.metric) {
    case 'COSINE':
      return (score) => score;
    case 'IP':
    case 'L2':
      if (!isUnit) {
        throw new UserError('milvus/schema', `${view.name}.${viewed.name} is indexed by ${viewed.metric} and its rows are not normalised: it does not rank by cosine`, { hint: 'load a copy, which is normalised' });
      }
      // Milvus gives the squared distance; of unit vectors that is 2 − 2·cos.
      return viewed.metric === 'IP' ? (score) => score : (score) => 1 - score / 2;
    default:
      throw new UserError('milvus/schema', `${view.name}.${viewed.name} is indexed by ${viewed.metric ?? 'nothing'}, expected COSINE, IP or L2`);
  }
}

function headIndexOf(milvusType: string): HeadChoice['index'] {
  return MILVUS_INDEX_NAMES.includes(milvusType) ? (milvusType.toLowerCase() as HeadChoice['index']) : 'autoindex';
}

/** `autoindex` asks for whatever the field has. */
function checkHead(spec: HeadSpec, { view, viewed }: Place): void {
  if (spec.index === 'autoindex') return;
  const has = viewed.index!;
  const wanted = spec.index.toUpperCase();
  if (wanted !== has) throw new UserError('milvus/index', `${view.name}.${viewed.name} has a ${has} index, not ${wanted}`, { hint: `use ${headIndexOf(has)}: the collection is only read` });
  const precision = precisionOf(viewed);
  if (spec.precision !== precision) throw new UserError('milvus/index', `${view.name}.${viewed.name} holds ${precision} numbers, not ${spec.precision}`);
}
