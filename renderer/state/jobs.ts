import { jobTitles } from './job-titles.ts';
import type { JobName } from './job-titles.ts';
import type { CallInput, CallName, CallOutput, Job } from '../../src/contract/calls.ts';
import type { EngineClient, WireProgress } from '../../src/contract/wire.ts';
import { createStore } from './store.ts';
import type { Store } from './store.ts';

/** One long call of this window: what it does, how far it is, and how to stop it. */
export interface RunningJob {
  readonly key: number;
  readonly call: CallName;
  readonly title: string;
  readonly startedAt: number;
  readonly progress: WireProgress | undefined;
  readonly isCancelling: boolean;
  cancel(): void;
}

export interface FinishedJob {
  readonly call: CallName;
  readonly title: string;
  readonly outcome: 'done' | 'failed' | 'cancelled';
  readonly elapsedMs: number;
  readonly message?: string | undefined;
  /** How far it was when it ended. */
  readonly progress?: WireProgress | undefined;
}

export interface JobState {
  readonly running: readonly RunningJob[];
  readonly last: FinishedJob | undefined;
  /** Jobs of other windows and clients of the same engine. */
  readonly others: readonly Job[];
}

export interface JobRunner {
  readonly state: Store<JobState>;
  /** Runs a long call: it appears at the foot of the window until it ends. */
  run<Name extends JobName>(name: Name, input: CallInput<Name>, title?: string): Promise<CallOutput<Name>>;
  /** Cancels every running job of this window; true when there was one. */
  cancelAll(): boolean;
}

export function createJobRunner(client: EngineClient): JobRunner {
  const state = createStore<JobState>({ running: [], last: undefined, others: [] });
  let nextKey = 1;

  client.onEvent((event) => {
    if (event.name !== 'jobs') return;
    state.set((before) => ({ ...before, others: othersOf(event.jobs, before.running) }));
  });

  function patch(key: number, change: Partial<RunningJob>): void {
    state.set((before) => ({ ...before, running: before.running.map((job) => (job.key === key ? { ...job, ...change } : job)) }));
  }

  return {
    state,
    async run(name, input, title = jobTitles[name]) {
      const key = nextKey;
      nextKey += 1;
      const abort = new AbortController();
      const startedAt = performance.now();
      const job: RunningJob = {
        key,
        call: name,
        title,
        startedAt,
        progress: undefined,
        isCancelling: false,
        cancel() {
          patch(key, { isCancelling: true });
          abort.abort();
        },
      };
      state.set((before) => ({ ...before, running: [...before.running, job] }));
      const finish = (outcome: FinishedJob['outcome'], message?: string): void => {
        const elapsedMs = performance.now() - startedAt;
        state.set((before) => ({
          ...before,
          running: before.running.filter((one) => one.key !== key),
          last: { call: name, title, outcome, elapsedMs, message, progress: before.running.find((one) => one.key === key)?.progress },
        }));
      };
      try {
        const output = await client.call(name, input, { signal: abort.signal, onProgress: (progress) => patch(key, { progress }) });
        finish('done');
        return output;
      } catch (error) {
        finish(abort.signal.aborted ? 'cancelled' : 'failed', error instanceof Error ? error.message : String(error));
        throw error;
      }
    },
    cancelAll() {
      const { running } = state.get();
      for (const job of running) job.cancel();
      return running.length > 0;
    },
  };
}

/** The engine lists everyone's jobs; those of this window are known better here and left out, by call. */
function othersOf(jobs: readonly Job[], mine: readonly RunningJob[]): readonly Job[] {
  const known = new Map<string, number>();
  for (const job of mine) known.set(job.call, (known.get(job.call) ?? 0) + 1);
  return jobs.filter((job) => {
    if (job.state !== 'running') return false;
    const left = known.get(job.call) ?? 0;
    known.set(job.call, left - 1);
    return left <= 0;
  });
}
