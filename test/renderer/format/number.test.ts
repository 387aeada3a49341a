import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { count, percent, percentInterval, percentTick, points, score, significant, times } from '../../../renderer/format/number.ts';

const plain = (text: string): string => text.replace(/[\u202f\u00a0]/g, ' ');

describe('numbers on screen', () => {
  it('show three significant digits and the locale’s separators', () => {
    expect([0.41234, 4.1234, 41.234, 412.34, 117791, 0].map(significant)).toEqual(['0.412', '4.12', '41.2', '412', '118,000', '0']);
    expect(count(117791)).toBe('117,791');
  });

  it('never round a loss up to 100 %', () => {
    expect([1, 0.999999, 0.9996, 0.99, 0.552, 0, 0.0001].map((share) => plain(percent(share)))).toEqual(['100 %', '>99.99 %', '99.96 %', '99.0 %', '55.2 %', '0 %', '<0.1 %']);
    fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => (percent(share).startsWith('100') ? share === 1 : true)));
  });

  it('write an interval after its value', () => {
    expect(plain(percentInterval({ value: 0.991, low: 0.987, high: 0.994 }))).toBe('99.1 % (98.7–99.4)');
  });

  it('say what is missing with a dash, never NaN', () => {
    expect([count(null), percent(undefined), significant(Number.NaN), score(undefined), times(Infinity)]).toEqual(['–', '–', '–', '–', '–']);
  });

  it('sign differences in points with a true minus', () => {
    expect([points(0.013), points(-0.002), points(0.0001)]).toEqual(['+1.3', '−0.2', '±0']);
  });

  it('keep axis ticks free of needless decimals', () => {
    expect([0.8, 0.995, 0.9975, 1].map((share) => plain(percentTick(share)))).toEqual(['80 %', '99.5 %', '99.75 %', '100 %']);
  });

  it('write factors with the digits they deserve', () => {
    expect([0.832, 1.5, 9.71, 14.3, 128.4].map(times)).toEqual(['0.83×', '1.5×', '9.7×', '14.3×', '128×']);
  });
});
