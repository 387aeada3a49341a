import { z } from 'zod';
import { intervalSchema, latencySchema, scheduleSchema } from './measure.ts';

/** A candidate pool: every schedule with keeps ≤ capacity is evaluated exactly from it. */
export const poolSummarySchema = z.object({
  poolId: z.string(),
  dims: z.array(z.number().int()),
  capacity: z.number().int(),
  queryCount: z.number().int(),
  rowCount: z.number().int(),
  k: z.number().int(),
  rowsPerQuery: z.number(),
  sizeBytes: z.number(),
  elapsedMs: z.number(),
});
export type PoolSummary = z.infer<typeof poolSummarySchema>;

/** A schedule evaluated from the pool: exact recall and survival; the cost is an estimate and says so. */
export const evaluationSchema = z.object({
  schedule: scheduleSchema,
  recall: intervalSchema,
  survival: z.array(z.number()),
  /** Estimates from the cost model; undefined before one was fitted. */
  estimate: z.object({ totalMs: z.number(), stagesMs: z.array(z.number()), errorMs: z.number() }).optional(),
  bytesReadPerQuery: z.number(),
  elapsedMs: z.number(),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

export const heatMapSchema = z.object({
  dims: z.array(z.number().int()),
  keeps: z.array(z.number().int()),
  /** recall[dimsIndex][keepIndex] of the two-stage funnel dims:keep,D:k. */
  recall: z.array(z.array(z.number())),
  /** For each level, the smallest keep at each dims that reaches it; null where none ≤ capacity does. */
  isoRecall: z.array(z.object({ level: z.number(), keeps: z.array(z.number().int().nullable()) })),
});
export type HeatMap = z.infer<typeof heatMapSchema>;

/** The rule of thumb: how many candidates lose nothing. */
export const candidatesNeededSchema = z.object({
  dims: z.number().int(),
  levels: z.array(
    z.object({
      /** Share of the queries that lose none of their true neighbours. */
      share: z.number(),
      /** null: more than the pool's capacity. */
      keep: z.number().int().nullable(),
      low: z.number().int().nullable(),
      high: z.number().int().nullable(),
    }),
  ),
  sentence: z.string(),
});
export type CandidatesNeeded = z.infer<typeof candidatesNeededSchema>;

/** Per-stage cost fitted from measured runs on the store in use. All its outputs are estimates. */
export const costModelSchema = z.object({
  store: z.string(),
  fixedMs: z.number(),
  /** ms per (row × dimension) of a scan, per kept candidate of a scan, per (candidate × new dimension) of a re-rank, per re-rank call. */
  scanMsPerRowDim: z.number(),
  scanMsPerKeep: z.number(),
  rerankMsPerCandidateDim: z.number(),
  rerankMsPerCandidate: z.number(),
  rerankFixedMs: z.number(),
  /** What a head search costs at each measured prefix, without the price of its keep: caches make it anything but linear. */
  scanMsByDims: z.array(z.object({ dims: z.number().int(), ms: z.number() })).optional(),
  /** Median of p95 / p50 over the runs: how a p95 is estimated. */
  p95Ratio: z.number().optional(),
  /** Root mean square of the relative error over the runs it was fitted on (leave-one-out). */
  relativeError: z.number(),
  runCount: z.number().int(),
  how: z.string(),
});
export type CostModel = z.infer<typeof costModelSchema>;

export const constraintsSchema = z.object({
  recall: z.number().min(0).max(1).optional(),
  p95Ms: z.number().positive().optional(),
  memoryBytes: z.number().positive().optional(),
  maxStages: z.number().int().min(1).max(5).optional(),
});
export type Constraints = z.infer<typeof constraintsSchema>;

export const tunedPointSchema = z.object({
  schedule: z.string(),
  recallTuned: intervalSchema,
  /** On the half of the queries that the choice did not see. */
  recallHeldOut: intervalSchema,
  estimatedMs: z.number(),
  measured: latencySchema.optional(),
  headBytes: z.number(),
  /** Head and the longest vectors that a later stage reads. */
  totalBytes: z.number().optional(),
  bytesReadPerQuery: z.number().optional(),
});
export type TunedPoint = z.infer<typeof tunedPointSchema>;

export const tuningSchema = z.object({
  constraints: constraintsSchema,
  schedulesEvaluated: z.number().int(),
  schedulesPruned: z.number().int(),
  elapsedMs: z.number(),
  /** Of which searching the grid took. */
  searchMs: z.number().optional(),
  queriesTuned: z.number().int(),
  queriesHeldOut: z.number().int(),
  frontier: z.array(tunedPointSchema),
  chosen: tunedPointSchema.optional(),
  /** Measured: exact search at full dimension, and the best single prefix that reaches the same recall. */
  exactMs: latencySchema.optional(),
  bestPrefix: z.object({ dims: z.number().int(), recall: intervalSchema, measured: latencySchema.optional() }).optional(),
  speedupOverExact: intervalSchema.optional(),
  speedupOverBestPrefix: intervalSchema.optional(),
  /** Schedules whose measured times cannot be told from the fastest: among these the one with the fewest stages is chosen. */
  contenders: z.array(z.string()).optional(),
  verdict: z.string(),
  how: z.string(),
});
export type Tuning = z.infer<typeof tuningSchema>;

/** Will it hold? Measured at nested subsamples, fitted, and projected: a projection is never a measurement. */
export const sizeTrendSchema = z.object({
  sizes: z.array(z.number().int()),
  series: z.array(
    z.object({
      dims: z.number().int(),
      measured: z.array(z.object({ rowCount: z.number().int(), recall: intervalSchema, candidates99: z.number().nullable() })),
      fit: z.object({ intercept: z.number(), slope: z.number(), residual: z.number(), form: z.string() }),
      /** Prediction at n from the fit on n/16 … n/2, beside what was measured there. */
      check: z.object({ predicted: intervalSchema, measured: z.number(), inside: z.boolean() }).optional(),
      /** The same for the candidates that 99 % of the queries need; absent where they are beyond what was looked at. */
      checkCandidates: z.object({ predicted: intervalSchema, measured: z.number().nullable(), inside: z.boolean() }).optional(),
      projected: z.array(z.object({ rowCount: z.number(), recall: intervalSchema, candidates99: intervalSchema.nullable() })),
    }),
  ),
  sizing: z.array(z.object({ rowCount: z.number(), index: z.string(), dims: z.number().int(), headBytes: z.number(), fullBytes: z.number(), diskBytes: z.number().optional(), loadedBytes: z.number().optional() })),
  how: z.string(),
});
export type SizeTrend = z.infer<typeof sizeTrendSchema>;

/** A size that stands out above the measured sizes beside it, against vectors without order: how far, as a share of recall. */
export const bumpSchema = z.object({ dims: z.number().int(), excess: z.number() });
export type Bump = z.infer<typeof bumpSchema>;

export const orderSchema = z.object({
  dims: z.array(z.number().int()),
  /** Of the prefix against a random rotation. */
  bumps: z.array(bumpSchema).optional(),
  series: z.array(z.object({ order: z.enum(['prefix', 'suffix', 'random', 'pca']), recall: z.array(intervalSchema), note: z.string().optional() })),
});
export type OrderResult = z.infer<typeof orderSchema>;

export const compressionSchema = z.object({
  points: z.array(
    z.object({
      form: z.enum(['f32', 'f16', 'int8', 'binary', 'pq4', 'pq', 'pca']),
      dims: z.number().int(),
      bytesPerVector: z.number(),
      recall: intervalSchema,
      /** As the head of a funnel: recall after an exact full-dimension re-rank of `keep` candidates. */
      funnel: z.object({ keep: z.number().int(), recall: intervalSchema }).optional(),
    }),
  ),
  how: z.string().optional(),
});
export type CompressionResult = z.infer<typeof compressionSchema>;

/** "Can I truncate a model that was not trained for it?" Ladders of several ways to truncate, on rows that training did not see. */
export const matryoshkaSchema = z.object({
  dims: z.array(z.number().int()),
  ladders: z.array(z.object({ variant: z.enum(['raw', 'pca', 'adapter', 'reversed', 'random']), recall: z.array(intervalSchema) })),
  /** Paired differences of recall: adapter − raw and adapter − PCA, in the order of `dims`. */
  gains: z.object({ overRaw: z.array(intervalSchema), overPca: z.array(intervalSchema) }),
  /** The recommended map, saved beside the report (see train adapter). */
  adapterFile: z.string().optional(),
  counts: z.object({ trained: z.number().int(), searched: z.number().int(), queries: z.number().int(), queriesAre: z.string() }),
  verdict: z.object({
    kind: z.enum(['matryoshka', 'partly', 'plain', 'unclear']),
    safeDims: z.object({ raw: z.number(), pca: z.number(), adapter: z.number() }),
    best: z.enum(['raw', 'pca', 'adapter']),
    /** Of the vectors as they are against a random rotation. */
    bumps: z.array(bumpSchema).optional(),
    sentences: z.array(z.string()),
  }),
});
export type MatryoshkaFindings = z.infer<typeof matryoshkaSchema>;
