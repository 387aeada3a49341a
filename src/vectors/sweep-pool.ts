import { sliceOf } from '../base/async.ts';
import { neighboursOf } from './neighbours.ts';
import { queryOf, type QueryMatrix } from './query-matrix.ts';
import { MOST_NARROW_PLACES, withRanks, type LineSink, type PoolLine } from './pool-line.ts';
import { EDGE_MARGIN, rankRows, unionOf } from './pool-rank.ts';
import { openListScorer, similaritiesAt, type ListScorer } from './search.ts';
import { shareSweep, sweepWorkers } from './sweep-crew.ts';
import { CHUNK_ROWS, openSweepBench, sweepPrefixes, type SweepBench } from './sweep-bench.ts';
import { guessThresholds, planSample, sampleAreas, type SweepSample } from './sweep-sample.ts';
import { GROUP_QUERIES, groupsOf, sweepTop, type SweepOptions } from './sweep.ts';
import type { VectorSet } from './vector-set.ts';

/** Up to so many times the rows wanted, every row is collected. */
const SMALL_CORPUS = 4;
/** Most bytes of records in one pass. */
const RECORD_BUDGET_BYTES = 128 * 2 ** 20;
/** What rankRecords needs to count in, and returns when a line is not complete. */
const RANK_COUNTER_BYTES = 16_384;
const NO_RANKING = -1;
/** Words of a log before its counts (collect.ts of the kernel). */
const LOG_WORDS = 3;
/** The kernel notes for each row by a byte which prefix wants it. */
const MOST_PREFIXES = 254;
/** Similarities between one band's and the next one's: pieces are copied four at a time, beyond their ends. */
const BAND_SPARE = 4;
/** More near ties than so many times the rows collected are not settled one by one: a corpus of copies. */
const MOST_TIES = 2;
/**
 * The sweep's products and the search kernel's sums differ by rounding, by less than half of this (7e-7 was the most seen, over 16 to 4,096 dims of text and of random vectors with a common
 * direction): what is collected is complete this far above the guessed similarity.
 */
const ROUNDING = 2e-6;

/**
 * The candidate pool in one pass: like `sweepTop` for all prefixes, but rows are recorded once, with their similarities at every prefix,
 * as soon as they may be among the best at any. The orders are those of searches and re-ranks: what is nearer than rounding is scored again by the search kernel.
 * @param dims prefixes, each 1 … vectors.dims; lines have them in rising order
 * @param depths rows wanted at each prefix; cut to the number of rows
 * @param sink takes one line for each query, not in order
 * @throws UserError `sweep/dims`; CancelledError
 */
export async function sweepPool(
  vectors: VectorSet,
  queries: QueryMatrix,
  dims: readonly number[],
  depths: readonly number[],
  sink: LineSink,
  options: SweepOptions = {},
): Promise<void> {
  const prefixes = sweepPrefixes(dims, vectors.dims);
  const keeps = prefixes.map((prefix) => Math.min(depths[dims.indexOf(prefix)]!, vectors.rowCount));
  const all = Array.from({ length: queries.queryCount }, (_, query) => query);
  if (all.length === 0 || prefixes.length === 0 || Math.min(...keeps) < 1) return;
  const workers = sweepWorkers(vectors, queries.queryCount, prefixes[prefixes.length - 1]!, options.threads ?? 1);
  if (workers > 1 && (await shareSweep(vectors, queries, { kind: 'pool', prefixes, keeps }, workers, { lines: sink }, options))) return;
  const sample = planSample(vectors.rowCount, vectors.dims, keeps, queries.queryCount);
  const isSmall = vectors.rowCount <= SMALL_CORPUS * Math.max(...keeps);
  const left = (sample === undefined && !isSmall) || prefixes.length > MOST_PREFIXES ? all : await collectPool(vectors, queries, prefixes, keeps, sample, sink, options);
  await poolFromTables(vectors, queries, left, prefixes, keeps, sink, options);
}

