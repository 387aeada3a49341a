import { throwIfCancelled } from '../../base/async.ts';
import { UserError } from '../../base/errors.ts';
import type { WorkOptions } from '../../base/progress.ts';
import type { NeighbourTable, Neighbours } from '../../vectors/neighbours.ts';
import type { QueryMatrix } from '../store.ts';
import type { Hit, SearchAnswer, SearchRequest } from './milvus.ts';
import type { MilvusContext } from './context.ts';
import { onLoaded } from './loaded.ts';
import type { VectorPrecision } from './manifest.ts';
import { queryValueOf } from './vector-source.ts';
import type { CallTimes } from './wire-times.ts';

/** One vector field that can be searched, and how its hits become rows and cosines. */
export interface SearchField {
  readonly collection: string;
  readonly field: string;
  readonly dims: number;
  readonly precision: VectorPrecision;
  readonly metric: string;
  readonly keyField: string;
  /** The row of a key; −1 for a key that is none of ours. */
  readonly rowOf: (key: string) => number;
  /** `id in [...]` for rows. */
  readonly filterOf: (rows: Int32Array) => string;
  /** Milvus's score as the cosine at this prefix. */
  readonly cosineOf: (score: number) => number;
  /** Of a collection of the user's: `rows` of its rows, beside the `searched` ones, are no answers (they are the queries). */
  readonly hidden?: { readonly rows: number; readonly searched: number } | undefined;
}

