import { UserError } from '../base/errors.ts';

/** One term of the Matryoshka loss L_M = Σ weight · L(first `dims` dimensions, re-normalised). */
export interface PrefixWeight {
  readonly dims: number;
  readonly weight: number;
}

/**
 * Prefixes with their weights, longest first.
 * @param weights one a prefix, in the order of `prefixes`; all 1 when left out.
 * @throws UserError for a prefix outside 1 … dims, a doubled one, or weights that are negative or of another number.
 */
export function prefixWeights(dims: number, prefixes: readonly number[], weights?: readonly number[]): PrefixWeight[] {
  if (prefixes.length === 0) throw new UserError('training/no-prefixes', 'no prefixes to train, expected at least one');
  if (weights !== undefined && weights.length !== prefixes.length) throw new UserError('training/bad-weights', `${weights.length} weights for ${prefixes.length} prefixes, expected one each`);
  const list = prefixes.map((prefix, index) => ({ dims: prefix, weight: weights?.[index] ?? 1 }));
  for (const { dims: prefix, weight } of list) {
    if (!Number.isSafeInteger(prefix) || prefix < 1 || prefix > dims) throw new UserError('training/bad-prefix', `prefix of ${prefix} dimensions, expected 1 to ${dims}`);
    if (!(weight >= 0) || !Number.isFinite(weight)) throw new UserError('training/bad-weights', `weight ${weight} of prefix ${prefix}, expected a number of 0 or more`);
  }
  if (new Set(prefixes).size !== prefixes.length) throw new UserError('training/bad-prefix', `prefixes ${prefixes.join(', ')} name one twice`);
  return list.sort((a, b) => b.dims - a.dims);
}

/** D, D/2, D/4 … as long as they are whole and at least `smallest`. */
export function halvings(dims: number, smallest = 16): number[] {
  const prefixes = [dims];
  for (let next = dims / 2; Number.isInteger(next) && next >= smallest; next /= 2) prefixes.push(next);
  return prefixes;
}