/** The one-pass way, with every row collected where there is no sample. Returns the queries for which the guess was too high or the room too small. */
async function collectPool(
  vectors: VectorSet,
  queries: QueryMatrix,
  prefixes: readonly number[],
  keeps: readonly number[],
  sample: SweepSample | undefined,
  sink: LineSink,
  options: SweepOptions,
): Promise<number[]> {
  const bandCount = prefixes.length;
  const { most: capacity, usual } = roomFor(sample, vectors.rowCount);
  const chunkCount = vectors.segments.reduce((sum, segment) => sum + Math.ceil(segment.rowCount / CHUNK_ROWS), 0);
  // A row, its similarities below the last prefix, and what may be noted of it there (collect.ts of the kernel).
  const recordBytes = 4 * (2 + bandCount);
  const groupSize = Math.max(1, Math.min(queries.queryCount, GROUP_QUERIES, Math.floor(RECORD_BUDGET_BYTES / (usual * recordBytes))));
  const logBytes = recordBytes * (capacity + usual * groupSize);
  const areas = { ...sampleAreas(groupSize, bandCount, sample), ...poolAreas(groupSize, capacity, bandCount, chunkCount), logged: logBytes + 64 };
  const bench = await openSweepBench(vectors, prefixes, { groupSize, sample, threads: options.threads, areas });
  const scorer = openListScorer(vectors, prefixes, MOST_TIES * capacity);
  const missed: number[] = [];
  try {
    for (const group of groupsOf(Array.from({ length: queries.queryCount }, (_, query) => query), groupSize)) {
      await collectGroup(vectors, bench, queries, group, { prefixes, keeps, sample, capacity, chunkCount, logBytes, scorer }, sink, missed, options);
    }
  } finally {
    scorer.close();
    await bench.close();
  }
  return missed;
}

/**
 * Rows that one query may collect, and as many as there is room for on the average. Those above the guess at one prefix are for the most part above it at the next too; but a query may lie
 * in a crowd.
 */
function roomFor(sample: SweepSample | undefined, rowCount: number): { readonly most: number; readonly usual: number } {
  if (sample === undefined) return { most: rowCount, usual: rowCount };
  const all = sample.expectedAbove.reduce((sum, rows) => sum + rows, 0);
  return { most: Math.min(rowCount, Math.ceil(2 * all) + 256), usual: Math.min(rowCount, Math.ceil(0.75 * all) + 256) };
}

/** Bytes of the working areas, each with room for the kernel's steps beyond its end. */
function poolAreas(groupSize: number, capacity: number, bandCount: number, chunkCount: number) {
  const places = capacity * bandCount;
  const perRow = 4 * (capacity + 16);
  const perPlace = 4 * (places + 16);
  return {
    log: 4 * (LOG_WORDS + groupSize),
    pieces: 8 * chunkCount * groupSize,
    guessTable: 4 * bandCount,
    plan: 32 * bandCount,
    masks: CHUNK_ROWS / 8 + 8,
    hits: 4 * (CHUNK_ROWS + 16),
    sums: 4 * (CHUNK_ROWS + 16),
    rows: perRow,
    similarities: perPlace + 4 * BAND_SPARE * bandCount,
    lastPlaces: perRow,
    lastSimilarities: perRow,
    depths: 4 * bandCount,
    floors: 4 * bandCount,
    used: capacity + 16,
    codes: 2 * (capacity + 64),
    places: perRow,
    keys: perRow,
    spare: perRow,
    counters: RANK_COUNTER_BYTES,
    lineRows: perRow,
    line: perRow,
    wideOrders: perPlace + perRow,
    linePlaces: perPlace,
    bandEnds: 4 * (bandCount + 1),
    tieRanks: perPlace,
    tieRows: perPlace,
    tieSimilarities: perPlace,
    tieEnds: 4 * bandCount,
    tieKeys: 4 * perRow,
    best: perRow,
    bestSimilarities: perRow,
  };
}

