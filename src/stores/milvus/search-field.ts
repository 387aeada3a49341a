import { throwIfCancelled } from '../../base/async.ts';
import { UserError } from '../../base/errors.ts';
import type { WorkOptions } from '../../base/progress.ts';
import type { NeighbourTable, Neighbours } from '../../vectors/neighbours.ts';
import type { QueryMatrix } from '../store.ts';
import type { Hit } from './client.ts';
import type { MilvusContext } from './context.ts';
import { onLoaded } from './loaded.ts';
import type { VectorPrecision } from './manifest.ts';
import { queryValueOf } from './vector-source.ts';

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
}

export interface FieldSearch {
  readonly keep: number;
  readonly filter?: string | undefined;
  readonly params?: Readonly<Record<string, number>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One query: the best `keep` rows and the time of the round trip. */
export async function searchOne(context: MilvusContext, field: SearchField, query: Float32Array, search: FieldSearch): Promise<{ found: Neighbours; roundTripMs: number }> {
  checkTopK(context, search.keep);
  const answer = await onLoaded(context, field.collection, search.signal, () =>
    context.milvus.search(
      {
        collection: field.collection,
        field: field.field,
        vectors: [queryValueOf(query, field.dims, field.precision)],
        limit: search.keep,
        keyField: field.keyField,
        metric: field.metric,
        filter: search.filter,
        params: search.params,
      },
      { signal: search.signal },
    ),
  );
  return { found: neighboursFrom(field, answer.lists[0] ?? []), roundTripMs: answer.roundTripMs };
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
  const each = queriesACall(context, keep, rowCount);
  for (let start = 0; start < queries.queryCount; start += each) {
    throwIfCancelled(search.signal);
    const count = Math.min(each, queries.queryCount - start);
    const vectors = Array.from({ length: count }, (_, i) => queryValueOf(queries.data.subarray((start + i) * queries.dims, (start + i + 1) * queries.dims), field.dims, field.precision));
    const answer = await onLoaded(context, field.collection, search.signal, () =>
      context.milvus.search(
        { collection: field.collection, field: field.field, vectors, limit: keep, keyField: field.keyField, metric: field.metric, params: search.params },
        { signal: search.signal },
      ),
    );
    answer.lists.forEach((list, i) => {
      const found = neighboursFrom(field, list);
      rows.set(found.rows, (start + i) * keep);
      scores.set(found.scores, (start + i) * keep);
    });
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

/** Hits as rows with cosines, best first, equal scores by rising row: as every store orders them. */
function neighboursFrom(field: SearchField, hits: readonly Hit[]): Neighbours {
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
  return inOrder(rows.subarray(0, count), scores.subarray(0, count));
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

