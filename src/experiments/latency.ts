import { sliceOf, throwIfCancelled } from '../base/async.ts';
import { randomInt, sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { Latency } from '../contract/measure.ts';
import { mean, percentiles } from '../math/statistics.ts';

/** One thing whose single-query latency is measured. `run` answers one query and says where the time went. */
export interface TimedConfig {
  readonly name: string;
  readonly run: (query: number) => Promise<TimedParts>;
}

/** Times of one call in ms: the whole, and any named parts ("stage 0", "server"). */
export interface TimedParts {
  readonly totalMs: number;
  readonly parts?: readonly number[] | undefined;
  readonly requestMs?: number | undefined;
  readonly serverMs?: number | undefined;
  /** Of each part, the time that went into making requests, and the time that was the server's. */
  readonly partsRequestMs?: readonly number[] | undefined;
  readonly partsServerMs?: readonly number[] | undefined;
}

export interface TimedSamples {
  readonly totalMs: Float64Array;
  readonly parts: readonly Float64Array[];
  readonly requestMs: Float64Array;
  readonly serverMs: Float64Array;
  readonly partsRequestMs: readonly Float64Array[];
  readonly partsServerMs: readonly Float64Array[];
  /** The query row of each sample. */
  readonly queries: Int32Array;
}

export interface InterleaveOptions extends WorkOptions {
  readonly queryCount: number;
  /** Queries measured for each config; all configs see the same ones. */
  readonly sampleCount: number;
  readonly warmupCount: number;
  /** Stop taking new queries after this long, once `minimumCount` are in. */
  readonly budgetMs: number;
  readonly minimumCount: number;
  readonly seed: number;
}

/**
 * Latency of single queries from one client after warm-up. Configurations are interleaved: every sampled query goes through
 * all of them, in an order shuffled anew for each query, so that a drift of the machine meets them all alike.
 */
export async function measureInterleaved(configs: readonly TimedConfig[], options: InterleaveOptions): Promise<ReadonlyMap<string, TimedSamples>> {
  const random = seededRandom(options.seed);
  const picked = sampleWithoutReplacement(random, options.queryCount, options.sampleCount);
  const samples = configs.map(() => [] as { query: number; timed: TimedParts }[]);
  const slice = sliceOf(options.signal);

  for (let i = 0; i < Math.min(options.warmupCount, picked.length); i += 1) {
    for (const config of configs) await config.run(picked[i]!);
    await slice();
  }

  const start = performance.now();
  const order = configs.map((_, index) => index);
  for (let i = 0; i < picked.length; i += 1) {
    throwIfCancelled(options.signal);
    if (i >= options.minimumCount && performance.now() - start > options.budgetMs) break;
    shuffle(order, random);
    for (const index of order) {
      const query = picked[i]!;
      samples[index]!.push({ query, timed: await configs[index]!.run(query) });
    }
    options.onProgress?.({ phase: 'measuring latency', done: i + 1, total: picked.length, unit: 'queries' });
    await slice();
  }
  return new Map(configs.map((config, index) => [config.name, columnsOf(samples[index]!)]));
}

function columnsOf(rows: readonly { query: number; timed: TimedParts }[]): TimedSamples {
  const partCount = rows[0]?.timed.parts?.length ?? 0;
  return {
    totalMs: Float64Array.from(rows, (row) => row.timed.totalMs),
    parts: Array.from({ length: partCount }, (_, part) => Float64Array.from(rows, (row) => row.timed.parts?.[part] ?? 0)),
    requestMs: Float64Array.from(rows, (row) => row.timed.requestMs ?? 0),
    serverMs: Float64Array.from(rows, (row) => row.timed.serverMs ?? 0),
    partsRequestMs: Array.from({ length: partCount }, (_, part) => Float64Array.from(rows, (row) => row.timed.partsRequestMs?.[part] ?? 0)),
    partsServerMs: Array.from({ length: partCount }, (_, part) => Float64Array.from(rows, (row) => row.timed.partsServerMs?.[part] ?? 0)),
    queries: Int32Array.from(rows, (row) => row.query),
  };
}

function shuffle(order: number[], random: () => number): void {
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = randomInt(random, i + 1);
    const value = order[i]!;
    order[i] = order[j]!;
    order[j] = value;
  }
}

export function latencyOf(samplesMs: Float64Array): Latency {
  const [p50, p95, p99] = percentiles(samplesMs, [50, 95, 99]);
  return { p50: p50!, p95: p95!, p99: p99!, mean: mean(samplesMs), count: samplesMs.length };
}
