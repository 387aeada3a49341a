import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isApart, placeBeside, spread } from '../../../renderer/charts/end-labels.tsx';

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

  it('stand beside their point, clear of dots and of each other', () => {
    const dots = [
      { x: 100, y: 100 },
      { x: 120, y: 92 },
      { x: 104, y: 60 },
    ];
    const texts = [
      { x: 100, y: 100, text: 'binary' },
      { x: 104, y: 60, text: 'f16' },
      { x: 110, y: 60, text: 'PCA' },
    ];
    const boxes = placeBeside(texts, dots, []);
    const marks = dots.map(({ x, y }) => ({ left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 }));
    boxes.forEach((box, index) => {
      for (const other of [...marks, ...boxes.slice(0, index)]) expect(isApart(box, other)).toBe(true);
      expect(Math.abs((box.top + box.bottom) / 2 - texts[index]!.y)).toBeLessThanOrEqual(14);
    });
    // Nothing in the way: to the right, a little above.
    expect(placeBeside([{ x: 10, y: 50, text: 'int8' }], [{ x: 10, y: 50 }], [])[0]!.left).toBe(18);
  });
});
