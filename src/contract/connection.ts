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
  z.object({ kind: z.literal('milvus'), target: milvusTargetSchema }),
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

export const connectionStateSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('embedded') }),
  z.object({ state: z.literal('connecting'), address: z.string() }),
  z.object({ state: z.literal('connected'), server: milvusServerSchema }),
  z.object({ state: z.literal('lost'), address: z.string(), message: z.string(), hint: z.string().optional() }),
]);
export type ConnectionState = z.infer<typeof connectionStateSchema>;
