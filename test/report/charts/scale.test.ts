import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dimsAxis, linearTicks, logDomain, logTicks, project, shareAxis } from '../../../src/report/charts/scale.ts';

describe('axes', () => {
  it('put equal ratios at equal distances on a log axis', () => {
    const x = project({ kind: 'log', domain: [16, 256], ticks: [], title: '' }, 0, 400);
    expect([16, 32, 64, 128, 256].map((dims) => Math.round(x(dims)))).toEqual([0, 100, 200, 300, 400]);
  });

  it('say where a share axis starts when that is not 0', () => {
    expect(shareAxis([0.1], 'recall')).toMatchObject({ domain: [0, 1], title: 'recall' });
    expect(shareAxis([0.55], 'recall')).toMatchObject({ domain: [0.5, 1], title: 'recall · axis starts at 50 %' });
    expect(shareAxis([0.991], 'recall').title).toBe('recall · axis starts at 98 %');
    expect(shareAxis([1], 'recall').domain[0]).toBeLessThan(1);
  });

  it('have every tested size as a tick and mark those the model was trained for', () => {
    const axis = dimsAxis([48, 64, 96], [64, 128]);
    expect(axis.ticks.map((tick) => [tick.label, tick.marked])).toEqual([['48', false], ['64', true], ['96', false]]);
    expect(axis.title).toContain('trained');
    expect(dimsAxis([48], []).title).not.toContain('trained');
  });

  it('have round ticks', () => {
    expect(linearTicks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks(0.93, 1)).toEqual([0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 1]);
    expect(logTicks(0.2, 5)).toEqual([0.2, 0.5, 1, 2, 5]);
    expect(logTicks(0.01, 1000)).toEqual([0.01, 0.1, 1, 10, 100, 1000]);
  });

  it('stay finite and few for any values', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1e9, noNaN: true })), { minLength: 1, maxLength: 20 }), (values) => {
        const domain = logDomain(values);
        expect(domain[0]).toBeGreaterThan(0);
        expect(domain[1]).toBeGreaterThan(domain[0]);
        expect(logTicks(...domain).length).toBeLessThan(25);
        const ticks = linearTicks(Math.min(...values), Math.max(...values));
        expect(ticks.length).toBeLessThan(12);
      }),
    );
  });
});
