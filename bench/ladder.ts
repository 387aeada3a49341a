// The ladder and the ground truth at every prefix: one sweep here, against FAISS IndexFlatIP (and a NumPy product with argpartition) searched at each prefix.
// Interleaved, same data, same threads, same k; prints minimum and median of each and their ratio.
//   npx tsx bench/ladder.ts [--data starter,adapter] [--repeats 7] [--pairs 61] [--json FILE]
import { parseArgs } from 'node:util';
import { writeOnnxModel } from '../src/math/onnx-graph.ts';
import { floatTensor, openOnnxSession, withoutCopies } from '../src/math/onnx-runtime.ts';
import { percentile } from '../src/math/statistics.ts';
import { readNpyQueries, readNpyVectors } from '../src/vectors/npy.ts';
import { buildPool } from '../src/funnel/pool-build.ts';
import { vectorPoolSource } from '../src/funnel/pool-source.ts';
import { sweepTop } from '../src/vectors/sweep.ts';
import { adaptedVectors, MINILM_PREFIXES, minilmVectors } from './minilm-vectors.ts';
import { openRival } from './rival.ts';
import { inPairs, interleaved, machineLine, minMedian, pairedRatio, report, type Claim, type Section } from './section.ts';
import { wordnetVectors, type VectorFiles } from './wordnet-vectors.ts';

const { values: options } = parseArgs({ options: { data: { type: 'string', default: 'starter,adapter' }, repeats: { type: 'string', default: '7' }, pairs: { type: 'string', default: '61' }, json: { type: 'string' } } });
const DATA: Readonly<Record<string, { readonly files: () => Promise<VectorFiles>; readonly dims: readonly number[] }>> = {
  starter: { files: () => wordnetVectors(), dims: [16, 32, 64, 128, 256] },
  minilm: { files: () => minilmVectors(), dims: MINILM_PREFIXES },
  adapter: { files: () => adaptedVectors(), dims: MINILM_PREFIXES },
};

console.log(machineLine());
const sections: Section[] = [];
for (const name of options.data.split(',')) sections.push(await measure(await DATA[name]!.files(), DATA[name]!.dims));
await report(sections, options.json);

