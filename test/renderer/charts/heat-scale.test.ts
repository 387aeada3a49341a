import { describe, expect, it } from 'vitest';
import { columnOf, heatBounds, heatColor } from '../../../renderer/charts/heat-scale.ts';

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
});
