import { describe, expect, test } from 'vitest';
import { randomNormal, seededRandom } from '../../src/base/random.ts';
import { parseSchedule } from '../../src/contract/schedule.ts';
import { choosePoint, plainWins, speedupOf, verdictOf } from '../../src/funnel/tuner-choice.ts';
import type { MeasuredPoint, Outcome } from '../../src/funnel/tuner-choice.ts';
import { splitQueries } from '../../src/funnel/tuner.ts';
import { latencyOf } from '../../src/experiments/latency.ts';

/** Times of 100 queries around `ms`, with the same drift for all points, as interleaved runs have. */
function point(schedule: string, recall: number, ms: number, options: { spread?: number; seed?: number; halfWidth?: number } = {}): MeasuredPoint {
  const random = seededRandom(options.seed ?? schedule.length);
  const halfWidth = options.halfWidth ?? 0.002;
  const interval = { value: recall, low: recall - halfWidth, high: Math.min(1, recall + halfWidth) };
  const totalMs = Float64Array.from({ length: 100 }, (_, i) => ms * (1 + 0.3 * Math.sin(i)) * Math.exp((options.spread ?? 0.01) * randomNormal(random)));
  return {
    latency: latencyOf(totalMs),
    totalMs,
    point: {
      schedule: parseSchedule(schedule),
      text: schedule,
      recallTuned: interval,
      recallHeldOut: interval,
      hits: () => 0,
      estimatedMs: ms,
      headBytes: 1000 * parseSchedule(schedule)[0]!.dims,
      totalBytes: 0,
      bytesReadPerQuery: 0,
    },
  };
}

const limits = { target: 0.99, p95Ms: undefined, memoryBytes: undefined };

describe('choosing among measured points', () => {
  test('takes the fastest that has the recall with confidence, not the fastest of all', () => {
    const points = [point('16:100,256:10', 0.9, 1), point('64:500,256:10', 0.9905, 2), point('64:700,256:10', 0.995, 2.5), point('256:10', 1, 6)];
    const { chosen, contenders, isSure } = choosePoint(points, limits, 1);
    expect(chosen!.point.text).toBe('64:700,256:10');
    expect(isSure).toBe(true);
    expect(contenders).toEqual([]);
  });

  test('falls back to the mean where none has the recall with confidence, and says so', () => {
    const choice = choosePoint([point('64:500,256:10', 0.9905, 2), point('32:100,256:10', 0.8, 1)], limits, 1);
    expect(choice.chosen!.point.text).toBe('64:500,256:10');
    expect(choice.isSure).toBe(false);
  });

  test('of points whose times cannot be told apart it takes the one with the fewest stages and names the others', () => {
    const three = point('64:700,128:200,256:10', 0.995, 2, { spread: 0.2, seed: 5 });
    const two = point('64:700,256:10', 0.995, 2.02, { spread: 0.2, seed: 6 });
    const choice = choosePoint([three, two, point('256:10', 1, 6)], limits, 1);
    expect(choice.chosen).toBe(two);
    expect(choice.contenders).toEqual([three]);
  });

  test('a clear difference decides, however many stages it takes', () => {
    const three = point('64:700,128:200,256:10', 0.995, 1.5);
    const choice = choosePoint([three, point('64:700,256:10', 0.995, 2)], limits, 1);
    expect(choice.chosen).toBe(three);
    expect(choice.contenders).toEqual([]);
  });

  test('keeps to the time and memory allowed', () => {
    const points = [point('64:700,256:10', 0.995, 2), point('16:5000,256:10', 0.995, 3), point('256:10', 1, 6)];
    expect(choosePoint(points, { ...limits, memoryBytes: 20_000 }, 1).chosen!.point.text).toBe('16:5000,256:10');
    expect(choosePoint(points, { ...limits, p95Ms: 1 }, 1).chosen).toBeUndefined();
  });

  test('with only a time limit it takes the highest recall within it', () => {
    const points = [point('16:100,256:10', 0.9, 1), point('64:500,256:10', 0.97, 2), point('256:10', 1, 6)];
    expect(choosePoint(points, { target: undefined, p95Ms: 4, memoryBytes: undefined }, 1).chosen!.point.text).toBe('64:500,256:10');
  });

  test('a speed-up is paired: a drift that meets both alike does not widen it', () => {
    const speedup = speedupOf(point('64:700,256:10', 0.995, 2), point('256:10', 1, 6), 1);
    expect(speedup.value).toBeCloseTo(3, 1);
    expect(speedup.high - speedup.low).toBeLessThan(0.05);
  });
});

