import { describe, expect, it } from 'vitest';
import type { FunnelEntry, LadderEntry, Report } from '../../src/contract/report.ts';
import { bumpsOf } from '../../src/report/bumps.ts';
import { bestFunnel } from '../../src/report/choice.ts';
import { definitions } from '../../src/report/definitions.ts';
import { findings } from '../../src/report/findings.ts';
import { fixtureReport, plainReport } from '../fixtures/report.ts';

const [a, b, c, , , slow] = fixtureReport.funnels as [FunnelEntry, FunnelEntry, FunnelEntry, FunnelEntry, FunnelEntry, FunnelEntry];
const withFunnels = (...funnels: FunnelEntry[]): Report => ({ ...fixtureReport, funnels, otherStores: undefined });

describe('findings', () => {
  it('say first and plainly that a funnel is slower than exact search', () => {
    expect(findings(withFunnels(a, slow)).slice(0, 2)).toEqual([
      'The funnel 192:16384,256:10 is slower than plain exact search: 4.95 ms against 4.56 ms p50.',
      'The funnel 64:1536,256:10 keeps 99.3 % (98.9–99.7) of the true neighbours at 1.05 ms p50, 4.3× as fast as exact search at 256 dims (4.56 ms).',
    ]);
  });

  it('advise plain search when no funnel pays', () => {
    const near = { ...slow, schedule: '192:8000,256:10', latencyMs: { ...slow.latencyMs, p50: 4.5 }, speedup: 1.01 };
    expect(findings(withFunnels(slow))[0]).toBe('The funnel 192:16384,256:10 is slower than plain exact search: 4.95 ms against 4.56 ms p50. Search at full dimension instead.');
    expect(findings(withFunnels(near))[0]).toBe('The funnel 192:8000,256:10 is not measurably faster than plain exact search: 4.50 ms against 4.56 ms p50. Search at full dimension instead.');
    expect(findings(withFunnels(slow, near))[0]).toBe(
      'No funnel pays here: none of the 2 is measurably faster than plain exact search (192:16384,256:10 4.95 ms and 192:8000,256:10 4.50 ms, against 4.56 ms p50). Search at full dimension instead.',
    );
    expect(findings(withFunnels(slow, near)).some((sentence) => sentence.includes('as fast as exact search'))).toBe(false);
  });

  it('say nothing against funnels when all of them pay', () => {
    expect(findings(withFunnels(a, b))[0]).toMatch(/^The funnel 64:1536,256:10 keeps/);
  });

  it('name the shortest prefix that keeps 95 %, or that none does', () => {
    expect(findings(plainReport)[0]).toBe('Cut to 64 of 256 dims, plain search keeps 95.0 % (93.0–96.9) of the true neighbours at 1/4 of the memory (250 KiB instead of 1,000 KiB); it is the shortest tested prefix that keeps 95 %.');
    expect(findings(fixtureReport).join('\n')).toContain('no tested prefix below 256 keeps 95 %');
  });

  it('carry the remark that belongs to a store’s latencies', () => {
    const remark = 'Milvus Lite is pure Python: these times are not Milvus’s own.';
    expect(findings(fixtureReport)).toContain(remark);
    expect(findings({ ...plainReport, store: { ...plainReport.store, latencyRemark: 'Slow disk.' } })).toContain('Slow disk.');
  });

  it('are the same for the same measurements', () => {
    expect(findings(fixtureReport)).toEqual(findings(structuredClone(fixtureReport)));
  });
});

describe('the recommended funnel', () => {
  it('is the fastest that keeps 99 %', () => expect(bestFunnel({ funnels: [b, c, a] })).toBe(a));
  it('is the one that keeps most where none keeps 99 %', () => expect(bestFunnel({ funnels: [c, fixtureReport.funnels[4]!] })).toBe(c));
  it('never is one that does not pay', () => expect(bestFunnel({ funnels: [slow] })).toBeUndefined());
});

describe('bumps', () => {
  const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
  const ladder = (lift: Record<number, number>, half = 0.01): Pick<LadderEntry, 'dims' | 'recall'>[] =>
    [16, 32, 64, 128, 192, 256, 384, 512].map((dims) => {
      const value = dims === 512 ? 1 : logistic(Math.log2(dims) - 6.5 + (lift[dims] ?? 0));
      return { dims, recall: { value, low: value - half, high: Math.min(1, value + half) } };
    });

  it('are found where recall stands above its neighbours beyond noise', () => {
    const found = bumpsOf(ladder({ 256: 0.6 }));
    expect(found.map((bump) => bump.dims)).toEqual([256]);
    expect(found[0]!.excess).toBeGreaterThan(0.05);
  });

  it('are not found on a smooth curve, nor within the noise', () => {
    expect(bumpsOf(ladder({}))).toEqual([]);
    expect(bumpsOf(ladder({ 256: 0.6 }, 0.06))).toEqual([]);
  });

  it('are told from what the model says it was trained for', () => {
    const report = (trainedDims: number[]): Report => ({
      ...plainReport,
      model: { ...plainReport.model, dims: 512, trainedDims },
      ladder: ladder({ 256: 0.6 }).map((entry) => ({ ...plainReport.ladder[0]!, ...entry })),
    });
    expect(findings(report([])).join('\n')).toMatch(/names no sizes it was trained for.* at 256 \(\+\d+\.\d points\)/);
    expect(findings(report([256, 512])).join('\n')).toMatch(/at 256 \(\+\d+\.\d points\): sizes the model was trained for\. Prefer trained sizes to 16, 32/);
  });
});

describe('definitions', () => {
  it('tell the two recalls apart, and relevance only where there are qrels', () => {
    expect(Object.keys(definitions(10, true))).toEqual(expect.arrayContaining(['recall@10', 'IR recall@10', 'nDCG@10', 'MRR@10', 'MAP@10', 'retention', 'survival', 'latency', 'confidence']));
    expect(Object.keys(definitions(10, false)).some((term) => /nDCG|MRR|MAP|IR recall|retention/.test(term))).toBe(false);
    expect(definitions(5, true)['recall@5']).toContain('1e-6');
  });
});
