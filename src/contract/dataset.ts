import { z } from 'zod';
import { collectionSourceSchema } from './connection.ts';
import { headSchema } from './measure.ts';

export const sampleSchema = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  count: z.number().int(),
  queryCount: z.number().int(),
  licence: z.string(),
  sizeBytes: z.number(),
});
export type Sample = z.infer<typeof sampleSchema>;

/** How a file is to be read; anything left out is detected. */
export const readOptionsSchema = z.object({
  format: z.string().optional(),
  encoding: z.string().optional(),
  idColumn: z.string().optional(),
  titleColumn: z.string().optional(),
  textColumn: z.string().optional(),
  header: z.boolean().optional(),
  delimiter: z.string().optional(),
});
export type ReadOptions = z.infer<typeof readOptionsSchema>;

export const corpusSourceSchema = z.union([
  z.object({ kind: z.literal('sample'), name: z.string() }),
  z.object({ kind: z.literal('path'), path: z.string(), options: readOptionsSchema.optional() }),
  collectionSourceSchema,
]);
export type CorpusSource = z.infer<typeof corpusSourceSchema>;

export const corpusPreviewSchema = z.object({
  path: z.string(),
  format: z.string(),
  encoding: z.string().optional(),
  sizeBytes: z.number(),
  columns: z.array(z.object({ name: z.string(), role: z.enum(['id', 'title', 'text', 'none']), reason: z.string() })),
  /** First rows, cells as text, cut to a readable length. */
  rows: z.array(z.array(z.string())),
  estimatedCount: z.number().optional(),
  hasQueries: z.boolean(),
  hasQrels: z.boolean(),
  warnings: z.array(z.string()),
});
export type CorpusPreview = z.infer<typeof corpusPreviewSchema>;

export const corpusSummarySchema = z.object({
  corpusId: z.string(),
  name: z.string(),
  count: z.number().int(),
  emptyCount: z.number().int(),
  duplicateCount: z.number().int(),
  format: z.string(),
  sizeBytes: z.number(),
  contentHash: z.string(),
  hasTitles: z.boolean(),
  /** The corpus brings queries of its own (BEIR folder, sample). */
  hasQueries: z.boolean(),
  hasQrels: z.boolean(),
  warnings: z.array(z.string()),
  source: corpusSourceSchema,
});
export type CorpusSummary = z.infer<typeof corpusSummarySchema>;

export const documentSchema = z.object({ row: z.number().int(), id: z.string(), title: z.string().optional(), text: z.string() });
export type DocumentRow = z.infer<typeof documentSchema>;

export const querySourceSchema = z.discriminatedUnion('kind', [
  /** The corpus' own queries and qrels, `limit` of them in seeded order. */
  z.object({ kind: z.literal('own'), limit: z.number().int().positive().optional(), seed: z.number().int().optional() }),
  z.object({ kind: z.literal('file'), path: z.string(), qrelsPath: z.string().optional(), limit: z.number().int().positive().optional() }),
  z.object({ kind: z.literal('held-out'), count: z.number().int().positive(), seed: z.number().int().optional() }),
  z.object({ kind: z.literal('titles'), count: z.number().int().positive(), seed: z.number().int().optional() }),
  z.object({ kind: z.literal('typed'), texts: z.array(z.string()).min(1) }),
]);
export type QuerySource = z.infer<typeof querySourceSchema>;

export const querySummarySchema = z.object({
  queryId: z.string(),
  name: z.string(),
  count: z.number().int(),
  withQrels: z.number().int(),
  heldOutCount: z.number().int(),
  contentHash: z.string(),
  examples: z.array(z.string()),
  source: querySourceSchema,
});
export type QuerySummary = z.infer<typeof querySummarySchema>;

export const modelEntrySchema = z.object({
  id: z.string(),
  name: z.string(),
  dims: z.number().int(),
  trainedDims: z.array(z.number().int()),
  pooling: z.string(),
  layerNorm: z.boolean(),
  documentPrompt: z.string(),
  queryPrompt: z.string(),
  maxTokens: z.number().int(),
  licence: z.string().optional(),
  sizeBytes: z.number().optional(),
  repository: z.string().optional(),
  /** bundled: in the app; local: a folder on this disk; hub: must be downloaded first; api: texts are sent to a server; collection: the vectors of a collection, no model of ours. */
  where: z.enum(['bundled', 'local', 'hub', 'api', 'collection']),
  path: z.string().optional(),
  warnings: z.array(z.string()),
});
export type ModelEntry = z.infer<typeof modelEntrySchema>;

/** How a collection of the user's can be searched where it is. */
export const inPlaceSchema = z.object({
  collection: z.string(),
  /** Prefixes that it has a field for; the others are measured on the embedded copy of its vectors. */
  dims: z.array(z.number().int()),
  /** The index its fields have. */
  head: headSchema,
  /** Why it cannot be searched in place at all, where it cannot. */
  obstacle: z.string().optional(),
});
export type InPlace = z.infer<typeof inPlaceSchema>;

export const datasetSummarySchema = z.object({
  /** The adapter that turned documents and queries, if any; `model.trainedDims` are then its own. */
  adapterId: z.string().optional(),
  datasetId: z.string(),
  corpus: corpusSummarySchema,
  queries: querySummarySchema,
  model: modelEntrySchema,
  /** Documents that are searched (the corpus less held-out rows). */
  rowCount: z.number().int(),
  queryCount: z.number().int(),
  dims: z.number().int(),
  /** Prefixes to try first: trained ones, or halvings. */
  suggestedDims: z.array(z.number().int()),
  sizeBytes: z.number(),
  fromCache: z.boolean(),
  elapsedMs: z.number(),
  textsPerSecond: z.number(),
  zeroVectorCount: z.number().int(),
  /** Of a collection that is explored in place. */
  inPlace: inPlaceSchema.optional(),
  warnings: z.array(z.string()),
});
export type DatasetSummary = z.infer<typeof datasetSummarySchema>;
