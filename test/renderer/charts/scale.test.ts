import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doublingTicks, linearTicks, logTicks, shareTicks } from '../../../renderer/charts/scale.ts';

const positive = fc.double({ min: 1e-6, max: 1e9, noNaN: true });

describe('axis ticks', () => {
  it('cover the values on a log axis, rising, and few enough to read', () => {
    fc.assert(
      fc.property(positive, positive, (a, b) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)];
        for (const ticks of [logTicks(min, max), doublingTicks(min, max)]) {
          expect(ticks[0]!).toBeLessThanOrEqual(min * 1.001);
          expect(ticks[ticks.length - 1]!).toBeGreaterThanOrEqual(max * 0.999);
          expect([...ticks].sort((x, y) => x - y)).toEqual(ticks);
        }
        expect(logTicks(min, max).length).toBeLessThanOrEqual(20);
      }),
    );
  });

  it('cover the values on a linear axis', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (min, span) => {
        const ticks = linearTicks(min, min + span);
        expect(ticks[0]!).toBeLessThanOrEqual(min + span * 1e-6);
        expect(ticks[ticks.length - 1]!).toBeGreaterThanOrEqual(min + span * (1 - 1e-6));
      }),
    );
  });

  it('start a share at zero, or zoom in where all values are high', () => {
    expect(shareTicks([0.13, 0.9])).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    const zoomed = shareTicks([0.96, 0.99]);
    expect(zoomed[0]).toBeGreaterThan(0.9);
    expect(zoomed[0]).toBeLessThanOrEqual(0.96);
    expect(zoomed[zoomed.length - 1]).toBe(1);
  });

  it('are round', () => {
    expect(logTicks(0.9, 33)).toEqual([0.5, 1, 2, 5, 10, 20, 50]);
    expect(doublingTicks(64, 1024)).toEqual([64, 128, 256, 512, 1024]);
    expect(linearTicks(0, 0.23)).toEqual([0, 0.05, 0.1, 0.15, 0.2, 0.25]);
  });
});
