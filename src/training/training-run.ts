import { createHash } from 'node:crypto';
import { sliceOf, throwIfCancelled } from '../base/async.ts';
import { CancelledError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint.ts';

/** What a run tells while it goes on. */
export interface TrainingReport {
  readonly epoch: number;
  readonly step: number;
  readonly totalSteps: number;
  /** Mean loss of the last steps. */
  readonly loss: number;
}

export interface EpochResult {
  readonly epoch: number;
  /** Mean training loss of the epoch. */
  readonly loss: number;
  /** The held-out score after it, higher is better; undefined without a validation. */
  readonly score?: number | undefined;
}

/** One training job: the loop below owns order, rate, stopping and checkpoints, the job owns the mathematics. */
export interface TrainingJob {
  /** What the user reads: "training the adapter". */
  readonly phase: string;
  readonly epochs: number;
  readonly stepsAnEpoch: number;
  readonly learningRate: number;
  /** Everything that a step changes, in a fixed order; the first array holds the parameters themselves. Saved, restored, kept in place. */
  readonly state: readonly Float32Array[];
  /** Adam's step counter, which belongs to the state too. */
  readonly counter: { step: number };
  /** Prepares the batches of an epoch; must depend on the epoch number alone. @returns how many steps it really has. */
  beginEpoch(epoch: number): number;
  /** Takes one step. @returns the loss before it. */
  step(step: number, learningRate: number): Promise<number>;
  /** Score of the parameters on what training does not see; higher is better. */
  validate?(): Promise<number>;
}

export interface TrainingOptions extends WorkOptions {
  readonly onTraining?: ((report: TrainingReport) => void) | undefined;
  /** Every step's own loss. */
  readonly onLoss?: ((loss: number) => void) | undefined;
  readonly onEpoch?: ((result: EpochResult) => void) | undefined;
  /** Stop after this many epochs without a better score than an earlier epoch's (default 2). The best state, the start included, is kept in any case. */
  readonly patience?: number | undefined;
  /** A run that was cancelled goes on from this file; a finished run removes it. `identity` names data and settings: another run's file is refused. */
  readonly checkpoint?: { readonly path: string; readonly identity: string; readonly everyMs?: number } | undefined;
}

export interface TrainingResult {
  readonly epochs: readonly EpochResult[];
  /** The epoch whose parameters were kept; −1 when none was better than the start. */
  readonly bestEpoch: number;
  readonly stopped: 'finished' | 'early';
}

const WARM_UP_SHARE = 0.05;
const SMOOTHING = 20;

/**
 * Runs a job to its end. On return the job's parameters are the best ones by its validation (the start included), or the last ones
 * where it has none. On cancellation the checkpoint, if any, is written before CancelledError is thrown.
 */
export async function runTraining(job: TrainingJob, options: TrainingOptions = {}): Promise<TrainingResult> {
  const { checkpoint, patience = 2 } = options;
  const parameters = job.state[0]!;
  const best = job.validate === undefined ? undefined : parameters.slice();
  let progress: RunProgress = { epoch: 0, step: 0, lossSum: 0, results: [], bestEpoch: -1, bestScore: null };
  const saved = [...job.state, ...(best === undefined ? [] : [best])];
  const resumed = checkpoint === undefined ? undefined : await readCheckpoint<RunProgress & { readonly counter: number }>(checkpoint.path, checkpoint.identity, saved);
  if (resumed !== undefined) {
    progress = resumed;
    job.counter.step = resumed.counter;
  } else if (job.validate !== undefined) {
    progress.bestScore = await job.validate();
  }
  const totalSteps = job.epochs * job.stepsAnEpoch;
  const save = async (): Promise<void> => {
    if (checkpoint !== undefined) await writeCheckpoint(checkpoint.path, checkpoint.identity, { ...progress, counter: job.counter.step }, saved);
  };
  const everyMs = checkpoint?.everyMs ?? 60_000;
  let savedMs = performance.now();
  const slice = sliceOf(options.signal);
  let stopped: TrainingResult['stopped'] = 'finished';
  let recent = Number.NaN;
  try {
    while (progress.epoch < job.epochs && stopped === 'finished') {
      const steps = job.beginEpoch(progress.epoch);
      while (progress.step < steps) {
        await slice();
        throwIfCancelled(options.signal);
        const done = Math.min(progress.epoch * job.stepsAnEpoch + progress.step, totalSteps);
        const loss = await job.step(progress.step, job.learningRate * rateAt(done, totalSteps));
        if (!Number.isFinite(loss)) throw new Error(`${job.phase}: the loss became ${loss} in epoch ${progress.epoch + 1}, step ${progress.step + 1}; a smaller learning rate may help`);
        progress.step += 1;
        options.onLoss?.(loss);
        progress.lossSum += loss;
        recent = Number.isNaN(recent) ? loss : recent + (loss - recent) / SMOOTHING;
        options.onTraining?.({ epoch: progress.epoch, step: done + 1, totalSteps, loss: recent });
        options.onProgress?.({ phase: job.phase, done: done + 1, total: totalSteps, unit: 'batches', note: noteOf(recent, progress.results.at(-1)?.score) });
        if (performance.now() - savedMs > everyMs) {
          await save();
          savedMs = performance.now();
        }
      }
      const score = await job.validate?.();
      const result: EpochResult = { epoch: progress.epoch, loss: progress.lossSum / Math.max(1, steps), ...(score === undefined ? {} : { score }) };
      progress.results.push(result);
      options.onEpoch?.(result);
      if (score === undefined || progress.bestScore === null || score > progress.bestScore) {
        progress.bestScore = score ?? null;
        progress.bestEpoch = progress.epoch;
        best?.set(parameters);
      }
      if (epochsWithoutRise(progress.results) >= patience) stopped = 'early';
      progress.epoch += 1;
      progress.step = 0;
      progress.lossSum = 0;
    }
  } catch (error) {
    if (error instanceof CancelledError) await save();
    throw error;
  }
  if (best !== undefined) parameters.set(best);
  if (checkpoint !== undefined) await removeCheckpoint(checkpoint.path);
  return { epochs: progress.results, bestEpoch: progress.bestEpoch, stopped };
}

interface RunProgress {
  epoch: number;
  step: number;
  lossSum: number;
  results: EpochResult[];
  bestEpoch: number;
  /** null until there is a score: the checkpoint's JSON knows no infinity. */
  bestScore: number | null;
}

/** How many epochs ago the best trained state was. The start is no part of it: training may first lose what it later more than regains. */
function epochsWithoutRise(results: readonly EpochResult[]): number {
  const scores = results.map((result) => result.score ?? Infinity);
  return scores.length - 1 - scores.lastIndexOf(Math.max(...scores));
}

/** What the user sees beside the pace: the smoothed loss, and the held-out score after the last epoch. */
function noteOf(loss: number, score: number | undefined): string {
  return `loss ${loss.toPrecision(4)}${score === undefined ? '' : `, held-out score ${score.toFixed(3)}`}`;
}

/** Rises over the first steps, then falls in a straight line towards zero. */
function rateAt(step: number, total: number): number {
  const warm = Math.max(1, Math.round(WARM_UP_SHARE * total));
  return step < warm ? (step + 1) / warm : Math.max(0, (total - step) / Math.max(1, total - warm));
}

/** Names the data and the settings of a run, so that a checkpoint of another one is not taken up. */
export function runIdentity(data: readonly (Float32Array | undefined)[], settings: object): string {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  for (const array of data) if (array !== undefined) hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return hash.digest('hex');
}
