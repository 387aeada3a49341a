import { z } from 'zod';

/** A Milvus address and how to reach it. Secrets are referred to by name; they never travel in the contract. */
export const milvusTargetSchema = z.object({
  address: z.string(),
  database: z.string().optional(),
  tls: z.boolean().optional(),
  timeoutMs: z.number().int().positive().optional(),
  username: z.string().optional(),
  /** Name under which main keeps the token or password; resolved inside the engine's host only. */
  secretRef: z.string().optional(),
});
export type MilvusTarget = z.infer<typeof milvusTargetSchema>;

export const storeChoiceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('embedded') }),
  z.object({
    kind: z.literal('milvus'),
    target: milvusTargetSchema,
    /** Of a dataset that is a collection there: true to load copies of its prefixes, false (the usual) to search the collection itself. */
    copies: z.boolean().optional(),
  }),
]);
export type StoreChoice = z.infer<typeof storeChoiceSchema>;

/** What the probe found: asked of the server, never assumed. */
export const milvusServerSchema = z.object({
  address: z.string(),
  label: z.string(),
  version: z.string(),
  isLite: z.boolean(),
  indexes: z.array(z.string()),
  maxVectorFields: z.number().int(),
  float16: z.boolean(),
  binary: z.boolean(),
  maxTopK: z.number().int(),
  collections: z.array(z.object({ name: z.string(), rowCount: z.number().optional(), ownedByFunnelscope: z.boolean() })),
  latencyRemark: z.string().optional(),
  probedMs: z.number(),
});
export type MilvusServer = z.infer<typeof milvusServerSchema>;

/** A collection of the server, as far as it can be explored. Asking for it changes nothing. */
export const collectionViewSchema = z.object({
  name: z.string(),
  /** By the server's own statistics; may lag behind. */
  rowCount: z.number(),
  keyField: z.string(),
  keyType: z.enum(['Int64', 'VarChar']),
  /** Whether it is in the server's memory; searching it loads it. */
  isLoaded: z.boolean(),
  /** Scalar fields that can be shown: ids, titles, texts. The key is one of them. */
  scalarFields: z.array(z.object({ name: z.string(), type: z.string(), maxLength: z.number().optional() })),
  /** Rows may have fields beside those of the schema; they can be named as well. */
  hasOtherFields: z.boolean(),
  vectorFields: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      dims: z.number().int(),
      /** In Milvus's spelling; left out where the field has no index and so cannot be searched. */
      index: z.string().optional(),
      metric: z.string().optional(),
      buildParams: z.record(z.string(), z.number()),
    }),
  ),
  ownedByFunnelscope: z.boolean(),
});
export type CollectionView = z.infer<typeof collectionViewSchema>;
export type ViewedVectorField = CollectionView['vectorFields'][number];

/** A collection of the user's as a corpus that is embedded already: which fields are what. It is only read. */
export const collectionSourceSchema = z.object({
  kind: z.literal('collection'),
  target: milvusTargetSchema,
  collection: z.string().min(1),
  /** What documents are called (as qrels name them); the primary key unless given. */
  idField: z.string().optional(),
  textField: z.string().optional(),
  titleField: z.string().optional(),
  /** The whole embeddings; the longest vector field unless given. */
  vectorField: z.string().optional(),
  /** Fields that hold the first dimensions of it, normalised or not; of another collection with the same keys where one is named. */
  prefixFields: z.array(z.object({ collection: z.string().optional(), field: z.string() })).optional(),
  /** So many rows, drawn at random; all unless given. A sample is searched in the embedded store only. */
  rows: z.number().int().positive().optional(),
});
export type CollectionSource = z.infer<typeof collectionSourceSchema>;

export const connectionStateSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('embedded') }),
  z.object({ state: z.literal('connecting'), address: z.string() }),
  z.object({ state: z.literal('connected'), server: milvusServerSchema }),
  z.object({ state: z.literal('lost'), address: z.string(), message: z.string(), hint: z.string().optional() }),
]);
export type ConnectionState = z.infer<typeof connectionStateSchema>;
