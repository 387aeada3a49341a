import { z } from 'zod';
import { adapterEntrySchema, adapterFormatSchema } from './adapter.ts';
import { collectionViewSchema, connectionStateSchema, milvusServerSchema, milvusTargetSchema, storeChoiceSchema } from './connection.ts';
import {
  cacheEntrySchema,
  corpusPreviewSchema,
  corpusSourceSchema,
  corpusSummarySchema,
  costEstimateSchema,
  datasetSummarySchema,
  documentSchema,
  machineUseSchema,
  modelEntrySchema,
  querySourceSchema,
  querySummarySchema,
  readOptionsSchema,
  sampleSchema,
  vectorSourceSchema,
} from './dataset.ts';
import { inspectionSchema } from './inspect.ts';
import { headSchema, scheduleSchema } from './measure.ts';
import { funnelEntrySchema, machineSchema, reportSchema, storeResultSchema } from './report.ts';
import {
  candidatesNeededSchema,
  compressionSchema,
  constraintsSchema,
  costModelSchema,
  evaluationSchema,
  heatMapSchema,
  matryoshkaSchema,
  orderSchema,
  poolSummarySchema,
  sizeTrendSchema,
  tuningSchema,
} from './tuning.ts';

const none = z.object({});
const dims = z.array(z.number().int().min(1)).min(1);

export const reportEntrySchema = z.object({
  reportId: z.string(),
  name: z.string(),
  createdAt: z.string(),
  corpus: z.string(),
  model: z.string(),
  store: z.string(),
  documents: z.number().int(),
  queries: z.number().int(),
  best: z.string(),
});
export type ReportEntry = z.infer<typeof reportEntrySchema>;

export const exportFormatSchema = z.enum(['html', 'pdf', 'markdown', 'json', 'csv', 'trec']);
export const codeTargetSchema = z.enum(['pymilvus', 'milvus-node', 'pgvector', 'qdrant']);

export const jobSchema = z.object({
  jobId: z.string(),
  call: z.string(),
  title: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  phase: z.string().optional(),
  done: z.number().optional(),
  total: z.number().optional(),
  unit: z.string().optional(),
  note: z.string().optional(),
  perSecond: z.number().optional(),
  remainingMs: z.number().optional(),
  elapsedMs: z.number(),
  error: z.string().optional(),
});
export type Job = z.infer<typeof jobSchema>;

/**
 * Everything that crosses from a screen (or another program) to the engine: name → input and output.
 * Calls marked `job` take long: they report progress and can be cancelled by their call id; they appear in the job list.
 */
