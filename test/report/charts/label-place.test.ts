import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlaps, placeLabels, spread, textWidth } from '../../../src/report/charts/label-place.ts';

const bounds = { x: 0, y: 0, width: 900, height: 400 };

describe('labels', () => {
  it('never lie over one another, over an obstacle or outside', () => {
    const point = fc.record({ x: fc.integer({ min: 0, max: 900 }), y: fc.integer({ min: 0, max: 400 }), text: fc.stringMatching(/^[0-9:,]{3,20}$/) });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 25 }), (points) => {
        const obstacles = points.map(({ x, y }) => ({ x: x - 5, y: y - 5, width: 10, height: 10 }));
        const boxes = placeLabels(points, obstacles, bounds, 12).flatMap((place, index) => {
          if (place === undefined) return [];
          const width = textWidth(points[index]!.text, 12);
          const left = place.anchor === 'start' ? place.x : place.anchor === 'end' ? place.x - width : place.x - width / 2;
          return [{ x: left + 0.01, y: place.y - 12 * 1.15 * 0.8 + 0.01, width: width - 0.02, height: 12 * 1.15 - 0.02 }];
        });
        boxes.forEach((box, index) => {
          for (const other of [...boxes.slice(index + 1), ...obstacles]) expect(overlaps(box, other)).toBe(false);
          expect(box.x >= bounds.x && box.x + box.width <= bounds.width && box.y >= bounds.y && box.y + box.height <= bounds.height).toBe(true);
        });
      }),
    );
  });

  it('at line ends keep their order and their distance', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 20, max: 300, noNaN: true }), { minLength: 1, maxLength: 6 }), (wanted) => {
        const placed = spread(wanted, 15, 0, 320);
        const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]!);
        for (let i = 1; i < order.length; i += 1) expect(placed[order[i]!]! - placed[order[i - 1]!]!).toBeGreaterThanOrEqual(15 - 1e-9);
      }),
    );
  });
});
