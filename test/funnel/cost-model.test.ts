import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkSchedule, formatSchedule, parseSchedule } from '../../src/contract/schedule.ts';
import { bytesReadOf, costSchedules, estimateMs, fitCostModel } from '../../src/funnel/cost-model.ts';
import type { CostRun } from '../../src/funnel/cost-model.ts';
import { fitNonNegative } from '../../src/funnel/least-squares.ts';

const rowCount = 100_000;

/** Runs whose times follow a law, with a scan that is not linear in its dims. */
function runsOf(noise: (i: number) => number = () => 1): CostRun[] {
  return costSchedules([16, 64, 128, 512], 10, 1000, rowCount).map((schedule, i): CostRun => {
    const stageMs = schedule.map((stage, s) => {
      const before = schedule[s - 1];
      const ms = before === undefined ? 0.05 + 3e-9 * rowCount * stage.dims * (stage.dims > 100 ? 2 : 1) + 2e-4 * stage.keep : 0.02 + before.keep * (1e-4 + 1e-6 * (stage.dims - before.dims));
      return ms * noise(i + s);
    });
    const totalMs = stageMs.reduce((sum, ms) => sum + ms, 0);
    return { schedule, stageMs, totalMs, p95Ms: 1.3 * totalMs };
  });
}

describe('the cost model', () => {
  test('gives back the prices of runs that follow them, and then predicts runs that it has not seen', () => {
    const model = fitCostModel(runsOf(), rowCount, 'made up');
    expect(model.scanMsPerKeep).toBeCloseTo(2e-4, 7);
    expect(model.rerankFixedMs).toBeCloseTo(0.02, 6);
    expect(model.rerankMsPerCandidate).toBeCloseTo(1e-4, 8);
    expect(model.rerankMsPerCandidateDim).toBeCloseTo(1e-6, 10);
    expect(model.p95Ratio).toBeCloseTo(1.3, 9);
    const estimate = estimateMs(model, parseSchedule('64:777,512:10'), rowCount);
    expect(estimate.stagesMs[0]).toBeCloseTo(0.05 + 3e-9 * rowCount * 64 + 2e-4 * 777, 6);
    expect(estimate.stagesMs[1]).toBeCloseTo(0.02 + 777 * (1e-4 + 1e-6 * 448), 6);
    expect(estimate.totalMs).toBeCloseTo(estimate.stagesMs[0]! + estimate.stagesMs[1]!, 9);
    expect(estimate.errorMs).toBeCloseTo(estimate.totalMs * model.relativeError, 9);
  });

  test('a prefix that was not measured costs between its measured neighbours', () => {
    const model = fitCostModel(runsOf(), rowCount, 'made up');
    const at = (dims: number): number => estimateMs(model, [{ dims, keep: 10 }], rowCount).totalMs;
    for (const [low, middle, high] of [[16, 40, 64], [64, 96, 128], [128, 300, 512]] as const) {
      expect(at(middle)).toBeGreaterThan(at(low));
      expect(at(middle)).toBeLessThan(at(high));
    }
    expect(at(8)).toBeLessThan(at(16));
  });

  test('its error is that of predicting each run without it: none without noise, about the noise with it', () => {
    expect(fitCostModel(runsOf(), rowCount, 'x').relativeError).toBeLessThan(0.05);
    const noisy = fitCostModel(runsOf((i) => (i % 2 === 0 ? 1.2 : 0.8)), rowCount, 'x');
    expect(noisy.relativeError).toBeGreaterThan(0.05);
    expect(noisy.relativeError).toBeLessThan(0.5);
    expect(noisy.how).toContain(`±${(noisy.relativeError * 100).toFixed(1)} %`);
  });

  test('more rows, candidates or dims never cost less, whatever was measured', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.3, max: 3, noNaN: true }), { minLength: 40, maxLength: 40 }), (factors) => {
        const model = fitCostModel(runsOf((i) => factors[i % 40]!), rowCount, 'x');
        for (const price of [model.fixedMs, model.scanMsPerRowDim, model.scanMsPerKeep, model.rerankFixedMs, model.rerankMsPerCandidate, model.rerankMsPerCandidateDim]) {
          expect(price).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('its schedules: every prefix plain, to the full dimension with three keeps, and once through the next prefix', () => {
    expect(costSchedules([16, 64, 256], 10, 1000, 100_000).map(formatSchedule)).toEqual([
      '16:10', '64:10', '256:10',
      '16:46,256:10', '16:215,256:10', '16:1000,256:10', '16:1000,64:46,256:10',
      '64:46,256:10', '64:215,256:10', '64:1000,256:10',
    ]);
    // No keep beyond the corpus, none that is not more than k.
    expect(costSchedules([16, 256], 10, 1000, 80).map(formatSchedule)).toEqual(['16:10', '256:10', '16:20,256:10', '16:40,256:10', '16:80,256:10']);
    expect(costSchedules([16, 256], 10, 10, 80).map(formatSchedule)).toEqual(['16:10', '256:10']);
  });

  test('weighs by relative error: a run of 100 ms that is off by a tenth does not bend what a run of 0.1 ms says', () => {
    const heads = [[16, 0.1], [64, 0.4], [256, 110]] as const;
    const runs = [...heads, ...heads].map(([dims, ms]): CostRun => ({ schedule: [{ dims, keep: 10 }], stageMs: [ms], totalMs: ms, p95Ms: ms }));
    const model = fitCostModel(runs, 1000, 'x');
    for (const [dims, ms] of heads) expect(estimateMs(model, [{ dims, keep: 10 }], 1000).totalMs).toBeCloseTo(ms, 9);
    // Between measured prefixes on the straight line between them; beyond the longest by rows × dims.
    expect(estimateMs(model, [{ dims: 40, keep: 10 }], 1000).totalMs).toBeCloseTo(0.25, 9);
    expect(estimateMs(model, [{ dims: 512, keep: 10 }], 1000).totalMs).toBeCloseTo(110 + model.scanMsPerRowDim * 1000 * 256, 6);
    expect(model.scanMsPerRowDim).toBeLessThan(1e-4);
    expect([model.rerankFixedMs, model.rerankMsPerCandidate, model.rerankMsPerCandidateDim]).toEqual([0, 0, 0]);
    expect(model.scanMsPerKeep).toBe(0);
  });

  test('the price of a kept candidate is the slope through each prefix’s own runs', () => {
    const runs = [16, 64].flatMap((dims) => [10, 500, 1000].map((keep): CostRun => {
      const ms = (dims === 16 ? 1 : 3) + 0.002 * keep;
      return { schedule: [{ dims, keep }], stageMs: [ms], totalMs: ms, p95Ms: ms };
    }));
    const model = fitCostModel(runs, 10_000, 'x');
    expect(model.scanMsPerKeep).toBeCloseTo(0.002, 9);
    expect(model.scanMsByDims!.map(({ dims, ms }) => [dims, Number(ms.toFixed(9))])).toEqual([[16, 1], [64, 3]]);
    expect(model.relativeError).toBeLessThan(1e-9);
  });

  test('its error is that of runs it was not fitted to', () => {
    // Two prefixes, one measured once: without that run only rows × dims can predict it, and here the cost is not linear.
    const runs = ([[16, 1], [32, 2], [64, 40]] as const).map(([dims, ms]): CostRun => ({ schedule: [{ dims, keep: 10 }], stageMs: [ms], totalMs: ms, p95Ms: 2 * ms }));
    const model = fitCostModel(runs, 1000, 'the store');
    expect(model.relativeError).toBeGreaterThan(0.3);
    expect(model.how).toMatch(/^Fitted to the median times of 3 schedules measured on the store, interleaved, one query at a time, 1,000 documents\. Error: ±[\d.]+ % \(root mean square\)/);
  });

  test('needs three runs', () => {
    expect(() => fitCostModel(runsOf().slice(0, 2), rowCount, 'x')).toThrow('at least 3 measured runs, got 2');
  });

  test('the schedules that it is measured from are schedules, all different, with a head at every prefix', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 2000 }), (wanted, k, capacity) => {
        const dims = [...wanted].sort((a, b) => a - b);
        const schedules = costSchedules(dims, k, Math.max(k, capacity), 5000);
        for (const schedule of schedules) checkSchedule(schedule, { dims: dims.at(-1)!, k });
        expect(new Set(schedules.map(formatSchedule)).size).toBe(schedules.length);
        expect(new Set(schedules.map((schedule) => schedule[0]!.dims))).toEqual(new Set(dims));
      }),
    );
  });

  test('bytes read: the head over all rows, then only new dims of the survivors; a quantised head leaves nothing to go on from', () => {
    expect(bytesReadOf(parseSchedule('64:500,256:10'), 1000)).toBe(1000 * 64 * 4 + 500 * 192 * 4);
    expect(bytesReadOf(parseSchedule('64:500,256:10'), 1000, 'int8')).toBe(1000 * 64 + 500 * 256 * 4);
    expect(bytesReadOf(parseSchedule('64:500,256:10'), 100)).toBe(100 * 64 * 4 + 100 * 192 * 4);
    expect(bytesReadOf(parseSchedule('64:500,128:50,256:10'), 1000, 'binary')).toBe(1000 * 8 + 500 * 128 * 4 + 50 * 128 * 4);
  });
});

