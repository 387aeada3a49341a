import { describe, expect, it } from 'vitest';
import { runTraining, type TrainingJob } from '../../src/training/training-run.ts';

/** A job whose one parameter counts steps; its score after each epoch is given (the first one is the start's). */
function jobOf(scores: readonly number[], stepsAnEpoch = 3): TrainingJob & { readonly rates: number[] } {
  const parameter = new Float32Array(1);
  let asked = 0;
  const rates: number[] = [];
  return {
    phase: 'counting',
    epochs: scores.length - 1,
    stepsAnEpoch,
    learningRate: 2,
    state: [parameter],
    counter: { step: 0 },
    beginEpoch: () => stepsAnEpoch,
    step: async (_, rate) => {
      rates.push(rate);
      parameter[0]! += 1;
      return 100 - parameter[0]!;
    },
    validate: async () => scores[asked++]!,
    rates,
  };
}

describe('a training run', () => {
  it('keeps the parameters of the best epoch', async () => {
    const job = jobOf([0, 1, 3, 2]);
    const result = await runTraining(job);
    expect(result).toMatchObject({ bestEpoch: 1, stopped: 'finished' });
    expect(job.state[0]![0]).toBe(6);
    expect(result.epochs.map((epoch) => epoch.loss)).toEqual([98, 95, 92]);
  });

  it('keeps the start when it is the best, but lets training first fall below it', async () => {
    const job = jobOf([5, 1, 2, 3, 4]);
    expect(await runTraining(job)).toMatchObject({ bestEpoch: -1, stopped: 'finished' });
    expect(job.state[0]![0]).toBe(0);
  });

  it('stops early when the epochs stop rising', async () => {
    const job = jobOf([0, 3, 2, 1, 9]);
    expect(await runTraining(job, { patience: 2 })).toMatchObject({ bestEpoch: 0, stopped: 'early' });
    expect(job.rates.length).toBe(9);
  });

  it('lets the rate rise at first and then fall towards zero', async () => {
    const job = jobOf([0, 1, 2], 50);
    await runTraining(job);
    expect(job.rates[0]).toBeLessThan(1);
    expect(Math.max(...job.rates)).toBeCloseTo(2, 5);
    expect(job.rates.at(-1)).toBeLessThan(0.05);
  });

  it('says so when the loss is no longer a number', async () => {
    await expect(runTraining({ ...jobOf([0, 1]), step: async () => Number.NaN })).rejects.toThrow('the loss became NaN in epoch 1, step 1');
  });

  it('reports steps, their total and the loss', async () => {
    const reports: string[] = [];
    await runTraining(jobOf([0, 1, 2]), { onProgress: ({ phase, done, total, unit }) => reports.push(`${phase} ${done}/${total} ${unit}`) });
    expect(reports).toEqual([1, 2, 3, 4, 5, 6].map((step) => `counting ${step}/6 batches`));
  });
});
