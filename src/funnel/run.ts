import type { Schedule } from '../contract/schedule.ts';
import type { Head, Store, Survivors } from '../stores/store.ts';

/** One funnel of one query: the survivors after every stage, and how long each took. */
export interface FunnelRun {
  readonly stages: readonly Survivors[];
  readonly stageMs: readonly number[];
  readonly totalMs: number;
}

/**
 * Funnel search: the head finds the first stage's survivors in the whole corpus, every later stage re-ranks and prunes them.
 * @param head made for the first stage's prefix. @param query full-D, normalised at D.
 */
export async function runFunnel(store: Store, head: Head, schedule: Schedule, query: Float32Array, signal?: AbortSignal): Promise<FunnelRun> {
  const start = performance.now();
  const first = schedule[0]!;
  let survivors = await head.search(query, first.keep, signal);
  let before = performance.now();
  const stages = [survivors];
  const stageMs = [before - start];
  for (let index = 1; index < schedule.length; index += 1) {
    survivors = await store.rerank(query, survivors, schedule[index]!, signal);
    const now = performance.now();
    stages.push(survivors);
    stageMs.push(now - before);
    before = now;
  }
  return { stages, stageMs, totalMs: before - start };
}

/** The stages after a head search that was already made, for queries whose head was searched in a batch. */
export async function finishFunnel(store: Store, schedule: Schedule, query: Float32Array, head: Survivors, signal?: AbortSignal): Promise<readonly Survivors[]> {
  const stages = [head];
  for (const stage of schedule.slice(1)) stages.push(await store.rerank(query, stages[stages.length - 1]!, stage, signal));
  return stages;
}
