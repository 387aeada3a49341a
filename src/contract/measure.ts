import { z } from 'zod';

/** A measured mean with its 95 % bootstrap interval over queries. */
export const intervalSchema = z.object({ value: z.number(), low: z.number(), high: z.number() });
export type Interval = z.infer<typeof intervalSchema>;

/** Latency of single queries from one client after warm-up, in milliseconds. */
export const latencySchema = z.object({ p50: z.number(), p95: z.number(), p99: z.number(), mean: z.number(), count: z.number().int().optional() });
export type Latency = z.infer<typeof latencySchema>;

/** Metrics against qrels, each a mean over the queries that have relevant documents. Not the recall against true neighbours. */
export const relevanceSchema = z.object({
  ndcg: intervalSchema,
  mrr: intervalSchema,
  map: intervalSchema,
  /** IR recall@k: relevant found / relevant. */
  irRecall: intervalSchema,
});
export type Relevance = z.infer<typeof relevanceSchema>;

export const headIndexSchema = z.enum(['flat', 'hnsw', 'hnsw_sq', 'ivf_flat', 'ivf_sq8', 'ivf_pq', 'scann', 'diskann', 'autoindex']);
export const headPrecisionSchema = z.enum(['f32', 'f16', 'int8', 'binary', 'pq4']);
export const headSchema = z.object({
  index: headIndexSchema,
  precision: headPrecisionSchema,
  params: z.record(z.string(), z.number()).optional(),
});
export type HeadChoice = z.infer<typeof headSchema>;

export const stageSchema = z.object({ dims: z.number().int().min(1), keep: z.number().int().min(1) });
export const scheduleSchema = z.array(stageSchema).min(1);
