import { describe, expect, test } from 'vitest';
import type { HeadChoice } from '../../src/contract/measure.ts';
import { parseSchedule } from '../../src/contract/schedule.ts';
import type { Constraints } from '../../src/contract/tuning.ts';
import { costModelSchema, tuningSchema } from '../../src/contract/tuning.ts';
import { tune } from '../../src/experiments/tune.ts';
import type { TuneResult } from '../../src/experiments/tune.ts';
import { recallsOf, scheduleHits } from '../../src/funnel/evaluate.ts';
import { buildPool } from '../../src/funnel/pool-build.ts';
import { vectorPoolSource } from '../../src/funnel/pool-source.ts';
import { splitQueries } from '../../src/funnel/tuner.ts';
import { mean } from '../../src/math/statistics.ts';
import { openEmbeddedStore } from '../../src/stores/embedded/embedded-store.ts';
import type { Store } from '../../src/stores/store.ts';
import { madeSet } from '../funnel/made-data.ts';

const DIMS = [8, 16, 32];
const set = madeSet({ seed: 41, rowCount: 1500, queryCount: 40, dims: 32, boundaries: DIMS });
const flat: HeadChoice = { index: 'flat', precision: 'f32' };

function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** The embedded store with some operations made slow: which of them costs what is then beyond doubt. */
function slowed(slowScanMs: (dims: number) => number, slowRerankMs: number): Store {
  const store = openEmbeddedStore(set.vectors);
  return {
    ...store,
    async openHead(spec, work) {
      const head = await store.openHead(spec, work);
      return {
        ...head,
        async search(query, keep, signal) {
          spin(slowScanMs(spec.dims));
          return head.search(query, keep, signal);
        },
      };
    },
    async rerank(query, survivors, stage, signal) {
      spin(slowRerankMs);
      return store.rerank(query, survivors, stage, signal);
    },
  };
}

async function run(store: Store, constraints: Constraints, head = flat): Promise<TuneResult> {
  const pool = await poolOf();
  return tune({ pool, queries: set.queries, store, head, constraints, seed: 3, latencyQueries: 12 });
}

function poolOf() {
  return buildPool(vectorPoolSource(set.vectors), set.queries, { dims: DIMS, k: 5, capacity: 200 });
}

describe('tuning', () => {
  test('finds a funnel where scans of long prefixes are what costs; its figures are those of the held-out half', async () => {
    const { tuning, costModel } = await run(slowed((dims) => (dims === 32 ? 12 : 0.3), 0), { recall: 0.9 });
    expect(tuningSchema.parse(tuning)).toEqual(tuning);
    expect(costModelSchema.parse(costModel)).toEqual(costModel);
    const chosen = tuning.chosen!;
    expect(parseSchedule(chosen.schedule).length).toBeGreaterThan(1);
    expect(chosen.recallTuned.value).toBeGreaterThanOrEqual(0.9);
    expect(tuning.speedupOverExact!.low).toBeGreaterThan(1);
    expect(tuning.verdict).toContain(`${chosen.schedule} finds`);
    const pool = await poolOf();
    const { tuned, heldOut } = splitQueries(40, 3);
    expect([tuning.queriesTuned, tuning.queriesHeldOut]).toEqual([20, 20]);
    for (const point of tuning.frontier) {
      const recalls = recallsOf(pool, scheduleHits(pool, parseSchedule(point.schedule)).answer);
      expect(point.recallTuned.value).toBeCloseTo(mean([...tuned].map((query) => recalls[query]!)), 9);
      expect(point.recallHeldOut.value).toBeCloseTo(mean([...heldOut].map((query) => recalls[query]!)), 9);
      expect(point.measured!.count).toBe(12);
    }
    expect(tuning.frontier.map((point) => point.estimatedMs)).toEqual(tuning.frontier.map((point) => point.estimatedMs).sort((a, b) => a - b));
    expect(tuning.how).toMatch(/all \d+ answers had the recall that the pool had said/);
  });

  test('says that plain search wins where re-ranking costs more than it saves', async () => {
    const { tuning } = await run(slowed(() => 0.1, 10), { recall: 0.95 });
    expect(tuning.chosen!.schedule).toBe('32:5');
    expect(tuning.verdict).toMatch(/^Plain search wins/);
    expect(tuning.speedupOverExact).toBeUndefined();
  });

  test('keeps to the stages and the memory allowed', async () => {
    const { tuning } = await run(slowed((dims) => (dims === 32 ? 12 : 0.3), 0), { recall: 0.8, maxStages: 2, memoryBytes: 1500 * 16 * 4 });
    for (const point of tuning.frontier) expect(parseSchedule(point.schedule).length).toBeLessThanOrEqual(2);
    expect(tuning.chosen!.headBytes).toBeLessThanOrEqual(1500 * 16 * 4);
  });

  test('an approximate head is judged by the recall of its real runs', async () => {
    const store = slowed((dims) => dims / 20, 0);
    const { tuning } = await run(store, { recall: 0.7 }, { index: 'flat', precision: 'binary' });
    expect(tuning.how).toContain('the head is approximate');
    const pool = await poolOf();
    const upper = tuning.frontier.map((point) => mean(recallsOf(pool, scheduleHits(pool, parseSchedule(point.schedule)).answer)));
    const real = tuning.frontier.map((point) => (point.recallTuned.value + point.recallHeldOut.value) / 2);
    expect(real.some((value, i) => value < upper[i]! - 0.01)).toBe(true);
    expect(tuning.exactMs!.count).toBe(12);
  });

  test('refuses to halve fewer than 10 queries', async () => {
    const few = madeSet({ seed: 1, rowCount: 100, queryCount: 4, dims: 32, boundaries: DIMS });
    const pool = await buildPool(vectorPoolSource(few.vectors), few.queries, { dims: DIMS, k: 5, capacity: 50 });
    await expect(tune({ pool, queries: few.queries, store: openEmbeddedStore(few.vectors), head: flat, constraints: {}, seed: 1 })).rejects.toThrow('needs at least 10, got 4');
  });

  test('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const pool = await poolOf();
    const running = tune({ pool, queries: set.queries, store: slowed(() => 1, 0), head: flat, constraints: {}, seed: 1 }, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(running).rejects.toThrow('cancelled');
  });
});
