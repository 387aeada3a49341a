import { randomInt, seededRandom } from '../base/random.ts';

/** A mean with the ends of its 95 % confidence interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

type Numbers = readonly number[] | Float64Array | Float32Array | Int32Array;

/** Arithmetic mean; NaN of nothing. */
export function mean(values: Numbers): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i]!;
  return sum / values.length;
}

/**
 * Percentiles (0 … 100) by linear interpolation between the closest ranks, as numpy.percentile's default "linear":
 * rank = p/100 · (n−1). NaN of nothing.
 */
export function percentiles(values: Numbers, wanted: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return wanted.map((percent) => percentileOfSorted(sorted, percent));
}

/** One percentile; see `percentiles`. */
export function percentile(values: Numbers, percent: number): number {
  return percentiles(values, [percent])[0]!;
}

function percentileOfSorted(sorted: Float64Array, percent: number): number {
  if (sorted.length === 0) return NaN;
  const rank = (Math.min(100, Math.max(0, percent)) / 100) * (sorted.length - 1);
  const below = Math.floor(rank);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (rank - below);
}

/** Resampling: `resamples` draws with replacement (default 2,000), seeded (default 1). */
export interface BootstrapOptions {
  readonly resamples?: number | undefined;
  readonly seed?: number | undefined;
}

/**
 * The mean of one number a query with its 95 % interval by the percentile bootstrap over queries: the 2.5th and 97.5th
 * percentile of the resampled means. The same values and seed give the same interval.
 *
 * Per-query recalls take few distinct values (0, 0.1, … 1), so a resample is drawn as counts of those (a multinomial through
 * binomials): the same distribution in a time that does not grow with the number of queries. With many distinct values
 * the queries themselves are drawn.
 */
export function bootstrapMean(values: Numbers, options: BootstrapOptions = {}): Estimate {
  const value = mean(values);
  if (values.length < 2) return { value, low: value, high: value };
  const means = resampledMeans(values, options);
  return { value, low: percentileOfSorted(means, 2.5), high: percentileOfSorted(means, 97.5) };
}

/**
 * The mean of `a[i] − b[i]` with its 95 % interval: both measured on the same queries, so queries are drawn in pairs.
 * An interval that holds 0 means that the two cannot be told apart.
 * @throws Error when the lengths differ.
 */
export function bootstrapDifference(a: Numbers, b: Numbers, options: BootstrapOptions = {}): Estimate {
  if (a.length !== b.length) throw new Error(`paired bootstrap: ${a.length} and ${b.length} values do not pair`);
  return bootstrapMean(
    Float64Array.from({ length: a.length }, (_, i) => a[i]! - b[i]!),
    options,
  );
}

function resampledMeans(values: Numbers, { resamples = 2000, seed = 1 }: BootstrapOptions): Float64Array {
  const random = seededRandom(seed);
  const counts = new Map<number, number>();
  for (let i = 0; i < values.length; i += 1) counts.set(values[i]!, (counts.get(values[i]!) ?? 0) + 1);
  // Rising order, so that the draws do not depend on the order of the queries.
  const distinct = [...counts.keys()].sort((x, y) => x - y);
  const means = new Float64Array(resamples);
  if (distinct.length * 8 <= values.length || distinct.length <= 2) {
    for (let i = 0; i < resamples; i += 1) means[i] = multinomialMean(random, distinct, counts, values.length);
  } else {
    for (let i = 0; i < resamples; i += 1) {
      let sum = 0;
      for (let j = 0; j < values.length; j += 1) sum += values[randomInt(random, values.length)]!;
      means[i] = sum / values.length;
    }
  }
  return means.sort();
}

function multinomialMean(random: () => number, distinct: readonly number[], counts: ReadonlyMap<number, number>, total: number): number {
  let left = total;
  let mass = total;
  let sum = 0;
  for (const value of distinct) {
    if (left === 0) break;
    const count = counts.get(value)!;
    const drawn = count >= mass ? left : binomial(random, left, count / mass);
    sum += drawn * value;
    left -= drawn;
    mass -= count;
  }
  return sum / total;
}

/**
 * How many of `trials` succeed with probability `p`: inversion from the mode outwards, exact up to rounding
 * (Kemp 1986, "A modal method for generating binomial variables"); about √(trials·p·(1−p)) steps.
 */
function binomial(random: () => number, trials: number, p: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return trials;
  const odds = p / (1 - p);
  const mode = Math.min(trials, Math.floor((trials + 1) * p));
  const atMode = Math.exp(logChoose(trials, mode) + mode * Math.log(p) + (trials - mode) * Math.log1p(-p));
  let rest = random() - atMode;
  if (rest < 0) return mode;
  let up = mode;
  let down = mode;
  let upMass = atMode;
  let downMass = atMode;
  while (up < trials || down > 0) {
    if (up < trials) {
      upMass *= (odds * (trials - up)) / (up + 1);
      up += 1;
      rest -= upMass;
      if (rest < 0) return up;
    }
    if (down > 0) {
      downMass *= down / (odds * (trials - down + 1));
      down -= 1;
      rest -= downMass;
      if (rest < 0) return down;
    }
  }
  return mode; // rounding left a sliver of probability
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

const logFactorials: number[] = [0];

function logFactorial(n: number): number {
  for (let i = logFactorials.length; i <= n; i += 1) logFactorials.push(logFactorials[i - 1]! + Math.log(i));
  return logFactorials[n]!;
}

/** A straight line through points, least squares, with the slope's standard error and 95 % interval (normal, 1.96 errors). */
export interface LineFit {
  readonly slope: number;
  readonly intercept: number;
  readonly slopeLow: number;
  readonly slopeHigh: number;
  /** Share of the variance explained, 0 … 1. */
  readonly rSquared: number;
}

/** @throws Error with fewer than two distinct x. */
export function fitLine(x: Numbers, y: Numbers): LineFit {
  const n = x.length;
  const meanX = mean(x);
  const meanY = mean(y);
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let i = 0; i < n; i += 1) {
    xx += (x[i]! - meanX) ** 2;
    xy += (x[i]! - meanX) * (y[i]! - meanY);
    yy += (y[i]! - meanY) ** 2;
  }
  if (!(xx > 0)) throw new Error('fitLine: fewer than two distinct x');
  const slope = xy / xx;
  const residual = Math.max(0, yy - slope * xy);
  const error = n > 2 ? Math.sqrt(residual / (n - 2) / xx) : 0;
  return { slope, intercept: meanY - slope * meanX, slopeLow: slope - 1.96 * error, slopeHigh: slope + 1.96 * error, rSquared: yy > 0 ? 1 - residual / yy : 1 };
}
