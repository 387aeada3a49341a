import type { WorkOptions } from '../base/progress.ts';
import type { Neighbours, NeighbourTable } from '../vectors/neighbours.ts';
import type { QueryMatrix } from '../vectors/query-matrix.ts';
import type { HeadChoice } from '../contract/measure.ts';
import type { Stage } from '../contract/schedule.ts';

export type { QueryMatrix };

export type HeadIndex = 'flat' | 'hnsw' | 'hnsw_sq' | 'ivf_flat' | 'ivf_sq8' | 'ivf_pq' | 'scann' | 'diskann' | 'autoindex';
export type HeadPrecision = 'f32' | 'f16' | 'int8' | 'binary' | 'pq4';

/** What the head search runs on: one prefix, one index type, one number format. */
export interface HeadSpec {
  readonly dims: number;
  readonly index: HeadIndex;
  readonly precision: HeadPrecision;
  /** Build and search parameters of the index (`M`, `efConstruction`, `ef`, `nlist`, `nprobe` …), checked by the store. */
  readonly params?: Readonly<Record<string, number>> | undefined;
}

/** Where the time of one operation went; the parts make the total. */
export interface SplitTiming {
  readonly totalMs: number;
  /** Making requests to a server, up to their leaving; left out where there is none. */
  readonly requestMs?: number | undefined;
  /** The round trip to a server: the network and its work (0 for the embedded store). */
  readonly serverMs: number;
  /** Everything else: unpacking answers, re-ranking here. */
  readonly localMs: number;
}

/** The split of an operation whose calls took these times. */
export function splitTiming(totalMs: number, calls: { readonly requestMs: number; readonly serverMs: number }): SplitTiming {
  return { totalMs, ...calls, localMs: Math.max(0, totalMs - calls.requestMs - calls.serverMs) };
}

/**
 * The rows still in the race after a stage, best first, with their cosine similarity at prefix `dims`.
 * `dots` are the unnormalised partial sums at that prefix, kept by stores that can go on from them: no dimension is multiplied twice.
 */
export interface Survivors extends Neighbours {
  readonly dims: number;
  readonly dots?: Float32Array | undefined;
  readonly timing?: SplitTiming | undefined;
}

/** A head index that is built, loaded and ready to be searched. */
export interface Head {
  readonly spec: HeadSpec;
  /** Bytes the head needs to be searched, as the store knows or computes them. */
  readonly sizeBytes: number;
  readonly buildMs: number;
  /** The best `keep` rows by cosine similarity at the head's prefix. `query` is full-D, normalised at D. */
  search(query: Float32Array, keep: number, signal?: AbortSignal): Promise<Survivors>;
  /** The same for many queries, in the store's fastest batched way; for accuracy, not for latency. */
  searchMany(queries: QueryMatrix, keep: number, work?: WorkOptions): Promise<NeighbourTable>;
  close(): Promise<void>;
}

/** Where the head search runs, and the re-ranking with it. Both `embedded` and `milvus` keep this interface's contract test. */
export interface Store {
  readonly kind: 'embedded' | 'milvus';
  /** For people: "embedded", "Milvus Lite 3.2 at 127.0.0.1:19530". */
  readonly label: string;
  readonly rowCount: number;
  readonly dims: number;
  /** Of a store that makes no heads but has some: their prefixes, rising, full dimension last, and what they are. */
  readonly fixedHeads?: { readonly dims: readonly number[]; readonly choice: HeadChoice } | undefined;
  /** A remark that must stand next to every latency measured on this store, or undefined. */
  readonly latencyRemark?: string | undefined;
  /** @throws UserError when the store cannot make such a head (index type, precision, parameters, prefix). */
  openHead(spec: HeadSpec, work?: WorkOptions): Promise<Head>;
  /** Scores the survivors by prefix `stage.dims` and keeps the best `stage.keep`. */
  rerank(query: Float32Array, survivors: Survivors, stage: Stage, signal?: AbortSignal): Promise<Survivors>;
  /**
   * Exact (flat, f32) neighbours at every prefix of `dims` at once: the ladder, and with the full dimension in `dims` the ground truth.
   * The embedded store does it in one pass over the vectors.
   */
  sweep(queries: QueryMatrix, dims: readonly number[], k: number, work?: WorkOptions): Promise<ReadonlyMap<number, NeighbourTable>>;
  close(): Promise<void>;
}
