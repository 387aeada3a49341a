import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDate,
  formatDuration,
  formatInterval,
  formatList,
  formatMs,
  formatNumber,
  formatPart,
  formatPercent,
  formatPercentInterval,
  formatPoints,
  formatRate,
  formatRatio,
  formatShortCount,
  formatUnits,
  unknown,
} from '../../src/base/format.ts';

describe('numbers', () => {
  it.each([
    [0, '0'],
    [0.41234, '0.412'],
    [4.1, '4.10'],
    [9.996, '10.0'],
    [99.96, '100'],
    [1234.56, '1,235'],
    [117791, '117,791'],
    [-0.5, '−0.500'],
    [0.00001234, '1.23e−5'],
    [Number.NaN, unknown],
    [Infinity, unknown],
  ])('writes %d as %s', (value, text) => expect(formatNumber(value)).toBe(text));

  it('shows three significant digits of anything below a thousand', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 999, noNaN: true }), (value) => {
        const back = Number(formatNumber(value));
        expect(Math.abs(back / value - 1)).toBeLessThanOrEqual(0.0051);
      }),
    );
  });

  it.each([
    [117791, '118k'],
    [1_500_000, '1.5M'],
    [1e9, '1B'],
    [10_000, '10k'],
    [9999, '9,999'],
    [512, '512'],
  ])('shortens the count %d to %s', (value, text) => expect(formatShortCount(value)).toBe(text));

  it('groups counts and names units', () => {
    expect([formatCount(1234567), formatUnits(1, 'query', 'queries'), formatUnits(500, 'query', 'queries'), formatRate(1340, 'texts')]).toEqual([
      '1,234,567',
      '1 query',
      '500 queries',
      '1,340 texts/s',
    ]);
  });
});

describe('shares', () => {
  it.each([
    [0.552, '55.2 %'],
    [1, '100 %'],
    [0, '0 %'],
    [0.0523, '5.23 %'],
    [0.99964, '99.96 %'],
    [0.999999, '99.99 %'],
    [0.0000001, '< 0.01 %'],
    [1.0321, '103 %'],
    [Number.NaN, unknown],
  ])('writes %d as %s', (share, text) => expect(formatPercent(share)).toBe(text));

  it('never rounds a loss away', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (share) => {
        expect(formatPercent(share)).not.toMatch(/^100/);
      }),
    );
  });

  it('writes the interval with the decimals of the value, and none where it has no width', () => {
    expect(formatPercentInterval({ value: 0.552, low: 0.533, high: 0.571 })).toBe('55.2 % (53.3–57.1)');
    expect(formatPercentInterval({ value: 0.9914, low: 0.987, high: 1 })).toBe('99.1 % (98.7–100)');
    expect(formatPercentInterval({ value: 1, low: 1, high: 1 })).toBe('100 %');
    expect(formatInterval({ value: 0.1712, low: 0.15, high: 0.1934 })).toBe('0.171 (0.150–0.193)');
  });

  it('writes differences in signed points', () => {
    expect([formatPoints(-0.002), formatPoints(0.019), formatPoints(0), formatPoints(0.00004), formatPoints(0.0004)]).toEqual(['−0.2', '+1.9', '±0', '±0', '+0.04']);
  });

  it('says whole parts as people do', () => {
    expect([formatPart(0.25), formatPart(1 / 12), formatPart(0.4), formatPart(1)]).toEqual(['1/4', '1/12', '40.0 %', '100 %']);
  });
});

describe('times, sizes, ratios', () => {
  it.each([
    [0.0412, '41.2 µs'],
    [0.0996, '99.6 µs'],
    [0.412, '0.412 ms'],
    [4.1, '4.10 ms'],
    [213, '213 ms'],
    [999.6, '1.00 s'],
    [1350, '1.35 s'],
    [0, '0 ms'],
  ])('writes %d ms as %s', (ms, text) => expect(formatMs(ms)).toBe(text));

  it.each([
    [96, '96 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [117791 * 1024, '115 MiB'],
    [1.23 * 1024 ** 3, '1.23 GiB'],
    [3814 * 1024 ** 3, '3.72 TiB'],
  ])('writes %d bytes as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [9.7, '9.7×'],
    [1.02, '1.02×'],
    [0.83, '0.83×'],
    [12.34, '12.3×'],
    [128, '128×'],
  ])('writes the ratio %d as %s', (ratio, text) => expect(formatRatio(ratio)).toBe(text));

  it.each([
    [400, 'under 1 s'],
    [12_000, '12 s'],
    [59_700, '1 min'],
    [200_000, '3 min 20 s'],
    [3_900_000, '1 h 05 min'],
    [Infinity, unknown],
  ])('writes %d ms left as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('writes dates in UTC and lists as a sentence has them', () => {
    expect(formatDate('2026-11-23T16:05:09+02:00')).toBe('2026-11-23 14:05 UTC');
    expect(formatDate('yesterday')).toBe('yesterday');
    expect([formatList([]), formatList(['a']), formatList(['a', 'b']), formatList(['a', 'b', 'c'])]).toEqual(['', 'a', 'a and b', 'a, b and c']);
  });
});
