// One query at a time, one thread: funnels of this engine against FAISS's exact search at full dimension and against HNSW
// (FAISS, hnswlib, usearch) at equal recall@10. Interleaved; per-query medians, the least of the repeats; build times beside them.
//   npx tsx bench/funnel.ts [--data starter,adapter] [--recall 0.99] [--repeats 5] [--count 200] [--graphs hnswlib,usearch,faiss] [--json FILE]
import { parseArgs } from 'node:util';
import { formatSchedule, parseSchedule, type Schedule } from '../src/contract/schedule.ts';
import { percentile } from '../src/math/statistics.ts';
import { openEmbeddedStore } from '../src/stores/embedded/embedded-store.ts';
import type { Head, HeadIndex, HeadPrecision, HeadSpec, Store, Survivors } from '../src/stores/store.ts';
import type { NeighbourTable } from '../src/vectors/neighbours.ts';
import { readNpyQueries, readNpyVectors } from '../src/vectors/npy.ts';
import { queryOf, type QueryMatrix } from '../src/vectors/query-matrix.ts';
import { adaptedVectors, minilmVectors } from './minilm-vectors.ts';
import { openRival, type Rival } from './rival.ts';
import { machineLine, report, type Section } from './section.ts';
import { wordnetVectors, type VectorFiles } from './wordnet-vectors.ts';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: 'starter,adapter' }, recall: { type: 'string', default: '0.99' }, repeats: { type: 'string', default: '5' },
    count: { type: 'string', default: '200' }, graphs: { type: 'string', default: 'hnswlib,usearch' }, json: { type: 'string' },
  },
});
const wanted = Number(options.recall);
const timedCount = Number(options.count);
const MOST_KEEP = 8192;
const MOST_EF = 4096;
const FILES: Readonly<Record<string, () => Promise<VectorFiles>>> = { starter: () => wordnetVectors(), minilm: () => minilmVectors(), adapter: () => adaptedVectors() };

interface Row {
  readonly name: string;
  readonly recall: number;
  readonly buildMs: number;
  readonly sizeBytes: number;
  readonly run: () => Promise<readonly number[]>;
}

console.log(machineLine());
const sections: Section[] = [];
for (const name of options.data.split(',')) sections.push(await measure(await FILES[name]!()));
await report(sections, options.json);

async function measure(files: VectorFiles): Promise<Section> {
  const vectors = await readNpyVectors(files.vectors);
  const queries = await readNpyQueries(files.queries, { dims: vectors.dims });
  const full = vectors.dims;
  const store = openEmbeddedStore(vectors);
  const truth = (await store.sweep(queries, [full], 10)).get(full)!;
  const rival = openRival('funnel_rivals.py', [files.vectors, files.queries]);
  const flat = 'FAISS IndexFlatIP';
  const rows: Row[] = [
    { name: flat, recall: 1, buildMs: 0, sizeBytes: 4 * full * vectors.rowCount, run: async () => (await rival.ask<{ ms: number[] }>({ kind: 'flat', count: timedCount })).ms },
    { name: 'NumPy product and argpartition', recall: 1, buildMs: 0, sizeBytes: 4 * full * vectors.rowCount, run: async () => (await rival.ask<{ ms: number[] }>({ kind: 'numpy', count: timedCount })).ms },
    ...(await graphRows(rival, vectors.rowCount, full)),
    ...(await funnelRows(store, queries, truth)),
  ];
  const medians = new Map(rows.map((row) => [row.name, [] as number[]]));
  for (let repeat = 0; repeat < Number(options.repeats); repeat += 1) for (const row of rows) medians.get(row.name)!.push(percentile(await row.run(), 50));
  rival.close();
  const least = (row: string): number => Math.min(...medians.get(row)!);
  const ratio = (row: string, to: string): number => percentile(medians.get(to)!.map((ms, i) => ms / medians.get(row)![i]!), 50);
  const reach = rows.filter(({ recall }) => recall >= wanted);
  const fastest = (isOf: (row: Row) => boolean): Row | undefined => reach.filter(isOf).sort((a, b) => least(a.name) - least(b.name))[0];
  const best = fastest(({ name }) => name.startsWith('funnel'))!;
  const graph = fastest(({ name }) => name.startsWith('HNSW'));
  return {
    title: `One query: ${files.label}`,
    about: `${vectors.rowCount} × ${full}, ${queries.queryCount} queries, k 10, one thread on every side, interleaved; median over ${timedCount} queries, least and median of ${options.repeats} repeats. Keeps and ef are the least that reach recall@10 ${wanted} on these queries; graphs: M 16, efConstruction 200, built on two threads.`,
    columns: ['', 'recall@10', 'ms, least', 'ms, median', '× FAISS flat', 'build s', 'MB'],
    rows: [...rows].sort((a, b) => least(a.name) - least(b.name)).map(({ name, recall, buildMs, sizeBytes }) => [
      name, recall.toFixed(4), least(name).toFixed(3), percentile(medians.get(name)!, 50).toFixed(3), ratio(name, flat).toFixed(1), (buildMs / 1000).toFixed(1), (sizeBytes / 1e6).toFixed(1),
    ]),
    claims: [
      { claim: `${files.label}: a funnel with recall@10 ≥ ${wanted} at least 10× faster than FAISS flat`, found: `${ratio(best.name, flat).toFixed(1)}× (${best.name}, recall ${best.recall.toFixed(4)})`, met: ratio(best.name, flat) >= 10 },
      ...(graph === undefined ? [] : [{ claim: `${files.label}: no slower than the fastest HNSW at equal recall`, found: `${ratio(best.name, graph.name).toFixed(2)}× as fast as ${graph.name}, built in ${(best.buildMs / 1000).toFixed(1)} s against ${(graph.buildMs / 1000).toFixed(1)} s`, met: ratio(best.name, graph.name) >= 1 }]),
    ],
  };
}

