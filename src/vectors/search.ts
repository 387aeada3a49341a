import { sliceOf, throwIfCancelled } from '../base/async.ts';
import { crewOf, stretchesOf, type KernelTask } from '../math/crew.ts';
import { selectionCapacity, selectionSpareBytes, SELECTION_BYTES, type Kernel } from '../math/kernel.ts';
import type { Neighbours } from './neighbours.ts';
import { inversePrefixNorm } from './query-matrix.ts';
import type { VectorShelf } from './vector-shelf.ts';
import { inverseNormsOf, slicesOf, type Segment } from './segment.ts';
import { segmentOf, type VectorSet } from './vector-set.ts';

/** Rows scored before their scores are looked at: the sums of a tile stay in the first-level cache. */
const TILE_ROWS = 512;
/** Smaller scans are over before a worker has woken. */
const LEAST_SHARED_BYTES = 2 ** 20;

/** Neighbours with the unnormalised dot products at their prefix, from which a longer prefix can go on. */
export interface ScoredRows extends Neighbours {
  readonly dots: Float32Array;
}

/**
 * The exact best `keep` rows by cosine similarity of the prefixes of `dims`, in one scan.
 * @param query full-dimension query; only its direction counts
 * @param threads this one and workers, each over its own stretch of the rows; the answer is the same
 */
export function searchPrefix(vectors: VectorSet, query: Float32Array, dims: number, keep: number, threads = 1): ScoredRows {
  const scale = inversePrefixNorm(query, dims);
  return bestOf(vectors.segments.flatMap((segment) => searchSegment(segment, query, dims, keep, scale, threads)), keep);
}

/** The same shard by shard for vectors beyond memory, which takes long: the loop turns between them. @throws CancelledError */
export async function searchShelved(vectors: VectorSet, query: Float32Array, dims: number, keep: number, signal?: AbortSignal): Promise<ScoredRows> {
  const scale = inversePrefixNorm(query, dims);
  const pause = sliceOf(signal);
  let best: ScoredRows | undefined;
  for (const segment of vectors.segments) {
    throwIfCancelled(signal);
    const found = searchSegment(segment, query, dims, keep, scale, 1);
    best = bestOf(best === undefined ? found : [best, ...found], keep);
    await pause();
  }
  return best!;
}

/** One list for each thread. */
function searchSegment(segment: Segment, query: Float32Array, dims: number, keep: number, scale: number, threads: number): ScoredRows[] {
  const { kernel, rowCount, firstRow } = segment;
  const { call } = kernel;
  const slices = slicesOf(segment, 0, dims);
  const inverse = inverseNormsOf(segment, dims);
  const stretches = stretchesOf(rowCount, TILE_ROWS, rowCount * dims * 4 < LEAST_SHARED_BYTES ? 1 : threads);
  const k = Math.min(keep, rowCount);
  const capacity = selectionCapacity(k);
  const sizes = {
    query: 4 * dims, tile: 4 * (TILE_ROWS + 16), selection: SELECTION_BYTES, keys: 8 * capacity, spare: selectionSpareBytes(k), rows: 4 * k, scores: 4 * k, dots: 4 * k, picked: 8 * rowCount,
  };
  // Each thread's areas, a multiple of 64 apart so that no two write to one cache line.
  const each = Object.values(sizes).reduce((sum, size) => sum + Math.ceil(size / 64) * 64, 0);
  const { all } = kernel.scratch({ all: each * stretches.length });
  const areas = stretches.map((_, i) => areasFrom(all + i * each, sizes));
  kernel.floats(areas[0]!.query, dims).set(query.subarray(0, dims));
  const jobs = stretches.map(({ first, end }, i): KernelTask[] => {
    const at = areas[i]!;
    call.selectionStart(at.selection, k, capacity, at.keys);
    return [
      { name: 'scanF32', args: [slices.address, slices.count, areas[0]!.query, inverse, scale, first, end, firstRow, at.tile, TILE_ROWS, at.selection, at.picked, 0] },
      { name: 'selectionFinish', args: [at.selection, at.rows, at.scores, at.spare] },
    ];
  });
  return crewOf(jobs.length).run(kernel, jobs).map((count, i) => {
    const at = areas[i]!;
    call.resolvePicked(at.rows, count, at.picked, at.dots);
    return copyScored(kernel, at, count);
  });
}

function areasFrom<Name extends string>(start: number, sizes: Readonly<Record<Name, number>>): Record<Name, number> {
  const at: Record<string, number> = {};
  let next = start;
  for (const name in sizes) {
    at[name] = next;
    next += Math.ceil(sizes[name] / 64) * 64;
  }
  return at as Record<Name, number>;
}

/** Copies of a list that lies in the kernel's memory. */
function copyScored(kernel: Kernel, at: { readonly rows: number; readonly scores: number; readonly dots: number }, count: number): ScoredRows {
  return {
    rows: new Int32Array(kernel.words(at.rows, count)),
    scores: new Float32Array(kernel.floats(at.scores, count)),
    dots: new Float32Array(kernel.floats(at.dots, count)),
  };
}

