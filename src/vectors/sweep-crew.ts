import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { throwIfCancelled } from '../base/async.ts';
import { CancelledError } from '../base/errors.ts';
import type { Progress, WorkOptions } from '../base/progress.ts';
import type { NeighbourTable } from './neighbours.ts';
import type { QueryMatrix } from './query-matrix.ts';
import { lendVectors, type LentVectors } from './lent-vectors.ts';
import type { LineSink, PackedLines } from './pool-line.ts';
import type { VectorSet } from './vector-set.ts';

/** A sweep: neighbour tables at every prefix, or the lines of a candidate pool. */
export interface SweepJob {
  readonly kind: 'top' | 'pool';
  readonly prefixes: readonly number[];
  /** Rows wanted at each prefix; of tables the same at all. */
  readonly keeps: readonly number[];
}

/** To a worker: some of the queries over all rows. */
export interface SweepRequest extends SweepJob {
  readonly vectors: LentVectors;
  readonly queries: QueryMatrix;
}

/** From a worker. Queries are numbered within its request. */
export type SweepReply =
  | { readonly type: 'progress'; readonly done: number; readonly phase: string }
  | { readonly type: 'tables'; readonly tables: ReadonlyMap<number, NeighbourTable> }
  | { readonly type: 'lines'; readonly packed: PackedLines }
  | { readonly type: 'end'; readonly fault?: string; readonly isCancelled?: boolean };

/** What the queries' results are given to: tables of the queries from `first` on, or lines. */
export interface SweepResults {
  readonly onTables?: (first: number, tables: ReadonlyMap<number, NeighbourTable>) => void;
  readonly lines?: LineSink;
}

/** With fewer queries a worker's matrix products are narrow and its thresholds start from nothing. */
const LEAST_QUERIES = 32;
/** Multiplications below which waking the workers costs more than it saves: a tenth of a second on one thread. */
const LEAST_PRODUCTS = 5e9;
const IDLE_MS = 30_000;

interface Hand {
  readonly worker: Worker;
  isBusy: boolean;
}

const hands: Hand[] = [];
let idleTimer: NodeJS.Timeout | undefined;
/** Set when a worker could not be started: this process then sweeps on its own thread. */
let isAlone = false;

/** How many workers a sweep is split over; 1 when it is better done here. Vectors on disk are read shard by shard, by one thread. */
export function sweepWorkers(vectors: VectorSet, queryCount: number, dims: number, threads: number): number {
  if (isAlone || vectors.shelf !== undefined || vectors.rowCount * dims * queryCount < LEAST_PRODUCTS) return 1;
  return Math.max(1, Math.min(threads, Math.floor(queryCount / LEAST_QUERIES)));
}

/**
 * One sweep split over worker threads: each takes a part of the queries over all rows, with an onnxruntime session and a kernel of its own, on the same vectors. (Two threads
 * of one session gain little: they share the products only, not the selecting, which takes as long.) This thread waits without being blocked.
 * @returns false when no worker could be started, and then nothing has been done
 * @throws CancelledError; Error when a worker fails
 */
export async function shareSweep(vectors: VectorSet, queries: QueryMatrix, job: SweepJob, workers: number, results: SweepResults, work: WorkOptions): Promise<boolean> {
  throwIfCancelled(work.signal);
  const crew = await takeHands(workers);
  if (crew === undefined) return false;
  const lent = lendVectors(vectors, job, workers);
  const done = new Float64Array(workers);
  const report = (part: number, phase: string, count: number): void => {
    done[part] = count;
    work.onProgress?.({ phase, done: done.reduce((sum, each) => sum + each, 0), total: queries.queryCount * vectors.rowCount, unit: 'pairs' } satisfies Progress);
  };
  try {
    const parts = crew.map((hand, i) => {
      const first = Math.floor((i * queries.queryCount) / workers);
      const end = Math.floor(((i + 1) * queries.queryCount) / workers);
      const part: QueryMatrix = { queryCount: end - first, dims: queries.dims, data: queries.data.slice(first * queries.dims, end * queries.dims) };
      const request: SweepRequest = { ...job, vectors: lent.parts[i]!, queries: part };
      return performPart(hand, request, work.signal, (reply) => {
        if (reply.type === 'tables') results.onTables?.(first, reply.tables);
        else if (reply.type === 'lines') results.lines?.adopt(reply.packed, first);
        else if (reply.type === 'progress') report(i, reply.phase, reply.done);
      });
    });
    // All have stopped before the vectors are given back.
    const ends = await Promise.allSettled(parts);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  } finally {
    lent.release();
    giveBack(crew);
  }
  throwIfCancelled(work.signal);
  return true;
}

