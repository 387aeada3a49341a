import { UserError } from '../base/errors.ts';
import { formatCount } from '../base/format.ts';
import type { HeadPrecision } from '../stores/store.ts';
import type { Schedule } from '../contract/schedule.ts';
import type { CostModel } from '../contract/tuning.ts';
import { percentile } from '../math/statistics.ts';
import { fitNonNegative } from './least-squares.ts';

/** One schedule measured on the store: median times over the same queries, in milliseconds. */
export interface CostRun {
  readonly schedule: Schedule;
  readonly stageMs: readonly number[];
  readonly totalMs: number;
  readonly p95Ms: number;
}

/** Bytes of one dimension of a vector. */
export const BYTES_PER_DIM: Readonly<Record<HeadPrecision, number>> = { f32: 4, f16: 2, int8: 1, binary: 1 / 8, pq4: 1 / 8 };

/** Bytes of vectors that one query reads: the head's prefix of every row, then only the new dimensions of the survivors. */
export function bytesReadOf(schedule: Schedule, rowCount: number, precision: HeadPrecision = 'f32'): number {
  const first = schedule[0]!;
  let bytes = rowCount * first.dims * BYTES_PER_DIM[precision];
  for (let i = 1; i < schedule.length; i += 1) {
    const before = schedule[i - 1]!;
    // A quantised head leaves no exact partial sums: the first re-rank starts from dimension 0.
    const from = i === 1 && precision !== 'f32' ? 0 : before.dims;
    bytes += Math.min(before.keep, rowCount) * (schedule[i]!.dims - from) * 4;
  }
  return bytes;
}

/**
 * The schedules to measure a cost model from: at every prefix the exact search with small and large keeps, re-ranked to the full dimension
 * at once and through one prefix in between, so that rows × dimensions, candidates, and candidates × dimensions all vary on their own.
 * @param dims rising, the last one the full dimension.
 */
export function costSchedules(dims: readonly number[], k: number, capacity: number, rowCount: number): Schedule[] {
  const full = dims[dims.length - 1]!;
  const most = Math.min(capacity, rowCount);
  const keeps = [...new Set([1 / 3, 2 / 3, 1].map((share) => Math.round(k * (most / k) ** share)))].filter((keep) => keep > k);
  const schedules: Schedule[] = dims.map((size) => [{ dims: size, keep: k }]);
  dims.slice(0, -1).forEach((size, index) => {
    for (const keep of keeps) schedules.push([{ dims: size, keep }, { dims: full, keep: k }]);
    const middle = dims[index + 1]!;
    const wide = keeps[keeps.length - 1];
    const narrow = keeps[0];
    if (middle < full && wide !== undefined && narrow !== undefined && wide > narrow) {
      schedules.push([{ dims: size, keep: wide }, { dims: middle, keep: narrow }, { dims: full, keep: k }]);
    }
  });
  return schedules;
}

/**
 * Fits the cost of each kind of stage to measured runs, by least squares of the relative error with no negative price:
 * a head search costs its prefix's own constant and a price a kept candidate; prefixes that were not measured lie between their measured
 * neighbours (rows × dimensions beyond them); a re-ranking stage costs a constant (a round trip, on a server), a price a candidate, and a price a
 * candidate and new dimension. The error shown is that of predicting each run's total from a fit without it.
 * @throws UserError with fewer than three runs.
 */
export function fitCostModel(runs: readonly CostRun[], rowCount: number, store: string): CostModel {
  if (runs.length < 3) throw new UserError('cost/runs', `a cost model needs at least 3 measured runs, got ${runs.length}`);
  const prices = fitPrices(runs, rowCount);
  let squares = 0;
  for (let left = 0; left < runs.length; left += 1) {
    const others = runs.filter((_, index) => index !== left);
    const predicted = estimateStages(fitPrices(others, rowCount), runs[left]!.schedule, rowCount).reduce((sum, ms) => sum + ms, 0);
    squares += (predicted / runs[left]!.totalMs - 1) ** 2;
  }
  const relativeError = Math.sqrt(squares / runs.length);
  return {
    store,
    ...prices,
    p95Ratio: percentile(runs.map((run) => run.p95Ms / run.totalMs), 50),
    relativeError,
    runCount: runs.length,
    how:
      `Fitted to the median times of ${runs.length} schedules measured on ${store}, interleaved, one query at a time, ${formatCount(rowCount)} documents. ` +
      `Error: ±${(relativeError * 100).toFixed(1)} % (root mean square) when each run is predicted from the others.`,
  };
}

type Prices = Pick<
  CostModel,
  'fixedMs' | 'scanMsPerRowDim' | 'scanMsPerKeep' | 'rerankMsPerCandidateDim' | 'rerankMsPerCandidate' | 'rerankFixedMs' | 'scanMsByDims'
>;

