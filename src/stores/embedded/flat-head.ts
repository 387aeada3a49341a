import { throwIfCancelled } from '../../base/async.ts';
import { searchPrefix, searchShelved } from '../../vectors/search.ts';
import { sweepTop } from '../../vectors/sweep.ts';
import { inverseNormsOf } from '../../vectors/segment.ts';
import { type VectorSet } from '../../vectors/vector-set.ts';
import type { Head, HeadSpec } from '../store.ts';
import { checkQuery } from './check-query.ts';

/** The exact float32 head: reads the prefix straight from the vector set, so it takes no memory of its own but the prefix norms. */
export function openFlatHead(vectors: VectorSet, spec: HeadSpec, options: { readonly threads?: number | undefined }): Head {
  const start = performance.now();
  if (vectors.shelf === undefined) for (const segment of vectors.segments) inverseNormsOf(segment, spec.dims);
  return {
    spec,
    sizeBytes: vectors.rowCount * 4 * (spec.dims + 1),
    buildMs: performance.now() - start,
    search: async (query, keep, signal) => {
      throwIfCancelled(signal);
      checkQuery(query, vectors.dims);
      const begin = performance.now();
      const found = vectors.shelf === undefined ? searchPrefix(vectors, query, spec.dims, keep, options.threads) : await searchShelved(vectors, query, spec.dims, keep, signal);
      const totalMs = performance.now() - begin;
      return { ...found, dims: spec.dims, timing: { totalMs, serverMs: 0, localMs: totalMs } };
    },
    searchMany: async (queries, keep, work = {}) => {
      const tables = await sweepTop(vectors, queries, [spec.dims], keep, { ...work, threads: options.threads });
      return tables.get(spec.dims)!;
    },
    close: async () => {},
  };
}
