import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markFrontier } from '../../../renderer/charts/frontier-chart.tsx';
import { styleOf } from '../../../renderer/charts/series.ts';

const point = (latencyMs: number, recall: number): Parameters<typeof markFrontier>[0][number] => ({ key: `${latencyMs} ${recall}`, label: '', group: '', kind: 'prefix', style: styleOf(0), latencyMs, recall, isEstimate: false });

describe('the frontier', () => {
  it('holds exactly the points that no other one beats', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 9 })), { maxLength: 25 }), (pairs) => {
        const marked = markFrontier(pairs.map(([ms, recall]) => point(ms, recall / 10)));
        for (const one of marked) {
          const isBeaten = marked.some((other) => (other.latencyMs < one.latencyMs && other.recall >= one.recall) || (other.latencyMs <= one.latencyMs && other.recall > one.recall));
          expect(one.isOnFrontier).toBe(!isBeaten);
        }
      }),
    );
  });
});
