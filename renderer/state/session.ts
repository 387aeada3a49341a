import type { MilvusTarget } from '../../src/contract/connection.ts';
import type { CorpusSource, ModelEntry, QuerySource, VectorSourceChoice } from '../../src/contract/dataset.ts';
import type { HeadChoice } from '../../src/contract/measure.ts';
import { sessionChecks } from './stored.ts';

export const screenIds = ['corpus', 'model', 'tradeoffs', 'funnel', 'inspect', 'reports', 'connection'] as const;
export type ScreenId = (typeof screenIds)[number];
export type ThemeChoice = 'system' | 'light' | 'dark';
export type Metric = 'recall' | 'ndcg' | 'mrr' | 'map' | 'irRecall';
export type StoreKind = 'embedded' | 'milvus';
export type SlotName = 'A' | 'B';

/** Everything that is as it was when the app is opened again. What can be measured again is not here. */
export interface Session {
  readonly screen: ScreenId;
  readonly theme: ThemeChoice;
  readonly railCollapsed: boolean;
  readonly corpusSource: CorpusSource | undefined;
  readonly querySource: QuerySource | undefined;
  /** Vectors that are open instead of a corpus. */
  readonly vectorSource: VectorSourceChoice | undefined;
  readonly recentPaths: readonly string[];
  readonly modelId: string;
  readonly localModels: readonly string[];
  /** Models behind servers that the user added, as the servers told them: a server is not asked again before it is used. */
  readonly servers: readonly ModelEntry[];
  /** Number format of the model's weights; undefined: fp32, the reference. */
  readonly dtype: string | undefined;
  readonly documentPrompt: string | undefined;
  readonly queryPrompt: string | undefined;
  /** The adapter behind the model, by its id. */
  readonly adapterId: string | undefined;
  readonly wasEmbedded: boolean;
  readonly storeKind: StoreKind;
  readonly milvusTarget: MilvusTarget | undefined;
  readonly head: HeadChoice;
  /** Threads of a search in the embedded store. */
  readonly threads: number;
  /** Vectors beyond it lie in a temporary file; undefined: beyond three fifths of the memory. */
  readonly vectorMemoryMiB: number | undefined;
  readonly k: number;
  /** Prefixes to measure; undefined: the ones the dataset suggests. */
  readonly dims: readonly number[] | undefined;
  readonly selectedDims: number | undefined;
  readonly metric: Metric;
  readonly capacity: number;
  readonly slots: { readonly A: string; readonly B: string | undefined };
  readonly activeSlot: SlotName;
  readonly tuneRecall: number;
  readonly tuneP95Ms: number | undefined;
  readonly tuneMemoryMiB: number | undefined;
  readonly tuneMaxStages: number;
}

export const newSession: Session = {
  screen: 'corpus',
  theme: 'system',
  railCollapsed: false,
  corpusSource: undefined,
  querySource: undefined,
  vectorSource: undefined,
  recentPaths: [],
  modelId: 'starter',
  localModels: [],
  servers: [],
  dtype: undefined,
  documentPrompt: undefined,
  queryPrompt: undefined,
  adapterId: undefined,
  wasEmbedded: false,
  storeKind: 'embedded',
  milvusTarget: undefined,
  head: { index: 'flat', precision: 'f32' },
  threads: 1,
  vectorMemoryMiB: undefined,
  k: 10,
  dims: undefined,
  selectedDims: undefined,
  metric: 'recall',
  capacity: 2048,
  slots: { A: '', B: undefined },
  activeSlot: 'A',
  tuneRecall: 0.99,
  tuneP95Ms: undefined,
  tuneMemoryMiB: undefined,
  tuneMaxStages: 4,
};

/** A session read back from the settings: members that are not as they should be fall back to a new session's. */
export function readSession(stored: unknown): Session {
  if (typeof stored !== 'object' || stored === null) return newSession;
  const given = stored as Partial<Record<keyof Session, unknown>>;
  const merged: Record<string, unknown> = { ...newSession };
  for (const key of Object.keys(newSession) as (keyof Session)[]) if (sessionChecks[key](given[key])) merged[key] = given[key];
  return merged as unknown as Session;
}
