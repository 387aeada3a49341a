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

describe('the rules of the choice', () => {
  test('a limit is met when it is just met', () => {
    const one = point('64:700,256:10', 0.995, 2);
    expect(choosePoint([one], { ...limits, p95Ms: one.latency.p95, memoryBytes: 64_000 }, 1).chosen).toBe(one);
    expect(choosePoint([one], { ...limits, p95Ms: one.latency.p95 * 0.999 }, 1).chosen).toBeUndefined();
    expect(choosePoint([one], { ...limits, memoryBytes: 63_999 }, 1).chosen).toBeUndefined();
    expect(choosePoint([point('64:700,256:10', 0.99, 2)], limits, 1)).toMatchObject({ isSure: false, contenders: [], chosen: { point: { text: '64:700,256:10' } } });
    expect(choosePoint([point('64:700,256:10', 0.98, 2)], limits, 1)).toEqual({ chosen: undefined, contenders: [], isSure: false });
  });

  test('of equal times and stages it takes the higher recall; the order in which they come does not matter', () => {
    const low = point('64:700,256:10', 0.995, 2, { spread: 0.2, seed: 5 });
    const high = point('64:900,256:10', 0.997, 2.01, { spread: 0.2, seed: 6 });
    for (const points of [[low, high], [high, low]]) {
      const choice = choosePoint(points, limits, 1);
      expect(choice.chosen).toBe(high);
      expect(choice.contenders).toEqual([low]);
    }
    const slow = point('128:900,256:10', 0.999, 9);
    for (const points of [[slow, low], [low, slow]]) expect(choosePoint(points, limits, 1)).toMatchObject({ chosen: low, contenders: [] });
  });

  test('without a recall asked for, schedules whose recall may be the highest compete by time', () => {
    const free = { target: undefined, p95Ms: 10, memoryBytes: undefined };
    const [best, alike, worse] = [point('256:10', 0.99, 6), point('64:700,256:10', 0.989, 2), point('16:100,256:10', 0.9, 1)];
    expect(choosePoint([worse, alike, best], free, 1).chosen).toBe(alike);
    expect(choosePoint([point('16:100,256:10', 0.9, 1), best], free, 1).chosen).toBe(best);
  });

  test('a speed-up is the median of the ratios query by query, its interval that of resampled medians', () => {
    const slow = point('256:10', 1, 6);
    const totalMs = slow.totalMs.map((ms, i) => ms / (i % 2 === 0 ? 2 : 4) / (1 + i * 1e-6));
    const { value, low, high } = speedupOf({ ...slow, totalMs }, slow, 1);
    expect(value).toBeCloseTo(3, 2);
    expect([low, high].map((end) => Math.round(end))).toEqual([2, 4]);
    const narrow = speedupOf({ ...slow, totalMs: slow.totalMs.map((ms, i) => ms / (2 + i / 100)) }, slow, 1);
    expect(narrow.value).toBeCloseTo(2.495, 3);
    // The median of 100 evenly spread ratios: its standard error is half a spread over the root of 100.
    expect(narrow.low).toBeGreaterThan(2.36);
    expect(narrow.low).toBeLessThan(2.45);
    expect(narrow.high).toBeGreaterThan(2.54);
    expect(narrow.high).toBeLessThan(2.63);
  });

  test('plain search wins when nothing is faster beyond noise, and not when nothing was chosen', () => {
    const chosen = point('64:700,256:10', 0.995, 2);
    expect(plainWins({ chosen, speedupOverExact: { value: 1.2, low: 1, high: 1.4 } })).toBe(true);
    expect(plainWins({ chosen, speedupOverExact: { value: 1.2, low: 1.01, high: 1.4 } })).toBe(false);
    expect(plainWins({ chosen: undefined, speedupOverExact: { value: 0.5, low: 0.4, high: 0.6 } })).toBe(false);
    expect(plainWins({ chosen, speedupOverExact: undefined })).toBe(false);
  });
});

