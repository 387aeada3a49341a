import { headPrecisionSchema } from '../../src/contract/measure.ts';
import type { Session } from './session.ts';
import type { MeasuredFunnel, MeasuredLadder } from './work.ts';

/** What a settings file may hold in a place: anything, so each member is looked at before a screen relies on it. */
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const isWhole = (least: number, most: number): Check => (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
const isOneOf = (...allowed: readonly unknown[]): Check => (value) => allowed.includes(value);
const isListOf = (check: Check): Check => (value) => Array.isArray(value) && value.every(check);
const isRecordOf = (check: Check): Check => (value) => isObject(value) && Object.values(value).every(check);

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object with these members; `optional` ones may be missing. */
function isLike(members: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check {
  return (value) =>
    isObject(value) &&
    Object.entries(members).every(([key, check]) => check(value[key])) &&
    Object.entries(optional).every(([key, check]) => value[key] === undefined || check(value[key]));
}

const isEither =
  (...checks: readonly Check[]): Check =>
  (value) =>
    checks.some((check) => check(value));

const limits = { limit: isWhole(1, Number.MAX_SAFE_INTEGER), seed: isWhole(0, Number.MAX_SAFE_INTEGER) };

/** By member of the session: what it must look like. A member that is not there, or not like this, is a new session's. */
export const sessionChecks: Readonly<Record<keyof Session, Check>> = {
  screen: isOneOf('corpus', 'model', 'tradeoffs', 'funnel', 'inspect', 'reports', 'connection'),
  theme: isOneOf('system', 'light', 'dark'),
  railCollapsed: isFlag,
  corpusSource: isEither(isLike({ kind: isOneOf('sample'), name: isText }), isLike({ kind: isOneOf('path'), path: isText }, { options: isObject })),
  querySource: isEither(
    isLike({ kind: isOneOf('own') }, limits),
    isLike({ kind: isOneOf('file'), path: isText }, { qrelsPath: isText, ...limits }),
    isLike({ kind: isOneOf('held-out', 'titles'), count: limits.limit }, { seed: limits.seed }),
    isLike({ kind: isOneOf('typed'), texts: isListOf(isText) }),
  ),
  vectorSource: isLike({ path: isText }, { queryPath: isText, neighboursPath: isText, queryCount: limits.limit, seed: limits.seed, read: isObject }),
  recentPaths: isListOf(isText),
  modelId: isText,
  localModels: isListOf(isText),
  servers: isListOf(isLike({ id: isText, name: isText, path: isText, where: isOneOf('api'), dims: isWhole(1, 1_000_000), trainedDims: isListOf(isNumber), documentPrompt: isText, queryPrompt: isText, warnings: isListOf(isText) })),
  dtype: isText,
  documentPrompt: isText,
  queryPrompt: isText,
  adapterId: isText,
  wasEmbedded: isFlag,
  storeKind: isOneOf('embedded', 'milvus'),
  milvusTarget: isLike({ address: isText }, { database: isText, tls: isFlag, timeoutMs: isWhole(1, 86_400_000), username: isText, secretRef: isText }),
  head: isLike({ index: isText, precision: isOneOf(...headPrecisionSchema.options) }, { params: isRecordOf(isNumber) }),
  threads: isWhole(1, 1024),
  vectorMemoryMiB: isWhole(1, 2 ** 30),
  k: isWhole(1, 1000),
  dims: isListOf(isWhole(1, 1_000_000)),
  selectedDims: isWhole(1, 1_000_000),
  metric: isOneOf('recall', 'ndcg', 'mrr', 'map', 'irRecall'),
  capacity: isWhole(1, 16_384),
  slots: isLike({ A: isText }, { B: isText }),
  activeSlot: isOneOf('A', 'B'),
  tuneRecall: (value) => isNumber(value) && (value as number) > 0 && (value as number) <= 1,
  tuneP95Ms: isNumber,
  tuneMemoryMiB: isNumber,
  tuneMaxStages: isWhole(1, 5),
};

const isInterval = isLike({ value: isNumber, low: isNumber, high: isNumber });
const isLatency = isLike({ p50: isNumber, p95: isNumber, p99: isNumber, mean: isNumber });
const measured = { recall: isInterval, latencyMs: isLatency, qps: isNumber };
const stamp = { key: isText, datasetKey: isText, k: isWhole(1, 1_000_000), measuredAt: isText };
const stage = isLike({ dims: isWhole(1, 1_000_000), keep: isWhole(1, Number.MAX_SAFE_INTEGER), survival: isNumber, survivalInterval: isInterval, latencyMs: isLatency });
const funnelEntry = isLike({ schedule: isText, stages: isListOf(stage), speedup: isNumber, pays: isFlag, bytesReadPerQuery: isNumber, ...measured });
const ladderEntry = isLike({ dims: isWhole(1, 1_000_000), bytesPerVector: isNumber, totalBytes: isNumber, ...measured });
const storeResult = isLike({
  kind: isOneOf('embedded', 'milvus'),
  label: isText,
  head: sessionChecks.head,
  ladder: isListOf(ladderEntry),
  funnels: isListOf(funnelEntry),
  baseline: isLike({ bytesPerVector: isNumber, totalBytes: isNumber, ...measured }),
  frontier: isListOf(isLike({ kind: isOneOf('prefix', 'funnel', 'baseline'), label: isText, recall: isNumber, latencyMs: isNumber })),
});

export const isMeasuredLadder = isLike({ ...stamp, result: storeResult }) as (value: unknown) => value is MeasuredLadder;
export const isMeasuredFunnel = isLike({ ...stamp, entry: funnelEntry }) as (value: unknown) => value is MeasuredFunnel;
