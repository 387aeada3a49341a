// The ladder and the ground truth at every prefix: one sweep here, against FAISS IndexFlatIP searched at each prefix.
// Interleaved, same data, same threads, same k; prints minimum and median of each and their ratio.
//   npx tsx bench/ladder.ts [--vectors X.npy --queries Q.npy] [--repeats 7]
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { machineOf } from '../src/engine/machine.ts';
import { percentile } from '../src/math/statistics.ts';
import { readNpyQueries, readNpyVectors } from '../src/vectors/npy.ts';
import { sweepPool } from '../src/vectors/sweep-pool.ts';
import { sweepTop } from '../src/vectors/sweep.ts';
import { openRival } from './rival.ts';
import { wordnetVectors } from './wordnet-vectors.ts';

const DIMS = [16, 32, 64, 128, 256];
const { values: options } = parseArgs({ options: { vectors: { type: 'string' }, queries: { type: 'string' }, repeats: { type: 'string', default: '7' } } });

const files = options.vectors === undefined ? await wordnetVectors() : { vectors: options.vectors, queries: options.queries!, label: options.vectors };
const vectors = await readNpyVectors(files.vectors, { boundaries: DIMS });
const queries = await readNpyQueries(files.queries, { dims: vectors.dims });
const dims = [...DIMS.filter((prefix) => prefix < vectors.dims), vectors.dims];
const rival = openRival('ladder_faiss.py', [files.vectors, files.queries]);
const { cpu, cores, node } = machineOf();

const check = await rival.ask<{ lists: Record<number, { rows: number[][]; scores: number[][] }>; version: string }>({ threads: 2, dims, k: 10, lists: true });
console.log(`${cpu}, ${cores} cores, Node ${node}, FAISS ${check.version}, load ${loadavg()[0]!.toFixed(1)}`);
console.log(`${files.label}: ${vectors.rowCount} × ${vectors.dims}, ${queries.queryCount} queries, prefixes ${dims.join(' ')}`);
await compareLists(check.lists);

type Measure = () => Promise<number>;
const ours = (k: number, threads: number): Measure => async () => {
  const start = performance.now();
  await sweepTop(vectors, queries, dims, k, { threads });
  return performance.now() - start;
};
/** Candidates with their similarities and orders at every prefix, ready for the tuner. */
const pool = (depth: number, threads: number): Measure => async () => {
  const start = performance.now();
  await sweepPool(vectors, queries, dims, depth, () => undefined, { threads });
  return performance.now() - start;
};
const faiss = (k: number, threads: number): Measure => async () => (await rival.ask<{ ms: number }>({ threads, dims, k })).ms;

for (const threads of [1, 2]) {
  const sides = { ladder: ours(10, threads), 'candidates 1,024': ours(1024, threads), 'candidates 4,096': ours(4096, threads), 'pool of 1,024': pool(1024, threads), 'FAISS per prefix': faiss(10, threads) };
  const times = new Map(Object.keys(sides).map((name) => [name, [] as number[]]));
  for (let repeat = 0; repeat < Number(options.repeats); repeat += 1) {
    for (const [name, measure] of Object.entries(sides)) times.get(name)!.push((await measure()) / queries.queryCount);
  }
  const least = (name: string): number => Math.min(...times.get(name)!);
  console.log(`\n${threads} thread${threads === 1 ? '' : 's'}, ms a query: minimum (median); × the ladder`);
  for (const [name, list] of times) {
    console.log(`  ${name.padEnd(18)} ${least(name).toFixed(3)} (${percentile(list, 50).toFixed(3)})  ${(least(name) / least('ladder')).toFixed(2)}×`);
  }
}
console.log(`\nload at the end ${loadavg()[0]!.toFixed(1)}`);
rival.close();

/** Both sides must give the same lists, up to ties. */
async function compareLists(lists: Record<number, { rows: number[][]; scores: number[][] }>): Promise<void> {
  const tables = await sweepTop(vectors, queries, dims, 10);
  let widest = 0;
  for (const [prefix, table] of tables) {
    lists[prefix]!.scores.forEach((scores, query) => scores.forEach((score, i) => (widest = Math.max(widest, Math.abs(score - table.scores[query * table.k + i]!)))));
  }
  console.log(`largest difference of a similarity at the same rank, all prefixes and queries: ${widest.toExponential(1)}`);
}
