import type { CollectionSource, StoreChoice } from '../contract/connection.ts';
import type { ReadOptions } from '../contract/dataset.ts';
import type { HeadChoice } from '../contract/measure.ts';
import type { BuiltInName } from '../contract/built-in-schedules.ts';
import type { Schedule } from '../contract/schedule.ts';
import type { Constraints } from '../contract/tuning.ts';

export const experimentNames = ['candidates', 'size', 'order', 'compression', 'matryoshka'] as const;
export type ExperimentName = (typeof experimentNames)[number];

/** One benchmark run, as the command line or a program asks for it. */
export interface BenchRequest {
  /** A collection on the Milvus that is the store; then there is no corpus. */
  readonly collection?: Omit<CollectionSource, 'kind' | 'target'> | undefined;
  /** A path or `sample:NAME`; undefined when `vectors` are given. */
  readonly corpus?: string | undefined;
  /** A path, or a number of held-out rows (of own queries where the corpus brings some). */
  readonly queries?: string | undefined;
  readonly qrels?: string | undefined;
  /** A model's id or folder; the starter unless given. */
  readonly model?: string | undefined;
  /** Number format of the weights; fp32, the reference, unless given. */
  readonly dtype?: string | undefined;
  /** Prompts instead of the model's own. */
  readonly documentPrompt?: string | undefined;
  readonly queryPrompt?: string | undefined;
  /** How the corpus is to be read, where detection is not to decide. */
  readonly read?: ReadOptions | undefined;
  readonly vectors?: string | undefined;
  readonly queryVectors?: string | undefined;
  /** True neighbours of the query vectors (.ivecs), to be checked against ours. */
  readonly neighbours?: string | undefined;
  /** An adapter file that turns vectors and queries before anything else. */
  readonly adapter?: string | undefined;
  readonly store: StoreChoice;
  readonly head: HeadChoice;
  readonly rerank?: 'auto' | 'server' | 'fetch' | 'local' | undefined;
  /** The ladder's prefixes; the trained ones, or halvings of D, unless given. */
  readonly dims?: readonly number[] | undefined;
  readonly k: number;
  readonly schedules: readonly Schedule[];
  /** Built-in schedules, made for the ladder's prefixes. */
  readonly builtIns?: readonly BuiltInName[] | undefined;
  readonly tune?: Constraints | undefined;
  readonly experiments: readonly ExperimentName[];
  readonly seed: number;
  readonly latencyQueries: number;
  /** Threads of a search in the embedded store; 1 unless given. */
  readonly threads?: number | undefined;
  /** Vectors of more bytes lie in a temporary file; three fifths of the machine's memory unless given. */
  readonly vectorMemoryBytes?: number | undefined;
  readonly dumpNeighbours: boolean;
}

export interface BenchContext {
  readonly resourcesDir: string;
  readonly dataDir: string;
  /** Where the adapter goes that the experiment on truncation recommends. */
  readonly adapterFile?: string | undefined;
  /** The command line that makes the same run, for the report. */
  readonly command: string;
  /** Secrets by name (`milvus`, `api`), never part of the request. */
  readonly resolveSecret: (ref: string) => Promise<string | undefined>;
  /** A line for the user in the middle of the work: what an API will cost, and what it was. */
  readonly onRemark?: ((line: string) => void) | undefined;
}

/** What is known before anything long is done: a request that does not fit is refused here. */
export interface Shape {
  readonly rowCount: number;
  readonly dims: number;
  readonly trainedDims: readonly number[] | undefined;
}
