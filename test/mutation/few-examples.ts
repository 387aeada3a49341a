import * as real from '../../node_modules/fast-check/lib/fast-check.js';

/**
 * fast-check for the mutation run: a few examples a property, the same ones every time (so that a score can be held against the last one), and no
 * shrinking: one counterexample is enough to notice a mutant.
 */
const few = (given: { numRuns?: number } = {}): object => ({ ...given, numRuns: Math.min(given.numRuns ?? 5, 5), endOnFailure: true, seed: 20_261_125 });

export default {
  ...real.default,
  assert: (property: never, given?: { numRuns?: number }): unknown => real.default.assert(property, few(given)),
};
