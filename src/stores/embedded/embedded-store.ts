import { throwIfCancelled } from '../../base/async.ts';
import { showValue, UserError } from '../../base/errors.ts';
import { rerankPrefix } from '../../vectors/search.ts';
import { sweepTop } from '../../vectors/sweep.ts';
import type { VectorSet } from '../../vectors/vector-set.ts';
import type { Head, HeadSpec, Store } from '../store.ts';
import { checkQuery, checkWidth } from './check-query.ts';
import { openFlatHead } from './flat-head.ts';
import { openHnswHead } from './hnsw-head.ts';
import { openQuantisedHead } from './quantised-head.ts';

export interface EmbeddedOptions {
  /** Threads of a search, of one query or of many (default 1). Answers do not depend on it. */
  readonly threads?: number | undefined;
}

/**
 * The store in this process: searches and re-ranks a vector set in memory. Closing it frees nothing that the vector set's owner
 * still holds.
 */
export function openEmbeddedStore(vectors: VectorSet, options: EmbeddedOptions = {}): Store {
  return {
    kind: 'embedded',
    label: 'embedded',
    latencyRemark: remarkOf(vectors, options.threads ?? 1),
    rowCount: vectors.rowCount,
    dims: vectors.dims,
    openHead: async (spec, work = {}) => openHead(vectors, spec, options, work),
    rerank: async (query, survivors, stage, signal) => {
      throwIfCancelled(signal);
      checkQuery(query, vectors.dims);
      if (stage.dims > vectors.dims) throw dimsError(stage.dims, vectors.dims);
      const start = performance.now();
      const found = rerankPrefix(vectors, query, survivors, stage.dims, stage.keep);
      const totalMs = performance.now() - start;
      return { ...found, dims: stage.dims, timing: { totalMs, serverMs: 0, localMs: totalMs } };
    },
    sweep: (queries, dims, k, work = {}) => {
      checkWidth(queries.dims, vectors.dims);
      return sweepTop(vectors, queries, dims, k, { ...work, threads: options.threads });
    },
    close: async () => {},
  };
}

/** What must be known to place a time: how many threads, and whether the vectors were read from disk. */
function remarkOf(vectors: VectorSet, threads: number): string | undefined {
  const remarks = [...(threads > 1 ? [`${threads} threads a query`] : []), ...(vectors.shelf === undefined ? [] : ['the vectors do not fit the memory allowed and are read from a temporary file'])];
  return remarks.length === 0 ? undefined : remarks.join('; ');
}

async function openHead(vectors: VectorSet, spec: HeadSpec, options: EmbeddedOptions, work: Parameters<Store['openHead']>[1]): Promise<Head> {
  if (!Number.isSafeInteger(spec.dims) || spec.dims < 1 || spec.dims > vectors.dims) throw dimsError(spec.dims, vectors.dims);
  throwIfCancelled(work?.signal);
  const unknown = Object.keys(spec.params ?? {});
  if (spec.index === 'flat') {
    if (unknown.length > 0) throw new UserError('store/params', `a flat head has no parameter ${showValue(unknown[0])}`);
    return spec.precision === 'f32' ? openFlatHead(vectors, spec, options) : openQuantisedHead(vectors, spec, spec.precision, options, work ?? {});
  }
  if (spec.index === 'hnsw') return openHnswHead(vectors, spec, options, work ?? {});
  throw new UserError('store/head', `the embedded store has no ${spec.index} head`, { hint: 'it has flat and hnsw' });
}

function dimsError(dims: number, most: number): UserError {
  return new UserError('store/dims', `a prefix of ${dims} dimensions, expected 1 to ${most}`);
}
