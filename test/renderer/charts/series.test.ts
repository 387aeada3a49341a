import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dimsStyle, lineLabels, storeLabel, storeStyle } from '../../../renderer/charts/series.ts';

describe('the look of a series', () => {
  it('is the same whatever else is on the chart, for the usual stores and heads', () => {
    const others = ['embedded:flat:f16', 'milvus:ivf_sq8:f32', 'milvus:scann:f32'];
    fc.assert(
      fc.property(fc.subarray(others), (more) => {
        expect(storeStyle('embedded:flat:f32', [...more, 'embedded:flat:f32'])).toEqual(storeStyle('embedded:flat:f32', []));
        expect(storeStyle('milvus:flat:f32', [...more, 'milvus:flat:f32'])).toEqual(storeStyle('milvus:flat:f32', []));
      }),
    );
  });

  it('is another one for each of up to six series', () => {
    const keys = ['embedded:flat:f32', 'milvus:flat:f32', 'embedded:hnsw:f32', 'embedded:flat:f16', 'milvus:ivf_sq8:f32', 'embedded:flat:binary'];
    const looks = keys.map((key) => storeStyle(key, keys).color);
    expect(new Set(looks).size).toBe(6);
  });

  it('names store, index and precision, as far as they are not the plain ones', () => {
    expect(storeLabel({ kind: 'embedded', head: { index: 'flat', precision: 'f32' } })).toBe('embedded');
    expect(storeLabel({ kind: 'milvus', head: { index: 'ivf_sq8', precision: 'f32' } })).toBe('Milvus IVF SQ8');
    expect(storeLabel({ kind: 'embedded', head: { index: 'flat', precision: 'binary' } })).toBe('embedded binary');
    expect(storeLabel({ kind: 'milvus', head: { index: 'autoindex', precision: 'f32' } })).toBe('Milvus AUTOINDEX');
    expect(storeLabel({ kind: 'milvus', head: { index: 'autoindex', precision: 'f32' }, inPlace: true })).toBe('in place');
    expect(storeLabel({ kind: 'milvus', head: { index: 'hnsw', precision: 'f32' }, inPlace: true })).toBe('in place HNSW');
  });

  it('leaves out what all lines of a chart share', () => {
    const embedded = [
      { kind: 'embedded', head: { index: 'flat', precision: 'f32' } },
      { kind: 'embedded', head: { index: 'flat', precision: 'int8' } },
      { kind: 'embedded', head: { index: 'hnsw', precision: 'f32' } },
    ] as const;
    const milvus = { kind: 'milvus', head: { index: 'ivf_sq8', precision: 'f32' } } as const;
    expect(lineLabels(embedded)).toEqual(['f32', 'int8', 'HNSW']);
    expect(lineLabels([embedded[0], milvus])).toEqual(['embedded', 'Milvus IVF SQ8']);
    expect(lineLabels([embedded[1]])).toEqual(['embedded int8']);
  });

  it('rises through the ramp with the prefix', () => {
    expect([0, 1, 2, 3, 4, 5].map((index) => dimsStyle(index, 6).color)).toEqual(['var(--dims-1)', 'var(--dims-2)', 'var(--dims-3)', 'var(--dims-4)', 'var(--dims-5)', 'var(--dims-6)']);
    expect(dimsStyle(9, 10).color).toBe('var(--dims-6)');
  });
});