describe('the words of the verdict', () => {
  const exact = point('256:10', 1, 6);
  const chosen = point('64:700,256:10', 0.995, 2);
  const ratio = { value: 3, low: 2.9, high: 3.1 };
  const told = (change: Partial<Outcome> = {}): string =>
    verdictOf({ choice: { chosen, contenders: [], isSure: true }, limits, chosen, exact, bestPrefix: exact, speedupOverExact: ratio, speedupOverBestPrefix: undefined, heldOutCount: 250, fullDims: 256, k: 10, points: [exact], isExactHead: true, ...change });

  test('one sentence when all is clear', () => {
    expect(told()).toMatch(/^64:700,256:10 finds 99\.5 % \(99\.3.99\.7\) of the true top 10 on 250 queries that it was not chosen on, in [\d.]+ ms a query: \S+ \(95 % CI 2\.9\S*–3\.1\S*\) as fast as exact search; no shorter prefix alone has that recall\.$/);
    // A shorter prefix has the recall but was not timed against it: nothing is said of it.
    expect(told({ bestPrefix: point('128:10', 0.992, 3) })).toMatch(/as fast as exact search\.$/);
  });

  test('a recall met by its mean alone, a p95 above its limit, contenders by name, at most three', () => {
    const rivals = ['64:800,256:10', '64:900,256:10', '64:1000,256:10', '64:1100,256:10', '64:1200,256:10'].map((text) => point(text, 0.995, 2));
    expect(told({ choice: { chosen, contenders: [], isSure: false } })).toMatch(/recall\. The recall is met on the tuned half by its mean, not beyond doubt: more queries would tell\.$/);
    expect(told({ limits: { ...limits, p95Ms: 0.5 } })).toMatch(/recall\. Its p95 on the held-out queries is [\d.]+ ms, above the 0\.500 ms asked for\.$/);
    expect(told({ limits: { ...limits, p95Ms: chosen.latency.p95 } })).not.toContain('Its p95');
    expect(told({ choice: { chosen, contenders: rivals.slice(0, 2), isSure: true } })).toMatch(/ Its time cannot be told from that of 64:800,256:10, 64:900,256:10; among these it was taken for the fewest stages, then the highest recall\.$/);
    expect(told({ choice: { chosen, contenders: rivals.slice(0, 3), isSure: true } })).toContain('of 64:800,256:10, 64:900,256:10, 64:1000,256:10; among');
    expect(told({ choice: { chosen, contenders: rivals, isSure: true } })).toContain('of 64:800,256:10, 64:900,256:10, 64:1000,256:10 and 2 more; among');
  });

  test('a recall that is just met holds; without one asked for nothing is said of it', () => {
    const at = (value: number): MeasuredPoint => ({ ...chosen, point: { ...chosen.point, recallHeldOut: { value, low: value, high: value } } });
    expect(told({ chosen: at(0.99) })).not.toContain('below');
    expect(told({ chosen: at(0.9899) })).toContain('That is below the 99.0 % asked for');
    expect(told({ chosen: at(0.5), limits: { target: undefined, p95Ms: undefined, memoryBytes: undefined } })).not.toContain('below');
    // Below on the held-out half outweighs doubt on the tuned one: one remark, not two.
    expect(told({ chosen: at(0.5), choice: { chosen, contenders: [], isSure: false } })).not.toContain('by its mean');
  });

  test('plain search wins also as the same text measured as a head, but only where heads are exact', () => {
    const same = point('256:10', 1, 6);
    expect(told({ chosen: same })).toMatch(/^Plain search wins: no schedule with recall@10 ≥ 99\.0 % is faster than exact search over all 256 dims beyond noise \([\d.]+ ms a query\)\. Use 256:10\.$/);
    expect(told({ chosen: same, isExactHead: false })).toMatch(/^256:10 finds/);
    expect(told({ chosen: exact, isExactHead: false })).toMatch(/^Plain search wins/);
  });

  test('nothing fits: what comes closest in recall within the time, and in time with the recall', () => {
    const [fast, faster] = [point('16:100,256:10', 0.9, 1), point('16:50,256:10', 0.8, 0.5)];
    const none = { chosen: undefined, speedupOverExact: undefined };
    expect(told({ ...none, limits: { ...limits, p95Ms: 3 }, points: [faster, fast, point('128:10', 0.992, 8), exact] })).toMatch(
      /^No schedule of the grid has recall@10 ≥ 99\.0 % and p95 ≤ 3\.00 ms: the highest recall within the time is 90\.0 % \(16:100,256:10, p95 [\d.]+ ms\); the fastest with the recall has p95 [\d.]+ ms \(256:10\)\.$/,
    );
    expect(told({ ...none, limits: { ...limits, p95Ms: 1e-6 }, points: [faster] })).toMatch(/^No schedule of the grid has recall@10 ≥ 99\.0 % and p95 ≤ [^:;]+\.$/);
    expect(told({ ...none, limits: { target: undefined, p95Ms: undefined, memoryBytes: 5 }, points: [] })).toBe('No schedule of the grid has these limits.');
    expect(told({ ...none, limits: { target: undefined, p95Ms: 2, memoryBytes: undefined }, points: [] })).toBe('No schedule of the grid has p95 ≤ 2.00 ms.');
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
