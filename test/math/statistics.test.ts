import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { bootstrapDifference, bootstrapMean, fitLine, mean, percentile, percentiles } from '../../src/math/statistics.ts';

describe('percentiles', () => {
  test('interpolate linearly, as numpy does', () => {
    expect(percentiles([4, 1, 3, 2], [0, 25, 50, 95, 100])).toEqual([1, 1.75, 2.5, 3.8499999999999996, 4]);
    expect(percentile([7], 99)).toBe(7);
    expect(percentile([], 50)).toBeNaN();
    expect(percentiles([3, 1, 2], [-5, 140])).toEqual([1, 3]);
  });

  test('lie between the extremes and rise with the percent', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 }), (values) => {
        const all = percentiles(values, [0, 10, 50, 90, 100]);
        expect(all[0]).toBe(Math.min(...values.map((v) => v + 0)));
        expect(all[4]).toBe(Math.max(...values.map((v) => v + 0)));
        for (let i = 1; i < all.length; i += 1) expect(all[i]!).toBeGreaterThanOrEqual(all[i - 1]!);
      }),
    );
  });
});

describe('bootstrapMean', () => {
  test('the interval of many 0/1 recalls is near the normal one, in both ways of drawing', () => {
    const random = seededRandom(3);
    const few = Array.from({ length: 1000 }, () => (random() < 0.8 ? 1 : 0));
    const many = few.map((value, i) => value + i * 1e-9);
    for (const values of [few, many]) {
      const p = mean(values);
      const half = 1.96 * Math.sqrt((p * (1 - p)) / values.length);
      const { value, low, high } = bootstrapMean(values);
      expect(value).toBe(p);
      expect(Math.abs(low - (p - half))).toBeLessThan(0.15 * half);
      expect(Math.abs(high - (p + half))).toBeLessThan(0.15 * half);
    }
  });

  test('recalls in tenths: the interval has the width of the standard error', () => {
    const random = seededRandom(5);
    const values = Array.from({ length: 400 }, () => Math.round(10 * Math.sqrt(random())) / 10);
    const m = mean(values);
    const error = Math.sqrt(mean(values.map((v) => (v - m) ** 2)) / values.length);
    const { low, high } = bootstrapMean(values);
    expect(high - low).toBeGreaterThan(3.92 * error * 0.9);
    expect(high - low).toBeLessThan(3.92 * error * 1.1);
  });

  test('the same seed gives the same interval, another order of the queries too, another seed another', () => {
    const values = Array.from({ length: 100 }, (_, i) => (i % 10) / 10);
    expect(bootstrapMean(values, { seed: 9 })).toEqual(bootstrapMean([...values].reverse(), { seed: 9 }));
    expect(bootstrapMean(values, { seed: 9 })).not.toEqual(bootstrapMean(values, { seed: 10 }));
  });

  test('equal values and a single value have an interval of no width', () => {
    expect(bootstrapMean([0.5, 0.5, 0.5])).toEqual({ value: 0.5, low: 0.5, high: 0.5 });
    expect(bootstrapMean([0.25])).toEqual({ value: 0.25, low: 0.25, high: 0.25 });
    expect(bootstrapMean([])).toEqual({ value: NaN, low: NaN, high: NaN });
  });

  test('2,000 resamples from seed 1 where nothing else is said', () => {
    const values = Array.from({ length: 40 }, (_, i) => Math.sqrt(i));
    const plain = bootstrapMean(values);
    expect(plain).toEqual(bootstrapMean(values, { resamples: 2000, seed: 1 }));
    expect(plain).not.toEqual(bootstrapMean(values, { resamples: 1999, seed: 1 }));
  });
});