function performPart(hand: Hand, request: SweepRequest, signal: AbortSignal | undefined, onReply: (reply: SweepReply) => void): Promise<void> {
  const { worker } = hand;
  return new Promise((resolve, reject) => {
    const cancel = (): void => worker.postMessage('cancel');
    const settle = (finish: () => void): void => {
      signal?.removeEventListener('abort', cancel);
      worker.off('message', receive).off('error', fail).off('exit', leave);
      finish();
    };
    const fail = (error: Error): void => {
      drop(hand);
      settle(() => reject(new Error(`a thread of the sweep failed: ${error.message}`, { cause: error })));
    };
    const leave = (): void => fail(new Error('it ended'));
    const receive = (reply: SweepReply): void => {
      if (reply.type !== 'end') return onReply(reply);
      settle(() => (reply.isCancelled === true ? reject(new CancelledError()) : reply.fault === undefined ? resolve() : reject(new Error(reply.fault))));
    };
    worker.on('message', receive).on('error', fail).on('exit', leave);
    signal?.addEventListener('abort', cancel, { once: true });
    worker.postMessage(request);
    if (signal?.aborted === true) cancel();
  });
}

/** So many workers that have said they are there; undefined when one cannot start. */
async function takeHands(count: number): Promise<Hand[] | undefined> {
  clearTimeout(idleTimer);
  const free = hands.filter((hand) => !hand.isBusy).slice(0, count);
  for (const hand of free) hand.isBusy = true;
  const hired = await Promise.all(Array.from({ length: count - free.length }, hire));
  const crew = [...free, ...hired.filter((hand) => hand !== undefined)];
  for (const { worker } of crew) worker.ref();
  if (crew.length === count) return crew;
  isAlone = true;
  giveBack(crew);
  return undefined;
}

function hire(): Promise<Hand | undefined> {
  return new Promise((resolve) => {
    const worker = openWorker();
    if (worker === undefined) return resolve(undefined);
    const hand: Hand = { worker, isBusy: true };
    const give = (found: Hand | undefined): void => {
      worker.off('message', ready).off('error', fail).off('exit', fail);
      resolve(found);
    };
    const ready = (): void => {
      hands.push(hand);
      worker.on('error', () => drop(hand));
      give(hand);
    };
    const fail = (): void => give(undefined);
    worker.on('message', ready).on('error', fail).on('exit', fail);
  });
}

function drop(hand: Hand): void {
  const at = hands.indexOf(hand);
  if (at >= 0) hands.splice(at, 1);
}

function giveBack(crew: readonly Hand[]): void {
  for (const hand of crew) {
    hand.isBusy = false;
    hand.worker.unref();
  }
  clearTimeout(idleTimer);
  // Each holds working memory for its products: it goes when nobody has swept for a while.
  idleTimer = setTimeout(() => {
    for (const hand of hands.filter(({ isBusy }) => !isBusy)) {
      drop(hand);
      void hand.worker.terminate();
    }
  }, IDLE_MS).unref();
}

/** Beside the bundle; from source through the loader of the development tools. */
function openWorker(): Worker | undefined {
  if (typeof import.meta.url !== 'string') return startWorker(join(__dirname, 'workers', 'sweep-worker.cjs'));
  if (!import.meta.url.endsWith('.ts')) return startWorker(fileURLToPath(new URL('../workers/sweep-worker.mjs', import.meta.url)));
  const source = JSON.stringify(new URL('./sweep-worker.ts', import.meta.url).href);
  return new Worker(`import('tsx/esm/api').then(({ register }) => { register(); return import(${source}); })`, { eval: true });
}

function startWorker(path: string): Worker | undefined {
  return existsSync(path) ? new Worker(path) : undefined;
}
