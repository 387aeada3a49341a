import type { Progress } from '../base/progress.ts';
import { paceOf } from '../base/progress.ts';
import type { Job } from '../contract/calls.ts';
import type { WireProgress } from '../contract/wire.ts';

/** A running job's end for the engine: report progress, then finish once. */
export interface RunningJob {
  progress(progress: Progress): WireProgress;
  finish(state: 'done' | 'failed' | 'cancelled', error?: string): void;
}

export interface JobList {
  start(call: string, title: string): RunningJob;
  list(): readonly Job[];
}

const KEPT = 20;
const ANNOUNCE_EVERY_MS = 100;

/** The long calls of all clients, newest first. `announce` gets the list when it changed, at most ten times a second and at every start and end. */
export function createJobList(announce: (jobs: readonly Job[]) => void, nowMs: () => number = () => performance.now()): JobList {
  let jobs: Job[] = [];
  let nextId = 1;
  let announcedMs = -Infinity;

  function publish(isUrgent: boolean): void {
    if (!isUrgent && nowMs() - announcedMs < ANNOUNCE_EVERY_MS) return;
    announcedMs = nowMs();
    announce(jobs);
  }

  function update(jobId: string, change: Partial<Job>, isUrgent: boolean): void {
    jobs = jobs.map((job) => (job.jobId === jobId ? { ...job, ...change } : job));
    publish(isUrgent);
  }

  return {
    list: () => jobs,
    start(call, title) {
      const jobId = String(nextId);
      nextId += 1;
      const startMs = nowMs();
      const pace = paceOf(nowMs);
      jobs = [{ jobId, call, title, state: 'running' as const, elapsedMs: 0 }, ...jobs].slice(0, KEPT);
      publish(true);
      return {
        progress(progress) {
          const { perSecond, remainingMs } = pace(progress);
          const wire: WireProgress = {
            phase: progress.phase,
            done: progress.done,
            unit: progress.unit,
            elapsedMs: nowMs() - startMs,
            ...(progress.note === undefined ? {} : { note: progress.note }),
            ...(progress.total === undefined ? {} : { total: progress.total }),
            ...(perSecond === undefined ? {} : { perSecond }),
            ...(remainingMs === undefined ? {} : { remainingMs }),
          };
          update(jobId, wire, false);
          return wire;
        },
        finish(state, error) {
          update(jobId, { state, elapsedMs: nowMs() - startMs, ...(error === undefined ? {} : { error }) }, true);
        },
      };
    },
  };
}
