import { describe, expect, test } from 'vitest';
import { randomInt, seededRandom } from '../../src/base/random.ts';
import { planSample } from '../../src/vectors/sweep-sample.ts';

const ROWS = 100_000;

describe('planSample', () => {
  test('the best of all rows are fewer in the sample than the place says, at every prefix', () => {
    const keeps = [1000, 1000, 300, 10];
    const { rows, counts, places } = planSample(ROWS, 256, keeps, 500)!;
    const random = seededRandom(3);
    for (let query = 0; query < 300; query += 1) {
      keeps.forEach((keep, b) => {
        // Whichever rows are the best: drawn anew for every query.
        const best = new Set<number>();
        while (best.size < keep) best.add(randomInt(random, ROWS));
        const seen = rows.subarray(0, counts[b]).filter((row) => best.has(row)).length;
        expect(seen).toBeLessThan(places[b]!);
      });
    }
  });

  test('where few rows are wanted a part of the sample tells, whose guess lets through no more than half of what the others let through', () => {
    const { rows, counts, expectedAbove } = planSample(ROWS, 256, [1000, 1000, 10], 500)!;
    expect(counts[0]).toBe(rows.length);
    expect(counts[1]).toBe(rows.length);
    expect(counts[2]).toBeLessThan(rows.length / 4);
    expect(expectedAbove[2]).toBeLessThanOrEqual(expectedAbove[0]! / 2);
    // What is added up at a prefix has to be there at all shorter ones.
    const before = planSample(ROWS, 256, [10, 1000, 10], 500)!.counts;
    expect(before[0]).toBe(before[1]);
    expect(before[2]).toBeLessThan(before[1]!);
  });

  test('each part of the sample is rising; with equal depths there is one part', () => {
    const parts = planSample(ROWS, 256, [1000, 10], 500)!;
    for (const part of [parts.rows.subarray(0, parts.counts[1]), parts.rows.subarray(parts.counts[1])]) expect([...part]).toEqual([...part].sort((a, b) => a - b));
    const one = planSample(ROWS, 256, [1000, 1000], 500)!;
    expect(one.counts).toEqual([one.rows.length, one.rows.length]);
    expect([...one.rows]).toEqual([...one.rows].sort((a, b) => a - b));
  });

  test('no sample for few queries, nor where nearly all rows would be looked at', () => {
    expect(planSample(ROWS, 256, [1000], 10)).toBeUndefined();
    expect(planSample(2000, 256, [1500], 500)).toBeUndefined();
    expect(planSample(ROWS, 256, [10, 10], 500)).toBeUndefined();
  });
});
