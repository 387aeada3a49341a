import { contentHash } from '../base/content-hash.ts';
import { formatCount } from '../base/format.ts';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { CollectionSource, CollectionView } from '../contract/connection.ts';
import type { InPlace } from '../contract/dataset.ts';
import type { Corpus } from '../corpus/corpus.ts';
import { USUAL_TIMES } from '../stores/milvus/context.ts';
import type { MilvusContext } from '../stores/milvus/context.ts';
import { pickFields, vectorFieldOf, viewCollection } from '../stores/milvus/existing-collection.ts';
import type { PickedFields, ViewedVectorField } from '../stores/milvus/existing-collection.ts';
import type { PrefixField } from '../stores/milvus/existing-store.ts';
import { readTexts } from '../stores/milvus/existing-texts.ts';
import { readOnly } from '../stores/milvus/read-only.ts';
import type { OpenMilvus } from './milvus-connection.ts';

/** A collection of the user's that is a corpus here: where it is, what its fields are, and the key of each document. */
export interface OpenCollection {
  readonly source: CollectionSource;
  readonly serverLabel: string;
  readonly view: CollectionView;
  readonly fields: PickedFields;
  readonly vectorField: ViewedVectorField;
  readonly prefixFields: readonly PrefixField[];
  /** By row of the corpus, rising. */
  readonly keys: readonly string[];
  /** Rows of the whole collection; more than there are keys where a sample was drawn. */
  readonly totalRows: number;
}

/** A collection as a dataset has it: with the keys of the rows that are searched, and how it can be searched where it is. */
export interface SearchedCollection extends OpenCollection {
  readonly searchedKeys: readonly string[];
  readonly inPlace: InPlace;
}

/** What of a connection can be used on a collection of the user's: nothing that writes. */
export function readingContext(connection: OpenMilvus): MilvusContext {
  return { milvus: readOnly(connection.milvus), server: connection.server, times: USUAL_TIMES };
}

/**
 * Reads a collection's keys and texts as a corpus; its vectors are read when the queries are known. Nothing is written to it.
 * @throws UserError `milvus/schema` for fields it does not have, `milvus/…`; CancelledError
 */
export async function openCollection(connection: OpenMilvus, source: CollectionSource, seed: number, work: WorkOptions): Promise<{ readonly corpus: Corpus; readonly collection: OpenCollection }> {
  const context = readingContext(connection);
  const { signal } = work;
  const view = await viewCollection(context.milvus, source.collection, { signal });
  const fields = pickFields(view, source);
  const vectorField = vectorFieldOf(view, fields.vectorField);
  const prefixFields: PrefixField[] = [];
  for (const { collection, field } of source.prefixFields ?? []) {
    const other = collection === undefined || collection === view.name ? view : await viewCollection(context.milvus, collection, { signal });
    if (other.keyType !== view.keyType) throw new UserError('milvus/schema', `the keys of ${other.name} are ${other.keyType}, those of ${view.name} ${view.keyType}: their rows are not the same`);
    const { dims } = vectorFieldOf(other, field);
    if (dims >= vectorField.dims) throw new UserError('milvus/schema', `${other.name}.${field} has ${dims} dims, expected fewer than the ${vectorField.dims} of ${view.name}.${vectorField.name}`);
    prefixFields.push({ view: other, field });
  }
  const texts = await readTexts(context, view, { ...fields, rows: source.rows, seed }, work);
  const { keys, ids, titles, totalRows } = texts;
  const collection: OpenCollection = { source: { ...source, ...fields, textField: fields.textField ?? '', titleField: fields.titleField ?? '' }, serverLabel: connection.server.label, view, fields, vectorField, prefixFields, keys, totalRows };
  const body = texts.texts ?? keys.map(() => '');
  const hash = contentHash();
  let sizeBytes = 0;
  let emptyCount = 0;
  const seen = new Set<string>();
  ids.forEach((id, row) => {
    const title = titles?.[row] ?? '';
    const text = body[row]!;
    hash.add(id);
    hash.add(title);
    hash.add(text);
    sizeBytes += Buffer.byteLength(title) + Buffer.byteLength(text);
    if (text === '' && title === '') emptyCount += 1;
    else seen.add(`${title}\n${text}`);
  });
  const hasTexts = fields.textField !== undefined || fields.titleField !== undefined;
  const corpus: Corpus = {
    name: view.name,
    ids,
    ...(titles === undefined ? {} : { titles }),
    texts: body,
    contentHash: hash.digest(),
    isEmbedded: true,
    stats: {
      count: ids.length,
      emptyCount: hasTexts ? emptyCount : 0,
      duplicateCount: hasTexts ? ids.length - emptyCount - seen.size : 0,
      format: 'Milvus collection',
      sizeBytes,
      warnings: warningsOf(view, ids.length, totalRows),
    },
  };
  return { corpus, collection };
}

function warningsOf(view: CollectionView, read: number, total: number): string[] {
  return [
    ...(read === total ? [] : [`${formatCount(read)} rows of the ${formatCount(total)} of collection ${view.name}, drawn at random: recall falls as a corpus grows, so that the whole collection has less than this sample`]),
    ...(view.isLoaded ? [] : [`collection ${view.name} was not in the server's memory: it has been loaded, and stays so`]),
  ];
}
