import { throwIfCancelled } from '../../base/async.ts';
import { UserError } from '../../base/errors.ts';
import { sampleWithoutReplacement, seededRandom } from '../../base/random.ts';
import type { WorkOptions } from '../../base/progress.ts';
import type { MilvusContext } from './context.ts';
import { vectorFieldOf } from './existing-collection.ts';
import type { CollectionView } from './existing-collection.ts';
import { onLoaded } from './loaded.ts';

const KEYS_A_PAGE = 8_192;
/** Numbers of vectors in one answer: 16 MB of float32. */
const NUMBERS_A_PAGE = 4_000_000;

/** `key in [...]`, with text keys quoted as Milvus reads them. */
export function keyFilter(view: CollectionView, keys: readonly string[]): string {
  return `${view.keyField} in [${keys.map((key) => literalOf(view, key)).join(',')}]`;
}

function literalOf(view: CollectionView, key: string): string {
  return view.keyType === 'VarChar' ? JSON.stringify(key) : key;
}

/** Rows of one page of keys, in the order of the keys. */
export interface KeyPage {
  readonly keys: readonly string[];
  readonly rows: readonly Record<string, unknown>[];
}

/**
 * All rows of a collection by rising key, page by page, with the fields asked for. Read-only.
 * @throws UserError `milvus/…`; CancelledError
 */
export async function* readPages(context: MilvusContext, view: CollectionView, fields: readonly string[], rowsAPage: number, work: WorkOptions = {}): AsyncGenerator<KeyPage> {
  const { signal } = work;
  let last: string | undefined;
  for (;;) {
    throwIfCancelled(signal);
    const filter = last === undefined ? firstFilter(view) : `${view.keyField} > ${literalOf(view, last)}`;
    const rows = await onLoaded(context, view.name, signal, () =>
      context.milvus.query({ collection: view.name, filter, fields: [...new Set([view.keyField, ...fields])], limit: rowsAPage, isPage: true }, { signal }),
    );
    if (rows.length === 0) return;
    const keys = rows.map((row) => String(row[view.keyField]));
    yield { keys, rows };
    const next = keys[keys.length - 1]!;
    if (next === last) return;
    last = next;
    if (rows.length < rowsAPage) return;
  }
}

function firstFilter(view: CollectionView): string {
  return view.keyType === 'VarChar' ? `${view.keyField} >= ""` : `${view.keyField} >= -9223372036854775807`;
}

/**
 * The keys of all rows, rising: their order gives every row its number.
 * @throws UserError `milvus/verify` when keys came twice or out of order, `milvus/empty`
 */
export async function readKeys(context: MilvusContext, view: CollectionView, work: WorkOptions = {}): Promise<string[]> {
  const keys: string[] = [];
  const seen = new Set<string>();
  for await (const page of readPages(context, view, [], KEYS_A_PAGE, work)) {
    for (const key of page.keys) {
      // Servers that keep rows with equal keys may show them in two pages.
      if (seen.has(key)) continue;
      seen.add(key);
      keys.push(key);
    }
    work.onProgress?.({ phase: `reading the keys of ${view.name}`, done: keys.length, total: Math.max(view.rowCount, keys.length), unit: 'rows' });
  }
  if (keys.length === 0) throw new UserError('milvus/empty', `collection ${view.name} at ${context.milvus.address} has no rows`);
  const count = await onLoaded(context, view.name, work.signal, () => context.milvus.count(view.name, { signal: work.signal }));
  if (count < keys.length) throw new UserError('milvus/verify', `collection ${view.name} changed while it was read: ${keys.length} keys, now ${count} rows`, { hint: 'try again when nobody writes to it' });
  return keys;
}

/** How many rows with vectors of that size one answer should carry. */
export function vectorRowsAPage(dims: number): number {
  return Math.max(1, Math.min(KEYS_A_PAGE, Math.floor(NUMBERS_A_PAGE / dims)));
}

export interface SampleRequest {
  readonly vectorField: string;
  readonly textField?: string | undefined;
  readonly titleField?: string | undefined;
  /** Rows wanted; all of them when there are no more. */
  readonly count: number;
  readonly seed: number;
}

/** Rows brought here, to be explored as a corpus with embeddings. */
export interface CollectionSample {
  readonly keys: readonly string[];
  readonly texts: readonly string[] | undefined;
  readonly titles: readonly string[] | undefined;
  readonly dims: number;
  /** Row-major as the server has them: not normalised. */
  readonly vectors: Float32Array;
  /** Rows of the whole collection. */
  readonly totalRows: number;
}

/**
 * A seeded, uniform sample of rows with their vectors and texts. The collection is only read.
 * @throws UserError `milvus/schema`, `milvus/…`; CancelledError
 */
export async function sampleCollection(context: MilvusContext, view: CollectionView, request: SampleRequest, work: WorkOptions = {}): Promise<CollectionSample> {
  const field = vectorFieldOf(view, request.vectorField);
  const all = await readKeys(context, view, work);
  const picked = request.count >= all.length ? all : Array.from(sampleWithoutReplacement(seededRandom(request.seed), all.length, request.count).sort(), (row) => all[row]!);
  const vectors = new Float32Array(picked.length * field.dims);
  const texts: string[] = [];
  const titles: string[] = [];
  const fields = [view.keyField, field.name, ...(request.textField === undefined ? [] : [request.textField]), ...(request.titleField === undefined ? [] : [request.titleField])];
  const each = Math.min(1_000, vectorRowsAPage(field.dims));
  for (let start = 0; start < picked.length; start += each) {
    throwIfCancelled(work.signal);
    const keys = picked.slice(start, start + each);
    const rows = await onLoaded(context, view.name, work.signal, () =>
      context.milvus.query({ collection: view.name, filter: keyFilter(view, keys), fields, limit: keys.length }, { signal: work.signal }),
    );
    const byKey = new Map(rows.map((row) => [String(row[view.keyField]), row]));
    keys.forEach((key, i) => {
      const row = byKey.get(key);
      if (row === undefined) throw new UserError('milvus/verify', `collection ${view.name} changed while it was read: key ${key} is gone`, { hint: 'try again when nobody writes to it' });
      vectors.set(row[field.name] as ArrayLike<number>, (start + i) * field.dims);
      if (request.textField !== undefined) texts.push(textOf(row, request.textField));
      if (request.titleField !== undefined) titles.push(textOf(row, request.titleField));
    });
    work.onProgress?.({ phase: `reading rows of ${view.name}`, done: start + keys.length, total: picked.length, unit: 'rows' });
  }
  return {
    keys: picked,
    texts: request.textField === undefined ? undefined : texts,
    titles: request.titleField === undefined ? undefined : titles,
    dims: field.dims,
    vectors,
    totalRows: all.length,
  };
}

/** Fields outside the schema come back inside one JSON field. */
function textOf(row: Record<string, unknown>, field: string): string {
  const dynamic = row['$meta'] as Record<string, unknown> | undefined;
  const value = row[field] ?? dynamic?.[field];
  return value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}
