import { sliceOf } from '../base/async.ts';
import { selectionSpareBytes } from '../math/kernel.ts';
import { neighboursOf, type NeighbourTable } from './neighbours.ts';
import { queryOf, type QueryMatrix } from './query-matrix.ts';
import { similaritiesAt } from './search.ts';
import { openSweepBench, sweepPrefixes, type SweepBench } from './sweep-bench.ts';
import { guessThresholds, planSample, selectionAreas, type SweepSample } from './sweep-sample.ts';
import { groupsOf, sweepTop, type SweepOptions } from './sweep.ts';
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

/** Most queries in one pass over the vectors. */
const GROUP_QUERIES = 256;
/** Most bytes of records in one pass. */
const RECORD_BUDGET_BYTES = 128 * 2 ** 20;
/**
 * The sweep's products and the search kernel's sums differ by rounding, by less than half of this (3.6e-7 was the most seen on text). Candidates nearer to each other
 * are scored anew by the kernel, so that the orders are those which searches and re-ranks give.
 */
const NEAR = 1e-6;
/** The first of the longest prefix are always scored by the kernel: who is a true neighbour is asked with a tolerance of its own. */
const EXACT_TOP = 64;

/**
 * The candidate pool in one pass: like `sweepTop` for all prefixes, but rows are recorded once, with their similarities at every prefix,
 * as soon as they may be among the best at any. Costs little more than the ladder alone.
 * Similarities are right to about 5e-7; where two candidates are nearer than 1e-6 at a prefix theirs are the search kernel's own, bit for bit.
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
  const sample = planSample(vectors.rowCount, vectors.dims, keep, queries.queryCount);
  const left = sample === undefined ? all : await collectPool(vectors, queries, prefixes, keep, sample, onLine, options);
  await poolFromTables(vectors, queries, left, prefixes, keep, onLine, options);
}

/** The one-pass way. Returns the queries for which the guess was too high or the room too small. */
async function collectPool(
  vectors: VectorSet,
  queries: QueryMatrix,
  prefixes: readonly number[],
  keep: number,
  sample: SweepSample,
  onLine: (query: number, line: PoolLine) => void,
  options: SweepOptions,
): Promise<number[]> {
  const bandCount = prefixes.length;
  const recordBytes = 4 * (1 + bandCount);
  const capacity = Math.min(vectors.rowCount, Math.ceil(sample.expectedAbove * (bandCount === 1 ? 1.5 : 1 + 0.75 * (bandCount - 1))) + 256);
  const groupSize = Math.max(1, Math.min(queries.queryCount, GROUP_QUERIES, Math.floor(RECORD_BUDGET_BYTES / (capacity * recordBytes))));
  const areas = {
    ...selectionAreas(groupSize, bandCount, sample.place),
    collections: 16 * groupSize,
    records: capacity * recordBytes * groupSize,
    guesses: 4 * groupSize * bandCount,
    guessTable: 4 * bandCount,
    plan: 32 * bandCount,
    own: 4 * bandCount,
    used: capacity,
    rankKeys: 8 * capacity,
    rankSpare: selectionSpareBytes(capacity),
    lineRows: 4 * capacity,
    lineSimilarities: 4 * capacity * bandCount,
    lineOrders: 4 * capacity * bandCount,
    near: 4 * capacity,
  };
  const bench = await openSweepBench(vectors, prefixes, { groupSize, sampleRows: sample.rows, threads: options.threads, areas });
  const missed: number[] = [];
  try {
    for (const group of groupsOf(Array.from({ length: queries.queryCount }, (_, query) => query), groupSize)) {
      await collectGroup(vectors, bench, queries, group, { prefixes, keep, place: sample.place, capacity }, onLine, missed, options);
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
  const guesses = await guessThresholds(bench, count, plan.place, pause);
  guesses.forEach((scores, b) => {
    kernel.floats(at('guesses') + 4 * b * count, count).set(scores);
    kernel.words(at('guessTable'), bandCount)[b] = at('guesses') + 4 * b * count;
  });
  const recordBytes = 4 * (1 + bandCount);
  for (let i = 0; i < count; i += 1) kernel.words(at('collections') + 16 * i, 3).set([0, capacity, at('records') + i * capacity * recordBytes]);
  await bench.multiplyAll(options.signal, (rows, firstRow) => {
    call.collectChunk(bench.bandTable, bandCount, at('guessTable'), count, rows, firstRow, at('collections'), at('plan'));
    options.onProgress?.({
      phase: 'collecting candidates', done: group[0]! * vectors.rowCount + count * (firstRow + rows), total: queries.queryCount * vectors.rowCount, unit: 'pairs',
    });
    return pause();
  });
  for (const [i, query] of group.entries()) {
    const collected = kernel.words(at('collections') + 16 * i, 1)[0]!;
    const own = kernel.floats(at('own'), bandCount);
    guesses.forEach((scores, b) => (own[b] = scores[i]!));
    const kept = collected > capacity ? -1 : call.rankRecords(
      at('records') + i * capacity * recordBytes, collected, bandCount, keep, at('own'),
      at('used'), at('rankKeys'), at('rankSpare'), at('lineRows'), at('lineSimilarities'), at('lineOrders'),
    );
    if (kept < 0) missed.push(query);
    else onLine(query, settleLine(vectors, bench, queryOf(queries, query), prefixes, kept));
    await pause();
  }
}

/** Scores near ties anew and puts the orders right. The line is views of the workbench. */
function settleLine(vectors: VectorSet, bench: SweepBench, query: Float32Array, prefixes: readonly number[], count: number): PoolLine {
  const { kernel } = bench;
  const at = (name: string): number => bench.areas[name]!;
  const cells = prefixes.length * count;
  const rows = kernel.words(at('lineRows'), count);
  const near = kernel.call.nearTies(at('lineSimilarities'), at('lineOrders'), count, prefixes.length, NEAR, EXACT_TOP, at('used'), at('near'));
  if (near > 0) {
    const places = kernel.words(at('near'), near);
    const again = new Int32Array(near);
    for (let i = 0; i < near; i += 1) again[i] = rows[places[i]!]!;
    const exact = similaritiesAt(vectors, query, again, prefixes);
    const similarities = kernel.floats(at('lineSimilarities'), cells);
    for (let p = 0; p < prefixes.length; p += 1) {
      const line = p * count;
      for (let i = 0; i < near; i += 1) similarities[line + places[i]!] = exact[p * near + i]!;
    }
    kernel.call.settleOrders(at('lineSimilarities'), at('lineOrders'), count, prefixes.length);
  }
  return { rows: new Int32Array(rows.buffer, rows.byteOffset, count), similarities: kernel.floats(at('lineSimilarities'), cells), orders: kernel.words(at('lineOrders'), cells) };
}

/** The plain way, for few queries or rows: neighbour tables of every prefix, then the similarities of their union. */
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
