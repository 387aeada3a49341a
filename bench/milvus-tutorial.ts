// Our run on Milvus against the tutorial's own way (pymilvus: head search with the candidates' vectors, re-rank with pruning), on the
// same server, rows and queries, in the tutorial's own size. And one funnel query against its raw Milvus calls.
//   npx tsx bench/milvus-tutorial.ts [--rows 34886] [--queries 60] [--repeats 3] [--address http://host:port] [--json FILE]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { formatSchedule, parseSchedule } from '../src/contract/schedule.ts';
import { measureStore } from '../src/experiments/store-run.ts';
import { finishFunnel, runFunnel } from '../src/funnel/run.ts';
import { percentile } from '../src/math/statistics.ts';
import { openMilvusStore } from '../src/stores/milvus/milvus-store.ts';
import type { MilvusStore } from '../src/stores/milvus/milvus-store.ts';
import { resolveTarget } from '../src/stores/milvus/target.ts';
import { vectorSourceOf } from '../src/stores/milvus/vector-source.ts';
import type { Head } from '../src/stores/store.ts';
import { neighboursOf } from '../src/vectors/neighbours.ts';
import { writeNpy } from '../src/vectors/npy.ts';
import { queryMatrixOf, queryOf } from '../src/vectors/query-matrix.ts';
import { similaritiesAt } from '../src/vectors/search.ts';
import { vectorSetOf } from '../src/vectors/vector-set.ts';
import { liteVenv, startLite } from '../test/stores/milvus-server.ts';
import { clusteredRows } from '../test/stores/reference.ts';
import { openRival } from './rival.ts';
import { machineLine, minMedian, pairedRatio, report, type Claim } from './section.ts';

const { values: options } = parseArgs({
  options: { rows: { type: 'string', default: '34886' }, queries: { type: 'string', default: '60' }, repeats: { type: 'string', default: '3' }, address: { type: 'string' }, json: { type: 'string' } },
});
const ROWS = Number(options.rows);
const QUERIES = Number(options.queries);
const DIMS = 768;
const PREFIXES = [128, 256, 512, 768];
const SCHEDULE = parseSchedule('128:128,256:64,512:32,768:16');
const K = 16;

const venv = await liteVenv();
if (!('venv' in venv)) throw new Error(venv.reason);
const lite = options.address === undefined ? await startLite() : undefined;
const address = options.address ?? lite!.address;
const folder = await mkdtemp(join(tmpdir(), 'funnelscope-bench-'));
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const lines: string[][] = [];
const claims: Claim[] = [];
const remarks: string[] = [];
let where = '';