/**
 * Scores the survivors by the prefix of `dims` and keeps the best `keep`. With `survivors.dots` (at `survivors.dims`) only the
 * dimensions after that prefix are multiplied.
 */
export function rerankPrefix(
  vectors: VectorSet,
  query: Float32Array,
  survivors: Neighbours & { readonly dims: number; readonly dots?: Float32Array | undefined },
  dims: number,
  keep: number,
): ScoredRows {
  const scale = inversePrefixNorm(query, dims);
  const known = survivors.dims <= dims ? survivors.dots : undefined;
  const from = known === undefined ? 0 : survivors.dims;
  if (vectors.shelf !== undefined) return rerankGathered(vectors.shelf, query, survivors.rows, known, from, dims, keep, scale);
  const only = vectors.segments.length === 1 ? vectors.segments[0]! : undefined;
  if (only !== undefined) return rerankSegment(only, query, survivors.rows, known, from, dims, keep, scale);
  const lists = vectors.segments.map((segment) => {
    const inside = indexesWhere(survivors.rows, (row) => segmentOf(vectors.segments, row) === segment);
    return rerankSegment(segment, query, take(survivors.rows, inside), known && take(known, inside), from, dims, keep, scale);
  });
  return bestOf(lists, keep);
}

/** Candidates' rows are read by themselves, not with all the rows around them. In the order of rows: places then stand for rows in ties. */
function rerankGathered(
  shelf: VectorShelf,
  query: Float32Array,
  candidates: Int32Array,
  known: Float32Array | undefined,
  from: number,
  dims: number,
  keep: number,
  scale: number,
): ScoredRows {
  const order = Array.from(candidates.keys()).sort((a, b) => candidates[a]! - candidates[b]!);
  const rows = take(candidates, order);
  const places = Int32Array.from(rows.keys());
  const found = rerankSegment(shelf.gather(rows, dims), query, places, known && take(known, order), from, dims, keep, scale);
  return { ...found, rows: found.rows.map((place) => rows[place]!) };
}

function rerankSegment(
  segment: Segment,
  query: Float32Array,
  candidates: Int32Array,
  known: Float32Array | undefined,
  from: number,
  dims: number,
  keep: number,
  scale: number,
): ScoredRows {
  const { kernel, firstRow } = segment;
  const { call } = kernel;
  const slices = slicesOf(segment, from, dims);
  const inverse = inverseNormsOf(segment, dims);
  const count = candidates.length;
  const size = 4 * count;
  const at = kernel.scratch({
    query: 4 * (dims - from), candidates: size, sums: size, similarities: size, pairs: 4 * size + 8192, rows: size, scores: size, dots: size,
  });
  kernel.floats(at.query, dims - from).set(query.subarray(from, dims));
  const local = kernel.words(at.candidates, count);
  local.set(candidates);
  if (firstRow > 0) for (let i = 0; i < count; i += 1) local[i] = local[i]! - firstRow;
  const sums = kernel.floats(at.sums, count);
  if (known === undefined) sums.fill(0);
  else sums.set(known);
  call.orderCandidates(at.candidates, at.sums, count, at.pairs);
  call.addCandidateDots(slices.address, slices.count, at.query, at.candidates, at.sums, count);
  call.scoreCandidates(at.candidates, at.sums, inverse, scale, count, at.similarities);
  const kept = call.rankCandidates(at.candidates, at.sums, at.similarities, count, keep, at.pairs, at.rows, at.dots, at.scores);
  const found = copyScored(kernel, at, kept);
  if (firstRow > 0) for (let i = 0; i < kept; i += 1) found.rows[i] = found.rows[i]! + firstRow;
  return found;
}

/**
 * Exact cosine similarities of given rows at several prefixes: `result[p * rows.length + i]` is that of `rows[i]` at `dims[p]`.
 * One pass over the dimensions: each prefix goes on from the one before.
 * @param dims prefixes in rising order
 */
export function similaritiesAt(vectors: VectorSet, query: Float32Array, rows: Int32Array, dims: readonly number[]): Float32Array {
  const out = new Float32Array(dims.length * rows.length);
  const scales = dims.map((prefix) => inversePrefixNorm(query, prefix));
  const gathered = vectors.shelf?.gather(rows, dims[dims.length - 1] ?? 0);
  for (const segment of gathered === undefined ? vectors.segments : [gathered]) {
    const inside = gathered !== undefined || vectors.segments.length === 1 ? undefined : indexesWhere(rows, (row) => segmentOf(vectors.segments, row) === segment);
    const count = inside === undefined ? rows.length : inside.length;
    const { kernel } = segment;
    const lists = dims.map((prefix, p) => slicesOf(segment, p === 0 ? 0 : dims[p - 1]!, prefix));
    const inverses = dims.map((prefix) => inverseNormsOf(segment, prefix));
    const at = kernel.scratch({ query: 4 * vectors.dims, rows: 4 * count, dots: 4 * count, scores: 4 * count });
    kernel.floats(at.query, vectors.dims).set(query.subarray(0, vectors.dims));
    const local = kernel.words(at.rows, count);
    local.set(gathered !== undefined ? Int32Array.from(rows.keys()) : inside === undefined ? rows : take(rows, inside));
    if (segment.firstRow > 0) for (let i = 0; i < count; i += 1) local[i] = local[i]! - segment.firstRow;
    kernel.floats(at.dots, count).fill(0);
    const scores = kernel.floats(at.scores, count);
    dims.forEach((_, p) => {
      const from = p === 0 ? 0 : dims[p - 1]!;
      kernel.call.addCandidateDots(lists[p]!.address, lists[p]!.count, at.query + 4 * from, at.rows, at.dots, count);
      kernel.call.scoreCandidates(at.rows, at.dots, inverses[p]!, scales[p]!, count, at.scores);
      if (inside === undefined) out.set(scores, p * rows.length);
      else for (let i = 0; i < count; i += 1) out[p * rows.length + inside[i]!] = scores[i]!;
    });
  }
  return out;
}

