import type { Interval } from '../contract/measure.ts';
import type { Bump } from '../contract/tuning.ts';

const STANDARD_ERRORS = 3;
/** A bump below half a point is nothing to act on, however sure. */
const LEAST_EXCESS = 0.005;

interface Point {
  readonly dims: number;
  readonly recall: number;
  /** log2 of the size. */
  readonly x: number;
  /** Logit of recall, and its standard error. */
  readonly y: number;
  readonly error: number;
}

/**
 * Sizes whose recall stands out above their neighbours: the mark of a size the model was trained for. Recall bends over the sizes for any
 * vectors, so a size is not held against a straight line but against the cubic (of the logit, over the log of the size) through the two
 * measured sizes on each side, which follows every smooth bend; and, since a bump bends the cubic of the sizes near it, against the line
 * between the two sizes beside it as well. Three standard errors of all and half a point of recall are asked for of both.
 * Sizes at 0 or 100 % have no logit and are left out; the outermost two on each side have not enough neighbours to be judged.
 * @param dims rising, with `recall` in the same order.
 */
export function bumpsOf(dims: readonly number[], recall: readonly Interval[]): Bump[] {
  const points = dims.flatMap((size, at): Point[] => {
    const { value, low, high } = recall[at]!;
    if (value <= 0 || value >= 1) return [];
    const slope = value * (1 - value);
    return [{ dims: size, recall: value, x: Math.log2(size), y: Math.log(value / (1 - value)), error: (high - low) / 3.92 / slope }];
  });
  return points.flatMap((point, at): Bump[] => {
    const [before, after] = [points[at - 1], points[at + 1]];
    const around = [points[at - 2], before, after, points[at + 2]];
    if (!around.every((one) => one !== undefined)) return [];
    const excess = Math.min(excessOver(around, point), excessOver([before!, after!], point));
    return excess >= LEAST_EXCESS ? [{ dims: point.dims, excess }] : [];
  });
}

/** How far recall stands above the polynomial through the other points, as a share; 0 where that is within the errors. */
function excessOver(others: readonly Point[], point: Point): number {
  const weights = others.map((one) => others.reduce((product, other) => (other === one ? product : (product * (point.x - other.x)) / (one.x - other.x)), 1));
  const smooth = others.reduce((sum, one, index) => sum + weights[index]! * one.y, 0);
  const error = Math.hypot(point.error, ...others.map((one, index) => weights[index]! * one.error));
  return point.y - smooth > STANDARD_ERRORS * error ? point.recall - 1 / (1 + Math.exp(-smooth)) : 0;
}
