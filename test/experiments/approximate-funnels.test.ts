import { expect, test } from 'vitest';
import type { Schedule } from '../../src/contract/schedule.ts';
import { approximateFunnels } from '../../src/experiments/approximate-funnels.ts';
import { buildPool } from '../../src/funnel/pool-build.ts';
import { vectorPoolSource } from '../../src/funnel/pool-source.ts';
import { runFunnel } from '../../src/funnel/run.ts';
import { openEmbeddedStore } from '../../src/stores/embedded/embedded-store.ts';
import { queryOf } from '../../src/vectors/query-matrix.ts';
import { madeSet } from '../funnel/made-data.ts';

const DIMS = [8, 16, 32];
const K = 5;
const set = madeSet({ seed: 41, rowCount: 1500, queryCount: 40, dims: 32, boundaries: DIMS });
const queries = Int32Array.from({ length: 20 }, (_, i) => 2 * i);

test.each(['binary', 'pq4', 'int8'] as const)('the keeps found for %s heads are the least that reach the recall', async (precision) => {
  const store = openEmbeddedStore(set.vectors);
  const pool = await buildPool(vectorPoolSource(set.vectors), set.queries, { dims: DIMS, k: K, capacity: 800 });
  const headOf = (dims: number) => store.openHead({ dims, index: 'flat', precision });
  const schedules = await approximateFunnels(pool, set.queries, queries, headOf, 0.8);
  const truth = (await store.sweep(set.queries, [32], K)).get(32)!;
  const recallOf = async (schedule: Schedule): Promise<number> => {
    const head = await headOf(schedule[0]!.dims);
    let hits = 0;
    for (const query of queries) {
      const { stages } = await runFunnel(store, head, schedule, queryOf(set.queries, query));
      const best = new Set(truth.rows.subarray(query * K, query * K + K));
      hits += stages[1]!.rows.filter((row) => best.has(row)).length;
    }
    return hits / K / queries.length;
  };
  expect(schedules.length).toBeGreaterThan(0);
  const leastOf = new Map<number, Schedule>();
  for (const schedule of schedules) {
    expect(schedule[1]).toEqual({ dims: 32, keep: K });
    expect(await recallOf(schedule)).toBeGreaterThanOrEqual(0.8 - 1e-9);
    if (!leastOf.has(schedule[0]!.dims)) leastOf.set(schedule[0]!.dims, schedule);
  }
  for (const [head, last] of leastOf.values()) {
    if (head!.keep > K) expect(await recallOf([{ dims: head!.dims, keep: head!.keep - 1 }, last!])).toBeLessThan(0.8);
  }
});
