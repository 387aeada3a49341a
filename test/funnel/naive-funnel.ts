import type { Schedule } from '../../src/contract/schedule.ts';
import { naiveOrder, naiveScores } from '../vectors/naive.ts';
import type { MadeSet } from './made-data.ts';

/** A funnel in double precision, stage by stage, with no shortcut: what the pool's evaluation is held against. */
export function naiveFunnel(set: MadeSet, query: number, schedule: Schedule): { rows: number[]; scores: Float64Array }[] {
  const { dims } = set.vectors;
  const vector = set.queryRows.subarray(query * dims, (query + 1) * dims);
  let alive: number[] | undefined;
  return schedule.map((stage) => {
    const scores = naiveScores(set.documents, dims, vector, stage.dims);
    alive = naiveOrder(scores, alive).slice(0, stage.keep);
    return { rows: alive, scores };
  });
}

/**
 * The accepted true neighbours: exact top k at full dimension, and whatever ties with the k-th within 1e-6.
 * Undefined in the rare case that a row is so close to that limit that float32 may see it on the other side.
 */
export function naiveTruth(set: MadeSet, query: number, k: number): Set<number> | undefined {
  const { dims } = set.vectors;
  const scores = naiveScores(set.documents, dims, set.queryRows.subarray(query * dims, (query + 1) * dims), dims);
  const order = naiveOrder(scores);
  const last = scores[order[Math.min(k, order.length) - 1]!]!;
  if (scores.some((score) => Math.abs(score - (last - 1e-6)) < 4e-7)) return undefined;
  return new Set(order.filter((row) => scores[row]! >= last - 1e-6));
}

export function naiveRecall(truth: ReadonlySet<number>, rows: readonly number[], k: number, rowCount: number): number {
  const most = Math.min(k, rowCount);
  return Math.min(most, rows.slice(0, k).filter((row) => truth.has(row)).length) / most;
}
