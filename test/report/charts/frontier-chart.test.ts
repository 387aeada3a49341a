import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frontierChart, frontierOf } from '../../../src/report/charts/frontier-chart.ts';
import { plainReport } from '../../fixtures/report.ts';

const item = (recall: number, p50: number) => ({ recall: { value: recall, low: recall, high: recall }, latencyMs: { p50, p95: p50, p99: p50, mean: p50 } });

describe('the frontier', () => {
  it('is exactly what nothing beats in both recall and latency', () => {
    const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 1, max: 8 })), { maxLength: 20 });
    fc.assert(
      fc.property(points, (pairs) => {
        const items = pairs.map(([recall, ms]) => item(recall / 8, ms));
        const frontier = new Set(frontierOf(items));
        const beats = (a: (typeof items)[number], b: (typeof items)[number]): boolean =>
          a.recall.value >= b.recall.value && a.latencyMs.p50 <= b.latencyMs.p50 && (a.recall.value > b.recall.value || a.latencyMs.p50 < b.latencyMs.p50);
        for (const one of items) {
          const beaten = items.some((other) => beats(other, one));
          if (frontier.has(one)) expect(beaten).toBe(false);
          else expect(beaten || items.some((other) => other !== one && frontier.has(other) && other.recall.value === one.recall.value && other.latencyMs.p50 === one.latencyMs.p50)).toBe(true);
        }
      }),
    );
  });

  it('is drawn with every point’s numbers on hover', () => {
    const svg = frontierChart(plainReport);
    expect(/<title>64\s+dims\nrecall 95.0\s%[^<]*p50 12.0\s+µs/.test(svg)).toBe(true);
    expect(svg.slice(0, 120)).toMatch(/^<svg class="chart" viewBox="0 0 960 420" role="img" aria-label="Recall@10/);
  });
});
