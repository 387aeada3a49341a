import { expect, it } from 'vitest';
import { CancelledError, UserError } from '../../../src/base/errors.ts';
import type { IndexInfo, Milvus } from '../../../src/stores/milvus/milvus.ts';
import { planPrefixes } from '../../../src/stores/milvus/collection-plan.ts';
import type { MilvusContext } from '../../../src/stores/milvus/context.ts';
import { ensureIndexes } from '../../../src/stores/milvus/indexed.ts';
import { loadCollection, onLoaded } from '../../../src/stores/milvus/loaded.ts';
import { patiently } from '../../../src/stores/milvus/patience.ts';

/** Servers that do what no server here can be brought to do: never finish, fail while building, forget what they were asked. */
function contextOf(milvus: Partial<Milvus>, times = { insertMs: 50, indexMs: 50, loadMs: 50 }): MilvusContext {
  return { milvus: { address: 'test', ...milvus } as Milvus, server: { isLite: false } as never, times };
}
const [plan] = planPrefixes({ corpus: 'c', model: 'm', contentHash: 'h', rowCount: 5_000, dims: 64 }, [64], 1);
const index = (over: Partial<IndexInfo>): IndexInfo => ({ field: 'v64', type: 'FLAT', metric: 'IP', params: {}, isFinished: false, failure: undefined, indexedRows: 0, totalRows: 5_000, ...over });

it('a collection that never loads ends in the load’s own time-out', async () => {
  const context = contextOf({ startLoad: async () => {}, isLoaded: async () => false });
  await expect(loadCollection(context, 'slow')).rejects.toMatchObject({ code: 'milvus/timeout', message: expect.stringContaining('did not load slow') });
});

it('waiting for a load stops when it is cancelled', async () => {
  const stop = new AbortController();
  const context = contextOf({ startLoad: async () => {}, isLoaded: async () => false }, { insertMs: 1e6, indexMs: 1e6, loadMs: 1e6 });
  const loading = loadCollection(context, 'slow', stop.signal);
  stop.abort();
  await expect(loading).rejects.toBeInstanceOf(CancelledError);
});

it('an index that is never built ends in its own time-out, one that failed in the server’s reason', async () => {
  const building = contextOf({ indexes: async () => [index({})] });
  await expect(ensureIndexes(building, plan!)).rejects.toMatchObject({ code: 'milvus/timeout', message: expect.stringContaining('did not build') });
  const failed = contextOf({ indexes: async () => [index({ failure: 'out of memory' })] });
  await expect(ensureIndexes(failed, plan!)).rejects.toMatchObject({ code: 'milvus/index', message: expect.stringContaining('out of memory') });
});

it('an index that is there although creating it failed is taken, another failure is told', async () => {
  let isThere = false;
  const twice = contextOf({
    indexes: async () => (isThere ? [index({ isFinished: true, indexedRows: 5_000 })] : []),
    createIndex: async () => {
      isThere = true;
      throw new UserError('milvus/server', 'index already exists');
    },
  });
  await ensureIndexes(twice, plan!);
  const refused = contextOf({ indexes: async () => [], createIndex: () => Promise.reject(new UserError('milvus/server', 'invalid index params')) });
  await expect(ensureIndexes(refused, plan!)).rejects.toMatchObject({ message: 'invalid index params' });
});

it('an index that somebody replaced is noticed', async () => {
  const context = contextOf({ indexes: async () => [index({ type: 'HNSW', isFinished: true })] });
  await expect(ensureIndexes(context, plan!)).rejects.toMatchObject({ code: 'milvus/foreign' });
});

it('an index is waited for until all rows that are worth it are in it', async () => {
  const rows = [0, 2_000, 3_999, 4_900];
  let asked = -1;
  const reported: number[] = [];
  const context = contextOf({ indexes: async () => [index({ isFinished: true, indexedRows: rows[Math.max(0, Math.min(asked++, 3))]! })] }, { insertMs: 1e4, indexMs: 1e4, loadMs: 1e4 });
  await ensureIndexes(context, plan!, { onProgress: (one) => reported.push(one.done) });
  expect(reported).toEqual([0, 2_000]);
});

it('a released collection is loaded and asked once more, and only once', async () => {
  let loads = 0;
  const context = contextOf({ startLoad: async () => void (loads += 1), isLoaded: async () => true });
  let calls = 0;
  const released = new UserError('milvus/released', 'released');
  expect(await onLoaded(context, 'c', undefined, async () => ((calls += 1) === 1 ? Promise.reject(released) : 'answer'))).toBe('answer');
  expect([loads, calls]).toEqual([1, 2]);
  await expect(onLoaded(context, 'c', undefined, () => Promise.reject(released))).rejects.toBe(released);
});

it('only faults that pass are waited out', async () => {
  const heard: (string | undefined)[] = [];
  const options = { patienceMs: 5_000, onContact: (fault: UserError | undefined) => heard.push(fault?.code) };
  const script = ['milvus/unreachable', 'milvus/starting', 'milvus/overloaded'];
  let calls = 0;
  const answer = await patiently(async () => {
    const code = script[calls];
    calls += 1;
    if (code !== undefined) throw new UserError(code, 'passing');
    return 'back';
  }, options);
  expect([answer, heard]).toEqual(['back', [...script, undefined]]);
  for (const code of ['milvus/credentials', 'milvus/timeout', 'milvus/server', 'milvus/no-collection', 'milvus/disk-full']) {
    calls = 0;
    await expect(
      patiently(async () => {
        calls += 1;
        throw new UserError(code, 'final');
      }, options),
    ).rejects.toMatchObject({ code });
    expect(calls).toBe(1);
  }
});
