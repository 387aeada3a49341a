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
  /** Cuts documents into pieces of at most `maxChars`, which share up to `overlapChars`; Markdown, HTML and PDF are always cut (1,200 and 120 unless given). */
  chunks: z.object({ maxChars: z.number().int().positive(), overlapChars: z.number().int().min(0) }).optional(),
});
export type ReadOptions = z.infer<typeof readOptionsSchema>;

/** Vectors that are embedded already, and what they are asked. */
export const vectorSourceSchema = z.object({
  path: z.string(),
  /** A file of query vectors; otherwise those that the data brings, or rows held out. */
  queryPath: z.string().optional(),
  /** True neighbours of `queryPath` (.ivecs), to be checked. */
  neighboursPath: z.string().optional(),
  /** Rows to hold out, or queries to take of those there are. */
  queryCount: z.number().int().positive().optional(),
  seed: z.number().int().optional(),
  /** Reads the texts beside the vectors too (Parquet, Arrow). */
  read: readOptionsSchema.optional(),
});
export type VectorSourceChoice = z.infer<typeof vectorSourceSchema>;

/** How much of the machine the embedded store may use. */
export const machineUseSchema = z.object({
  /** Threads of a search; 1 unless given, never more than the machine runs at once. */
  threads: z.number().int().min(1).optional(),
  /** Vectors of more bytes than this lie in a temporary file; three fifths of the memory unless given. */
  vectorMemoryBytes: z.number().int().positive().optional(),
});
export type MachineUse = z.infer<typeof machineUseSchema>;

export const corpusSourceSchema = z.union([
  z.object({ kind: z.literal('sample'), name: z.string() }),
  z.object({ kind: z.literal('path'), path: z.string(), options: readOptionsSchema.optional() }),
  collectionSourceSchema,
]);
export type CorpusSource = z.infer<typeof corpusSourceSchema>;

/** Vectors in a file: alone (.npy, .fvecs, HDF5 …) or in a column beside texts (Parquet, Arrow). */
export const vectorsPreviewSchema = z.object({
  rowCount: z.number().int(),
  dims: z.number().int(),
  /** Queries that come with them (ann-benchmarks, VectorDBBench). */
  ownQueryCount: z.number().int(),
  /** Neighbours of each of those queries that come with them. */
  neighbourWidth: z.number().int().optional(),
  hasText: z.boolean(),
});
export type VectorsPreview = z.infer<typeof vectorsPreviewSchema>;

export const corpusPreviewSchema = z.object({
  path: z.string(),
  format: z.string(),
  encoding: z.string().optional(),
  /** Of delimited text: what stands between cells, and whether the first row names the columns. */
  delimiter: z.string().optional(),
  header: z.boolean().optional(),
  sizeBytes: z.number(),
  columns: z.array(z.object({ name: z.string(), role: z.enum(['id', 'title', 'text', 'none']), reason: z.string() })),
  /** First rows, cells as text, cut to a readable length. */
  rows: z.array(z.array(z.string())),
  estimatedCount: z.number().optional(),
  hasQueries: z.boolean(),
  hasQrels: z.boolean(),
  warnings: z.array(z.string()),
  vectors: vectorsPreviewSchema.optional(),
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

/** Something about embeddings that a user should know, and what to do about it. */
export const findingSchema = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'note']),
  message: z.string(),
  advice: z.string(),
});
export type Finding = z.infer<typeof findingSchema>;

/** Neighbours that came with vectors (ann-benchmarks, VectorDBBench), compared with exact ones over the first k. */
export const neighbourCheckSchema = z.object({
  k: z.number().int(),
  /** Queries compared: all, or a seeded sample of large sets. */
  queryCount: z.number().int(),
  /** Share of provided entries that are true neighbours here; ties within 1e-6 count. */
  agreement: z.number(),
  isTruth: z.boolean(),
});
export type NeighbourCheckResult = z.infer<typeof neighbourCheckSchema>;

/** What was sent to a server, by its own count of tokens where it gives one. */
export const apiUsageSchema = z.object({
  requestCount: z.number().int(),
  retryCount: z.number().int(),
  textCount: z.number().int(),
  tokenCount: z.number(),
  /** The tokens were counted by the server, not estimated. */
  isExact: z.boolean(),
  dollars: z.number().optional(),
});
export type ApiUsage = z.infer<typeof apiUsageSchema>;

/** One entry of the cache of embeddings. */
export const cacheEntrySchema = z.object({
  key: z.string(),
  sizeBytes: z.number(),
  /** undefined for an entry that was interrupted or is being filled. */
  content: z.object({ model: z.string(), dtype: z.string().optional(), role: z.enum(['document', 'query']), count: z.number().int(), dims: z.number().int(), createdAt: z.string() }).optional(),
});

/** What embedding through a server will cost, before it is done: tokens are estimated, texts in the cache count in full. */
export const costEstimateSchema = z.object({
  textCount: z.number().int(),
  tokenCount: z.number(),
  /** undefined where no price is known (own servers). */
  dollars: z.number().optional(),
});
export type CostEstimate = z.infer<typeof costEstimateSchema>;

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
  /** The model's folder, or its server (`http://127.0.0.1:11434/v1#model`). */
  path: z.string().optional(),
  /** Number format of the weights in use, and those there are to choose from (fp32 is the reference). */
  dtype: z.string().optional(),
  dtypes: z.array(z.object({ dtype: z.string(), sizeBytes: z.number().optional() })).optional(),
  /** US dollars for a million tokens (APIs). */
  dollarsPerMillionTokens: z.number().optional(),
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
  /** What it was opened with, where that is not the usual. */
  use: machineUseSchema.optional(),
  /** Of a collection that is explored in place. */
  inPlace: inPlaceSchema.optional(),
  warnings: z.array(z.string()),
  /** What the lint of the embeddings found, worst first. */
  lint: z.array(findingSchema),
  /** Only for models behind a server: what this run sent. */
  usage: apiUsageSchema.optional(),
  /** Only for vectors that came with neighbours. */
  providedNeighbours: neighbourCheckSchema.optional(),
});
export type DatasetSummary = z.infer<typeof datasetSummarySchema>;