function fitPrices(runs: readonly CostRun[], rowCount: number): Prices {
  const heads = runs.map((run) => ({ ...run.schedule[0]!, ms: Math.max(run.stageMs[0]!, 1e-6) }));
  const dims = [...new Set(heads.map((head) => head.dims))].sort((a, b) => a - b);
  const scanMsPerKeep = keepPrice(heads, dims);
  const scanMsByDims = dims.map((size) => ({ dims: size, ms: constantOf(heads.filter((head) => head.dims === size), scanMsPerKeep) }));
  const [fixedMs, scanMsPerRowDim] = fitNonNegative(
    scanMsByDims.map((entry) => [1, rowCount * entry.dims]),
    scanMsByDims.map((entry) => entry.ms),
    scanMsByDims.map((entry) => 1 / Math.max(entry.ms, 1e-6)),
  );
  const steps = runs.flatMap((run) =>
    run.schedule.slice(1).map((stage, index) => {
      const before = run.schedule[index]!;
      return { candidates: Math.min(before.keep, rowCount), newDims: stage.dims - before.dims, ms: Math.max(run.stageMs[index + 1]!, 1e-6) };
    }),
  );
  const [rerankFixedMs, rerankMsPerCandidate, rerankMsPerCandidateDim] =
    steps.length === 0
      ? [0, 0, 0]
      : fitNonNegative(
          steps.map((step) => [1, step.candidates, step.candidates * step.newDims]),
          steps.map((step) => step.ms),
          steps.map((step) => 1 / step.ms),
        );
  return {
    fixedMs: fixedMs!,
    scanMsPerRowDim: scanMsPerRowDim!,
    scanMsPerKeep,
    rerankMsPerCandidateDim: rerankMsPerCandidateDim!,
    rerankMsPerCandidate: rerankMsPerCandidate!,
    rerankFixedMs: rerankFixedMs!,
    scanMsByDims,
  };
}

interface HeadRun {
  readonly dims: number;
  readonly keep: number;
  readonly ms: number;
}

/** The price of a kept candidate: one slope through all prefixes' own constants, weighted by relative error, never negative. */
function keepPrice(heads: readonly HeadRun[], dims: readonly number[]): number {
  let xx = 0;
  let xy = 0;
  for (const size of dims) {
    const group = heads.filter((head) => head.dims === size);
    const weights = group.map((head) => 1 / head.ms ** 2);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const meanKeep = group.reduce((sum, head, i) => sum + weights[i]! * head.keep, 0) / total;
    const meanMs = group.reduce((sum, head, i) => sum + weights[i]! * head.ms, 0) / total;
    group.forEach((head, i) => {
      xx += weights[i]! * (head.keep - meanKeep) ** 2;
      xy += weights[i]! * (head.keep - meanKeep) * (head.ms - meanMs);
    });
  }
  return xx > 0 ? Math.max(0, xy / xx) : 0;
}

function constantOf(group: readonly HeadRun[], scanMsPerKeep: number): number {
  let total = 0;
  let sum = 0;
  for (const head of group) {
    const weight = 1 / head.ms ** 2;
    total += weight;
    sum += weight * Math.max(0, head.ms - scanMsPerKeep * head.keep);
  }
  return sum / total;
}

/** Estimated cost of a head search, without the price of its keep: measured, between two measured prefixes, or by rows × dimensions. */
function scanConstant(model: Prices, dims: number, rowCount: number): number {
  const linear = (size: number): number => model.fixedMs + model.scanMsPerRowDim * rowCount * size;
  const measured = model.scanMsByDims ?? [];
  const at = measured.findIndex((entry) => entry.dims >= dims);
  const above = measured[at];
  if (above === undefined) {
    const last = measured[measured.length - 1];
    return last === undefined ? linear(dims) : last.ms + Math.max(0, linear(dims) - linear(last.dims));
  }
  if (above.dims === dims) return above.ms;
  const below = measured[at - 1] ?? { dims: 0, ms: Math.min(model.fixedMs, above.ms) };
  return below.ms + ((above.ms - below.ms) * (dims - below.dims)) / (above.dims - below.dims);
}

/** Estimated milliseconds of a head search at a prefix that keeps so many. */
export function estimateScan(model: Prices, dims: number, keep: number, rowCount: number): number {
  return scanConstant(model, dims, rowCount) + model.scanMsPerKeep * Math.min(keep, rowCount);
}

/** Estimated milliseconds of re-ranking so many candidates from one prefix to a longer one. */
export function estimateRerank(model: Prices, candidates: number, fromDims: number, toDims: number): number {
  return model.rerankFixedMs + candidates * (model.rerankMsPerCandidate + model.rerankMsPerCandidateDim * (toDims - fromDims));
}

function estimateStages(model: Prices, schedule: Schedule, rowCount: number): number[] {
  return schedule.map((stage, index) => {
    const before = schedule[index - 1];
    return before === undefined
      ? estimateScan(model, stage.dims, stage.keep, rowCount)
      : estimateRerank(model, Math.min(before.keep, rowCount), before.dims, stage.dims);
  });
}

/** A schedule's estimated median cost; `errorMs` is the model's own root mean square error on a run of this size. */
export function estimateMs(model: CostModel, schedule: Schedule, rowCount: number): { totalMs: number; stagesMs: number[]; errorMs: number } {
  const stagesMs = estimateStages(model, schedule, rowCount);
  const totalMs = stagesMs.reduce((sum, ms) => sum + ms, 0);
  return { totalMs, stagesMs, errorMs: totalMs * model.relativeError };
}
