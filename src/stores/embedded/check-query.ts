import { UserError } from '../../base/errors.ts';

/** @throws UserError `queries/width` for a query of another width than the vectors. */
export function checkQuery(query: Float32Array, dims: number): void {
  checkWidth(query.length, dims);
}

/** @throws UserError `queries/width` */
export function checkWidth(width: number, dims: number): void {
  if (width !== dims) throw new UserError('queries/width', `a query of ${width} dimensions, expected ${dims} as the vectors have`);
}