try {
  const rows = clusteredRows(ROWS, DIMS, 1);
  const vectors = vectorSetOf(rows.data, { rowCount: ROWS, dims: DIMS, boundaries: PREFIXES });
  const queries = queryMatrixOf(clusteredRows(QUERIES, DIMS, 2).data, DIMS);
  await writeNpy(join(folder, 'rows.npy'), { rowCount: ROWS, dims: DIMS }, [rows.data]);
  await writeNpy(join(folder, 'queries.npy'), { rowCount: QUERIES, dims: DIMS }, [queries.data]);

  const start = performance.now();
  const store = await openMilvusStore(resolveTarget({ address, timeoutMs: 60_000 }), vectorSourceOf(vectors), { corpus: 'bench-tutorial', model: 'random', dims: PREFIXES });
  console.log(machineLine());
  where = store.label;
  remarks.push(`Our ${PREFIXES.length} prefixes were loaded in ${seconds(performance.now() - start)}${store.isReused() ? ' (all there already)' : ''}.`);
  const rival = openRival('milvus-tutorial.py', [address, join(folder, 'rows.npy'), join(folder, 'queries.npy')], join(venv.venv, 'bin', 'python'));
  remarks.push(`The tutorial's collection (head and full) was loaded in ${seconds((await rival.ask<{ ms: number }>({ do: 'load' })).ms)}.`);

  const head = await store.openHead({ dims: 128, index: 'flat', precision: 'f32' });
  await wholeExperiment(store, head);
  for (const rerank of ['auto', 'server', 'fetch'] as const) await oneQuery(rerank);

  async function wholeExperiment(ours: MilvusStore, flat: Head): Promise<void> {
    const fields = ours.collections().flatMap((collection) => collection.fields.map((field) => [field.dims, collection.name, field.name]));
    const times = { ours: [] as number[], alone: [] as number[], batched: [] as number[] };
    let sameFinals = 0;
    for (let repeat = 0; repeat < Number(options.repeats); repeat += 1) {
      const began = performance.now();
      await ours.sweep(queries, PREFIXES, K);
      const table = await flat.searchMany(queries, SCHEDULE[0]!.keep);
      const finals: Int32Array[] = [];
      for (let query = 0; query < QUERIES; query += 1) {
        const stages = await finishFunnel(ours, SCHEDULE, queryOf(queries, query), { ...neighboursOf(table, query), dims: 128 });
        finals.push(stages.at(-1)!.rows);
      }
      times.ours.push(performance.now() - began);

      const ladder = await rival.ask<{ ms: number }>({ do: 'ladder', fields, k: K });
      const alone = await rival.ask<{ ms: number; rows: number[][] }>({ do: 'funnel', batch: 1 });
      const batched = await rival.ask<{ ms: number }>({ do: 'funnel', batch: 10 });
      times.alone.push(ladder.ms + alone.ms);
      times.batched.push(ladder.ms + batched.ms);
      sameFinals = finals.filter((list, query) => list.join() === alone.rows[query]!.join()).length;
    }
    const sides = { 'ours: ladder and funnel': times.ours, "the tutorial's way, one query a call": times.alone, "the tutorial's way, ten queries a call": times.batched };
    for (const [name, list] of Object.entries(sides)) lines.push([name, minMedian(list, 0), pairedRatio(list, times.ours).median.toFixed(1)]);
    const ratio = pairedRatio(times.alone, times.ours);
    claims.push({ claim: "Milvus: the whole experiment at least 3× faster than the tutorial's way (pymilvus)", found: ratio.text, met: ratio.median >= 3 });
    claims.push({ claim: 'Milvus: the same final lists in the same order', found: `${sameFinals} of ${QUERIES}`, met: sameFinals === QUERIES });
    const beganAll = performance.now();
    const scorer = (query: number, list: Int32Array): Float32Array => similaritiesAt(vectors, queryOf(queries, query), list, [DIMS]);
    const spec = { dims: PREFIXES, k: K, head: { index: 'flat', precision: 'f32' }, schedules: [SCHEDULE], seed: 1, latencyQueries: 10, latencyBudgetMs: 20_000 } as const;
    const run = await measureStore(ours, { queries, rowCount: ROWS, dims: DIMS, scorer }, spec);
    remarks.push(`The product's own run on top, with confidence, survival and single-query latencies of 10 queries, takes ${seconds(performance.now() - beganAll)}; recall@${K} ${(100 * run.result.funnels[0]!.recall.value).toFixed(1)} %.`);
    for (const choice of ours.rerankChoices()) {
      remarks.push(`Re-rank of ${choice.candidates} by ${choice.dims}: ${choice.strategy} (${Object.entries(choice.measuredMs).map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`).join(', ')}).`);
    }
  }

  /** One funnel query against the sum of the same Milvus calls made with the bare SDK as it comes. */
  async function oneQuery(rerank: 'auto' | 'server' | 'fetch'): Promise<void> {
    const ours = await openMilvusStore(resolveTarget({ address, timeoutMs: 60_000 }), vectorSourceOf(vectors), { corpus: 'bench-tutorial', model: 'random', dims: PREFIXES, rerank });
    const flat = await ours.openHead({ dims: 128, index: 'flat', precision: 'f32' });
    const sdk = new MilvusClient({ address, logLevel: 'error' });
    await sdk.connectPromise;
    const collection = ours.collections()[0]!.name;
    const unit = (query: Float32Array, dims: number): number[] => {
      const length = Math.hypot(...query.subarray(0, dims));
      return Array.from(query.subarray(0, dims), (value) => value / length);
    };
    const sample = Math.min(30, QUERIES);
    const ratios: number[] = [];
    const [mine, raw]: [number[], number[]] = [[], []];
    for (let query = -3; query < sample; query += 1) {
      const vector = queryOf(queries, Math.max(0, query));
      const run = await runFunnel(ours, flat, SCHEDULE, vector);
      let calls = 0;
      const call = async (doing: () => Promise<unknown>): Promise<void> => {
        const before = performance.now();
        await doing();
        calls += performance.now() - before;
      };
      const cut = unit(vector, 128);
      await call(() => sdk.search({ collection_name: collection, anns_field: 'v128', data: [cut], limit: 128, output_fields: ['id'], metric_type: 'IP' }));
      for (let stage = 1; stage < SCHEDULE.length && rerank !== 'auto'; stage += 1) {
        const { dims, keep } = SCHEDULE[stage]!;
        const filter = `id in [${run.stages[stage - 1]!.rows.join(',')}]`;
        const longer = unit(vector, dims);
        if (rerank === 'server') await call(() => sdk.search({ collection_name: collection, anns_field: `v${dims}`, data: [longer], limit: keep, filter, output_fields: ['id'], metric_type: 'IP' }));
        else await call(() => sdk.query({ collection_name: collection, filter, output_fields: ['id', `v${dims}`] }));
      }
      if (query < 0) continue;
      mine.push(run.totalMs);
      raw.push(calls);
      ratios.push(run.totalMs / calls);
    }
    const middle = (values: readonly number[]): number => percentile(Float64Array.from(values), 50);
    lines.push([`one funnel query, re-rank ${rerank}: ours`, middle(mine).toFixed(1), ''], [`one funnel query, re-rank ${rerank}: its Milvus calls alone`, middle(raw).toFixed(1), '']);
    claims.push({ claim: `Milvus: one funnel query (re-rank ${rerank}) at most 1.2× its raw calls`, found: `${middle(ratios).toFixed(2)}×`, met: middle(ratios) <= 1.2 });
    await sdk.closeConnection();
    await ours.close();
  }

  rival.close();
  await store.close();
} finally {
  await rm(folder, { recursive: true, force: true });
  await lite?.stop();
}
await report(
  [
    {
      title: where.replace(/ at .*/, ''),
      about: `${ROWS} × ${DIMS} clustered random rows (SYNTHETIC: the tutorial's size, not its data), ${QUERIES} queries, ${formatSchedule(SCHEDULE)}, ladder ${PREFIXES.join(' ')}, k ${K}; the same server for both sides, in turn. Milliseconds of the whole experiment, minimum / median of ${options.repeats}; of single queries the median.`,
      columns: ['', 'ms', '× ours'],
      rows: lines,
      claims,
      remarks,
    },
  ],
  options.json,
);
