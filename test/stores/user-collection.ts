import { createHash } from 'node:crypto';
import type { FieldType } from '@zilliz/milvus2-sdk-node';

/** A collection as somebody else's program makes one: with the bare SDK. */
export interface UserCollection {
  readonly name: string;
  readonly fields: readonly FieldType[];
  readonly rows: readonly Record<string, unknown>[];
  /** By vector field. */
  readonly indexes: Readonly<Record<string, { readonly type: string; readonly metric: string; readonly params?: Readonly<Record<string, number>> }>>;
}

export async function makeCollection(address: string, { name, fields, rows, indexes }: UserCollection, token?: string): Promise<void> {
  await withSdk(address, token, async (sdk) => {
    await sdk.createCollection({ collection_name: name, fields: [...fields] });
    for (let start = 0; start < rows.length; start += 500) await sdk.insert({ collection_name: name, data: rows.slice(start, start + 500) as never });
    await sdk.flushSync({ collection_names: [name] });
    for (const [field, { type, metric, params }] of Object.entries(indexes)) await sdk.createIndex({ collection_name: name, field_name: field, index_type: type, metric_type: metric, params: { ...params } });
    await sdk.loadCollectionSync({ collection_name: name });
  });
}

/** All that a server holds: its collections with schema, indexes and every row. Equal when nothing was written. */
export async function serverDigest(address: string, fieldsOf: Readonly<Record<string, readonly string[]>>): Promise<string> {
  const hash = createHash('sha256');
  await withSdk(address, undefined, async (sdk) => {
    const names = (await sdk.showCollections()).data.map((collection) => collection.name).sort();
    hash.update(names.join());
    for (const name of names) {
      hash.update(JSON.stringify((await sdk.describeCollection({ collection_name: name })).schema));
      hash.update(JSON.stringify((await sdk.describeIndex({ collection_name: name })).index_descriptions.map(({ field_name, params }) => [field_name, params])));
      const { data } = await sdk.query({ collection_name: name, filter: '', output_fields: [...(fieldsOf[name] ?? [])], limit: 16_384, consistency_level: 0 });
      if (fieldsOf[name] !== undefined && data.length === 0) throw new Error(`no row of ${name} was read`);
      hash.update(data.map((row) => JSON.stringify(row)).sort().join('\n'));
    }
  });
  return hash.digest('hex');
}

/** A user who may look, search and load, and nothing else, as the server's administrator makes one. */
export async function makeReader(address: string, adminToken: string, username: string, password: string): Promise<void> {
  const { RbacObjects } = await import('@zilliz/milvus2-sdk-node');
  await withSdk(address, adminToken, async (sdk) => {
    await sdk.createUser({ username, password });
    await sdk.createRole({ roleName: 'reader' });
    await sdk.addUserToRole({ username, roleName: 'reader' });
    const grant = (object: keyof typeof RbacObjects, privilegeName: string) => sdk.grantRolePrivilege({ roleName: 'reader', object: RbacObjects[object], objectName: '*', privilegeName });
    for (const privilege of ['DescribeCollection', 'ShowCollections']) await grant('Global', privilege);
    for (const privilege of ['Search', 'Query', 'Load', 'GetLoadState', 'GetLoadingProgress', 'GetStatistics', 'IndexDetail']) await grant('Collection', privilege);
  });
}

async function withSdk(address: string, token: string | undefined, use: (sdk: InstanceType<(typeof import('@zilliz/milvus2-sdk-node'))['MilvusClient']>) => Promise<void>): Promise<void> {
  const { MilvusClient } = await import('@zilliz/milvus2-sdk-node');
  const sdk = new MilvusClient({ address, logLevel: 'error', ...(token === undefined ? {} : { token }) });
  await sdk.connectPromise;
  try {
    await use(sdk);
  } finally {
    await sdk.closeConnection();
  }
}
