import { throwIfCancelled } from '../../base/async.ts';
import { UserError } from '../../base/errors.ts';
import type { WorkOptions } from '../../base/progress.ts';
import type { MilvusContext } from './context.ts';
import type { CollectionView } from './existing-collection.ts';
import { onLoaded } from './loaded.ts';

const KEYS_A_PAGE = 8_192;
/** Numbers of vectors in one answer: 16 MB of float32. */
const NUMBERS_A_PAGE = 4_000_000;
/** Keys that one filter names. */
const KEYS_A_FILTER = 1_000;

/** `key in [...]`, with text keys quoted as Milvus reads them. */
export function keyFilter(view: CollectionView, keys: readonly string[]): string {
  return `${view.keyField} in [${keys.map((key) => literalOf(view, key)).join(',')}]`;
}

function literalOf(view: CollectionView, key: string): string {
  return view.keyType === 'VarChar' ? JSON.stringify(key) : key;
}

/** Rows of one page and their keys, in the same order. */
export interface KeyPage {
  readonly keys: readonly string[];
  readonly rows: readonly Record<string, unknown>[];
}

/**
 * All rows of a collection by rising key, page by page, with the fields asked for; of rows with equal keys the first. Read-only.
 * @throws UserError `milvus/…`; CancelledError
 */
export async function* readPages(context: MilvusContext, view: CollectionView, fields: readonly string[], rowsAPage = KEYS_A_PAGE, work: WorkOptions = {}): AsyncGenerator<KeyPage> {
  const { signal } = work;
  let last: string | undefined;
  for (;;) {
    throwIfCancelled(signal);
    const filter = last === undefined ? firstFilter(view) : `${view.keyField} > ${literalOf(view, last)}`;
    const found = await onLoaded(context, view.name, signal, () =>
      context.milvus.query({ collection: view.name, filter, fields: [...new Set([view.keyField, ...fields])], limit: rowsAPage, isPage: true }, { signal }),
    );
    if (found.length === 0) return;
    const keyed = found.map((row) => ({ key: String(row[view.keyField]), row }));
    const next = keyed.at(-1)!.key;
    // Servers that keep rows with equal keys show them side by side, or again in the next page.
    const fresh = keyed.filter(({ key }, i) => key !== last && key !== keyed[i - 1]?.key);
    if (fresh.length > 0) yield { keys: fresh.map(({ key }) => key), rows: fresh.map(({ row }) => row) };
    if (next === last || found.length < rowsAPage) return;
    last = next;
  }
}

function firstFilter(view: CollectionView): string {
  return view.keyType === 'VarChar' ? `${view.keyField} >= ""` : `${view.keyField} >= -9223372036854775807`;
}

/**
 * The keys of all rows, rising: their order gives every row its number.
 * @throws UserError `milvus/verify` when the collection changed meanwhile, `milvus/empty`
 */
export async function readKeys(context: MilvusContext, view: CollectionView, work: WorkOptions = {}): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of readPages(context, view, [], KEYS_A_PAGE, work)) {
    for (const key of page.keys) keys.push(key);
    work.onProgress?.({ phase: `reading the keys of ${view.name}`, done: keys.length, total: Math.max(view.rowCount, keys.length), unit: 'rows' });
  }
  await checkCount(context, view, keys.length, work);
  return keys;
}

/** @throws UserError `milvus/empty`, `milvus/verify` when fewer rows are there than were just read */
export async function checkCount(context: MilvusContext, view: CollectionView, readRows: number, work: WorkOptions): Promise<void> {
  if (readRows === 0) throw new UserError('milvus/empty', `collection ${view.name} at ${context.milvus.address} has no rows`);
  const count = await onLoaded(context, view.name, work.signal, () => context.milvus.count(view.name, { signal: work.signal }));
  if (count < readRows) throw changed(view, `${readRows} keys, now ${count} rows`);
}

function changed(view: CollectionView, how: string): UserError {
  return new UserError('milvus/verify', `collection ${view.name} changed while it was read: ${how}`, { hint: 'try again when nobody writes to it' });
}

/** How many rows with vectors of that size one answer should carry. */
export function vectorRowsAPage(dims: number): number {
  return Math.max(1, Math.min(KEYS_A_PAGE, Math.floor(NUMBERS_A_PAGE / dims)));
}

/**
 * The rows of given keys, in their order, some at a time, with the fields asked for. Read-only.
 * @throws UserError `milvus/verify` for a key that is gone, `milvus/…`; CancelledError
 */
export async function* readByKeys(context: MilvusContext, view: CollectionView, keys: readonly string[], fields: readonly string[], rowsACall = KEYS_A_FILTER, work: WorkOptions = {}): AsyncGenerator<KeyPage> {
  const each = Math.min(KEYS_A_FILTER, rowsACall);
  for (let start = 0; start < keys.length; start += each) {
    throwIfCancelled(work.signal);
    const wanted = keys.slice(start, start + each);
    const found = await onLoaded(context, view.name, work.signal, () =>
      context.milvus.query({ collection: view.name, filter: keyFilter(view, wanted), fields: [...new Set([view.keyField, ...fields])], limit: wanted.length }, { signal: work.signal }),
    );
    const byKey = new Map(found.map((row) => [String(row[view.keyField]), row]));
    const gone = wanted.find((key) => !byKey.has(key));
    if (gone !== undefined) throw changed(view, `key ${gone} is gone`);
    yield { keys: wanted, rows: wanted.map((key) => byKey.get(key)!) };
    work.onProgress?.({ phase: `reading rows of ${view.name}`, done: start + wanted.length, total: keys.length, unit: 'rows' });
  }
}

/**
 * The vectors of given keys, each handed over with its place among them, in any order. All rows are read page by page when most are wanted.
 * @throws UserError `milvus/verify` for a key that is gone, `milvus/…`; CancelledError
 */
export async function readVectors(context: MilvusContext, view: CollectionView, field: { readonly name: string; readonly dims: number }, keys: readonly string[], take: (index: number, vector: ArrayLike<number>) => void, work: WorkOptions = {}): Promise<void> {
  const each = vectorRowsAPage(field.dims);
  const indexOf = new Map(keys.map((key, index) => [key, index]));
  const isMost = keys.length > view.rowCount / 2;
  const pages = isMost ? readPages(context, view, [field.name], each, work) : readByKeys(context, view, keys, [field.name], each, { signal: work.signal });
  let done = 0;
  for await (const page of pages) {
    page.keys.forEach((key, i) => {
      const index = indexOf.get(key);
      if (index === undefined) return;
      take(index, page.rows[i]![field.name] as ArrayLike<number>);
      done += 1;
    });
    work.onProgress?.({ phase: `reading the vectors of ${view.name}`, done, total: keys.length, unit: 'rows' });
  }
  if (done < keys.length) throw changed(view, `${keys.length - done} of ${keys.length} rows are gone`);
}

/** A field as text. Fields outside the schema come back inside one JSON field. */
export function textOf(row: Record<string, unknown>, field: string): string {
  const dynamic = row['$meta'] as Record<string, unknown> | undefined;
  const value = row[field] ?? dynamic?.[field];
  return value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}
