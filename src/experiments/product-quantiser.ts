import { sliceOf, throwIfCancelled } from '../base/async.ts';
import { UserError } from '../base/errors.ts';
import { randomInt, sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import type { WorkOptions } from '../base/progress.ts';
import { writeOnnxModel } from '../math/onnx-graph.ts';
import { floatTensor, openOnnxSession } from '../math/onnx-runtime.ts';
import type { OnnxSession } from '../math/onnx-runtime.ts';
import { tableOf } from '../vectors/neighbours.ts';
import type { NeighbourTable, Neighbours } from '../vectors/neighbours.ts';
import { queryOf } from '../vectors/query-matrix.ts';
import type { QueryMatrix } from '../vectors/query-matrix.ts';
import { gatherRows } from '../vectors/vector-set.ts';
import type { VectorSet } from '../vectors/vector-set.ts';

/** One byte for each of `parts` runs of dimensions: the nearest of 256 centroids learnt for that run. */
export interface ProductCodes {
  readonly dims: number;
  readonly parts: number;
  readonly rowCount: number;
  /** 256 × width for each part, one part after the other. */
  readonly centroids: readonly Float32Array[];
  /** One array a part, a byte a row. */
  readonly codes: readonly Uint8Array[];
}

export interface ProductOptions extends WorkOptions {
  readonly seed: number;
  readonly threads?: number | undefined;
  /** Rows the centroids are learnt from (default 16,384) and rounds of it (default 8). */
  readonly trainingRows?: number | undefined;
  readonly rounds?: number | undefined;
}

const CENTROIDS = 256;
const CHUNK_ROWS = 8192;

/**
 * Product quantisation (Jégou, Douze, Schmid 2011): the dimensions are cut into equal runs, each quantised by k-means to one byte.
 * Searched by asymmetric distance: the query stays as it is.
 * @param parts bytes a vector; must divide the dims.
 */
export async function productCodes(vectors: VectorSet, parts: number, options: ProductOptions): Promise<ProductCodes> {
  const { dims, rowCount } = vectors;
  if (!Number.isInteger(dims / parts)) throw new UserError('compression/parts', `${dims} dims do not divide into ${parts} equal parts`);
  const width = dims / parts;
  const count = Math.min(options.trainingRows ?? 16_384, rowCount);
  const sample = gatherRows(vectors, sampleWithoutReplacement(seededRandom(options.seed), rowCount, count));
  const session = await openOnnxSession(nearestModel(width), { threads: options.threads });
  const slice = sliceOf(options.signal);
  try {
    const centroids: Float32Array[] = [];
    for (let part = 0; part < parts; part += 1) {
      throwIfCancelled(options.signal);
      centroids.push(await kMeans(session, columnsOf(sample, dims, part * width, width), width, options));
      options.onProgress?.({ phase: `learning ${parts}-byte codes`, done: part + 1, total: parts, unit: 'parts' });
      await slice();
    }
    const codes = centroids.map(() => new Uint8Array(rowCount));
    for (let first = 0; first < rowCount; first += CHUNK_ROWS) {
      throwIfCancelled(options.signal);
      const rows = gatherRows(vectors, Int32Array.from({ length: Math.min(CHUNK_ROWS, rowCount - first) }, (_, i) => first + i));
      for (let part = 0; part < parts; part += 1) codes[part]!.set(await nearest(session, columnsOf(rows, dims, part * width, width), centroids[part]!, width), first);
      options.onProgress?.({ phase: `encoding in ${parts} bytes`, done: first + rows.length / dims, total: rowCount, unit: 'documents' });
      await slice();
    }
    return { dims, parts, rowCount, centroids, codes };
  } finally {
    await session.close();
  }
}

/** The best `keep` rows of each query by the codes' approximate inner product; equal scores by rising row. */
export async function searchProductCodes(set: ProductCodes, queries: QueryMatrix, keep: number, work: WorkOptions = {}): Promise<NeighbourTable> {
  const slice = sliceOf(work.signal);
  const width = set.dims / set.parts;
  const scores = new Float32Array(set.rowCount);
  const prices = Array.from({ length: set.parts }, () => new Float32Array(CENTROIDS));
  const lists: Neighbours[] = [];
  for (let index = 0; index < queries.queryCount; index += 1) {
    const query = queryOf(queries, index);
    for (let part = 0; part < set.parts; part += 1) pricePart(set.centroids[part]!, query.subarray(part * width, (part + 1) * width), prices[part]!);
    addPrices(set.codes, prices, scores);
    lists.push(bestOf(scores, keep));
    work.onProgress?.({ phase: `searching ${set.parts}-byte codes`, done: index + 1, total: queries.queryCount, unit: 'queries' });
    await slice();
  }
  return tableOf(lists);
}

/** Inner product of each centroid with the query's run of dimensions. */
function pricePart(centroids: Float32Array, query: Float32Array, prices: Float32Array): void {
  const width = query.length;
  for (let c = 0; c < CENTROIDS; c += 1) {
    let dot = 0;
    for (let j = 0; j < width; j += 1) dot += centroids[c * width + j]! * query[j]!;
    prices[c] = dot;
  }
}

/** scores[row] = Σ over the parts of the price of the row's code; four parts at a time, so that a score is loaded and stored once for four. */
function addPrices(codes: readonly Uint8Array[], prices: readonly Float32Array[], scores: Float32Array): void {
  scores.fill(0);
  let part = 0;
  for (; part + 4 <= codes.length; part += 4) {
    const [a, b, c, d] = [codes[part]!, codes[part + 1]!, codes[part + 2]!, codes[part + 3]!];
    const [pa, pb, pc, pd] = [prices[part]!, prices[part + 1]!, prices[part + 2]!, prices[part + 3]!];
    for (let row = 0; row < scores.length; row += 1) scores[row]! += pa[a[row]!]! + pb[b[row]!]! + (pc[c[row]!]! + pd[d[row]!]!);
  }
  for (; part < codes.length; part += 1) {
    const a = codes[part]!;
    const pa = prices[part]!;
    for (let row = 0; row < scores.length; row += 1) scores[row]! += pa[a[row]!]!;
  }
}

/** The best `keep` of all rows, best first, equal scores by rising row. */
function bestOf(scores: Float32Array, keep: number): Neighbours {
  const before = (a: number, b: number): number => scores[b]! - scores[a]! || a - b;
  let rows: number[] = [];
  let threshold = -Infinity;
  for (let row = 0; row < scores.length; row += 1) {
    // Rows come rising, so one that only equals the last of `keep` is behind it.
    if (!(scores[row]! > threshold)) continue;
    rows.push(row);
    if (rows.length < 4 * keep) continue;
    rows = rows.sort(before).slice(0, keep);
    threshold = scores[rows[keep - 1]!]!;
  }
  const best = Int32Array.from(rows.sort(before).slice(0, keep));
  return { rows: best, scores: Float32Array.from(best, (row) => scores[row]!) };
}

function columnsOf(rows: Float32Array, dims: number, from: number, width: number): Float32Array {
  const count = rows.length / dims;
  const out = new Float32Array(count * width);
  for (let row = 0; row < count; row += 1) out.set(rows.subarray(row * dims + from, row * dims + from + width), row * width);
  return out;
}

/** Lloyd's rounds from distinct random rows; a centroid that nobody is nearest to starts again at a random row. */
async function kMeans(session: OnnxSession, rows: Float32Array, width: number, options: ProductOptions): Promise<Float32Array> {
  const count = rows.length / width;
  const random = seededRandom(options.seed);
  const centroids = new Float32Array(CENTROIDS * width);
  const place = (c: number, row: number): void => centroids.set(rows.subarray(row * width, (row + 1) * width), c * width);
  const starts = sampleWithoutReplacement(random, count, CENTROIDS);
  for (let c = 0; c < CENTROIDS; c += 1) place(c, starts[c % starts.length]!);
  for (let round = 0; round < (options.rounds ?? 8); round += 1) {
    const owners = await nearest(session, rows, centroids, width);
    const sums = new Float64Array(CENTROIDS * width);
    const sizes = new Uint32Array(CENTROIDS);
    for (let row = 0; row < count; row += 1) {
      const c = owners[row]!;
      sizes[c]! += 1;
      for (let j = 0; j < width; j += 1) sums[c * width + j]! += rows[row * width + j]!;
    }
    for (let c = 0; c < CENTROIDS; c += 1) {
      if (sizes[c] === 0) place(c, randomInt(random, count));
      else for (let j = 0; j < width; j += 1) centroids[c * width + j] = sums[c * width + j]! / sizes[c]!;
    }
  }
  return centroids;
}

/** The nearest centroid of each row: the largest x·c − ½|c|², the first of equals. */
async function nearest(session: OnnxSession, rows: Float32Array, centroids: Float32Array, width: number): Promise<Uint8Array> {
  const count = rows.length / width;
  const halves = new Float32Array(CENTROIDS);
  for (let c = 0; c < CENTROIDS; c += 1) {
    let squares = 0;
    for (let j = 0; j < width; j += 1) squares += centroids[c * width + j]! ** 2;
    halves[c] = -squares / 2;
  }
  const found = new Uint8Array(count);
  for (let start = 0; start < count; start += CHUNK_ROWS) {
    const size = Math.min(CHUNK_ROWS, count - start);
    const x = floatTensor(rows.subarray(start * width, (start + size) * width), [size, width]);
    const { nearest: owners } = await session.run({ x, c: floatTensor(centroids, [CENTROIDS, width]), b: floatTensor(halves, [CENTROIDS]) });
    const indices = owners!.data as BigInt64Array;
    for (let i = 0; i < size; i += 1) found[start + i] = Number(indices[i]!);
  }
  return found;
}

function nearestModel(width: number): Uint8Array<ArrayBuffer> {
  return writeOnnxModel({
    name: 'nearest-centroid',
    nodes: [
      { op: 'Gemm', inputs: ['x', 'c', 'b'], outputs: ['scores'], attributes: { transB: { int: 1 } } },
      { op: 'ArgMax', inputs: ['scores'], outputs: ['nearest'], attributes: { axis: { int: 1 }, keepdims: { int: 0 } } },
    ],
    inputs: [
      { name: 'x', type: 'float', shape: ['rows', width] },
      { name: 'c', type: 'float', shape: [CENTROIDS, width] },
      { name: 'b', type: 'float', shape: [CENTROIDS] },
    ],
    outputs: [{ name: 'nearest', type: 'int64', shape: ['rows'] }],
  });
}
