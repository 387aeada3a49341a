import { throwIfCancelled } from '../../base/async.ts';
import type { WorkOptions } from '../../base/progress.ts';
import { quantisePrefix, searchManyQuantised, searchQuantised, type CodeForm } from '../../vectors/quantised.ts';
import type { VectorSet } from '../../vectors/vector-set.ts';
import type { Head, HeadSpec } from '../store.ts';
import { checkQuery } from './check-query.ts';

/** A flat head in f16, int8, sign bits or product codes: scores are approximate, a later stage re-ranks with the float32 vectors. */
export async function openQuantisedHead(vectors: VectorSet, spec: HeadSpec, form: CodeForm, options: { readonly threads?: number | undefined }, work: WorkOptions): Promise<Head> {
  const start = performance.now();
  const set = await quantisePrefix(vectors, spec.dims, form, work);
  return {
    spec,
    sizeBytes: set.sizeBytes,
    buildMs: performance.now() - start,
    search: async (query, keep, signal) => {
      throwIfCancelled(signal);
      checkQuery(query, vectors.dims);
      const begin = performance.now();
      const found = searchQuantised(set, query, keep, options.threads);
      const totalMs = performance.now() - begin;
      return { ...found, dims: spec.dims, timing: { totalMs, serverMs: 0, localMs: totalMs } };
    },
    searchMany: async (queries, keep, work = {}) => searchManyQuantised(set, queries, keep, work),
    close: async () => {},
  };
}
