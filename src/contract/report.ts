import { z } from 'zod';
import { apiUsageSchema, findingSchema, neighbourCheckSchema } from './dataset.ts';
import { headSchema, intervalSchema, latencySchema } from './measure.ts';
import { candidatesNeededSchema, compressionSchema, costModelSchema, heatMapSchema, matryoshkaSchema, orderSchema, sizeTrendSchema, tuningSchema } from './tuning.ts';

/** Row numbers of documents, one list a query, best first: only with `--dump-neighbours`. */
const neighbourLists = z.array(z.array(z.number().int()));

/** Where a search on a server spent its time: making requests, the round trip (network and server), and everything on this side. */
const splitSchema = z.object({ requestMs: latencySchema.optional(), serverMs: latencySchema, localMs: latencySchema });

/** What is measured of every search: a prefix, a funnel, the baseline. Made anew for each, so that the JSON Schema stays without references between them. */
const measuredFields = () => ({
  /** recall@k against exact neighbours at full dimension; ties within 1e-6 of the k-th count. */
  recall: intervalSchema,
  ndcg: intervalSchema.optional(),
  mrr: intervalSchema.optional(),
  map: intervalSchema.optional(),
  irRecall: intervalSchema.optional(),
  latencyMs: latencySchema,
  split: splitSchema.optional(),
  /** Queries a second of one client: 1 / mean latency. */
  qps: z.number(),
});

/** One prefix of the ladder: a plain one-stage search at `dims`. */
export const ladderEntrySchema = z.object({
  dims: z.number().int(),
  ...measuredFields(),
  bytesPerVector: z.number(),
  totalBytes: z.number(),
  /** recall at this prefix / recall at full dimension is 1 by definition; retention is of nDCG where there are qrels. */
  retention: z.number().optional(),
  /** Whether the model was trained for this prefix; undefined where that is unknown. */
  trained: z.boolean().optional(),
  neighbours: neighbourLists.optional(),
});
export type LadderEntry = z.infer<typeof ladderEntrySchema>;

export const funnelStageSchema = z.object({
  dims: z.number().int(),
  keep: z.number().int(),
  /** Share of the true neighbours still alive after this stage. */
  survival: z.number(),
  survivalInterval: intervalSchema,
  latencyMs: latencySchema,
  split: splitSchema.optional(),
});

export const funnelEntrySchema = z.object({
  /** `64:512,768:10` */
  schedule: z.string(),
  name: z.string().optional(),
  ...measuredFields(),
  stages: z.array(funnelStageSchema),
  /** Baseline p50 / this p50: above 1 the funnel is faster than exact full-dimension search. */
  speedup: z.number(),
  /** False when the funnel is not faster than exact full-dimension search beyond noise: the report must say so. */
  pays: z.boolean(),
  bytesReadPerQuery: z.number(),
  rerank: z.string().optional(),
  neighbours: neighbourLists.optional(),
});
export type FunnelEntry = z.infer<typeof funnelEntrySchema>;

export const baselineSchema = z.object({
  /** Exact full-dimension search: 1 by definition on an exact store. */
  ...measuredFields(),
  bytesPerVector: z.number(),
  totalBytes: z.number(),
  /** Where the store has no exact search at full dimension (a collection with another index): the index that stands for it, which is approximate. */
  index: z.string().optional(),
});

/** A point of the frontier: a ladder entry or a funnel that no other one beats in both recall and latency. */
export const frontierPointSchema = z.object({
  kind: z.enum(['prefix', 'funnel', 'baseline']),
  label: z.string(),
  recall: z.number(),
  latencyMs: z.number(),
});

/** What was measured on one store. */
export const storeResultSchema = z.object({
  kind: z.enum(['embedded', 'milvus']),
  label: z.string(),
  /** Must stand next to every latency of this store ("Milvus Lite is pure Python; these are not Milvus's own times"). */
  latencyRemark: z.string().optional(),
  head: headSchema,
  /** Measured in a collection of the user's, on the index that it has. */
  inPlace: z.boolean().optional(),
  ladder: z.array(ladderEntrySchema),
  funnels: z.array(funnelEntrySchema),
  baseline: baselineSchema,
  frontier: z.array(frontierPointSchema),
});
export type StoreResult = z.infer<typeof storeResultSchema>;

