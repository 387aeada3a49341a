import { sliceOf, throwIfCancelled } from '../../base/async.ts';
import { showValue, UserError } from '../../base/errors.ts';
import type { WorkOptions } from '../../base/progress.ts';
import { tableOf } from '../../vectors/neighbours.ts';
import { rerankPrefix } from '../../vectors/search.ts';
import { gatherRows, type VectorSet } from '../../vectors/vector-set.ts';
import type { Head, HeadSpec } from '../store.ts';
import { checkQuery, checkWidth } from './check-query.ts';
import type { GraphOptions } from './hnsw.ts';

/** Rows added, and queries searched, between two looks at the clock. */
const BATCH = 128;
const LONGEST_BATCH_MS = 50;

const PARAMS = { M: { usual: 16, least: 2, most: 256 }, efConstruction: { usual: 128, least: 1, most: 4096 }, ef: { usual: 64, least: 1, most: 16384 } };

/**
 * An HNSW head by usearch: approximate in which rows it finds. The rows it finds are scored anew with the float32 vectors, so that
 * scores are exact and a re-rank can go on from them.
 * @throws UserError `store/params` for an unknown or impossible parameter, `store/head` for sign bits; CancelledError.
 */
export async function openHnswHead(vectors: VectorSet, spec: HeadSpec, options: { readonly threads?: number | undefined }, work: WorkOptions): Promise<Head> {
  if (spec.precision === 'binary' || spec.precision === 'pq4') throw new UserError('store/head', `the embedded store has no hnsw head of ${spec.precision === 'binary' ? 'sign bits' : 'product codes'}`, { hint: 'it has f32, f16 and int8' });
  const graphOptions: GraphOptions = { dims: spec.dims, precision: spec.precision, ...checkParams(spec.params ?? {}) };
  const threads = options.threads ?? 1;
  const { graphSizeBytes, openGraph } = await loadGraphs();
  const start = performance.now();
  const graph = openGraph(graphOptions);
  const pause = sliceOf(work.signal);
  let batch = BATCH;
  for (let first = 0, count = 0; first < vectors.rowCount; first += count) {
    count = Math.min(batch, vectors.rowCount - first);
    const begin = performance.now();
    const rows = Int32Array.from({ length: count }, (_, i) => first + i);
    graph.add(first, gatherRows(vectors, rows, spec.dims), threads);
    work.onProgress?.({ phase: 'building the HNSW graph', done: first + count, total: vectors.rowCount, unit: 'rows' });
    // Wide vectors and a large efConstruction make a batch long: it must not keep the loop from a cancellation.
    if (performance.now() - begin > LONGEST_BATCH_MS && batch > 8) batch >>= 1;
    await pause();
  }
  const buildMs = performance.now() - start;
  const score = (query: Float32Array, rows: Int32Array, keep: number) =>
    rerankPrefix(vectors, query, { rows, scores: new Float32Array(rows.length), dims: spec.dims }, spec.dims, keep);
  return {
    spec,
    sizeBytes: graphSizeBytes(vectors.rowCount, graphOptions),
    buildMs,
    search: async (query, keep, signal) => {
      throwIfCancelled(signal);
      checkQuery(query, vectors.dims);
      const begin = performance.now();
      const [rows] = graph.search(query.subarray(0, spec.dims), Math.min(keep, vectors.rowCount), 1);
      const found = score(query, rows!, keep);
      const totalMs = performance.now() - begin;
      return { ...found, dims: spec.dims, timing: { totalMs, serverMs: 0, localMs: totalMs } };
    },
    searchMany: async (queries, keep, many = {}) => {
      checkWidth(queries.dims, vectors.dims);
      const wanted = Math.min(keep, vectors.rowCount);
      const breathe = sliceOf(many.signal);
      const lists = [];
      for (let first = 0; first < queries.queryCount; first += BATCH) {
        const count = Math.min(BATCH, queries.queryCount - first);
        const prefixes = new Float32Array(count * spec.dims);
        const queryAt = (i: number) => queries.data.subarray((first + i) * queries.dims, (first + i + 1) * queries.dims);
        for (let i = 0; i < count; i += 1) prefixes.set(queryAt(i).subarray(0, spec.dims), i * spec.dims);
        lists.push(...graph.search(prefixes, wanted, threads).map((rows, i) => score(queryAt(i), rows, wanted)));
        many.onProgress?.({ phase: 'searching', done: first + count, total: queries.queryCount, unit: 'queries' });
        await breathe();
      }
      return tableOf(lists, wanted);
    },
    close: async () => {},
  };
}

/** usearch is native code and not needed for anything else: loaded when first wanted, so that all else works where it does not. */
async function loadGraphs(): Promise<typeof import('./hnsw.ts')> {
  try {
    return await import('./hnsw.ts');
  } catch (cause) {
    throw new UserError('store/head', `hnsw heads need usearch, which did not load here: ${(cause as Error).message}`, { hint: 'flat heads work without it', cause });
  }
}

function checkParams(params: Readonly<Record<string, number>>): { M: number; efConstruction: number; ef: number } {
  for (const [name, value] of Object.entries(params)) {
    const known = Object.hasOwn(PARAMS, name) ? PARAMS[name as keyof typeof PARAMS] : undefined;
    if (known === undefined) throw new UserError('store/params', `an hnsw head has no parameter ${showValue(name)}, expected ${Object.keys(PARAMS).join(', ')}`);
    if (!Number.isInteger(value) || value < known.least || value > known.most) {
      throw new UserError('store/params', `${name} is ${value}, expected a whole number from ${known.least} to ${known.most}`);
    }
  }
  return { M: params['M'] ?? PARAMS.M.usual, efConstruction: params['efConstruction'] ?? PARAMS.efConstruction.usual, ef: params['ef'] ?? PARAMS.ef.usual };
}
