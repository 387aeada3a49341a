import { CancelledError } from '../../base/errors.ts';
import type { Stage } from '../../contract/schedule.ts';
import type { Survivors } from '../store.ts';
import type { RerankStrategy } from './rerank.ts';

/** What was measured for one size of re-rank, and what is used since. */
export interface RerankChoice {
  readonly dims: number;
  /** Candidates up to this many (a power of two) share the choice. */
  readonly candidates: number;
  readonly strategy: RerankStrategy;
  /** Median ms of each strategy tried; empty when the user chose or there was no choice. */
  readonly measuredMs: Readonly<Partial<Record<RerankStrategy, number>>>;
}

export type RunRerank = (strategy: RerankStrategy, query: Float32Array, survivors: Survivors, stage: Stage, signal: AbortSignal | undefined) => Promise<Survivors>;

export interface RerankChooser {
  /** The strategy for a re-rank like this one; the first of its size is measured, which takes a few round trips. */
  choose(available: readonly RerankStrategy[], query: Float32Array, survivors: Survivors, stage: Stage, signal?: AbortSignal): Promise<RerankStrategy>;
  choices(): readonly RerankChoice[];
}

const WARM_RUNS = 1;
const MEASURED_RUNS = 3;

/** Chooses by measured cost: each strategy runs a few times on the first query of a size, in turn, and the cheapest median wins. */
export function createRerankChooser(run: RunRerank): RerankChooser {
  const known = new Map<string, Promise<RerankChoice>>();
  const settled: RerankChoice[] = [];

  async function measure(candidates: number, available: readonly RerankStrategy[], query: Float32Array, survivors: Survivors, stage: Stage, signal: AbortSignal | undefined): Promise<RerankChoice> {
    const samples = new Map<RerankStrategy, number[]>(available.map((strategy) => [strategy, []]));
    for (let round = 0; round < WARM_RUNS + MEASURED_RUNS; round += 1) {
      for (const [strategy, times] of samples) {
        const answer = await run(strategy, query, survivors, stage, signal);
        if (round >= WARM_RUNS) times.push(answer.timing?.totalMs ?? Infinity);
      }
    }
    const medians = [...samples].map(([strategy, times]) => ({ strategy, ms: times.sort((a, b) => a - b)[times.length >> 1]! }));
    const best = medians.reduce((least, one) => (one.ms < least.ms ? one : least));
    const choice = { dims: stage.dims, candidates, strategy: best.strategy, measuredMs: Object.fromEntries(medians.map(({ strategy, ms }) => [strategy, ms])) };
    settled.push(choice);
    return choice;
  }

  return {
    async choose(available, query, survivors, stage, signal) {
      if (available.length === 1) return available[0]!;
      const candidates = 2 ** Math.ceil(Math.log2(Math.max(1, survivors.rows.length)));
      const key = `${stage.dims}:${candidates}:${available.join()}`;
      let choice = known.get(key);
      if (choice === undefined) {
        choice = measure(candidates, available, query, survivors, stage, signal);
        known.set(key, choice);
        // A measurement that failed or was cancelled says nothing: the next one measures anew.
        choice.catch(() => known.delete(key));
      }
      try {
        return (await choice).strategy;
      } catch (error) {
        // Somebody else's measurement, which they cancelled.
        if (error instanceof CancelledError && signal?.aborted !== true) return this.choose(available, query, survivors, stage, signal);
        throw error;
      }
    },
    choices: () => settled,
  };
}
