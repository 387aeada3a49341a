import { CallError } from '../../src/contract/call-error.ts';
import type { CallInput, CallName, CallOutput } from '../../src/contract/calls.ts';
import type { CorpusSummary, DatasetSummary, ModelEntry, QuerySummary } from '../../src/contract/dataset.ts';
import type { HostBridge } from '../../src/contract/host.ts';
import type { Interval } from '../../src/contract/measure.ts';
import type { LadderEntry, StoreResult } from '../../src/contract/report.ts';
import type { Evaluation, PoolSummary } from '../../src/contract/tuning.ts';
import type { CallOptions, EngineClient, EngineEvent, WireError } from '../../src/contract/wire.ts';
import type { EngineStatus } from '../../renderer/bridge/engine-link.ts';
import { createApp } from '../../renderer/state/app.ts';
import type { App } from '../../renderer/state/app.ts';
import { createStore } from '../../renderer/state/store.ts';
import type { Store } from '../../renderer/state/store.ts';

type Answer<Name extends CallName> = (input: CallInput<Name>, options: CallOptions) => CallOutput<Name> | Promise<CallOutput<Name>>;
type Script = { [Name in CallName]?: Answer<Name> };

export interface ScriptedEngine {
  readonly client: EngineClient;
  /** Every call so far, in order. */
  readonly calls: { readonly name: CallName; readonly input: unknown }[];
  /** Replaces the answer of one call. */
  on<Name extends CallName>(name: Name, answer: Answer<Name>): void;
  emit(event: EngineEvent): void;
}

/** An engine that answers what a test tells it to: for the state behind the screens, never part of the product. */
function scriptEngine(script: Script = {}): ScriptedEngine {
  const answers: Script = { ...usual(), ...script };
  const listeners = new Set<(event: EngineEvent) => void>();
  const calls: { name: CallName; input: unknown }[] = [];
  return {
    calls,
    on(name, answer) {
      (answers as Record<string, unknown>)[name] = answer;
    },
    emit(event) {
      for (const listener of listeners) listener(event);
    },
    client: {
      async call(name, input, options = {}) {
        calls.push({ name, input });
        const answer = answers[name] as Answer<typeof name> | undefined;
        await Promise.resolve();
        if (answer === undefined) throw new CallError({ kind: 'user', code: 'engine/no-handler', message: `${name} is not scripted` });
        return answer(input, options);
      },
      onEvent(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
}

/** The screens' state over a scripted engine and a host that can do nothing. */
export function scriptApp(script: Script = {}): { readonly app: App; readonly engine: ScriptedEngine; readonly status: Store<EngineStatus> } {
  const engine = scriptEngine(script);
  const status = createStore<EngineStatus>({ state: 'ready', restarts: 0 });
  const host: HostBridge = { kind: 'web', platform: 'test', send: () => undefined, onMessage: () => () => undefined, saveFile: async () => undefined };
  return { app: createApp(host, engine.client, status), engine, status };
}

export function failure(error: Partial<WireError> = {}): CallError {
  return new CallError({ kind: 'user', code: 'test/failure', message: 'it went wrong', ...error });
}

export const spread = (value: number): Interval => ({ value, low: value - 0.01, high: Math.min(1, value + 0.01) });

const starter: ModelEntry = {
  id: 'starter',
  name: 'Starter',
  dims: 256,
  trainedDims: [16, 32, 64, 128, 256],
  pooling: 'mean',
  layerNorm: false,
  documentPrompt: '',
  queryPrompt: '',
  maxTokens: 512,
  where: 'bundled',
  warnings: [],
};

export const corpus: CorpusSummary = {
  corpusId: 'corpus-1',
  name: 'sample:wordnet-5k',
  count: 5000,
  emptyCount: 0,
  duplicateCount: 0,
  format: 'beir',
  sizeBytes: 1000,
  contentHash: 'c1',
  hasTitles: false,
  hasQueries: true,
  hasQrels: true,
  warnings: [],
  source: { kind: 'sample', name: 'wordnet-5k' },
};

export const queries: QuerySummary = { queryId: 'queries-1', name: 'queries', count: 400, withQrels: 400, heldOutCount: 0, contentHash: 'q1', examples: [], source: { kind: 'own', limit: 500, seed: 1 } };

export const dataset: DatasetSummary = {
  datasetId: 'dataset-1',
  corpus,
  queries,
  model: starter,
  rowCount: 5000,
  queryCount: 400,
  dims: 256,
  suggestedDims: [16, 32, 64, 128, 256],
  sizeBytes: 5_120_000,
  fromCache: false,
  elapsedMs: 500,
  textsPerSecond: 10_000,
  zeroVectorCount: 0,
  warnings: [],
  lint: [],
};

export const pool: PoolSummary = { poolId: 'pool-1', dims: [16, 32, 64, 128, 256], capacity: 2048, queryCount: 400, rowCount: 5000, k: 10, rowsPerQuery: 2600, sizeBytes: 1000, elapsedMs: 10 };

export function ladderEntry(dims: number, recall: number): LadderEntry {
  return { dims, recall: spread(recall), latencyMs: { p50: dims / 1000, p95: dims / 500, p99: dims / 400, mean: dims / 900 }, qps: 1000, bytesPerVector: dims * 4, totalBytes: dims * 4 * 5000 };
}

export const ladder: StoreResult = {
  kind: 'embedded',
  label: 'embedded',
  head: { index: 'flat', precision: 'f32' },
  ladder: [ladderEntry(64, 0.55), ladderEntry(128, 0.72), ladderEntry(256, 1)],
  funnels: [],
  baseline: { recall: spread(1), latencyMs: { p50: 0.3, p95: 0.6, p99: 0.8, mean: 0.35 }, qps: 3000, bytesPerVector: 1024, totalBytes: 5_120_000 },
  frontier: [],
};

export function evaluationOf(schedule: Evaluation['schedule'], recall = 0.9): Evaluation {
  return { schedule, recall: spread(recall), survival: schedule.map(() => recall), bytesReadPerQuery: 1000, elapsedMs: 1 };
}

function usual(): Script {
  return {
    'settings.get': () => ({}),
    'settings.set': () => ({}),
    'models.list': () => [starter],
    'corpus.samples': () => [],
    'reports.list': () => [],
    'corpus.open': () => corpus,
    'queries.set': () => queries,
    'dataset.embed': () => dataset,
    'ladder.run': () => ladder,
    'pool.build': () => pool,
    'pool.heatMap': () => ({ dims: [64, 128], keeps: [100, 1000], recall: [[0.9, 0.99], [0.95, 0.999]], isoRecall: [{ level: 0.99, keeps: [900, 300] }] }),
    'pool.candidates': () => [],
    'pool.evaluate': ({ schedules }) => schedules.map((schedule) => evaluationOf(schedule)),
    'cost.fit': () => ({ store: 'embedded', fixedMs: 0, scanMsPerRowDim: 0, scanMsPerKeep: 0, rerankMsPerCandidateDim: 0, rerankMsPerCandidate: 0, rerankFixedMs: 0, relativeError: 0.1, runCount: 4, how: '' }),
  };
}
