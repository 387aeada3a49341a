import { showValue, UserError } from '../../base/errors.ts';
import type { CollectionView, ViewedVectorField } from '../../contract/connection.ts';
import type { CallOptions, CollectionInfo, FieldInfo, IndexInfo, Milvus } from './milvus.ts';
import { manifestOf } from './manifest.ts';

export type { CollectionView, ViewedVectorField };

/** Vector fields that hold what a text model gives: dense floats. */
const EXPLORABLE = ['FloatVector', 'Float16Vector', 'BFloat16Vector'];

/**
 * What a collection has to offer. Only asks.
 * @throws UserError `milvus/no-collection`, `milvus/schema` when it has no usable key or vector field
 */
export async function viewCollection(milvus: Milvus, name: string, options: CallOptions = {}): Promise<CollectionView> {
  const info = await milvus.describe(name, options);
  if (info === undefined) throw new UserError('milvus/no-collection', `Milvus at ${milvus.address} has no collection ${showValue(name)}`, { hint: await namesThere(milvus, options) });
  const indexes = await milvus.indexes(name, options);
  const key = info.fields.find((field) => field.isPrimary);
  if (key === undefined || (key.type !== 'Int64' && key.type !== 'VarChar')) {
    throw new UserError('milvus/schema', `collection ${name}: no primary key of whole numbers or text`);
  }
  const vectorFields = vectorFieldsOf(info, indexes);
  if (vectorFields.length === 0) throw new UserError('milvus/schema', `collection ${name} has no dense float vector field`, { hint: `its fields: ${info.fields.map((field) => `${field.name} (${field.type})`).join(', ')}` });
  return {
    name,
    rowCount: await milvus.roughCount(name, options),
    keyField: key.name,
    keyType: key.type as 'Int64' | 'VarChar',
    isLoaded: await milvus.isLoaded(name, options),
    scalarFields: info.fields.filter(isScalar).map((field) => ({ name: field.name, type: field.type, ...(field.maxLength === undefined ? {} : { maxLength: field.maxLength }) })),
    hasOtherFields: info.isDynamic === true,
    vectorFields,
    ownedByFunnelscope: manifestOf(info) !== undefined,
  };
}

async function namesThere(milvus: Milvus, options: CallOptions): Promise<string> {
  const names = await milvus.listCollections(options);
  if (names.length === 0) return 'it has no collections';
  return `it has ${names.sort().slice(0, 12).join(', ')}${names.length > 12 ? ` and ${names.length - 12} more` : ''}`;
}

function isScalar(field: FieldInfo): boolean {
  return !/Vector$/.test(field.type) && !['Array', 'JSON'].includes(field.type);
}

function vectorFieldsOf(info: CollectionInfo, indexes: readonly IndexInfo[]): ViewedVectorField[] {
  return info.fields
    .filter((field) => EXPLORABLE.includes(field.type) && field.dims !== undefined)
    .map((field) => {
      const index = indexes.find((one) => one.field === field.name);
      return {
        name: field.name,
        type: field.type,
        dims: field.dims!,
        ...(index === undefined ? {} : { index: index.type, metric: index.metric.toUpperCase() }),
        buildParams: { ...index?.params },
      };
    });
}

/** Which fields of a collection are what. */
export interface PickedFields {
  readonly idField: string;
  readonly textField: string | undefined;
  readonly titleField: string | undefined;
  readonly vectorField: string;
}

const TEXT_NAMES = ['text', 'content', 'body', 'passage', 'chunk', 'document', 'plot', 'description', 'abstract', 'summary'];
const TITLE_NAMES = ['title', 'name', 'headline'];

/**
 * What was picked, and a guess by name and size for what was not; an empty name picks none.
 * @throws UserError `milvus/schema` for fields the collection does not have
 */
export function pickFields(view: CollectionView, picked: { readonly [Key in keyof PickedFields]?: string | undefined }): PickedFields {
  const texts = view.scalarFields.filter((field) => field.type === 'VarChar' && field.name !== view.keyField && field.name !== picked.idField);
  const named = (names: readonly string[]): string | undefined => names.map((name) => texts.find((field) => field.name.toLowerCase() === name)).find((field) => field !== undefined)?.name;
  const titleField = picked.titleField ?? named(TITLE_NAMES.filter((name) => name !== picked.textField));
  const longest = [...texts].filter((field) => field.name !== titleField).sort((a, b) => (b.maxLength ?? 0) - (a.maxLength ?? 0))[0]?.name;
  const fields = {
    idField: scalarOf(view, picked.idField) ?? view.keyField,
    textField: scalarOf(view, picked.textField ?? named(TEXT_NAMES) ?? longest),
    titleField: scalarOf(view, titleField),
    vectorField: vectorFieldOf(view, picked.vectorField ?? [...view.vectorFields].sort((a, b) => b.dims - a.dims)[0]!.name).name,
  };
  // A title that is all there is, is the text.
  return fields.textField === undefined && picked.textField === undefined ? { ...fields, textField: fields.titleField, titleField: undefined } : fields;
}

function scalarOf(view: CollectionView, name: string | undefined): string | undefined {
  if (name === undefined || name === '') return undefined;
  if (!view.hasOtherFields && !view.scalarFields.some((field) => field.name === name)) {
    throw new UserError('milvus/schema', `collection ${view.name} has no field ${showValue(name)} that can be shown`, { hint: `it has ${view.scalarFields.map((field) => field.name).join(', ')}` });
  }
  return name;
}

/** @throws UserError `milvus/schema` naming the fields there are. */
export function vectorFieldOf(view: CollectionView, name: string): ViewedVectorField {
  const field = view.vectorFields.find((one) => one.name === name);
  if (field === undefined) {
    throw new UserError('milvus/schema', `collection ${view.name} has no vector field ${showValue(name)}`, {
      hint: `it has ${view.vectorFields.map((one) => `${one.name} (${one.dims} dims)`).join(', ')}`,
    });
  }
  return field;
}
