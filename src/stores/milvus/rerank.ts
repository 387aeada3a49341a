import type { Neighbours } from '../../vectors/neighbours.ts';
import type { Stage } from '../../contract/schedule.ts';
import { splitTiming } from '../store.ts';
import type { Survivors } from '../store.ts';
import type { MilvusContext } from './context.ts';
import { onLoaded } from './loaded.ts';
import { prefixCosine, prefixLength } from './prefix-cosine.ts';
import { searchOne } from './search-field.ts';
import type { SearchField } from './search-field.ts';
import type { VectorSource } from './vector-source.ts';
import type { CallTimes } from './wire-times.ts';

/** Where survivors are scored again: on the server, here with vectors fetched from it, or here with vectors that are here. */
export type RerankStrategy = 'server' | 'fetch' | 'local';

/** What one re-rank may work with. A strategy whose part is missing is not available. */
export interface RerankMeans {
  /** The field of exactly the stage's prefix. */
  readonly exactField: SearchField | undefined;
  /** A field at least as long as the stage's prefix, whose vectors can be fetched and cut. */
  readonly longField: SearchField | undefined;
  readonly local: VectorSource | undefined;
}

export function availableStrategies(means: RerankMeans): RerankStrategy[] {
  return [
    ...(means.exactField === undefined ? [] : (['server'] as const)),
    ...(means.longField === undefined ? [] : (['fetch'] as const)),
    ...(means.local === undefined ? [] : (['local'] as const)),
  ];
}

/** Scores the survivors by the stage's prefix in the given way and keeps the best. */
export async function rerankBy(strategy: RerankStrategy, context: MilvusContext, means: RerankMeans, query: Float32Array, survivors: Survivors, stage: Stage, signal?: AbortSignal): Promise<Survivors> {
  const start = performance.now();
  const keep = Math.min(stage.keep, survivors.rows.length);
  let found: Neighbours & { readonly dots?: Float32Array | undefined } = { rows: new Int32Array(0), scores: new Float32Array(0) };
  let calls: CallTimes = { requestMs: 0, serverMs: 0 };
  if (keep > 0) {
    switch (strategy) {
      case 'server': {
        const answer = await searchOne(context, means.exactField!, query, { keep, filter: means.exactField!.filterOf(survivors.rows), signal });
        found = answer.found;
        calls = answer.times;
        break;
      }
      case 'fetch': {
        const vectors = await fetchVectors(context, means.longField!, survivors.rows, signal, (times) => (calls = times));
        found = bestOf(query, survivors.rows, stage.dims, keep, (row) => vectors.get(row));
        break;
      }
      case 'local': {
        const source = means.local!;
        if (source.rerank !== undefined) {
          found = source.rerank(query, survivors, stage.dims, keep);
          break;
        }
        const vector = new Float32Array(stage.dims);
        found = bestOf(query, survivors.rows, stage.dims, keep, (row) => {
          source.copyRow(row, vector);
          return vector;
        });
        break;
      }
      default:
        return strategy satisfies never;
    }
  }
  return { rows: found.rows, scores: found.scores, dots: found.dots, dims: stage.dims, timing: splitTiming(performance.now() - start, calls) };
}

async function fetchVectors(context: MilvusContext, field: SearchField, rows: Int32Array, signal: AbortSignal | undefined, onTimes: (times: CallTimes) => void): Promise<Map<number, ArrayLike<number>>> {
  const found = await onLoaded(context, field.collection, signal, () =>
    context.milvus.query({ collection: field.collection, filter: field.filterOf(rows), fields: [field.keyField, field.field], limit: rows.length, onTimes }, { signal }),
  );
  return new Map(found.map((row) => [field.rowOf(String(row[field.keyField])), row[field.field] as ArrayLike<number>]));
}

/** Exact cosines at a prefix of rows whose vectors are at hand; rows without a vector fall out. */
function bestOf(query: Float32Array, rows: Int32Array, dims: number, keep: number, vectorOf: (row: number) => ArrayLike<number> | undefined): Neighbours {
  const queryLength = prefixLength(query, dims);
  const scored: { row: number; score: number }[] = [];
  for (const row of rows) {
    const vector = vectorOf(row);
    if (vector !== undefined) scored.push({ row, score: Math.fround(prefixCosine(query, vector, dims, queryLength)) });
  }
  scored.sort((a, b) => b.score - a.score || a.row - b.row);
  scored.length = Math.min(scored.length, keep);
  return { rows: Int32Array.from(scored, (entry) => entry.row), scores: Float32Array.from(scored, (entry) => entry.score) };
}
