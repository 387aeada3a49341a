// How soon long work stops after it is cancelled: each kind is started, cancelled at several moments, and the time until it has given up is taken.
//   npx tsx bench/cancel.ts [--times 6] [--json FILE]
import { setTimeout as after } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CancelledError } from '../src/base/errors.ts';
import { tune } from '../src/experiments/tune.ts';
import { buildPool } from '../src/funnel/pool-build.ts';
import { vectorPoolSource } from '../src/funnel/pool-source.ts';
import { openEmbeddedStore } from '../src/stores/embedded/embedded-store.ts';
import { readNpyQueries, readNpyRows, readNpyVectors } from '../src/vectors/npy.ts';
import { queryOf } from '../src/vectors/query-matrix.ts';
import { readVectorSet, type VectorSet } from '../src/vectors/vector-set.ts';
import { machineLine, report } from './section.ts';
import { wordnetVectors } from './wordnet-vectors.ts';

const DIMS = [16, 32, 64, 128, 256];
const { values: options } = parseArgs({ options: { times: { type: 'string', default: '6' }, json: { type: 'string' } } });
console.log(machineLine());
const files = await wordnetVectors();
const vectors = await readNpyVectors(files.vectors, { boundaries: DIMS });
const queries = await readNpyQueries(files.queries, { dims: vectors.dims });
const load = (signal?: AbortSignal, memoryBytes?: number): Promise<VectorSet> =>
  readVectorSet(readNpyRows(files.vectors), { rowCount: vectors.rowCount, dims: vectors.dims, boundaries: DIMS, memoryBytes }, { signal });
const onDisk = await load(undefined, 0);
const store = openEmbeddedStore(vectors, { threads: 2 });
const diskStore = openEmbeddedStore(onDisk, { threads: 2 });
const diskHead = await diskStore.openHead({ dims: 256, index: 'flat', precision: 'f32' });
const pool = await buildPool(vectorPoolSource(vectors, { threads: 2 }), queries, { dims: DIMS, k: 10, capacity: 1024 });
const productHead = await store.openHead({ dims: 240, index: 'flat', precision: 'pq4' });

const work: Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>> = {
  'opening vectors': (signal) => load(signal),
  'opening vectors onto disk': (signal) => load(signal, 0),
  ladder: (signal) => store.sweep(queries, DIMS, 10, { signal }),
  'ladder from disk': (signal) => diskStore.sweep(queries, DIMS, 10, { signal }),
  pool: (signal) => buildPool(vectorPoolSource(vectors, { threads: 2 }), queries, { dims: DIMS, k: 10, capacity: 1024, signal }),
  'int8 head': (signal) => store.openHead({ dims: 256, index: 'flat', precision: 'int8' }, { signal }),
  'pq4 head': (signal) => store.openHead({ dims: 256, index: 'flat', precision: 'pq4' }, { signal }),
  'HNSW head': (signal) => store.openHead({ dims: 256, index: 'hnsw', precision: 'f32' }, { signal }),
  'pq4 search of 500 queries': (signal) => productHead.searchMany(queries, 4096, { signal }),
  'one query from disk': (signal) => diskHead.search(queryOf(queries, 0), 10, signal),
  tuning: (signal) => tune({ pool, queries, store, head: { index: 'flat', precision: 'f32' }, constraints: { recall: 0.99 }, seed: 1 }, { signal }),
};

const rows: string[][] = [];
let worst = { name: '', ms: 0 };
for (const [name, run] of Object.entries(work)) {
  const late: number[] = [];
  let finished = 0;
  for (let i = 0; i < Number(options.times); i += 1) {
    const controller = new AbortController();
    let cancelledAt = 0;
    const ended = run(controller.signal).then(
      () => undefined,
      (error: unknown) => {
        if (!(error instanceof CancelledError)) throw error;
        return performance.now();
      },
    );
    const moment = 15 * 2 ** i;
    void after(moment).then(() => {
      cancelledAt = performance.now();
      controller.abort();
    });
    const at = await ended;
    if (at === undefined) finished += 1;
    else late.push(at - cancelledAt);
    await after(20);
  }
  const most = late.length === 0 ? 0 : Math.max(...late);
  if (most > worst.ms) worst = { name, ms: most };
  rows.push([name, late.length === 0 ? '–' : most.toFixed(0), String(late.length), String(finished)]);
}
await report(
  [
    {
      title: 'Cancelling',
      about: `${files.label}: ${vectors.rowCount} × ${vectors.dims}, ${queries.queryCount} queries. Each kind of work is cancelled 15, 30, 60 … ms after its start; the longest time until it has given up, and how often it was over before.`,
      columns: ['', 'ms, longest', 'cancelled', 'over before'],
      rows,
      claims: [{ claim: 'long work stops within 100 ms of being cancelled', found: `at most ${worst.ms.toFixed(0)} ms (${worst.name})`, met: worst.ms <= 100 }],
    },
  ],
  options.json,
);
