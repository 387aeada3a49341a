import { describe, expect, test } from 'vitest';
import { randomNormal, seededRandom } from '../../src/base/random.ts';
import { fitTrend, fromLogit, logit } from '../../src/experiments/trend.ts';
import type { TrendData } from '../../src/experiments/trend.ts';

/** Query values around a line, with scatter of their own by size and a part that each query keeps through all sizes. */
function dataOf(seed: number, sizes: readonly number[], noise: { scatter: number; query: number }, queryCount = 200): TrendData {
  const random = seededRandom(seed);
  const own = Float64Array.from({ length: queryCount }, () => noise.query * randomNormal(random));
  const values = sizes.map((size) => {
    const shift = noise.scatter * randomNormal(random);
    return own.map((value) => value + 1 - 0.1 * Math.log2(size) + shift + 0.3 * noise.query * randomNormal(random));
  });
  return {
    sizes,
    queryCount,
    statistic(index, counts) {
      let sum = 0;
      let total = 0;
      counts.forEach((count, query) => {
        sum += count * values[index]![query]!;
        total += count;
      });
      return sum / total;
    },
  };
}

const sizes = [1000, 2000, 4000, 8000, 16000];

describe('a trend against log₂ of the size', () => {
  test('gives back a line that the points lie on, without doubt about it', () => {
    const trend = fitTrend(dataOf(1, sizes, { scatter: 0, query: 0 }), [0, 1, 2, 3], 1);
    expect(trend.slope).toBeCloseTo(-0.1, 9);
    expect(trend.intercept).toBeCloseTo(1, 9);
    const at = trend.predict(16000);
    expect(at.value).toBeCloseTo(1 - 0.1 * Math.log2(16000), 9);
    expect(at.high - at.low).toBeLessThan(1e-6);
  });

  test('its interval holds the next measurement about as often as it says', () => {
    let inside = 0;
    const runs = 200;
    for (let seed = 0; seed < runs; seed += 1) {
      const data = dataOf(seed, sizes, { scatter: 0.03, query: 0.5 });
      const { low, high } = fitTrend(data, [0, 1, 2, 3], 1).predict(16000);
      const measured = data.statistic(4, new Uint32Array(200).fill(1));
      if (measured >= low && measured <= high) inside += 1;
    }
    expect(inside / runs).toBeGreaterThanOrEqual(0.92);
  });

  test('grows less sure with distance, and when the points bend', () => {
    const width = (trend: ReturnType<typeof fitTrend>, size: number): number => trend.predict(size).high - trend.predict(size).low;
    const scattered = fitTrend(dataOf(3, sizes, { scatter: 0.03, query: 0.2 }), [0, 1, 2, 3, 4], 1);
    expect(width(scattered, 1e9)).toBeGreaterThan(2 * width(scattered, 16000));
    const bent: TrendData = { sizes, queryCount: 1, statistic: (index) => (index < 2 ? 0 : (index - 1) ** 2) };
    const { high } = fitTrend(bent, [0, 1, 2, 3, 4], 1).predict(32000);
    expect(high).toBeGreaterThanOrEqual(9 + 4 - 0.5);
  });

  test('the log-odds and back', () => {
    for (const share of [0.01, 0.5, 0.999]) expect(fromLogit(logit(share))).toBeCloseTo(share, 12);
  });
});