describe('one resample', () => {
  const draws = 3000;
  /** Means of single resamples: an interval of one draw has that draw at both ends. */
  const meansOf = (values: readonly number[]): number[] => Array.from({ length: draws }, (_, seed) => bootstrapMean(values, { resamples: 1, seed }).low);

  /** Pearson's χ² of whole numbers 0 … n against the binomial distribution, classes of less than 5 expected joined to their neighbours. */
  const chiSquare = (found: readonly number[], n: number, p: number): { statistic: number; classes: number } => {
    const counts = Array.from({ length: n + 1 }, (_, x) => found.filter((value) => value === x).length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(found.length);
    let mass = (1 - p) ** n;
    let [expected, observed, statistic, classes] = [0, 0, 0, 0];
    counts.forEach((count, x) => {
      expected += mass * found.length;
      observed += count;
      mass *= ((n - x) / (x + 1)) * (p / (1 - p));
      if (expected < 5) return;
      statistic += (observed - expected) ** 2 / expected;
      classes += 1;
      [expected, observed] = [0, 0];
    });
    return { statistic, classes };
  };
  /** The 99.9 % point of χ² by Wilson and Hilferty's approximation. */
  const limit = (classes: number): number => (classes - 1) * (1 - 2 / (9 * (classes - 1)) + 3.09 * Math.sqrt(2 / (9 * (classes - 1)))) ** 3;

  test.each([[1, 2], [1, 3], [5, 8], [3, 20], [19, 20], [60, 120]])('of %i ones among %i values has a binomial number of ones', (ones, n) => {
    const values = Array.from({ length: n }, (_, i) => (i < ones ? 1 : 0));
    const { statistic, classes } = chiSquare(meansOf(values).map((mean) => Math.round(mean * n)), n, ones / n);
    expect(classes).toBeGreaterThan(1);
    expect(statistic).toBeLessThan(limit(classes));
  });

  test('of three values has a binomial number of each', () => {
    // 12 zeros, 8 ones, 4 hundreds: the sum tells how many of each were drawn.
    const sums = meansOf(Array.from({ length: 24 }, (_, i) => (i < 12 ? 0 : i < 20 ? 1 : 100))).map((mean) => Math.round(mean * 24));
    const [ones, hundreds] = [sums.map((sum) => sum % 100), sums.map((sum) => Math.floor(sum / 100))];
    for (const [found, p] of [[ones, 8 / 24], [hundreds, 4 / 24], [ones.map((count, i) => 24 - count - hundreds[i]!), 12 / 24]] as const) {
      const { statistic, classes } = chiSquare(found, 24, p);
      expect(statistic).toBeLessThan(limit(classes));
    }
  });
});

describe('the bootstrap of a share', () => {
  /** Smallest x with P(X ≤ x) ≥ p, X binomial. */
  const quantile = (n: number, p: number, at: number): number => {
    let mass = (1 - p) ** n;
    let sum = mass;
    let x = 0;
    while (sum < at) {
      mass *= ((n - x) / (x + 1)) * (p / (1 - p));
      x += 1;
      sum += mass;
    }
    return x;
  };

  test.each([[30, 100], [1, 40], [39, 40], [50, 60], [3, 400], [1, 2]])('has the ends of the binomial distribution: %i of %i', (ones, n) => {
    const values = Array.from({ length: n }, (_, i) => (i < ones ? 1 : 0));
    const { low, high } = bootstrapMean(values, { resamples: 5000 });
    const ends = (at: number): number[] => [-1, 0, 1].map((step) => quantile(n, ones / n, at + step * 0.011) / n);
    expect(low).toBeGreaterThanOrEqual(ends(0.025)[0]!);
    expect(low).toBeLessThanOrEqual(ends(0.025)[2]!);
    expect(high).toBeGreaterThanOrEqual(ends(0.975)[0]!);
    expect(high).toBeLessThanOrEqual(ends(0.975)[2]!);
  });

  test('three values far apart: drawn by counts they spread as when the queries themselves are drawn', () => {
    const values = Array.from({ length: 90 }, (_, i) => (i < 20 ? -3 : i < 75 ? 0.5 : 8));
    const byCounts = bootstrapMean(values, { resamples: 4000 });
    const byQueries = bootstrapMean(values.map((value, i) => value + i * 1e-9), { resamples: 4000 });
    const width = byQueries.high - byQueries.low;
    expect(Math.abs(byCounts.low - byQueries.low)).toBeLessThan(0.1 * width);
    expect(Math.abs(byCounts.high - byQueries.high)).toBeLessThan(0.1 * width);
    expect(byCounts.value).toBeCloseTo(mean(values), 12);
  });
});

describe('bootstrapDifference', () => {
  test('a constant difference between wildly varying values is found with no doubt', () => {
    const random = seededRandom(1);
    const a = Array.from({ length: 50 }, () => Math.round(random() * 1000));
    expect(bootstrapDifference(a, a.map((value) => value - 2))).toEqual({ value: 2, low: 2, high: 2 });
  });

  test('lists that do not pair are refused', () => {
    expect(() => bootstrapDifference([1, 2], [1])).toThrow('2 and 1 values do not pair');
  });
});

describe('fitLine', () => {
  test('finds an exact line and says how sure it is', () => {
    const fit = fitLine([0, 1, 2, 3], [1, 3, 5, 7]);
    expect(fit).toEqual({ slope: 2, intercept: 1, slopeLow: 2, slopeHigh: 2, rSquared: 1 });
    const noisy = fitLine([0, 1, 2, 3], [1, 3.2, 4.8, 7]);
    expect(noisy.slopeLow).toBeLessThan(noisy.slope);
    expect(noisy.rSquared).toBeGreaterThan(0.99);
  });

  test('the slope’s error, interval and share explained are those of the textbook', () => {
    // scipy.stats.linregress([1,2,3,4,5], [2,4,5,4,5]): slope 0.6, intercept 2.2, r² 0.6, stderr 0.28284271
    const fit = fitLine([1, 2, 3, 4, 5], [2, 4, 5, 4, 5]);
    expect(fit.slope).toBeCloseTo(0.6, 12);
    expect(fit.intercept).toBeCloseTo(2.2, 12);
    expect(fit.rSquared).toBeCloseTo(0.6, 12);
    expect(fit.slopeLow).toBeCloseTo(0.6 - 1.96 * 0.282842712474619, 10);
    expect(fit.slopeHigh).toBeCloseTo(0.6 + 1.96 * 0.282842712474619, 10);
  });

  test('two points have no error, a level line explains all there is, one x is refused', () => {
    expect(fitLine([1, 3], [5, 9])).toEqual({ slope: 2, intercept: 3, slopeLow: 2, slopeHigh: 2, rSquared: 1 });
    expect(fitLine([1, 2, 3], [4, 4, 4])).toEqual({ slope: 0, intercept: 4, slopeLow: 0, slopeHigh: 0, rSquared: 1 });
    expect(() => fitLine([2, 2, 2], [1, 2, 3])).toThrow('fewer than two distinct x');
  });
});
