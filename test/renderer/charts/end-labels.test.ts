import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spread } from '../../../renderer/charts/end-labels.tsx';

describe('labels at line ends', () => {
  it('are pushed apart, in order, within the plot as long as there is room', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 6 }), (unsorted) => {
        const positions = [...unsorted].sort((a, b) => a - b);
        const placed = spread(positions, 13, 4, 200);
        for (let index = 1; index < placed.length; index += 1) expect(placed[index]! - placed[index - 1]!).toBeGreaterThanOrEqual(13);
        expect(placed[0]!).toBeGreaterThanOrEqual(4);
        expect(placed[placed.length - 1]!).toBeLessThanOrEqual(200);
      }),
    );
  });

  it('stay where they are when nothing is in the way', () => {
    expect(spread([10, 60, 120], 13, 0, 200)).toEqual([10, 60, 120]);
  });
});
