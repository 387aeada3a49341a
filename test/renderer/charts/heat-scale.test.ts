import { describe, expect, it } from 'vitest';
import { columnOf, heatBounds, heatColor, keepTicks } from '../../../renderer/charts/heat-scale.ts';

describe('the heat map’s scale', () => {
  it('changes colour at each bound and nowhere else', () => {
    expect(heatColor(0)).toBe('var(--heat-1)');
    heatBounds.forEach((bound, index) => {
      expect(heatColor(bound)).toBe(`var(--heat-${index + 2})`);
      expect(heatColor(bound - 1e-9)).toBe(`var(--heat-${index + 1})`);
    });
  });

  it('places keeps between columns by their logarithm', () => {
    const keeps = [10, 100, 1000];
    expect([10, 100, 1000].map((keep) => columnOf(keeps, keep))).toEqual([0, 1, 2]);
    expect(columnOf(keeps, Math.sqrt(10) * 100)).toBeCloseTo(1.5);
    expect([columnOf(keeps, 5), columnOf(keeps, 5000)]).toEqual([-0.5, 2.5]);
  });

  it('writes round keeps within the columns, as many as there is room for', () => {
    const keeps = [12, 40, 130, 430, 1400, 2048];
    const across = (width: number) => (keep: number) => (columnOf(keeps, keep) * width) / (keeps.length - 1);
    expect(keepTicks(keeps, across(2000), 40)).toEqual([20, 50, 100, 200, 500, 1000, 2000]);
    for (const width of [80, 160, 320]) {
      const at = keepTicks(keeps, across(width), 40).map(across(width));
      expect(at.slice(1).every((x, index) => x - at[index]! >= 40)).toBe(true);
    }
    expect(keepTicks([], across(100), 40)).toEqual([]);
  });
});