describe('the verdict', () => {
  const exact = point('256:10', 1, 6);
  const outcomeOf = (chosen: MeasuredPoint | undefined, change: Partial<Outcome> = {}): Outcome => ({
    choice: { chosen, contenders: [], isSure: true },
    limits,
    chosen,
    exact,
    bestPrefix: exact,
    speedupOverExact: chosen === undefined || chosen === exact ? undefined : speedupOf(chosen, exact, 1),
    speedupOverBestPrefix: undefined,
    heldOutCount: 250,
    fullDims: 256,
    k: 10,
    points: [exact],
    isExactHead: true,
    ...change,
  });

  test('gives recall on unseen queries, time and speed-up', () => {
    const text = verdictOf(outcomeOf(point('64:700,256:10', 0.995, 2)));
    expect(text).toMatch(/^64:700,256:10 finds 99\.5 % \(99\.3.99\.7\) of the true top 10 on 250 queries that it was not chosen on/);
    expect(text).toContain('as fast as exact search; no shorter prefix alone has that recall.');
  });

  test('says that plain search wins when it does', () => {
    const slow = point('64:700,256:10', 0.995, 6.5);
    expect(plainWins({ chosen: slow, speedupOverExact: speedupOf(slow, exact, 1) })).toBe(true);
    expect(verdictOf(outcomeOf(exact))).toMatch(/^Plain search wins: no schedule with recall@10 ≥ 99\.0 % is faster than exact search over all 256 dims beyond noise/);
  });

  test('says when the choice does not hold on the held-out half', () => {
    const chosen = point('64:700,256:10', 0.995, 2);
    const fallen = { ...chosen, point: { ...chosen.point, recallHeldOut: { value: 0.981, low: 0.977, high: 0.985 } } };
    expect(verdictOf(outcomeOf(fallen))).toContain('That is below the 99.0 % asked for: on these queries the choice does not hold; use a larger keep.');
  });

  test('says what comes closest when nothing meets the limits', () => {
    const text = verdictOf(outcomeOf(undefined, { limits: { ...limits, p95Ms: 3 }, points: [point('16:100,256:10', 0.9, 1), exact] }));
    expect(text).toMatch(/^No schedule of the grid has recall@10 ≥ 99\.0 % and p95 ≤ 3\.00 ms: the highest recall within the time is 90\.0 % \(16:100,256:10/);
    expect(text).toContain('the fastest with the recall has p95');
  });

  test('compares with the best single prefix where a shorter one has the recall', () => {
    const chosen = point('64:700,256:10', 0.995, 2);
    const prefix = point('128:10', 0.992, 3);
    const text = verdictOf(outcomeOf(chosen, { bestPrefix: prefix, speedupOverBestPrefix: speedupOf(chosen, prefix, 1) }));
    expect(text).toMatch(/as fast as the best single prefix of that recall \(128 dims\)/);
  });
});

describe('splitting the queries', () => {
  test('gives two halves that share no query and miss none, the same for the same seed', () => {
    for (const count of [10, 11, 257]) {
      const { tuned, heldOut } = splitQueries(count, 7);
      expect([...tuned, ...heldOut].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      expect(tuned.length - heldOut.length).toBe(count % 2);
      expect(splitQueries(count, 7)).toEqual({ tuned, heldOut });
      expect(splitQueries(count, 8).tuned).not.toEqual(tuned);
    }
  });
});
