import { sliceOf } from '../base/async.ts';
import { neighboursOf, type NeighbourTable } from './neighbours.ts';
import { queryOf, type QueryMatrix } from './query-matrix.ts';
import { similaritiesAt } from './search.ts';
import { shareSweep, sweepWorkers } from './sweep-crew.ts';
import { CHUNK_ROWS, openSweepBench, sweepPrefixes, type SweepBench } from './sweep-bench.ts';
import { guessThresholds, planSample, selectionAreas, type SweepSample } from './sweep-sample.ts';
import { GROUP_QUERIES, groupsOf, sweepTop, type SweepOptions } from './sweep.ts';
import type { VectorSet } from './vector-set.ts';

/** One query's candidates: every row among its best `depth` at any of the prefixes. Only good until `onLine` returns: copy what you keep. */
export interface PoolLine {
  /** Rising. */
  readonly rows: Int32Array;
  /** `similarities[p · rows.length + i]` is that of rows[i] at the p-th prefix. */
  readonly similarities: Float32Array;
  /** `orders[p · rows.length + rank]`: places in `rows` by falling similarity at the p-th prefix, ties by rising row. */
  readonly orders: Uint32Array;
}

/** Up to so many times the rows wanted, every row is collected. */
const SMALL_CORPUS = 4;
/** Most bytes of records in one pass. */
const RECORD_BUDGET_BYTES = 128 * 2 ** 20;
/** What rankRecords needs to count in, and returns when a line is not complete. */
const RANK_COUNTER_BYTES = 16_384;
const NO_RANKING = -1;
/**
 * The sweep's products and the search kernel's sums differ by rounding, by less than half of this (3.6e-7 was the most seen on text): what is collected is complete this far above
 * the guessed similarity.
 */
const ROUNDING = 1e-6;

/**
 * The candidate pool in one pass: like `sweepTop` for all prefixes, but rows are recorded once, with their similarities at every prefix,
 * as soon as they may be among the best at any. Costs little more than the ladder alone.
 * Similarities, and so the orders, are those of searches and re-ranks, bit for bit.
 * @param dims prefixes, each 1 … vectors.dims; lines have them in rising order
 * @param depth rows wanted at each prefix; cut to the number of rows
 * @param onLine is called once for each query, not in order
 * @throws UserError `sweep/dims`; CancelledError
 */
export async function sweepPool(
  vectors: VectorSet,
  queries: QueryMatrix,
  dims: readonly number[],
  depth: number,
  onLine: (query: number, line: PoolLine) => void,
  options: SweepOptions = {},
): Promise<void> {
  const prefixes = sweepPrefixes(dims, vectors.dims);
  const keep = Math.min(depth, vectors.rowCount);
  const all = Array.from({ length: queries.queryCount }, (_, query) => query);
  if (all.length === 0 || prefixes.length === 0 || keep < 1) return;
  const workers = sweepWorkers(vectors, queries.queryCount, prefixes[prefixes.length - 1]!, options.threads ?? 1);
  if (workers > 1 && (await shareSweep(vectors, queries, { kind: 'pool', prefixes, keep }, workers, { onLine }, options))) return;
  const sample = planSample(vectors.rowCount, vectors.dims, keep, queries.queryCount);
  const isSmall = vectors.rowCount <= SMALL_CORPUS * keep;
  const left = sample === undefined && !isSmall ? all : await collectPool(vectors, queries, prefixes, keep, sample, onLine, options);
  await poolFromTables(vectors, queries, left, prefixes, keep, onLine, options);
}

/** The one-pass way, with every row collected where there is no sample. Returns the queries for which the guess was too high or the room too small. */
async function collectPool(
  vectors: VectorSet,
  queries: QueryMatrix,
  prefixes: readonly number[],
  keep: number,
  sample: SweepSample | undefined,
  onLine: (query: number, line: PoolLine) => void,
  options: SweepOptions,
): Promise<number[]> {
  const bandCount = prefixes.length;
  const recordBytes = 4 * (1 + bandCount);
  const capacity = sample === undefined ? vectors.rowCount : Math.min(vectors.rowCount, Math.ceil(sample.expectedAbove * (bandCount === 1 ? 1.5 : 1 + 0.75 * (bandCount - 1))) + 256);
  const place = sample?.place ?? 0;
  const groupSize = Math.max(1, Math.min(queries.queryCount, GROUP_QUERIES, Math.floor(RECORD_BUDGET_BYTES / (capacity * recordBytes))));
  const areas = {
    ...selectionAreas(groupSize, bandCount, place),
    collections: 16 * groupSize,
    records: capacity * recordBytes * groupSize,
    guesses: 4 * groupSize * bandCount,
    guessTable: 4 * bandCount,
    plan: 32 * bandCount,
    hits: 4 * (CHUNK_ROWS + 16),
    dots: 4 * (CHUNK_ROWS + 16),
    floors: 4 * bandCount,
    used: capacity + 16,
    buckets: 2 * (capacity + 16),
    rankKeys: 8 * capacity,
    rankSpare: 8 * capacity,
    counters: RANK_COUNTER_BYTES,
    lineRows: 4 * capacity,
    lineSimilarities: 4 * capacity * bandCount,
    lineOrders: 4 * capacity * bandCount,
  };
  const bench = await openSweepBench(vectors, prefixes, { groupSize, sampleRows: sample?.rows, threads: options.threads, areas });
  const missed: number[] = [];
  try {
    for (const group of groupsOf(Array.from({ length: queries.queryCount }, (_, query) => query), groupSize)) {
      await collectGroup(vectors, bench, queries, group, { prefixes, keep, place, capacity }, onLine, missed, options);
    }
  } finally {
    await bench.close();
  }
  return missed;
}

