import { showValue, UserError } from '../../base/errors.ts';
import type { CallOptions, CollectionInfo, IndexInfo, Milvus } from './client.ts';
import { manifestOf } from './manifest.ts';

/** A collection somebody else made, as far as it can be explored. */
export interface CollectionView {
  readonly name: string;
  /** By the server's own statistics; may lag behind. */
  readonly rowCount: number;
  readonly keyField: string;
  readonly keyType: 'Int64' | 'VarChar';
  /** Scalar text fields, for showing documents. */
  readonly textFields: readonly string[];
  readonly vectorFields: readonly ViewedVectorField[];
  readonly ownedByFunnelscope: boolean;
}

export interface ViewedVectorField {
  readonly name: string;
  readonly type: string;
  readonly dims: number;
  /** undefined where the field has no index and so cannot be searched. */
  readonly index: string | undefined;
  readonly metric: string | undefined;
  readonly buildParams: Readonly<Record<string, number>>;
}

/** Vector fields that hold what a text model gives: dense floats. */
const EXPLORABLE = ['FloatVector', 'Float16Vector', 'BFloat16Vector'];

/**
 * What a collection has to offer.
 * @throws UserError `milvus/no-collection`, `milvus/schema` when it has no usable key or vector field
 */
export async function viewCollection(milvus: Milvus, name: string, options: CallOptions = {}): Promise<CollectionView> {
  const info = await milvus.describe(name, options);
  if (info === undefined) throw new UserError('milvus/no-collection', `Milvus at ${milvus.address} has no collection ${showValue(name)}`);
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
    textFields: info.fields.filter((field) => field.type === 'VarChar' && !field.isPrimary).map((field) => field.name),
    vectorFields,
    ownedByFunnelscope: manifestOf(info) !== undefined,
  };
}

function vectorFieldsOf(info: CollectionInfo, indexes: readonly IndexInfo[]): ViewedVectorField[] {
  return info.fields
    .filter((field) => EXPLORABLE.includes(field.type) && field.dims !== undefined)
    .map((field) => {
      const index = indexes.find((one) => one.field === field.name);
      return { name: field.name, type: field.type, dims: field.dims!, index: index?.type, metric: index?.metric.toUpperCase(), buildParams: index?.params ?? {} };
    });
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
