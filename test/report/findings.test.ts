import { describe, expect, it } from 'vitest';
import type { FunnelEntry, Report } from '../../src/contract/report.ts';
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

  it('do not deny what they say: what is written as 99.0 % keeps 99 %', () => {
    const at = (value: number): string | undefined => findings(withFunnels({ ...a, recall: { value, low: 0.986, high: 0.993 } })).find((sentence) => sentence.startsWith('The funnel'));
    expect(at(0.9898)).toMatch(/keeps 99\.0 % .*\(4\.56 ms\)\.$/);
    expect(at(0.9893)).toMatch(/keeps 98\.9 % .* No funnel measured keeps 99 %/);
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

describe('trained sizes', () => {
  const withOrder = (trainedDims: number[], bumps: { dims: number; excess: number }[] | undefined, dims = [16, 32, 64, 128, 192, 256, 384]): string =>
    findings({ ...plainReport, model: { ...plainReport.model, dims: 512, trainedDims }, order: { dims, series: [], ...(bumps === undefined ? {} : { bumps }) } }).join('\n');

  it('are told from what stands out against vectors without order, and from what the model says', () => {
    const bumps = [{ dims: 256, excess: 0.061 }];
    expect(withOrder([], bumps)).toContain('names no sizes it was trained for, but recall stands above the line of its neighbours at 256 (+6.1 points): it was probably trained there.');
    expect(withOrder([256, 512], bumps)).toContain('at 256 (+6.1 points): sizes the model was trained for. Prefer trained sizes to 16, 32, 64, 128, 192 and 384.');
    expect(withOrder([256, 512], [])).toContain('Recall shows no bump at the trained sizes: 16, 32');
  });

  it('are not spoken of without an experiment that could show them, nor where only trained sizes were measured', () => {
    expect(withOrder([256, 512], undefined)).not.toMatch(/bump|trained there|sizes the model was trained for/);
    expect(withOrder([128, 256, 512], [{ dims: 256, excess: 0.061 }], [128, 256])).not.toMatch(/bump|trained there|sizes the model was trained for/);
  });

  it('are left to the verdict on truncation where there is one, whose sentences are findings', () => {
    const verdict = { kind: 'plain' as const, safeDims: { raw: 512, pca: 512, adapter: 256 }, best: 'adapter' as const, bumps: [{ dims: 256, excess: 0.061 }], sentences: ['First of it.', 'Second of it.'] };
    const found = findings({ ...plainReport, matryoshka: { dims: [256, 512], ladders: [], gains: { overRaw: [], overPca: [] }, counts: { trained: 1, searched: 1, queries: 1, queriesAre: 'given' }, verdict } });
    expect(found).toEqual(expect.arrayContaining(['First of it.', 'Second of it.']));
    expect(found.join('\n')).not.toContain('probably trained there');
  });
});

describe('definitions', () => {
  it('tell the two recalls apart, and relevance only where there are qrels', () => {
    expect(Object.keys(definitions(10, true))).toEqual(expect.arrayContaining(['recall@10', 'IR recall@10', 'nDCG@10', 'MRR@10', 'MAP@10', 'retention', 'survival', 'latency', 'confidence']));
    expect(Object.keys(definitions(10, false)).some((term) => /nDCG|MRR|MAP|IR recall|retention/.test(term))).toBe(false);
    expect(definitions(5, true)['recall@5']).toContain('1e-6');
  });
});
