import { randomInt, seededRandom } from '../base/random.ts';
import { fitLine, mean } from '../math/statistics.ts';

/** A quantity measured at several corpus sizes on the same queries. */
export interface TrendData {
  readonly sizes: readonly number[];
  /** The quantity on a scale where the trend is a straight line in log₂ of the size, at one size, for queries drawn with these counts. */
  readonly statistic: (sizeIndex: number, counts: Uint32Array) => number;
  readonly queryCount: number;
}

export interface Trend {
  readonly intercept: number;
  readonly slope: number;
  /** Standard deviation of the points around the line; 0 for two points. */
  readonly residual: number;
  /** Value at a size with its 95 % interval, on the statistic's scale. */
  readonly predict: (size: number) => { value: number; low: number; high: number };
}

/** 97.5th percentiles of Student's t with 1, 2, … degrees of freedom. */
const T_975 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
const RESAMPLES = 400;

/**
 * A straight line through the statistic against log₂ size. The interval of a prediction joins three doubts:
 * the scatter of the points around the line (Student's t, widening with the distance, as for a new observation); the queries being a sample
 * (bootstrap of the prediction and of a measurement, the same drawn queries at every size); and the line itself, which may bend: the interval
 * is stretched to hold what a line through the three largest sizes alone predicts.
 * @param used indices of the sizes to fit, at least two.
 */
export function fitTrend(data: TrendData, used: readonly number[], seed: number): Trend {
  const x = used.map((index) => Math.log2(data.sizes[index]!));
  const all = new Uint32Array(data.queryCount).fill(1);
  const y = used.map((index) => data.statistic(index, all));
  const line = lineOf(x, y);
  const freedom = used.length - 2;
  const meanX = mean(x);
  const spread = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  const squares = x.reduce((sum, value, i) => sum + (y[i]! - line.at(value)) ** 2, 0);
  const residual = freedom > 0 ? Math.sqrt(squares / freedom) : 0;
  const recent = used.length > 3 ? lineOf(x.slice(-3), y.slice(-3)) : line;

  const random = seededRandom(seed);
  const counts = new Uint32Array(data.queryCount);
  const drawn: { line: Line; last: number }[] = [];
  for (let i = 0; i < RESAMPLES; i += 1) {
    counts.fill(0);
    for (let j = 0; j < data.queryCount; j += 1) counts[randomInt(random, data.queryCount)]! += 1;
    const values = used.map((index) => data.statistic(index, counts));
    drawn.push({ line: lineOf(x, values), last: values[values.length - 1]! });
  }
  const lastSpread = deviation(drawn.map((draw) => draw.last));
  return {
    intercept: line.intercept,
    slope: line.slope,
    residual,
    predict(size) {
      const at = Math.log2(size);
      const value = line.at(at);
      const scatter = freedom > 0 ? T_975[Math.min(freedom, T_975.length) - 1]! * residual * Math.sqrt(1 + 1 / used.length + (at - meanX) ** 2 / spread) : 0;
      const sampling = 1.96 * Math.hypot(deviation(drawn.map((draw) => draw.line.at(at))), lastSpread);
      const half = Math.hypot(scatter, sampling);
      const bent = recent.at(at);
      return { value, low: Math.min(value - half, bent), high: Math.max(value + half, bent) };
    },
  };
}

interface Line {
  readonly intercept: number;
  readonly slope: number;
  at(x: number): number;
}

function lineOf(x: readonly number[], y: readonly number[]): Line {
  const { slope, intercept } = fitLine(x, y);
  return { slope, intercept, at: (value) => intercept + slope * value };
}

function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, values.length - 1));
}

export function logit(share: number): number {
  return Math.log(share / (1 - share));
}

export function fromLogit(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
