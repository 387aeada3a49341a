import { splitTiming } from '../store.ts';
import type { Head, HeadSpec } from '../store.ts';
import { checkQueries, checkQuery } from './check-query.ts';
import type { MilvusContext } from './context.ts';
import { queryProgress, searchMany, searchOne } from './search-field.ts';
import type { SearchField } from './search-field.ts';

export interface FieldHeadParts {
  readonly spec: HeadSpec;
  readonly field: SearchField;
  readonly rowCount: number;
  readonly sizeBytes: number;
  readonly buildMs: number;
  /** What to send with a search for so many hits. @throws UserError `milvus/parameter` */
  readonly searchParams: (limit: number) => Readonly<Record<string, number>>;
}

/** The head search on one vector field. Closing it changes nothing on the server: collections stay for the next run. */
export function fieldHead(context: MilvusContext, parts: FieldHeadParts): Head {
  const { spec, field, rowCount } = parts;
  return {
    spec,
    sizeBytes: parts.sizeBytes,
    buildMs: parts.buildMs,
    async search(query, keep, signal) {
      const start = performance.now();
      checkQuery(query, undefined, spec.dims);
      const limit = Math.min(keep, rowCount);
      const { found, times } = await searchOne(context, field, query, { keep: limit, paramsFor: parts.searchParams, signal });
      return { ...found, dims: spec.dims, timing: splitTiming(performance.now() - start, times) };
    },
    async searchMany(queries, keep, work = {}) {
      checkQueries(queries, undefined, spec.dims);
      const limit = Math.min(keep, rowCount);
      const onDone = queryProgress(work, `searching ${spec.dims} dims on Milvus`, queries.queryCount);
      return searchMany(context, field, queries, { keep: limit, paramsFor: parts.searchParams, signal: work.signal }, rowCount, onDone);
    },
    async close() {},
  };
}