describe('non-negative least squares', () => {
  test('no weights nearby do better, and none is negative', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 5, noNaN: true }), fc.double({ min: 0, max: 5, noNaN: true }), fc.double({ min: -3, max: 9, noNaN: true })), { minLength: 4, maxLength: 12 }),
        (points) => {
          const x = points.map(([a, b]) => [1, a, b]);
          const y = points.map(([, , value]) => value);
          const scale = points.map(() => 1);
          const error = (w: readonly number[]): number => x.reduce((sum, row, i) => sum + (row.reduce((dot, value, j) => dot + value * w[j]!, 0) - y[i]!) ** 2, 0);
          const found = fitNonNegative(x, y, scale);
          for (let j = 0; j < 3; j += 1) {
            expect(found[j]).toBeGreaterThanOrEqual(0);
            for (const step of [-1e-3, 1e-3]) {
              const other = found.map((value, i) => (i === j ? Math.max(0, value + step) : value));
              expect(error(other)).toBeGreaterThanOrEqual(error(found) - 1e-6);
            }
          }
        },
      ),
    );
  });

  test('weights count: points with a hundredfold weight are met, the others as well as can be', () => {
    const x = [[1, 0], [1, 1], [1, 2], [1, 10]];
    const y = [1, 3, 5, 0];
    const [constant, slope] = fitNonNegative(x, y, [100, 100, 100, 0.01]);
    expect(constant).toBeCloseTo(1, 3);
    expect(slope).toBeCloseTo(2, 3);
    const [flat, none] = fitNonNegative(x, y, [0.01, 0.01, 0.01, 100]);
    expect(flat! + 10 * none!).toBeCloseTo(0, 3);
  });

  test('columns of nothing, of copies, and of very different size do not get in each other’s way', () => {
    const [nothing, two] = fitNonNegative([[0, 1], [0, 2]], [2, 4], [1, 1]);
    expect(nothing).toBe(0);
    expect(two).toBeCloseTo(2, 12);
    const [a, b] = fitNonNegative([[1, 1], [2, 2]], [3, 6], [1, 1]);
    expect(a! + b!).toBeCloseTo(3, 9);
    const rows = [[1, 1e6, 0], [1, 2e6, 1], [1, 5e6, 0], [1, 9e6, 3]];
    const found = fitNonNegative(rows, rows.map(([one, wide, third]) => 7 * one! + 2e-6 * wide! + 4 * third!), [1, 1, 1, 1]);
    [7, 2e-6, 4].forEach((weight, i) => expect(found[i]! / weight).toBeCloseTo(1, 6));
    expect(fitNonNegative([], [], [])).toEqual([]);
  });
});