export interface FieldSearch {
  readonly keep: number;
  readonly filter?: string | undefined;
  /** What to send with a search for so many hits. @throws UserError `milvus/parameter` */
  readonly paramsFor?: ((limit: number) => Readonly<Record<string, number>>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One query: the best `keep` rows and where the time of its calls went. */
export async function searchOne(context: MilvusContext, field: SearchField, query: Float32Array, search: FieldSearch): Promise<{ found: Neighbours; times: CallTimes }> {
  checkTopK(context, search.keep);
  const vectors = [queryValueOf(query, field.dims, field.precision)];
  const most = mostHits(context, field, search);
  let times: CallTimes = { requestMs: 0, serverMs: 0 };
  for (let limit = firstLimit(field, search, most); ; limit = Math.min(most, limit * 2)) {
    const answer = await ask(context, field, vectors, limit, search);
    times = { requestMs: times.requestMs + answer.times.requestMs, serverMs: times.serverMs + answer.times.serverMs };
    const hits = answer.lists[0] ?? [];
    const found = neighboursFrom(field, hits, search.keep);
    if (isEnough(found, hits, search.keep, limit, most)) return { found, times };
  }
}

function ask(context: MilvusContext, field: SearchField, vectors: SearchRequest['vectors'], limit: number, search: Omit<FieldSearch, 'keep'>): Promise<SearchAnswer> {
  const { collection, keyField, metric } = field;
  const params = search.paramsFor?.(limit);
  return onLoaded(context, collection, search.signal, () =>
    context.milvus.search({ collection, field: field.field, vectors, limit, keyField, metric, filter: search.filter, params }, { signal: search.signal }),
  );
}

/** With hidden rows among the hits more are asked for than are kept; under a filter there are none. */
function mostHits(context: MilvusContext, field: SearchField, search: Pick<FieldSearch, 'keep' | 'filter'>): number {
  const hidden = search.filter === undefined ? (field.hidden?.rows ?? 0) : 0;
  return Math.max(search.keep, Math.min(search.keep + hidden, context.server.maxTopK));
}

/** Room for the hidden rows to expect (the query itself, and its share of the others): rarely asked again, never many too many. */
function firstLimit(field: SearchField, search: Pick<FieldSearch, 'keep'>, most: number): number {
  if (most === search.keep || field.hidden === undefined) return search.keep;
  const expected = (search.keep * field.hidden.rows) / (field.hidden.rows + field.hidden.searched);
  return Math.min(most, search.keep + 2 + Math.ceil(expected + 3 * Math.sqrt(expected)));
}

function isEnough(found: Neighbours, hits: readonly Hit[], keep: number, limit: number, most: number): boolean {
  return found.rows.length >= keep || limit >= most || hits.length < limit;
}

/** Hits a batched call may bring back: answers of servers are limited, and so is this process's patience to unpack one. */
const MOST_HITS_A_CALL = 100_000;
const MOST_QUERIES_A_CALL = 100;
/** Milvus Lite multiplies all queries of a call with all rows at once: at most this many products (100 MB). */
const MOST_LITE_PRODUCTS = 25_000_000;

/** How many queries one call carries. */
export function queriesACall(context: MilvusContext, keep: number, rowCount: number): number {
  const byHits = Math.floor(MOST_HITS_A_CALL / Math.max(1, keep));
  const byMemory = context.server.isLite ? Math.floor(MOST_LITE_PRODUCTS / Math.max(1, rowCount)) : MOST_QUERIES_A_CALL;
  return Math.max(1, Math.min(MOST_QUERIES_A_CALL, byHits, byMemory));
}

/** All queries, many in a call; for accuracy, not for latency. `onDone` hears the number of queries answered so far. */
export async function searchMany(
  context: MilvusContext,
  field: SearchField,
  queries: QueryMatrix,
  search: Omit<FieldSearch, 'filter'>,
  rowCount: number,
  onDone?: (queries: number) => void,
): Promise<NeighbourTable> {
  checkTopK(context, search.keep);
  const { keep } = search;
  const rows = new Int32Array(queries.queryCount * keep).fill(-1);
  const scores = new Float32Array(queries.queryCount * keep).fill(-Infinity);
  const most = mostHits(context, field, search);
  const limit = firstLimit(field, search, most);
  const each = queriesACall(context, limit, rowCount);
  for (let start = 0; start < queries.queryCount; start += each) {
    throwIfCancelled(search.signal);
    const count = Math.min(each, queries.queryCount - start);
    const vectors = Array.from({ length: count }, (_, i) => queryValueOf(queries.data.subarray((start + i) * queries.dims, (start + i + 1) * queries.dims), field.dims, field.precision));
    const answer = await ask(context, field, vectors, limit, search);
    for (const [i, list] of answer.lists.entries()) {
      let found = neighboursFrom(field, list, keep);
      if (!isEnough(found, list, keep, limit, most)) found = (await searchOne(context, field, queries.data.subarray((start + i) * queries.dims, (start + i + 1) * queries.dims), search)).found;
      rows.set(found.rows, (start + i) * keep);
      scores.set(found.scores, (start + i) * keep);
    }
    onDone?.(start + count);
  }
  return { queryCount: queries.queryCount, k: keep, rows, scores };
}

/** The queries of `work` as progress of one phase, over several tables. */
export function queryProgress(work: WorkOptions, phase: string, total: number, before = 0): (queries: number) => void {
  return (queries) => work.onProgress?.({ phase, done: before + queries, total, unit: 'queries' });
}

function checkTopK(context: MilvusContext, keep: number): void {
  if (keep > context.server.maxTopK) {
    throw new UserError('milvus/top-k', `${keep} candidates are more than the ${context.server.maxTopK} a search of ${context.server.label} may bring`, { hint: 'keep fewer in the first stage' });
  }
}

/** Hits as rows with cosines, best first, equal scores by rising row: as every store orders them. Hidden rows and all beyond `keep` fall out. */
function neighboursFrom(field: SearchField, hits: readonly Hit[], keep: number): Neighbours {
  const rows = new Int32Array(hits.length);
  const scores = new Float32Array(hits.length);
  let count = 0;
  for (const hit of hits) {
    const row = field.rowOf(hit.key);
    if (row < 0) continue;
    rows[count] = row;
    scores[count] = field.cosineOf(hit.score);
    count += 1;
  }
  const { rows: sorted, scores: cosines } = inOrder(rows.subarray(0, count), scores.subarray(0, count));
  return { rows: sorted.subarray(0, keep), scores: cosines.subarray(0, keep) };
}

/** Sorts what is almost sorted: only runs of equal scores are out of order. */
function inOrder(rows: Int32Array, scores: Float32Array): Neighbours {
  for (let i = 1; i < rows.length; i += 1) {
    const row = rows[i]!;
    const score = scores[i]!;
    let j = i - 1;
    while (j >= 0 && (scores[j]! < score || (scores[j]! === score && rows[j]! > row))) {
      rows[j + 1] = rows[j]!;
      scores[j + 1] = scores[j]!;
      j -= 1;
    }
    rows[j + 1] = row;
    scores[j + 1] = score;
  }
  return { rows, scores };
}

