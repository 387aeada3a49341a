import type { WorkOptions } from '../base/progress.ts';
import type { HeadChoice } from '../contract/measure.ts';
import type { Schedule } from '../contract/schedule.ts';
import { formatSchedule } from '../contract/schedule.ts';
import type { CostModel } from '../contract/tuning.ts';
import { costSchedules, fitCostModel } from '../funnel/cost-model.ts';
import type { CostRun } from '../funnel/cost-model.ts';
import { runFunnel } from '../funnel/run.ts';
import { percentile } from '../math/statistics.ts';
import type { Head, Store } from '../stores/store.ts';
import { queryOf } from '../vectors/query-matrix.ts';
import type { QueryMatrix } from '../vectors/query-matrix.ts';
import { latencyOf, measureInterleaved } from './latency.ts';
import type { TimedConfig } from './latency.ts';

/** Heads by prefix, opened when first asked for and closed together. */
export interface HeadSet {
  of(dims: number): Promise<Head>;
  close(): Promise<void>;
}

export function headSetOf(store: Store, choice: HeadChoice, work: WorkOptions = {}): HeadSet {
  const heads = new Map<number, Promise<Head>>();
  return {
    of(dims) {
      let head = heads.get(dims);
      if (head === undefined) heads.set(dims, (head = store.openHead({ dims, ...choice }, work)));
      return head;
    },
    async close() {
      for (const opened of await Promise.allSettled(heads.values())) if (opened.status === 'fulfilled') await opened.value.close();
    },
  };
}

export interface CostSpec {
  /** Rising; the last one the full dimension. */
  readonly dims: readonly number[];
  readonly k: number;
  readonly capacity: number;
  readonly head: HeadChoice;
  readonly seed: number;
  readonly queryCount?: number | undefined;
  readonly budgetMs?: number | undefined;
}

/**
 * Fits the cost model of a store: measures a designed set of schedules, interleaved, one query at a time, and prices scan, kept candidates,
 * re-rank and round trip from their stages' times.
 */
export async function fitStoreCosts(store: Store, queries: QueryMatrix, spec: CostSpec, work: WorkOptions = {}): Promise<CostModel> {
  const heads = headSetOf(store, spec.head, work);
  try {
    const schedules = costSchedules(spec.dims, Math.min(spec.k, store.rowCount), spec.capacity, store.rowCount);
    const runs = await measureRuns(store, heads, queries, schedules, spec, work);
    return fitCostModel(runs, store.rowCount, store.label);
  } finally {
    await heads.close();
  }
}

async function measureRuns(store: Store, heads: HeadSet, queries: QueryMatrix, schedules: readonly Schedule[], spec: CostSpec, work: WorkOptions): Promise<CostRun[]> {
  const configs: TimedConfig[] = [];
  for (const schedule of schedules) {
    const head = await heads.of(schedule[0]!.dims);
    configs.push({
      name: formatSchedule(schedule),
      async run(query) {
        const run = await runFunnel(store, head, schedule, queryOf(queries, query), work.signal);
        return { totalMs: run.totalMs, parts: run.stageMs };
      },
    });
  }
  const sampleCount = Math.min(spec.queryCount ?? 40, queries.queryCount);
  const timed = await measureInterleaved(configs, {
    ...work,
    queryCount: queries.queryCount,
    sampleCount,
    warmupCount: Math.min(3, sampleCount),
    budgetMs: spec.budgetMs ?? 15_000,
    minimumCount: Math.min(8, sampleCount),
    seed: spec.seed,
  });
  return schedules.map((schedule): CostRun => {
    const samples = timed.get(formatSchedule(schedule))!;
    const latency = latencyOf(samples.totalMs);
    return { schedule, stageMs: samples.parts.map((part) => percentile(part, 50)), totalMs: latency.p50, p95Ms: latency.p95 };
  });
}
