// One query at a time, one thread: funnels of this engine against FAISS's exact search at full dimension and against HNSW
// (FAISS, hnswlib, usearch) at equal recall@10. Interleaved; per-query medians, the least of the repeats; build times beside them.
//   npx tsx bench/funnel.ts [--vectors X.npy --queries Q.npy] [--recall 0.99] [--repeats 5] [--graphs faiss,hnswlib,usearch]
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Schedule } from '../src/contract/schedule.ts';
import { formatSchedule, parseSchedule } from '../src/contract/schedule.ts';
import { machineOf } from '../src/engine/machine.ts';
import { percentile } from '../src/math/statistics.ts';
import { openEmbeddedStore } from '../src/stores/embedded/embedded-store.ts';
import type { Head, HeadPrecision, Survivors } from '../src/stores/store.ts';
import { readNpyQueries, readNpyVectors } from '../src/vectors/npy.ts';
import { queryOf } from '../src/vectors/query-matrix.ts';
import { openRival } from './rival.ts';
import { wordnetVectors } from './wordnet-vectors.ts';

const { values: options } = parseArgs({
  options: { vectors: { type: 'string' }, queries: { type: 'string' }, recall: { type: 'string', default: '0.99' }, repeats: { type: 'string', default: '5' }, graphs: { type: 'string', default: 'faiss,hnswlib,usearch' } },
});
const wanted = Number(options.recall);
const files = options.vectors === undefined ? await wordnetVectors() : { vectors: options.vectors, queries: options.queries!, label: options.vectors };
const vectors = await readNpyVectors(files.vectors);
const queries = await readNpyQueries(files.queries, { dims: vectors.dims });
const store = openEmbeddedStore(vectors);
const full = vectors.dims;
const { cpu, cores, node } = machineOf();
console.log(`${cpu}, ${cores} cores, Node ${node}, load ${loadavg()[0]!.toFixed(1)}`);
console.log(`${files.label}: ${vectors.rowCount} × ${full}, ${queries.queryCount} queries, k 10, one thread, recall@10 at least ${wanted}`);

const truth = (await store.sweep(queries, [full], 10)).get(full)!;

interface Funnel {
  readonly name: string;
  readonly head: Head;
  readonly schedule: Schedule;
  readonly recall: number;
}

/** For each kind of head the funnels with the least keep that reaches the recall: straight to full dimension, and by way of 128. */
const funnels: Funnel[] = [];
const kinds: readonly (readonly [HeadPrecision, number])[] = [['f32', 64], ['f32', 128], ['int8', 64], ['int8', 128], ['binary', 128], ['binary', 192]];
for (const [precision, dims] of kinds) {
  if (dims >= full) continue;
  const head = await store.openHead({ dims, index: 'flat', precision });
  const straight = await leastKeep(head, (keep) => `${dims}:${keep},${full}:10`);
  if (straight === undefined) continue;
  const tails = dims < 128 && full > 128 ? [4, 8].map((part) => (keep: number) => `${dims}:${keep},128:${Math.max(10, Math.ceil(keep / part))},${full}:10`) : [];
  for (const schedule of [straight, ...(await Promise.all(tails.map((tail) => leastKeep(head, tail))))]) {
    if (schedule !== undefined) funnels.push({ name: `${precision} ${formatSchedule(schedule)}`, head, schedule, recall: await recallOf(head, schedule, queries.queryCount) });
  }
}

const rival = openRival('funnel_rivals.py', [files.vectors, files.queries]);
const graphs: { readonly name: string; readonly ef: number; readonly recall: number; readonly buildMs: number }[] = [];
for (const name of options.graphs.split(',').filter((name) => name !== '')) {
  const { ms: buildMs } = await rival.ask<{ ms: number }>({ kind: 'build', name, M: 16, efConstruction: 200 });
  for (const ef of [16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1024]) {
    const { recall } = await rival.ask<{ recall: number }>({ kind: 'graph', name, ef });
    if (recall < wanted && ef < 1024) continue;
    graphs.push({ name, ef, recall, buildMs });
    break;
  }
}

interface Row {
  readonly name: string;
  readonly recall: number;
  readonly buildMs: number;
  readonly run: () => Promise<readonly number[]>;
}
const rows: Row[] = [
  { name: 'FAISS IndexFlatIP', recall: 1, buildMs: 0, run: async () => (await rival.ask<{ ms: number[] }>({ kind: 'flat' })).ms },
  ...graphs.map(({ name, ef, recall, buildMs }) => ({
    name: `HNSW ${name} M 16, ef ${ef}`, recall, buildMs, run: async () => (await rival.ask<{ ms: number[] }>({ kind: 'graph', name, ef })).ms,
  })),
  ...funnels.map(({ name, head, schedule, recall }) => ({ name: `funnel ${name}`, recall, buildMs: head.buildMs, run: () => timesOf(head, schedule) })),
];
const medians = new Map(rows.map(({ name }) => [name, [] as number[]]));
for (let repeat = 0; repeat < Number(options.repeats); repeat += 1) for (const { name, run } of rows) medians.get(name)!.push(percentile(await run(), 50));
const least = (name: string): number => Math.min(...medians.get(name)!);
const flatMs = least('FAISS IndexFlatIP');
console.log('  recall   ms (p50)   × FAISS flat   build s');
for (const { name, recall, buildMs } of [...rows].sort((a, b) => least(a.name) - least(b.name))) {
  console.log(`  ${recall.toFixed(4)}  ${least(name).toFixed(3).padStart(8)}  ${(flatMs / least(name)).toFixed(1).padStart(12)}  ${(buildMs / 1000).toFixed(2).padStart(8)}   ${name}`);
}
console.log(`load at the end ${loadavg()[0]!.toFixed(1)}`);
rival.close();

async function runOne(head: Head, schedule: Schedule, query: Float32Array): Promise<Survivors> {
  let survivors = await head.search(query, schedule[0]!.keep);
  for (const stage of schedule.slice(1)) survivors = await store.rerank(query, survivors, stage);
  return survivors;
}

/** Bisection over keeps. */
async function leastKeep(head: Head, scheduleOf: (keep: number) => string): Promise<Schedule | undefined> {
  const judged = queries.queryCount;
  let low = 10;
  let high = 4096;
  if ((await recallOf(head, parseSchedule(scheduleOf(high)), judged)) < wanted) return undefined;
  while (high > low * 1.12) {
    const middle = Math.round(Math.sqrt(low * high));
    if ((await recallOf(head, parseSchedule(scheduleOf(middle)), judged)) >= wanted) high = middle;
    else low = middle;
  }
  return parseSchedule(scheduleOf(high));
}

async function recallOf(head: Head, schedule: Schedule, count: number): Promise<number> {
  let hits = 0;
  for (let query = 0; query < count; query += 1) {
    const best = new Set(truth.rows.subarray(query * 10, query * 10 + 10));
    for (const row of (await runOne(head, schedule, queryOf(queries, query))).rows) if (best.has(row)) hits += 1;
  }
  return hits / 10 / count;
}

async function timesOf(head: Head, schedule: Schedule): Promise<number[]> {
  const times: number[] = [];
  for (let query = 0; query < queries.queryCount; query += 1) {
    const vector = queryOf(queries, query);
    const start = performance.now();
    await runOne(head, schedule, vector);
    times.push(performance.now() - start);
  }
  return times;
}
