// The tuner's arithmetic on real vectors (starter × WordNet glosses, 117k × 256, five prefixes, pool of 1,024): how many schedules a second the
// grid sweep evaluates, how long one schedule over 500 queries takes (a drag of the mouse), and whether a random sample of schedules
// gives the rows and the order of real runs over the embedded store. One thread.
//   npx tsx bench/tuner.ts [--repeats 7] [--sample 200] [--json FILE]
import { parseArgs } from 'node:util';
import { randomInt, seededRandom } from '../src/base/random.ts';
import { formatSchedule, parseSchedule } from '../src/contract/schedule.ts';
import type { Schedule } from '../src/contract/schedule.ts';
import type { CostModel } from '../src/contract/tuning.ts';
import { evaluateSchedule, funnelOf, scheduleHits } from '../src/funnel/evaluate.ts';
import { heatMapOf } from '../src/funnel/heat-map.ts';
import { candidatesNeeded } from '../src/funnel/candidates-needed.ts';
import { buildPool } from '../src/funnel/pool-build.ts';
import { vectorPoolSource } from '../src/funnel/pool-source.ts';
import { poolSummary, rowsOf, truthsOf } from '../src/funnel/pool.ts';
import { runFunnel } from '../src/funnel/run.ts';
import { gridKeeps, gridSize, pathSchedule } from '../src/funnel/tuner-grid.ts';
import { searchFrontier } from '../src/funnel/tuner-search.ts';
import { percentile } from '../src/math/statistics.ts';
import { openEmbeddedStore } from '../src/stores/embedded/embedded-store.ts';
import { queryOf } from '../src/vectors/query-matrix.ts';
import { similaritiesAt } from '../src/vectors/search.ts';
import { readNpyQueries, readNpyVectors } from '../src/vectors/npy.ts';
import { machineLine, report } from './section.ts';
import { wordnetVectors } from './wordnet-vectors.ts';

const DIMS = [16, 32, 64, 128, 256];
const K = 10;
const CAPACITY = 1024;
const TUNED_QUERIES = 200;
const { values: options } = parseArgs({ options: { repeats: { type: 'string', default: '7' }, sample: { type: 'string', default: '200' }, json: { type: 'string' } } });

const files = await wordnetVectors();
const vectors = await readNpyVectors(files.vectors, { boundaries: DIMS });
const queries = await readNpyQueries(files.queries, { dims: vectors.dims });
console.log(machineLine());
const table: string[][] = [];
let perSecond = 0;
console.log(`${files.label}: ${vectors.rowCount} × ${vectors.dims}, ${queries.queryCount} queries`);

const pool = await buildPool(vectorPoolSource(vectors, { threads: 2 }), queries, { dims: DIMS, k: K, capacity: CAPACITY });
const summary = poolSummary(pool, 'bench');
console.log(`pool: ${summary.rowsPerQuery.toFixed(0)} rows a query, ${(summary.sizeBytes / 1e6).toFixed(0)} MB, built in ${summary.elapsedMs.toFixed(0)} ms\n`);

async function timed(name: string, run: () => unknown, repeats = Number(options.repeats), per: (ms: number) => string = () => ''): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < repeats; i += 1) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  const least = Math.min(...times);
  table.push([name, least.toFixed(2), percentile(times, 50).toFixed(2), per(least)]);
}

// Prices of the size that this store has; only their being there matters for the speed.
const prices: CostModel = {
  store: 'bench', fixedMs: 0.05, scanMsPerRowDim: 1.8e-7, scanMsPerKeep: 2.7e-4, rerankFixedMs: 0.013, rerankMsPerCandidate: 2.8e-5, rerankMsPerCandidateDim: 1.6e-6,
  relativeError: 0, runCount: 0, how: '',
};
const tuned = Int32Array.from({ length: TUNED_QUERIES }, (_, i) => i);
for (const prune of [false, true]) {
  for (const count of [24, 40, 60]) {
    const keeps = gridKeeps(K, CAPACITY, count);
    let evaluated = 0;
    await timed(
      `${gridSize(DIMS.length, keeps.length, 5)} schedules × ${TUNED_QUERIES} queries, ${keeps.length} keeps, 1–5 stages, ${prune ? 'pruned' : 'all evaluated'}`,
      async () => {
        evaluated = (await searchFrontier(pool, { costModel: prices, queries: tuned, keeps, maxStages: 5, prune })).evaluated;
      },
      Number(options.repeats),
      (ms) => {
        if (!prune) perSecond = Math.max(perSecond, (1000 * evaluated) / ms);
        return `${evaluated} evaluated, ${((1000 * evaluated) / ms / 1000).toFixed(0)} thousand a second, ${((ms * 1e6) / (evaluated * TUNED_QUERIES)).toFixed(0)} ns a schedule and query`;
      },
    );
  }
}

