import type { CallTimes } from './wire-times.ts';

export type FieldType = 'Int64' | 'VarChar' | 'FloatVector' | 'Float16Vector' | 'BinaryVector' | (string & {});

export interface FieldInfo {
  readonly name: string;
  readonly type: FieldType;
  readonly isPrimary: boolean;
  /** Of vector fields. */
  readonly dims?: number | undefined;
  /** Of text fields: most bytes of a value. */
  readonly maxLength?: number | undefined;
}

export interface CollectionInfo {
  readonly name: string;
  readonly description: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly fields: readonly FieldInfo[];
  /** Whether rows may have fields beside these. */
  readonly isDynamic?: boolean | undefined;
}

export interface IndexInfo {
  readonly field: string;
  /** In Milvus's spelling: `FLAT`, `HNSW` … */
  readonly type: string;
  readonly metric: string;
  readonly params: Readonly<Record<string, number>>;
  readonly isFinished: boolean;
  readonly failure: string | undefined;
  readonly indexedRows: number;
  readonly totalRows: number;
}

export interface SearchRequest {
  readonly collection: string;
  readonly field: string;
  /** Each as long as the field; packed bits for a binary field. */
  readonly vectors: readonly (Float32Array | Uint8Array)[];
  readonly limit: number;
  readonly keyField: string;
  readonly metric: string;
  readonly filter?: string | undefined;
  readonly params?: Readonly<Record<string, number>> | undefined;
}

export interface Hit {
  readonly key: string;
  readonly score: number;
}

export interface SearchAnswer {
  /** One list a query, best first as the server gave them. */
  readonly lists: readonly (readonly Hit[])[];
  /** Of the attempt that succeeded. */
  readonly times: CallTimes;
}

export interface QueryRequest {
  readonly collection: string;
  readonly filter: string;
  readonly fields: readonly string[];
  readonly limit?: number | undefined;
  /** Pages by primary key need their rows in its order; servers otherwise answer in any. */
  readonly isPage?: boolean | undefined;
  /** Hears where the time of the attempt that succeeded went. */
  readonly onTimes?: ((times: CallTimes) => void) | undefined;
}

/** One row by the names of its fields. */
export type Row = Readonly<Record<string, unknown>>;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** Overrides how long a passing fault is waited out. */
  readonly patienceMs?: number | undefined;
}

/** What the rest of the store needs of a Milvus server. Every call throws `milvus/…` UserErrors and CancelledError, nothing else. */
export interface Milvus {
  readonly address: string;
  /** As the server spells it: `v2.3.5-lite`, `milvus_lite-3.2.2`. */
  readonly version: string;
  /** Milvus Lite, the pure Python server. (A standalone built as `…-lite` is none.) */
  readonly isLite: boolean;
  readonly timeoutMs: number;
  listCollections(options?: CallOptions): Promise<string[]>;
  /** undefined when there is none of that name. */
  describe(collection: string, options?: CallOptions): Promise<CollectionInfo | undefined>;
  create(info: CollectionInfo, options?: CallOptions): Promise<void>;
  /** Dropping what is not there succeeds. */
  drop(collection: string, options?: CallOptions): Promise<void>;
  /** Not repeated by itself: the caller knows whether that is safe. */
  insert(collection: string, rows: readonly Row[], options: CallOptions & { readonly upsert: boolean }): Promise<void>;
  /** Seals what was inserted and waits until it is on the server's disk; `timeoutMs` is for all of it. */
  flush(collection: string, options?: CallOptions): Promise<void>;
  createIndex(collection: string, field: string, type: string, metric: string, params: Readonly<Record<string, number | string | boolean>>, options?: CallOptions): Promise<void>;
  dropIndex(collection: string, field: string, options?: CallOptions): Promise<void>;
  indexes(collection: string, options?: CallOptions): Promise<IndexInfo[]>;
  /** Asks for loading and returns; `isLoaded` tells when it is done. */
  startLoad(collection: string, options?: CallOptions): Promise<void>;
  isLoaded(collection: string, options?: CallOptions): Promise<boolean>;
  release(collection: string, options?: CallOptions): Promise<void>;
  /** Rows as a strongly consistent count sees them; the collection must be loaded. */
  count(collection: string, options?: CallOptions & { readonly filter?: string }): Promise<number>;
  /** The server's own statistics: needs no loading, may lag behind. */
  roughCount(collection: string, options?: CallOptions): Promise<number>;
  search(request: SearchRequest, options?: CallOptions): Promise<SearchAnswer>;
  query(request: QueryRequest, options?: CallOptions): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}