/** Each graph with the least ef that reaches the recall. */
async function graphRows(rival: Rival, rowCount: number, dims: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of options.graphs.split(',').filter((graph) => graph !== '')) {
    const M = 16;
    const { ms: buildMs } = await rival.ask<{ ms: number }>({ kind: 'build', name, M, efConstruction: 200 });
    for (const ef of [64, 128, 256, 512, 768, 1024, 1536, 2048, 3072, MOST_EF]) {
      const { recall } = await rival.ask<{ recall: number }>({ kind: 'graph', name, M, ef });
      if (recall < wanted && ef < MOST_EF) continue;
      const sizeBytes = rowCount * (4 * dims + 4 * (2 * M + 1));
      rows.push({ name: `HNSW ${name}, ef ${ef}`, recall, buildMs, sizeBytes, run: async () => (await rival.ask<{ ms: number[] }>({ kind: 'graph', name, M, ef, count: timedCount })).ms });
      break;
    }
  }
  return rows;
}

/** Every kind of head, re-ranked at full dimension, with the least keep that reaches the recall. */
async function funnelRows(store: Store, queries: QueryMatrix, truth: NeighbourTable): Promise<Row[]> {
  const full = store.dims;
  const kinds: readonly (readonly [HeadPrecision, number, HeadIndex, Record<string, number>?])[] = [
    ['f32', 64, 'flat'], ['f32', full / 2, 'flat'], ['int8', full / 2, 'flat'], ['binary', full - 16, 'flat'],
    ['pq4', full / 2, 'flat'], ['pq4', (full * 3) / 4, 'flat'], ['pq4', full - 32, 'flat'], ['pq4', full - 16, 'flat'],
  ];
  const rows: Row[] = [];
  for (const [precision, dims, index, params] of kinds) {
    const head = await store.openHead({ dims, index, precision, params } satisfies HeadSpec);
    const keep = index === 'hnsw' ? await leastGraphKeep(store, head, queries, truth) : await leastKeep(head, queries, truth);
    if (keep === undefined) continue;
    const schedule = parseSchedule(`${dims}:${keep},${full}:10`);
    const label = index === 'hnsw' ? `funnel hnsw ${precision} ${formatSchedule(schedule)}` : `funnel ${precision} ${formatSchedule(schedule)}`;
    rows.push({ name: label, recall: await recallOf(store, head, schedule, queries, truth), buildMs: head.buildMs, sizeBytes: head.sizeBytes, run: () => timesOf(store, head, schedule, queries) });
  }
  return rows;
}

/** A re-rank at full dimension is exact, so the recall is the share of true neighbours among the kept. */
async function leastKeep(head: Head, queries: QueryMatrix, truth: NeighbourTable): Promise<number | undefined> {
  const places: number[] = [];
  for (let query = 0; query < queries.queryCount; query += 1) {
    const { rows } = await head.search(queryOf(queries, query), MOST_KEEP);
    const place = new Map(Array.from(rows, (row, at) => [row, at + 1]));
    for (const row of truth.rows.subarray(query * 10, query * 10 + 10)) places.push(place.get(row) ?? Infinity);
  }
  const keep = places.sort((a, b) => a - b)[Math.ceil(wanted * places.length) - 1]!;
  return Number.isFinite(keep) ? Math.max(10, keep) : undefined;
}

/** What a graph finds depends on how much is asked for: by trying. */
async function leastGraphKeep(store: Store, head: Head, queries: QueryMatrix, truth: NeighbourTable): Promise<number | undefined> {
  for (const keep of [16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512]) {
    if ((await recallOf(store, head, parseSchedule(`${head.spec.dims}:${keep},${store.dims}:10`), queries, truth)) >= wanted) return keep;
  }
  return undefined;
}

async function runOne(store: Store, head: Head, schedule: Schedule, query: Float32Array): Promise<Survivors> {
  let survivors = await head.search(query, schedule[0]!.keep);
  for (const stage of schedule.slice(1)) survivors = await store.rerank(query, survivors, stage);
  return survivors;
}

async function recallOf(store: Store, head: Head, schedule: Schedule, queries: QueryMatrix, truth: NeighbourTable): Promise<number> {
  let hits = 0;
  for (let query = 0; query < queries.queryCount; query += 1) {
    const best = new Set(truth.rows.subarray(query * 10, query * 10 + 10));
    for (const row of (await runOne(store, head, schedule, queryOf(queries, query))).rows) if (best.has(row)) hits += 1;
  }
  return hits / 10 / queries.queryCount;
}

async function timesOf(store: Store, head: Head, schedule: Schedule, queries: QueryMatrix): Promise<number[]> {
  const times: number[] = [];
  for (let query = 0; query < Math.min(timedCount, queries.queryCount); query += 1) {
    const vector = queryOf(queries, query);
    const start = performance.now();
    await runOne(store, head, schedule, vector);
    times.push(performance.now() - start);
  }
  return times;
}
