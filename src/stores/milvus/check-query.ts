import { UserError } from '../../base/errors.ts';
import type { QueryMatrix } from '../store.ts';

/**
 * Checked here, not by the server: the SDK meets a vector of the wrong length with a null dereference.
 * @param full the length it must have, where that is known; otherwise it must have at least `least` numbers
 * @throws UserError `store/query`
 */
export function checkQuery(query: Float32Array, full: number | undefined, least = 1): void {
  if (full === undefined ? query.length < least : query.length !== full) {
    throw new UserError('store/query', `a query of ${query.length} numbers, expected ${full ?? `at least ${least}`}`);
  }
}

/** The same for many. @throws UserError `store/query` */
export function checkQueries(queries: QueryMatrix, full: number | undefined, least = 1): void {
  const isWide = full === undefined ? queries.dims >= least : queries.dims === full;
  if (!isWide || queries.data.length !== queries.queryCount * queries.dims) {
    throw new UserError('store/query', `${queries.queryCount} queries of ${queries.dims} numbers, expected ${full ?? `at least ${least}`} each`);
  }
}
