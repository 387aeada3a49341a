import { describe, expect, it } from 'vitest';
import { bytes, bytesTick, clock, countInWords, duration, durationTick, rate, shortCount } from '../../../renderer/format/unit.ts';

const plain = (text: string): string => text.replace(/[\u202f\u00a0]/g, ' ');

describe('units on screen', () => {
  it('give times in the unit that fits', () => {
    expect([0, 0.0412, 0.412, 4.13, 413, 4130].map((ms) => plain(duration(ms)))).toEqual(['0 ms', '41.2 µs', '0.412 ms', '4.13 ms', '413 ms', '4.1 s']);
    expect([4100, 42_000, 200_000, 3_900_000].map((ms) => plain(clock(ms)))).toEqual(['4.1 s', '42 s', '3 min 20 s', '1 h 05 min']);
  });

  it('give sizes in binary units', () => {
    expect([512, 1024, 120_619_008].map((size) => plain(bytes(size)))).toEqual(['512 B', '1.00 KiB', '115 MiB']);
  });

  it('keep axis ticks short', () => {
    expect([0.5, 1, 20, 5000].map((ms) => plain(durationTick(ms)))).toEqual(['500 µs', '1 ms', '20 ms', '5 s']);
    expect([64, 1024, 1536, 2 ** 30].map((size) => plain(bytesTick(size)))).toEqual(['64 B', '1 KiB', '1.5 KiB', '1 GiB']);
    expect([117_791, 1e9].map(countInWords)).toEqual(['117,791', '1 billion']);
    expect([5000, 117_791, 1e6, 1e9].map(shortCount)).toEqual(['5,000', '118k', '1M', '1B']);
  });

  it('give rates in the unit of the work', () => {
    expect(plain(rate(10_312, 'texts'))).toBe('10,300 texts/s');
    expect(plain(rate(2_097_152, 'bytes'))).toBe('2.00 MiB/s');
  });
});