/** Scores lists of rows, one at each of several prefixes. */
export interface ListScorer {
  /**
   * Exact similarities of a query: rows[ends[b − 1] … ends[b]) are scored at the b-th prefix, as `similaritiesAt` does it, to the last bit.
   * @returns one for each row, good until the next call
   */
  score(query: Float32Array, rows: Uint32Array, ends: Uint32Array): Float32Array;
  close(): void;
}

/**
 * @param dims prefixes in rising order
 * @param most rows in one call
 */
export function openListScorer(vectors: VectorSet, dims: readonly number[], most: number): ListScorer {
  const only = vectors.segments.length === 1 && vectors.shelf === undefined ? vectors.segments[0] : undefined;
  if (only === undefined) return { score: (query, rows, ends) => scoreListsApart(vectors, query, rows, ends, dims), close: () => undefined };
  const { kernel } = only;
  const { at, release } = kernel.borrow({ table: 20 * dims.length, query: 4 * vectors.dims, rows: 4 * most, ends: 4 * dims.length, dots: 4 * most, scores: 4 * most });
  const table = kernel.words(at.table, 5 * dims.length);
  dims.forEach((prefix, b) => {
    const from = dims[b - 1] ?? 0;
    const slices = slicesOf(only, from, prefix);
    table.set([slices.address, slices.count, 4 * (prefix - from), inverseNormsOf(only, prefix)], 5 * b);
  });
  const scales = kernel.floats(at.table, 5 * dims.length);
  const [queryArea, rowArea, endArea] = [kernel.floats(at.query, vectors.dims), kernel.words(at.rows, most), kernel.words(at.ends, dims.length)];
  return {
    score(query, rows, ends) {
      dims.forEach((prefix, b) => (scales[5 * b + 4] = inversePrefixNorm(query, prefix)));
      queryArea.set(query);
      rowArea.set(rows);
      endArea.set(ends);
      kernel.call.scoreLists(at.table, dims.length, at.query, at.rows, at.ends, at.dots, at.scores);
      return kernel.floats(at.scores, rows.length);
    },
    close: release,
  };
}

function scoreListsApart(vectors: VectorSet, query: Float32Array, rows: Uint32Array, ends: Uint32Array, dims: readonly number[]): Float32Array {
  const out = new Float32Array(rows.length);
  dims.forEach((_, b) => {
    const first = ends[b - 1] ?? 0;
    const list = Int32Array.from(rows.subarray(first, ends[b]));
    out.set(similaritiesAt(vectors, query, list, dims.slice(0, b + 1)).subarray(b * list.length), first);
  });
  return out;
}

/** The best `keep` of several lists, each best first; equal scores by rising row. */
export function bestOf(lists: readonly ScoredRows[], keep: number): ScoredRows {
  return lists.slice(1).reduce((best, list) => mergeLists(best, list, keep), lists[0]!);
}

function mergeLists(a: ScoredRows, b: ScoredRows, keep: number): ScoredRows {
  const count = Math.min(keep, a.rows.length + b.rows.length);
  const out = { rows: new Int32Array(count), scores: new Float32Array(count), dots: new Float32Array(count) };
  for (let to = 0, i = 0, j = 0; to < count; to += 1) {
    const isFirst = j >= b.rows.length || (i < a.rows.length && (a.scores[i]! > b.scores[j]! || (a.scores[i] === b.scores[j] && a.rows[i]! < b.rows[j]!)));
    const [from, at] = isFirst ? [a, i++] : [b, j++];
    out.rows[to] = from.rows[at]!;
    out.scores[to] = from.scores[at]!;
    out.dots[to] = from.dots[at]!;
  }
  return out;
}

function indexesWhere(rows: Int32Array, test: (row: number) => boolean): number[] {
  const found: number[] = [];
  for (let i = 0; i < rows.length; i += 1) if (test(rows[i]!)) found.push(i);
  return found;
}

function take<T extends Int32Array | Float32Array>(values: T, indexes: readonly number[]): T {
  const out = values.slice(0, indexes.length) as T;
  indexes.forEach((index, i) => {
    out[i] = values[index]!;
  });
  return out;
}