async function measure(files: VectorFiles, dims: readonly number[]): Promise<Section> {
  const vectors = await readNpyVectors(files.vectors, { boundaries: dims });
  const queries = await readNpyQueries(files.queries, { dims: vectors.dims });
  const rival = openRival('ladder_faiss.py', [files.vectors, files.queries]);
  const check = await rival.ask<{ lists: Record<number, { rows: number[][]; scores: number[][] }>; version: string; blas: string }>({ side: 'faiss', threads: 2, dims, k: 10, lists: true });
  const tables = await sweepTop(vectors, queries, dims, 10);
  let widest = 0;
  for (const [prefix, table] of tables) {
    check.lists[prefix]!.scores.forEach((scores, query) => scores.forEach((score, i) => (widest = Math.max(widest, Math.abs(score - table.scores[query * table.k + i]!)))));
  }
  const products = await fullProducts(vectors.dims, queries.queryCount);

  const timed = async (run: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await run();
    return (performance.now() - start) / queries.queryCount;
  };
  const rows: string[][] = [];
  const claims: Claim[] = [];
  for (const threads of [1, 2]) {
    // Workers are started by the first sweep that uses them; the rival's threads run already.
    await sweepTop(vectors, queries, dims, 10, { threads });
    const them = (side: string) => async (): Promise<number> => (await rival.ask<{ ms: number }>({ side, threads, dims, k: 10 })).ms / queries.queryCount;
    const sweep = (): Promise<number> => timed(() => sweepTop(vectors, queries, dims, 10, { threads }));
    const build = (): Promise<number> => timed(() => buildPool(vectorPoolSource(vectors, { threads }), queries, { dims, k: 10, capacity: 1024 }));
    const times = await interleaved(
      {
        'ladder and truth': sweep,
        'candidate pool of 1,024': build,
        'FAISS at each prefix': them('faiss'),
        'NumPy at each prefix': them('numpy'),
        'the multiplications alone': () => products.run(threads, vectors.rowCount),
      },
      Number(options.repeats),
    );
    const ladder = times.get('ladder and truth')!;
    for (const [name, list] of times) rows.push([`${name}, ${threads} thread${threads === 1 ? '' : 's'}`, minMedian(list), (percentile(list, 50) / percentile(ladder, 50)).toFixed(2)]);
    const overFaiss = pairedRatio(times.get('FAISS at each prefix')!, ladder);
    const pool = await inPairs(build, sweep, Number(options.pairs));
    claims.push({ claim: `${files.label}: ladder and truth at least 5× faster than FAISS at each prefix, ${threads} thread${threads === 1 ? '' : 's'}`, found: overFaiss.text, met: overFaiss.median >= 5 });
    claims.push({ claim: `${files.label}: pool at most 1.3× the ladder, ${threads} thread${threads === 1 ? '' : 's'}`, found: pool.text, met: pool.median <= 1.3 });
  }
  await products.close();
  rival.close();
  return {
    title: `Ladder, truth and pool: ${files.label}`,
    about: `${vectors.rowCount} × ${vectors.dims}, ${queries.queryCount} queries together, prefixes ${dims.join(', ')}, k 10; FAISS ${check.version} (its BLAS: ${check.blas}). Milliseconds a query, minimum / median of ${options.repeats}, interleaved.`,
    columns: ['', 'ms a query', '× the ladder'],
    rows,
    claims,
    remarks: [
      `The limit is arithmetic: each number of the corpus meets each query once, ${((2 * vectors.rowCount * vectors.dims) / 1e6).toFixed(0)} million operations a query, whatever the number of prefixes. "The multiplications alone" is the same matrix product in the same chunks with nothing selected.`,
      `The pool is built until schedules can be evaluated from it: candidates, their orders and ranks, true neighbours. What is said of pool and ladder above comes from ${options.pairs} pairs of their own, other memory read before each.`,
      `Same answers: the largest difference from FAISS of a similarity at the same rank, over all prefixes and queries, is ${widest.toExponential(1)}.`,
    ],
  };
}

/** What the processor's matrix product costs with nothing around it: chunks of 1,024 rows that stay in the cache, all queries, full dimension. */
async function fullProducts(dims: number, queryCount: number): Promise<{ run(threads: number, rowCount: number): Promise<number>; close(): Promise<void> }> {
  const CHUNK = 1024;
  const model = writeOnnxModel(
    withoutCopies({
      name: 'product',
      nodes: [{ op: 'Gemm', inputs: ['q', 'x'], outputs: ['y'], attributes: { transB: { int: 1 } } }],
      inputs: [{ name: 'q', type: 'float', shape: ['queries', dims] }, { name: 'x', type: 'float', shape: ['rows', dims] }],
      outputs: [{ name: 'y', type: 'float', shape: ['queries', 'rows'] }],
    }),
  );
  const sessions = new Map(await Promise.all([1, 2].map(async (threads) => [threads, await openOnnxSession(model, { threads })] as const)));
  const q = floatTensor(new Float32Array(queryCount * dims).fill(0.1), [queryCount, dims]);
  const x = floatTensor(new Float32Array(CHUNK * dims).fill(0.1), [CHUNK, dims]);
  const y = floatTensor(new Float32Array(queryCount * CHUNK), [queryCount, CHUNK]);
  return {
    async run(threads, rowCount) {
      const start = performance.now();
      for (let row = 0; row < rowCount; row += CHUNK) await sessions.get(threads)!.runInto({ q, x }, { y });
      return (performance.now() - start) / queryCount;
    },
    close: async () => void (await Promise.all([...sessions.values()].map((session) => session.close()))),
  };
}