for (const text of ['64:1024,256:10', '32:1024,64:400,128:64,256:10', '16:1024,32:512,64:256,128:64,256:10', '32:1024,64:400,128:10']) {
  const schedule = parseSchedule(text);
  await timed(`${text} × ${queries.queryCount} queries, with interval and survival`, () => evaluateSchedule(pool, schedule), 50);
  await timed(`${text} × ${queries.queryCount} queries, hits only`, () => scheduleHits(pool, schedule), 50);
}
await timed('the heat map', () => heatMapOf(pool));
await timed('candidates needed, with intervals', () => candidatesNeeded(pool));

const random = seededRandom(1);
const keeps = gridKeeps(K, CAPACITY, 40);
const store = openEmbeddedStore(vectors);
const heads = new Map(await Promise.all(DIMS.map(async (dims) => [dims, await store.openHead({ dims, index: 'flat', precision: 'f32' })] as const)));
let runs = 0;
let sameRows = 0;
let sameRecall = 0;
for (let i = 0; i < Number(options.sample); i += 1) {
  const schedule = randomSchedule();
  const hits = scheduleHits(pool, schedule).answer;
  for (let j = 0; j < 10; j += 1) {
    const query = randomInt(random, queries.queryCount);
    const real = (await runFunnel(store, heads.get(schedule[0]!.dims)!, schedule, queryOf(queries, query))).stages;
    const mine = funnelOf(pool, query, schedule, (rows) => similaritiesAt(vectors, queryOf(queries, query), rows, [vectors.dims]));
    runs += 1;
    // Of a head at full dimension, which is the exact search, the pool knows the k best.
    const isExact = schedule[0]!.dims === vectors.dims;
    if (mine.every((stage, s) => (isExact || stage.rows.length === real[s]!.rows.length) && stage.rows.every((row, r) => row === real[s]!.rows[r]))) sameRows += 1;
    const own = rowsOf(pool, query);
    const truth = new Set(Array.from(truthsOf(pool, query), (place) => own[place]!));
    const found = real.at(-1)!.rows.subarray(0, K).filter((row) => truth.has(row)).length;
    if (Math.min(K, found) === hits[query]) sameRecall += 1;
  }
}
await report(
  [
    {
      title: 'Schedules from the pool',
      about: `${files.label}: ${vectors.rowCount} × ${vectors.dims}, pool of ${CAPACITY} at ${DIMS.join(', ')} (${summary.rowsPerQuery.toFixed(0)} rows a query, ${(summary.sizeBytes / 1e6).toFixed(0)} MB), k ${K}, one thread.`,
      columns: ['', 'ms, minimum', 'ms, median', ''],
      rows: table,
      claims: [
        { claim: 'schedules evaluated a second (200 queries each)', found: `${(perSecond / 1000).toFixed(0)} thousand`, met: perSecond > 0 },
        { claim: 'the pool says what real runs find', found: `the same recall in ${sameRecall} of ${runs} runs of ${options.sample} random schedules, the same rows in the same order after every stage in ${sameRows}`, met: sameRecall === runs },
      ],
    },
  ],
  options.json,
);

/** A random schedule of the grid: any prefixes, falling keeps. */
function randomSchedule(): Schedule {
  const stages = 1 + randomInt(random, DIMS.length);
  const prefixes = DIMS.map((_, p) => p).sort(() => random() - 0.5).slice(0, stages).sort((a, b) => a - b);
  const falling = Array.from({ length: stages - 1 }, () => 1 + randomInt(random, keeps.length - 1)).sort((a, b) => b - a);
  const schedule = pathSchedule({ inner: prefixes.slice(0, -1).map((prefix, i) => ({ prefix, keep: falling[i]! })), last: prefixes.at(-1)! }, DIMS, keeps);
  return parseSchedule(formatSchedule(schedule));
}
