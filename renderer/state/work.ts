import type { AdapterEntry } from '../../src/contract/adapter.ts';
import type { CallOutput, ReportEntry } from '../../src/contract/calls.ts';
import type { ConnectionState } from '../../src/contract/connection.ts';
import type { CorpusPreview, CorpusSummary, DatasetSummary, ModelEntry, QuerySummary, ReadOptions, Sample } from '../../src/contract/dataset.ts';
import type { Inspection } from '../../src/contract/inspect.ts';
import type { FunnelEntry, Report, StoreResult } from '../../src/contract/report.ts';
import type { CandidatesNeeded, CompressionResult, CostModel, HeatMap, OrderResult, PoolSummary, SizeTrend, Tuning } from '../../src/contract/tuning.ts';
import { idle } from './remote.ts';
import type { Remote } from './remote.ts';

/** A ladder as it was measured, and on what: it stays visible, marked, when the dataset or k has moved on. */
export interface MeasuredLadder {
  readonly key: string;
  readonly datasetKey: string;
  readonly k: number;
  readonly measuredAt: string;
  readonly result: StoreResult;
}

export interface MeasuredFunnel {
  readonly key: string;
  readonly datasetKey: string;
  readonly k: number;
  readonly measuredAt: string;
  readonly entry: FunnelEntry;
}

export type Losses = CallOutput<'inspect.losses'>;

/** What the engine has told the screens. Nothing here outlives the window but what the settings keep. */
export interface Work {
  readonly info: Remote<CallOutput<'app.info'>>;
  readonly samples: Remote<readonly Sample[]>;
  readonly preview: Remote<CorpusPreview>;
  /** How the previewed file is to be read, as far as the user said. */
  readonly previewOptions: ReadOptions;
  readonly corpus: Remote<CorpusSummary>;
  readonly queries: Remote<QuerySummary>;
  readonly models: Remote<readonly ModelEntry[]>;
  readonly dataset: Remote<DatasetSummary>;
  readonly ladderRun: Remote<true>;
  readonly ladders: Readonly<Record<string, MeasuredLadder>>;
  readonly funnelRun: Remote<true>;
  readonly funnels: readonly MeasuredFunnel[];
  readonly pool: Remote<PoolSummary>;
  readonly heatMap: Remote<HeatMap>;
  readonly candidates: Remote<readonly CandidatesNeeded[]>;
  readonly costModel: Remote<CostModel>;
  readonly tuning: Remote<Tuning>;
  readonly sizeTrend: Remote<SizeTrend>;
  readonly order: Remote<OrderResult>;
  readonly compression: Remote<CompressionResult>;
  readonly matryoshka: Remote<CallOutput<'experiment.matryoshka'>>;
  readonly adapters: Remote<readonly AdapterEntry[]>;
  readonly losses: Remote<Losses>;
  readonly inspection: Remote<Inspection>;
  readonly connection: ConnectionState;
  readonly connecting: Remote<true>;
  readonly loaded: Remote<CallOutput<'milvus.load'>>;
  /** The collection that is looked at on the Connection screen. */
  readonly described: Remote<CallOutput<'milvus.describe'>>;
  readonly reports: Remote<readonly ReportEntry[]>;
  readonly openReports: Readonly<Record<string, Remote<Report>>>;
  /** The one-click journey under way: the name of the sample. */
  readonly exploring: string | undefined;
  /** The report saved last in this window. */
  readonly savedReportId: string | undefined;
  /** What was open is being opened again; measurements from before are shown meanwhile. */
  readonly isResuming: boolean;
  /** The settings have been read: until then nothing is said about what is open. */
  readonly isRestored: boolean;
  /** Why the settings cannot be written: what is open and measured is forgotten when the window closes. */
  readonly unkept: string | undefined;
  /** Another window was open before this one. */
  readonly isSecondWindow: boolean;
}

/** What belongs to a dataset and falls with it. Measured ladders and funnels stay: they know what they were measured on. */
export const noDatasetWork = {
  pool: idle,
  heatMap: idle,
  candidates: idle,
  costModel: idle,
  tuning: idle,
  sizeTrend: idle,
  order: idle,
  compression: idle,
  matryoshka: idle,
  losses: idle,
  inspection: idle,
  loaded: idle,
} as const satisfies Partial<Work>;

export const noWork: Work = {
  info: idle,
  samples: idle,
  preview: idle,
  previewOptions: {},
  corpus: idle,
  queries: idle,
  models: idle,
  dataset: idle,
  ladderRun: idle,
  ladders: {},
  funnelRun: idle,
  funnels: [],
  ...noDatasetWork,
  adapters: idle,
  connection: { state: 'embedded' },
  connecting: idle,
  described: idle,
  reports: idle,
  openReports: {},
  exploring: undefined,
  savedReportId: undefined,
  isResuming: false,
  isRestored: false,
  unkept: undefined,
  isSecondWindow: false,
};

/** The members of Work that are one Remote each. */
export type RemoteKey = { [Key in keyof Work]: Work[Key] extends Remote<unknown> ? Key : never }[keyof Work];
export type RemoteValue<Key extends RemoteKey> = Work[Key] extends Remote<infer Value> ? Value : never;

/** Same store, same kind of head: the same series on every screen. */
export function seriesKey(kind: 'embedded' | 'milvus', head: { readonly index: string; readonly precision: string }): string {
  return `${kind}:${head.index}:${head.precision}`;
}

/** Same texts, same queries, same model and adapter, same use of the machine: measurements of one belong to the other. */
export function datasetKey(dataset: DatasetSummary): string {
  return [dataset.corpus.contentHash, dataset.queries.contentHash, dataset.model.id, dataset.model.dtype ?? '', dataset.model.documentPrompt, dataset.model.queryPrompt, ...(dataset.adapterId === undefined ? [] : [dataset.adapterId]), ...(dataset.use === undefined ? [] : [JSON.stringify(dataset.use)])].join('/');
}
