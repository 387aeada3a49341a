import { UserError, showValue } from '../../base/errors.ts';
import { sampleWithoutReplacement, seededRandom } from '../../base/random.ts';
import type { WorkOptions } from '../../base/progress.ts';
import type { MilvusContext } from './context.ts';
import type { CollectionView } from './existing-collection.ts';
import { checkCount, readByKeys, readKeys, readPages, textOf } from './existing-rows.ts';

export interface TextRequest {
  /** What documents are called; the key unless given. */
  readonly idField?: string | undefined;
  readonly textField?: string | undefined;
  readonly titleField?: string | undefined;
  /** Rows wanted, drawn uniformly; all of them unless given. */
  readonly rows?: number | undefined;
  readonly seed: number;
}

/** Rows of a collection without their vectors, by rising key. */
export interface CollectionTexts {
  readonly keys: readonly string[];
  readonly ids: readonly string[];
  readonly texts: readonly string[] | undefined;
  readonly titles: readonly string[] | undefined;
  /** Rows of the whole collection. */
  readonly totalRows: number;
}

/**
 * Keys, ids, titles and texts of all rows, or of a seeded sample. The collection is only read.
 * @throws UserError `milvus/schema` when the id field names two rows alike, `milvus/…`; CancelledError
 */
export async function readTexts(context: MilvusContext, view: CollectionView, request: TextRequest, work: WorkOptions = {}): Promise<CollectionTexts> {
  const idField = request.idField === view.keyField ? undefined : request.idField;
  const fields = [idField, request.textField, request.titleField].filter((field) => field !== undefined);
  const keys: string[] = [];
  const ids: string[] = [];
  const texts: string[] = [];
  const titles: string[] = [];
  const isSample = request.rows !== undefined && request.rows < view.rowCount;
  const all = isSample ? await readKeys(context, view, work) : undefined;
  const picked = all === undefined ? undefined : request.rows! >= all.length ? all : Array.from(sampleWithoutReplacement(seededRandom(request.seed), all.length, request.rows!).sort(), (row) => all[row]!);
  for await (const page of picked === undefined ? readPages(context, view, fields, undefined, work) : readByKeys(context, view, picked, fields, undefined, work)) {
    page.rows.forEach((row, i) => {
      keys.push(page.keys[i]!);
      if (idField !== undefined) ids.push(textOf(row, idField));
      if (request.textField !== undefined) texts.push(textOf(row, request.textField));
      if (request.titleField !== undefined) titles.push(textOf(row, request.titleField));
    });
    if (picked === undefined) work.onProgress?.({ phase: `reading rows of ${view.name}`, done: keys.length, total: Math.max(view.rowCount, keys.length), unit: 'rows' });
  }
  if (picked === undefined) await checkCount(context, view, keys.length, work);
  if (idField !== undefined) checkIds(ids, idField, view);
  return {
    keys,
    ids: idField === undefined ? keys : ids,
    texts: request.textField === undefined ? undefined : texts,
    titles: request.titleField === undefined ? undefined : titles,
    totalRows: all?.length ?? keys.length,
  };
}

function checkIds(ids: readonly string[], field: string, view: CollectionView): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) throw new UserError('milvus/schema', `${view.name}.${field} is ${showValue(id)} in more than one row, expected a name for each`, { hint: `the primary key ${view.keyField} is one` });
    seen.add(id);
  }
}
