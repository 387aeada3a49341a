import type { DatasetSummary, Finding } from '../contract/dataset.ts';
import type { Report, StoreResult } from '../contract/report.ts';
import type { Corpus, QuerySet } from '../corpus/corpus.ts';
import type { Embedder } from '../embedding/embedder.ts';
import type { ExperimentData } from '../experiments/data.ts';
import type { Truth } from '../metrics/truth.ts';
import { openEmbeddedStore } from '../stores/embedded/embedded-store.ts';
import { similaritiesAt } from '../vectors/search.ts';
import type { Store } from '../stores/store.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { queryOf } from '../vectors/query-matrix.ts';
import type { QueryMatrix } from '../vectors/query-matrix.ts';
import type { Grades } from '../metrics/relevance.ts';
import type { SearchedCollection } from './collection-corpus.ts';
import type { ReportExtras } from './report-extras.ts';

/** A corpus, a query set and a model's embeddings of both, ready to be searched: what every experiment runs on. */
export interface Dataset {
  readonly id: string;
  readonly name: string;
  /** The documents that are searched, in the rows' order; undefined when only vectors were given. */
  readonly corpus: Corpus | undefined;
  readonly querySet: QuerySet | undefined;
  /** Rows taken out of the corpus to be queries. */
  readonly heldOutCount: number;
  readonly vectors: VectorSet;
  readonly queries: QueryMatrix;
  readonly trainedDims: readonly number[] | undefined;
  /** The exact, in-process store over the vectors. */
  readonly store: Store;
  readonly data: ExperimentData;
  readonly corpusInfo: Report['corpus'];
  readonly queryInfo: Report['queries'];
  readonly modelInfo: Report['model'];
  readonly warnings: readonly string[];
  /** What the lint found in the embeddings, worst first; its errors and warnings are in `warnings` too. */
  readonly lint: readonly Finding[];
  /** Embeds a typed query with the same model and prompts; undefined when only vectors were given. */
  readonly embedder: Embedder | undefined;
  readonly summary: DatasetSummary | undefined;
  /** The collection of the user's that it is, if it is one. */
  readonly collection?: SearchedCollection | undefined;
  /** Prefixes to try first, where they are not those of the model. */
  readonly suggestedDims?: readonly number[] | undefined;
  /** The latest results by store label, for the report that is saved. */
  readonly measured: Map<string, StoreResult>;
  readonly extras: Partial<ReportExtras>;
  /** Ground truth by k, made once. */
  readonly truths: Map<number, Truth>;
}

export interface DatasetParts extends Omit<Dataset, 'store' | 'data' | 'measured' | 'extras' | 'truths'> {
  /** Threads of a search (default 1). */
  readonly threads?: number | undefined;
  readonly qrels: readonly (Grades | undefined)[] | undefined;
}

export function openDataset(parts: DatasetParts): Dataset {
  const { qrels, threads, ...rest } = parts;
  const { vectors, queries } = parts;
  return {
    ...rest,
    // Another window may have the same vectors open with another number of threads.
    id: (threads ?? 1) === 1 ? parts.id : `${parts.id}-t${threads}`,
    store: openEmbeddedStore(vectors, { threads }),
    data: {
      queries,
      qrels,
      rowCount: vectors.rowCount,
      dims: vectors.dims,
      ...(parts.trainedDims === undefined ? {} : { trainedDims: parts.trainedDims }),
      scorer: (query, rows) => similaritiesAt(vectors, queryOf(queries, query), rows, [vectors.dims]),
    },
    measured: new Map(),
    extras: {},
    truths: new Map(),
  };
}

/** What a report says of the corpus whose rows these vectors are. */
export function corpusInfoOf(corpus: Corpus, vectors: VectorSet): Report['corpus'] {
  const { emptyCount, duplicateCount, format } = corpus.stats;
  return { name: corpus.name, count: corpus.ids.length, contentHash: corpus.contentHash, emptyCount, duplicateCount, format, zeroVectorCount: vectors.zeroCount };
}

export async function closeDataset(dataset: Dataset): Promise<void> {
  await dataset.store.close();
  await dataset.embedder?.close();
}

const SMALLEST_PREFIX = 16;
const MOST_HALVINGS = 6;

/** The prefixes to try first: those the model was trained for, otherwise D and its halvings down to 16. */
export function suggestedDims(dims: number, trainedDims: readonly number[] | undefined): number[] {
  const trained = (trainedDims ?? []).filter((size) => size <= dims);
  if (trained.length > 1) return [...new Set([...trained, dims])].sort((a, b) => a - b);
  const halvings = [dims];
  for (let size = Math.floor(dims / 2); size >= Math.min(SMALLEST_PREFIX, dims) && halvings.length < MOST_HALVINGS; size = Math.floor(size / 2)) halvings.unshift(size);
  return halvings;
}
