import { describe, expect, it } from 'vitest';
import { lineChart, type LineChart } from '../../../src/report/charts/line-chart.ts';
import { dimsAxis, shareAxis } from '../../../src/report/charts/scale.ts';
import { recallChart } from '../../../src/report/charts/prefix-charts.ts';
import { fixtureReport } from '../../fixtures/report.ts';

const chart = (series: LineChart['series']): string => lineChart({ width: 400, height: 200, x: dimsAxis([16, 64], []), y: shareAxis([0.1], 'recall'), series, columnName: (dims) => `${dims} dims`, label: 'test' });
const point = (x: number, y: number, estimated = false) => ({ x, y, low: y - 0.05, high: y + 0.05, text: `${y}`, estimated });

describe('line charts', () => {
  it('draw what was measured solid and what was not hollow and dashed', () => {
    const svg = chart([{ name: 'a', points: [point(16, 0.2), point(32, 0.3), point(64, 0.4, true)] }]);
    expect(svg.match(/class="line"/g)).toHaveLength(1);
    expect(svg.match(/class="line dashed"/g)).toHaveLength(1);
    expect(svg.match(/class="dot hollow"/g)).toHaveLength(1);
  });

  it('name the lines at their ends only when there are several', () => {
    expect(chart([{ name: 'alone', points: [point(16, 0.2), point(64, 0.3)] }])).not.toContain('alone');
    const svg = chart([{ name: 'first', points: [point(16, 0.2), point(64, 0.3)] }, { name: '<b>', points: [point(16, 0.3), point(64, 0.4)] }]);
    expect(svg).toMatch(/class="name c0"[^>]*>first</);
    expect(svg).toContain('&lt;b&gt;');
  });

  it('draw six series at most, each with its own shape', () => {
    const svg = chart(Array.from({ length: 9 }, (_, index) => ({ name: `s${index}`, points: [point(16, 0.1 * index), point(64, 0.1 * index)] })));
    expect(svg.match(/class="name c\d"/g)).toHaveLength(6);
  });

  it('show all values at one dimension on hover', () => {
    const titles = [...recallChart(fixtureReport).matchAll(/<title>([^<]*)/g)].map((match) => match[1]!.replaceAll('\u00a0', ' '));
    expect(titles[3]).toBe('64 dims\nembedded 55.2 % (53.3–57.0)\nMilvus Lite 3.2 54.6 % (52.7–56.4)');
  });

  it('hold a single point and none', () => {
    expect(chart([{ name: 'a', points: [point(16, 0.2)] }])).toContain('<circle');
    expect(chart([])).toContain('<svg');
  });
});
