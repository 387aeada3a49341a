import type { LadderEntry } from '../contract/report.ts';

export interface Bump {
  readonly dims: number;
  /** How far recall stands above the line between its neighbours, as a share. */
  readonly excess: number;
}

const logit = (share: number): number => Math.log(share / (1 - share));
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Prefixes whose recall stands out above their neighbours beyond noise: the mark of a size the model was trained for.
 * Recall is near a straight line in logit against log2 of the dimension, so an entry is held against the line between the tested sizes
 * next to it; 2.5 standard errors (from the intervals of all three) are asked for. Sizes at 0 or 100 % have no logit and are left out.
 */
export function bumpsOf(ladder: readonly Pick<LadderEntry, 'dims' | 'recall'>[]): readonly Bump[] {
  const points = ladder
    .filter(({ recall }) => recall.value > 0 && recall.value < 1)
    .map(({ dims, recall }) => ({
      dims,
      share: recall.value,
      x: Math.log2(dims),
      y: logit(recall.value),
      error: (recall.high - recall.low) / (2 * 1.96) / (recall.value * (1 - recall.value)),
    }));
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    const after = points[index + 1];
    if (before === undefined || after === undefined) return [];
    const weight = (point.x - before.x) / (after.x - before.x);
    const line = before.y + weight * (after.y - before.y);
    const error = Math.hypot(point.error, (1 - weight) * before.error, weight * after.error);
    return point.y - line > 2.5 * error ? [{ dims: point.dims, excess: point.share - logistic(line) }] : [];
  });
}