async function collectGroup(
  vectors: VectorSet,
  bench: SweepBench,
  queries: QueryMatrix,
  group: readonly number[],
  plan: { readonly prefixes: readonly number[]; readonly keeps: readonly number[]; readonly sample: SweepSample | undefined; readonly capacity: number; readonly chunkCount: number; readonly logBytes: number; readonly scorer: ListScorer },
  sink: LineSink,
  missed: number[],
  options: SweepOptions,
): Promise<void> {
  const { kernel } = bench;
  const { call } = kernel;
  const at = bench.areas as Record<keyof ReturnType<typeof poolAreas> | 'guesses' | 'logged', number>;
  const { prefixes, keeps, capacity, chunkCount } = plan;
  const stride = capacity + BAND_SPARE;
  const bandCount = prefixes.length;
  const count = group.length;
  const pause = sliceOf(options.signal);
  bench.placeQueries(queries, group, prefixes.map(() => 0));
  const guesses = kernel.floats(at.guesses, bandCount * count).fill(-Infinity);
  if (plan.sample !== undefined) await guessThresholds(bench, count, plan.sample, pause);
  kernel.words(at.guessTable, bandCount).set(prefixes.map((_, b) => at.guesses + 4 * b * count));
  const log = kernel.words(at.log, LOG_WORDS + count).fill(0);
  log.set([at.logged, at.logged + plan.logBytes, capacity]);
  let chunk = 0;
  await bench.multiplyAll(options.signal, (rows, firstRow) => {
    call.collectChunk(
      bench.bandTable, bandCount, at.guessTable, count, rows, firstRow, at.log, at.pieces, chunk, chunkCount, at.plan, at.masks, at.hits, at.sums,
    );
    chunk += 1;
    options.onProgress?.({
      phase: 'collecting candidates', done: group[0]! * vectors.rowCount + count * (firstRow + rows), total: queries.queryCount * vectors.rowCount, unit: 'pairs',
    });
    return pause();
  });
  kernel.words(at.depths, bandCount).set(keeps);
  const floors = kernel.floats(at.floors, bandCount);
  const tieEnds = kernel.words(at.tieEnds, bandCount);
  for (const [i, query] of group.entries()) {
    const collected = log[LOG_WORDS + i]!;
    for (let b = 0; b < bandCount; b += 1) floors[b] = guesses[b * count + i]! + ROUNDING;
    let kept = NO_RANKING;
    if (collected <= capacity) {
      const lastCount = call.joinPieces(at.pieces + 8 * i * chunkCount, chunkCount, bandCount, stride, at.rows, at.similarities, at.lastPlaces, at.lastSimilarities);
      kept = call.rankRecords(
        at.rows, at.similarities, collected, stride, at.lastPlaces, at.lastSimilarities, lastCount, bandCount, at.depths, at.floors, ROUNDING,
        at.used, at.codes, at.places, at.keys, at.spare, at.line, at.bandEnds, at.counters, at.lineRows, at.wideOrders, at.best, at.tieRanks, at.tieRows, at.tieEnds,
      );
    }
    // What nearly ties is ordered by the search kernel's own sums, from the vectors themselves.
    const ties = kept === NO_RANKING ? Infinity : tieEnds[bandCount - 1]!;
    if (ties > MOST_TIES * capacity) {
      missed.push(query);
      continue;
    }
    if (ties > 0) kernel.floats(at.tieSimilarities, ties).set(plan.scorer.score(queryOf(queries, query), kernel.words(at.tieRows, ties), tieEnds));
    call.settleLine(
      kept, bandCount, at.bandEnds, at.tieRanks, at.tieRows, at.tieSimilarities, at.tieEnds, at.tieKeys, at.line, at.wideOrders, at.best, at.linePlaces, at.bestSimilarities,
    );
    sink.add(query, lineAt(bench, bandCount - 1, kept));
    await pause();
  }
}

/** The line as views of the workbench. */
function lineAt({ kernel, areas }: SweepBench, orderCount: number, count: number): PoolLine {
  const buffer = kernel.memory.buffer as ArrayBuffer;
  // Of the bands that have orders, then of the last one, then how many are its best.
  const bandEnds = kernel.words(areas['bandEnds']!, orderCount + 2);
  const ends = bandEnds.subarray(0, orderCount);
  const bestCount = bandEnds[orderCount + 1]!;
  let length = 0;
  for (let p = 0; p < orderCount; p += 1) length += ends[p]!;
  const places = count > MOST_NARROW_PLACES ? withRanks(kernel.words(areas['wideOrders']!, length), [...ends], count) : new Uint16Array(buffer, areas['linePlaces']!, 2 * length);
  return {
    rows: new Int32Array(buffer, areas['lineRows']!, count), ends, places, best: kernel.words(areas['best']!, bestCount), similarities: kernel.floats(areas['bestSimilarities']!, bestCount),
  };
}

/** The plain way, for few queries and for those that were missed: neighbour tables of every prefix, then the similarities of their union. */
async function poolFromTables(
  vectors: VectorSet,
  queries: QueryMatrix,
  wanted: readonly number[],
  prefixes: readonly number[],
  keeps: readonly number[],
  sink: LineSink,
  options: SweepOptions,
): Promise<void> {
  const pause = sliceOf(options.signal);
  for (const group of groupsOf(wanted, GROUP_QUERIES)) {
    const part = new Float32Array(group.length * queries.dims);
    group.forEach((query, i) => part.set(queryOf(queries, query), i * queries.dims));
    const tables = await sweepTop(vectors, { queryCount: group.length, dims: queries.dims, data: part }, prefixes, Math.max(...keeps) + EDGE_MARGIN, options);
    for (const [i, query] of group.entries()) {
      const rows = unionOf(prefixes.map((prefix) => neighboursOf(tables.get(prefix)!, i).rows));
      sink.add(query, rankRows(rows, similaritiesAt(vectors, queryOf(queries, query), rows, prefixes), prefixes.length, keeps[prefixes.length - 1]!));
      await pause();
    }
  }
}
