import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { MILVUS_INDEX_NAMES, resolveIndex, searchParamsOf } from '../../../src/stores/milvus/index-types.ts';
import type { HeadIndex, HeadPrecision } from '../../../src/stores/store.ts';

const server = { label: 'Milvus 2.6', indexes: MILVUS_INDEX_NAMES, float16: true, binary: true };
const resolve = (index: HeadIndex, params?: Record<string, number>, precision: HeadPrecision = 'f32', dims = 64) => resolveIndex({ index, precision, dims, params }, 100_000, server);

describe('index types', () => {
  it('are sent with usual parameters where none are given', () => {
    const sent = (['flat', 'hnsw', 'hnsw_sq', 'ivf_flat', 'ivf_sq8', 'ivf_pq', 'scann', 'diskann', 'autoindex'] as const).map((index) => {
      const { type, wire, searchParams } = resolve(index);
      return [type, wire, searchParams(100)];
    });
    expect(sent).toEqual([
      ['FLAT', {}, {}],
      ['HNSW', { M: 16, efConstruction: 200 }, { ef: 100 }],
      ['HNSW_SQ', { M: 16, efConstruction: 200, sq_type: 'SQ8' }, { ef: 100 }],
      ['IVF_FLAT', { nlist: 1265 }, { nprobe: 159 }],
      ['IVF_SQ8', { nlist: 1265 }, { nprobe: 159 }],
      ['IVF_PQ', { nlist: 1265, m: 16, nbits: 8 }, { nprobe: 159 }],
      ['SCANN', { nlist: 1265, with_raw_data: true }, { nprobe: 159, reorder_k: 400 }],
      ['DISKANN', {}, { search_list: 100 }],
      ['AUTOINDEX', {}, {}],
    ]);
  });

  it.each([
    ['hnsw', { M: 1 }, /M is 1, expected a whole number from 2 to 2048/],
    ['hnsw', { M: 16.5 }, /M is 16.5/],
    ['hnsw', { nlist: 5 }, /HNSW has no parameter "nlist"/],
    ['hnsw', { toString: 5 }, /has no parameter "toString"/],
    ['ivf_flat', { nlist: 8, nprobe: 9 }, /nprobe is 9, expected at most nlist = 8/],
    ['ivf_pq', { m: 7 }, /m is 7, expected a divisor of the 64 dimensions/],
    ['flat', { nprobe: 1 }, /FLAT has no parameter/],
  ] as const)('%s refuses %o', (index, params, message) => {
    expect(() => resolve(index, params)).toThrow(message);
    expect(() => resolve(index, params)).toThrow(UserError);
  });

  it('a search parameter that is too small for the candidates kept is refused at the search', () => {
    const { searchParams } = resolve('hnsw', { ef: 64 });
    expect(searchParams(64)).toEqual({ ef: 64 });
    expect(() => searchParams(65)).toThrow(/ef is 64, expected at least the 65 candidates/);
  });

  it('what a server lacks is refused with what it has', () => {
    const small = { label: 'Milvus Lite 3.2.2 at x', indexes: ['FLAT', 'HNSW'], float16: false, binary: false };
    const refusal = (index: HeadIndex, precision: HeadPrecision): string => {
      try {
        resolveIndex({ index, precision, dims: 60 }, 1000, small);
      } catch (error) {
        return `${(error as UserError).message} (${(error as UserError).hint ?? ''})`;
      }
      return 'accepted';
    };
    expect([refusal('diskann', 'f32'), refusal('flat', 'f16'), refusal('flat', 'binary'), refusal('hnsw', 'int8'), refusal('hnsw', 'f32')]).toEqual([
      'Milvus Lite 3.2.2 at x: has no index type DISKANN (it has FLAT, HNSW)',
      'Milvus Lite 3.2.2 at x: has no float16 vectors ()',
      'Milvus Lite 3.2.2 at x: has no binary vectors ()',
      'Milvus Lite 3.2.2 at x: heads of int8 numbers are not searched as such (Milvus quantises to int8 in the index: use ivf_sq8 or hnsw_sq)',
      'accepted',
    ]);
    expect(() => resolve('flat', undefined, 'binary', 60)).toThrow(/multiple of 8/);
    expect(() => resolve('hnsw', undefined, 'binary')).toThrow(/does not search binary/);
  });

  it('sizes grow as the formats say', () => {
    expect([resolve('flat').sizeBytes, resolve('flat', undefined, 'f16').sizeBytes, resolve('flat', undefined, 'binary').sizeBytes]).toEqual([25_600_000, 12_800_000, 800_000]);
    expect(resolve('hnsw').sizeBytes).toBe(25_600_000 + 100_000 * 136);
    expect(resolve('ivf_sq8', { nlist: 100 }).sizeBytes).toBe(6_400_000 + 25_600);
  });

  it('an index of unknown type is searched without parameters', () => {
    expect(searchParamsOf('GPU_CAGRA', {}, {}, 10, { dims: 8, rowCount: 100 })).toEqual({});
    expect(() => searchParamsOf('GPU_CAGRA', {}, { itopk_size: 64 }, 10, { dims: 8, rowCount: 100 })).toThrow(UserError);
    expect(searchParamsOf('IVF_FLAT', { nlist: 4 }, { nprobe: 2 }, 10, { dims: 8, rowCount: 100 })).toEqual({ nprobe: 2 });
  });
});