export const calls = {
  'app.info': {
    input: none,
    output: z.object({ version: z.string(), machine: machineSchema, dataDir: z.string(), cacheBytes: z.number(), host: z.enum(['electron', 'web', 'cli']), secretsProtected: z.boolean() }),
  },
  /** Removes cached embeddings (all, or those named); what a process is filling at this moment stays. */
  'app.clearCache': { input: z.object({ keys: z.array(z.string()).optional() }), output: z.object({ freedBytes: z.number() }) },
  /** What lies in the cache of embeddings, largest first. */
  'cache.list': { input: none, output: z.array(cacheEntrySchema) },
  'settings.get': { input: none, output: z.record(z.string(), z.unknown()) },
  'settings.set': { input: z.object({ key: z.string().max(200), value: z.unknown() }), output: none },

  'corpus.samples': { input: none, output: z.array(sampleSchema) },
  'corpus.preview': { input: z.object({ path: z.string(), options: readOptionsSchema.optional() }), output: corpusPreviewSchema },
  'corpus.open': { input: z.object({ source: corpusSourceSchema }), output: corpusSummarySchema, job: 'Opening corpus' },
  'corpus.rows': {
    input: z.object({ corpusId: z.string(), offset: z.number().int().min(0), limit: z.number().int().min(1).max(500), find: z.string().optional() }),
    output: z.object({ rows: z.array(documentSchema), total: z.number().int() }),
  },
  'queries.set': { input: z.object({ corpusId: z.string(), source: querySourceSchema }), output: querySummarySchema },

  'models.list': { input: none, output: z.array(modelEntrySchema) },
  /** Looks into a model folder, or asks a server (`http://127.0.0.1:11434/v1#model`): then one word is sent to it, and its key if one is kept for it. */
  'models.inspect': { input: z.object({ path: z.string() }), output: modelEntrySchema },
  'models.download': { input: z.object({ modelId: z.string(), dtype: z.string().optional() }), output: modelEntrySchema, job: 'Downloading model' },
  'models.remove': { input: z.object({ modelId: z.string() }), output: none },
  /** What `dataset.embed` with an API model would cost at most; nothing is sent. */
  'models.estimate': {
    input: z.object({ corpusId: z.string(), queryId: z.string(), documentPrompt: z.string(), queryPrompt: z.string(), dollarsPerMillionTokens: z.number().optional() }),
    output: costEstimateSchema,
  },

  /** Embeds corpus and queries with the model (from the cache where it can) and makes them the engine's dataset. */
  'dataset.embed': {
    input: z.object({
      corpusId: z.string(),
      queryId: z.string(),
      modelId: z.string(),
      documentPrompt: z.string().optional(),
      queryPrompt: z.string().optional(),
      /** A kept adapter that turns documents and queries. */
      adapterId: z.string().optional(),
      dtype: z.string().optional(),
      ...machineUseSchema.shape,
    }),
    output: datasetSummarySchema,
    job: 'Embedding',
  },

  /** Makes vectors that are embedded already the engine's dataset. */
  'dataset.openVectors': { input: vectorSourceSchema.extend(machineUseSchema.shape), output: datasetSummarySchema, job: 'Opening vectors' },

  'ladder.run': {
    input: z.object({ datasetId: z.string(), dims, k: z.number().int().min(1), store: storeChoiceSchema, head: headSchema.optional() }),
    output: storeResultSchema,
    job: 'Measuring prefixes',
  },
  'funnel.measure': {
    input: z.object({
      datasetId: z.string(),
      schedules: z.array(scheduleSchema).min(1).max(50),
      k: z.number().int().min(1),
      store: storeChoiceSchema,
      head: headSchema.optional(),
    }),
    output: z.array(funnelEntrySchema),
    job: 'Measuring funnels',
  },

  'pool.build': {
    input: z.object({ datasetId: z.string(), dims, k: z.number().int().min(1), capacity: z.number().int().min(1).max(16384) }),
    output: poolSummarySchema,
    job: 'Collecting candidates',
  },
  'pool.evaluate': { input: z.object({ poolId: z.string(), schedules: z.array(scheduleSchema).min(1).max(500) }), output: z.array(evaluationSchema) },
  'pool.heatMap': { input: z.object({ poolId: z.string(), levels: z.array(z.number()).optional() }), output: heatMapSchema },
  'pool.candidates': { input: z.object({ poolId: z.string() }), output: z.array(candidatesNeededSchema) },
  'cost.fit': { input: z.object({ datasetId: z.string(), poolId: z.string(), store: storeChoiceSchema }), output: costModelSchema, job: 'Fitting the cost model' },
  'tune.run': {
    input: z.object({ datasetId: z.string(), poolId: z.string(), constraints: constraintsSchema, store: storeChoiceSchema, seed: z.number().int().optional() }),
    output: tuningSchema,
    job: 'Tuning',
  },
  'experiment.sizeTrend': { input: z.object({ datasetId: z.string(), dims, k: z.number().int().min(1) }), output: sizeTrendSchema, job: 'Corpus-size experiment' },
  'experiment.order': { input: z.object({ datasetId: z.string(), dims, k: z.number().int().min(1) }), output: orderSchema, job: 'Order experiment' },
  'experiment.compression': { input: z.object({ datasetId: z.string(), dims, k: z.number().int().min(1) }), output: compressionSchema, job: 'Compression experiment' },

  /** Can this model be truncated? Trains an adapter on part of the documents; the recommended map is kept. */
  'experiment.matryoshka': {
    input: z.object({ datasetId: z.string(), k: z.number().int().min(1) }),
    output: z.object({ findings: matryoshkaSchema, adapter: adapterEntrySchema.optional() }),
    job: 'Truncation experiment',
  },

  'adapters.list': { input: none, output: z.array(adapterEntrySchema) },
  /** Keeps a copy of an adapter file (train adapter --out FILE). */
  'adapters.add': { input: z.object({ path: z.string() }), output: adapterEntrySchema },
  'adapters.delete': { input: z.object({ adapterId: z.string() }), output: none },
  /** Its own file, the matrix for NumPy, or an ONNX model. */
  'adapters.export': {
    input: z.object({ adapterId: z.string(), format: adapterFormatSchema }),
    output: z.object({ fileName: z.string(), mimeType: z.string(), base64: z.string() }),
  },

  'inspect.query': {
    input: z.object({
      datasetId: z.string(),
      schedule: scheduleSchema,
      k: z.number().int().min(1),
      dims,
      query: z.union([z.object({ row: z.number().int().min(0) }), z.object({ text: z.string().min(1) })]),
    }),
    output: inspectionSchema,
  },
  /** Queries of the pool by how many true neighbours the schedule loses, worst first. */
  'inspect.losses': {
    input: z.object({ poolId: z.string(), schedule: scheduleSchema, limit: z.number().int().min(1).max(1000) }),
    output: z.array(z.object({ row: z.number().int(), id: z.string(), text: z.string(), recall: z.number() })),
  },

  'milvus.connect': { input: z.object({ target: milvusTargetSchema }), output: milvusServerSchema, job: 'Connecting' },
  'milvus.disconnect': { input: none, output: none },
  'milvus.state': { input: none, output: connectionStateSchema },
  /** The collections there are now, and what one of them is. Both only read. */
  'milvus.collections': { input: none, output: milvusServerSchema.shape.collections },
  'milvus.describe': {
    input: z.object({ collection: z.string().min(1) }),
    /** `examples`: a few rows of the scalar fields as text, cut to a readable length; none where the collection is not loaded. */
    output: collectionViewSchema.extend({ examples: z.array(z.record(z.string(), z.string())) }),
  },
  'milvus.load': {
    input: z.object({ datasetId: z.string(), dims, head: headSchema.optional() }),
    output: z.object({ collections: z.array(z.string()), rowCount: z.number().int(), reused: z.boolean(), elapsedMs: z.number() }),
    job: 'Loading into Milvus',
  },
  'code.generate': {
    input: z.object({ datasetId: z.string(), schedule: scheduleSchema, k: z.number().int().min(1), target: codeTargetSchema }),
    output: z.object({ code: z.string(), language: z.string(), fileName: z.string() }),
  },

  'reports.list': { input: none, output: z.array(reportEntrySchema) },
  'reports.get': { input: z.object({ reportId: z.string() }), output: reportSchema },
  /** Saves what was measured on this dataset so far as a report. */
  'reports.save': { input: z.object({ datasetId: z.string(), name: z.string().max(200).optional() }), output: reportEntrySchema },
  'reports.delete': { input: z.object({ reportId: z.string() }), output: none },
  /** The bytes of the export as text (HTML, Markdown, JSON, CSV, TREC); PDF is printed by the host from the HTML. */
  'reports.export': {
    input: z.object({ reportId: z.string(), format: exportFormatSchema }),
    output: z.object({ fileName: z.string(), mimeType: z.string(), text: z.string() }),
  },
} as const satisfies Record<string, CallShape>;

interface CallShape {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  /** Title in the job list; present on calls that take long. */
  readonly job?: string;
}

export type CallName = keyof typeof calls;
export type CallInput<Name extends CallName> = z.input<(typeof calls)[Name]['input']>;
export type CallOutput<Name extends CallName> = z.output<(typeof calls)[Name]['output']>;