async function collectGroup(
  vectors: VectorSet,
  bench: SweepBench,
  queries: QueryMatrix,
  group: readonly number[],
  plan: { readonly prefixes: readonly number[]; readonly keep: number; readonly place: number; readonly capacity: number },
  onLine: (query: number, line: PoolLine) => void,
  missed: number[],
  options: SweepOptions,
): Promise<void> {
  const { kernel } = bench;
  const { call } = kernel;
  const at = (name: string): number => bench.areas[name]!;
  const { prefixes, keep, capacity } = plan;
  const bandCount = prefixes.length;
  const count = group.length;
  const pause = sliceOf(options.signal);
  bench.placeQueries(queries, group, prefixes.map((_, b) => at('selections') + 32 * b * count));
  const guesses = plan.place > 0 ? await guessThresholds(bench, count, plan.place, pause) : prefixes.map(() => new Float32Array(count).fill(-Infinity));
  guesses.forEach((scores, b) => {
    kernel.floats(at('guesses') + 4 * b * count, count).set(scores);
    kernel.words(at('guessTable'), bandCount)[b] = at('guesses') + 4 * b * count;
  });
  const recordBytes = 4 * (1 + bandCount);
  const recordsOf = (i: number): { readonly rows: number; readonly similarities: number } => {
    const rows = at('records') + i * capacity * recordBytes;
    return { rows, similarities: rows + 4 * capacity };
  };
  for (let i = 0; i < count; i += 1) kernel.words(at('collections') + 16 * i, 4).set([0, capacity, recordsOf(i).rows, recordsOf(i).similarities]);
  await bench.multiplyAll(options.signal, (rows, firstRow) => {
    call.collectChunk(bench.bandTable, bandCount, at('guessTable'), count, rows, firstRow, at('collections'), bench.sourceTable, at('plan'), at('hits'), at('dots'));
    options.onProgress?.({
      phase: 'collecting candidates', done: group[0]! * vectors.rowCount + count * (firstRow + rows), total: queries.queryCount * vectors.rowCount, unit: 'pairs',
    });
    return pause();
  });
  for (const [i, query] of group.entries()) {
    const collected = kernel.words(at('collections') + 16 * i, 1)[0]!;
    const floors = kernel.floats(at('floors'), bandCount);
    guesses.forEach((scores, b) => (floors[b] = scores[i]! + ROUNDING));
    const records = recordsOf(i);
    const kept = collected > capacity ? NO_RANKING : call.rankRecords(
      records.rows, records.similarities, collected, capacity, bandCount, keep, at('floors'),
      at('used'), at('buckets'), at('rankKeys'), at('rankSpare'), at('counters'), at('lineRows'), at('lineSimilarities'), at('lineOrders'),
    );
    if (kept === NO_RANKING) missed.push(query);
    else onLine(query, lineAt(bench, bandCount, kept));
    await pause();
  }
}

/** The line as views of the workbench. */
function lineAt({ kernel, areas }: SweepBench, bandCount: number, count: number): PoolLine {
  const rows = kernel.words(areas['lineRows']!, count);
  return {
    rows: new Int32Array(rows.buffer, rows.byteOffset, count),
    similarities: kernel.floats(areas['lineSimilarities']!, bandCount * count),
    orders: kernel.words(areas['lineOrders']!, bandCount * count),
  };
}

/** The plain way, for few queries and for those that were missed: neighbour tables of every prefix, then the similarities of their union. */
async function poolFromTables(
  vectors: VectorSet,
  queries: QueryMatrix,
  wanted: readonly number[],
  prefixes: readonly number[],
  keep: number,
  onLine: (query: number, line: PoolLine) => void,
  options: SweepOptions,
): Promise<void> {
  const pause = sliceOf(options.signal);
  for (const group of groupsOf(wanted, GROUP_QUERIES)) {
    const part = new Float32Array(group.length * queries.dims);
    group.forEach((query, i) => part.set(queryOf(queries, query), i * queries.dims));
    const tables = await sweepTop(vectors, { queryCount: group.length, dims: queries.dims, data: part }, prefixes, keep, options);
    for (const [i, query] of group.entries()) {
      onLine(query, lineOf(vectors, queryOf(queries, query), prefixes, prefixes.map((prefix) => tables.get(prefix)!), i));
      await pause();
    }
  }
}

function lineOf(vectors: VectorSet, query: Float32Array, prefixes: readonly number[], tables: readonly NeighbourTable[], line: number): PoolLine {
  const union = new Set<number>();
  for (const table of tables) for (const row of neighboursOf(table, line).rows) union.add(row);
  const rows = Int32Array.from(union).sort();
  const count = rows.length;
  const similarities = similaritiesAt(vectors, query, rows, prefixes);
  const orders = new Uint32Array(prefixes.length * count);
  prefixes.forEach((_, p) => {
    const own = similarities.subarray(p * count, (p + 1) * count);
    const order = Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => own[b]! - own[a]! || a - b);
    orders.set(order, p * count);
  });
  return { rows, similarities, orders };
}
