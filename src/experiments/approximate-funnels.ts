import type { WorkOptions } from '../base/progress.ts';
import type { Schedule } from '../contract/schedule.ts';
import { rowsOf, truthCountOf, truthsOf } from '../funnel/pool.ts';
import type { Pool } from '../funnel/pool.ts';
import type { Head } from '../stores/store.ts';
import { neighboursOf } from '../vectors/neighbours.ts';
import { queryOf } from '../vectors/query-matrix.ts';
import type { QueryMatrix } from '../vectors/query-matrix.ts';

/** Shares of the way from the recall asked for to 1: the ones above leave less to chance. */
const MARGINS = [0, 0.25, 0.5, 0.75];

/**
 * Two-stage funnels of approximate heads for a recall. The pool's orders are those of exact prefixes, so its grid knows nothing of how many candidates an approximate
 * head has to keep: here the heads themselves say at which place they have the true neighbours. A re-rank at full dimension is exact, so the share of true
 * neighbours among the first `keep` is the funnel's recall.
 * @param queries rows of the pool's queries to look at
 * @returns for each prefix below the full one the least keeps that reach the recall, barely and with room
 */
export async function approximateFunnels(
  pool: Pool,
  matrix: QueryMatrix,
  queries: Int32Array,
  headOf: (dims: number) => Promise<Head>,
  target: number,
  work: WorkOptions = {},
): Promise<Schedule[]> {
  const full = pool.dims[pool.dims.length - 1]!;
  const data = new Float32Array(queries.length * matrix.dims);
  queries.forEach((query, i) => data.set(queryOf(matrix, query), i * matrix.dims));
  const asked: QueryMatrix = { queryCount: queries.length, dims: matrix.dims, data };
  const schedules: Schedule[] = [];
  for (const dims of pool.dims.slice(0, -1)) {
    const table = await (await headOf(dims)).searchMany(asked, pool.capacity, work);
    const places: number[] = [];
    queries.forEach((query, i) => {
      const placeOf = new Map(Array.from(neighboursOf(table, i).rows, (row, at) => [row, at + 1]));
      // Rows that tie with the last true neighbour count as it: the best placed are taken.
      const rows = rowsOf(pool, query);
      const own = Array.from(truthsOf(pool, query), (place) => placeOf.get(rows[place]!) ?? Infinity);
      places.push(...own.sort((a, b) => a - b).slice(0, truthCountOf(pool)));
    });
    places.sort((a, b) => a - b);
    const keeps = MARGINS.map((margin) => places[Math.max(0, Math.ceil((target + margin * (1 - target)) * places.length) - 1)]!).filter(Number.isFinite);
    for (const keep of new Set(keeps.map((least) => Math.max(pool.k, least)))) schedules.push([{ dims, keep }, { dims: full, keep: pool.k }]);
  }
  return schedules;
}