export const machineSchema = z.object({
  cpu: z.string(),
  cores: z.number().int(),
  memoryBytes: z.number(),
  os: z.string(),
  node: z.string(),
});

/** report.json, `funnelscope-report/1`. Additive changes keep the number; anything else raises it. */
export const reportSchema = z.object({
  schema: z.literal('funnelscope-report/1'),
  createdAt: z.string(),
  version: z.string(),
  /** The command line that makes the same run. */
  command: z.string(),
  seed: z.number().int(),
  machine: machineSchema,
  corpus: z.object({
    name: z.string(),
    count: z.number().int(),
    contentHash: z.string(),
    emptyCount: z.number().int().optional(),
    duplicateCount: z.number().int().optional(),
    format: z.string().optional(),
    zeroVectorCount: z.number().int().optional(),
    /** Of a collection of the user's, which was only read. */
    collection: z
      .object({
        server: z.string(),
        name: z.string(),
        keyField: z.string(),
        idField: z.string(),
        textField: z.string().optional(),
        titleField: z.string().optional(),
        /** The whole embeddings first, then the prefixes it has fields for. */
        vectorFields: z.array(z.object({ collection: z.string(), field: z.string(), dims: z.number().int(), type: z.string(), index: z.string().optional(), metric: z.string().optional() })),
        /** Rows of the whole collection; those that were searched are the corpus' count. */
        rows: z.number().int(),
        /** What was measured where, in sentences. */
        measured: z.array(z.string()),
      })
      .optional(),
  }),
  queries: z.object({
    name: z.string(),
    count: z.number().int(),
    /** Neighbours that came with the data, against our own exact ones: they never count as truth themselves. */
    providedNeighbours: neighbourCheckSchema.optional(),
    /** Queries that have at least one relevant document; 0 without qrels. */
    withQrels: z.number().int(),
    contentHash: z.string(),
  }),
  model: z.object({
    id: z.string(),
    name: z.string(),
    dims: z.number().int(),
    trainedDims: z.array(z.number().int()),
    pooling: z.string().optional(),
    dtype: z.string().optional(),
    documentPrompt: z.string().optional(),
    queryPrompt: z.string().optional(),
    revision: z.string().optional(),
    licence: z.string().optional(),
    embedding: z.object({ documents: z.number().int(), fromCache: z.boolean(), elapsedMs: z.number(), textsPerSecond: z.number(), api: apiUsageSchema.optional() }).optional(),
  }),
  k: z.number().int(),
  store: z.object({ kind: z.enum(['embedded', 'milvus']), label: z.string(), latencyRemark: z.string().optional(), head: headSchema, inPlace: z.boolean().optional() }),
  ladder: z.array(ladderEntrySchema),
  funnels: z.array(funnelEntrySchema),
  baseline: baselineSchema,
  frontier: z.array(frontierPointSchema),
  /** Further stores measured in the same run (Milvus next to embedded). */
  otherStores: z.array(storeResultSchema).optional(),
  candidatesNeeded: z.array(candidatesNeededSchema).optional(),
  heatMap: heatMapSchema.optional(),
  costModel: costModelSchema.optional(),
  tuning: tuningSchema.optional(),
  sizeTrend: sizeTrendSchema.optional(),
  order: orderSchema.optional(),
  compression: compressionSchema.optional(),
  matryoshka: matryoshkaSchema.optional(),
  /** Sentences with numbers, the most important first: what the run means. */
  findings: z.array(z.string()),
  warnings: z.array(z.string()),
  /** What the lint found in the embeddings, worst first; its errors and warnings are among `warnings` too. */
  lint: z.array(findingSchema).optional(),
  /** How each number is defined. */
  definitions: z.record(z.string(), z.string()),
});
export type Report = z.infer<typeof reportSchema>;
