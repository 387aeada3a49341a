import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomNormal, seededRandom } from '../../src/base/random.ts';
import { cosentLoss, distillationLoss, inBatchLoss, matryoshkaMatrixLoss, matryoshkaPairLoss, mixedTargetLoss, similarityLoss, type MatryoshkaLossValue } from '../../src/training/loss.ts';
import { prefixWeights } from '../../src/training/prefix.ts';

interface Case {
  readonly u: number[];
  readonly v: number[];
  readonly values: number[];
  readonly du: number[];
  readonly dv: number[];
}
const fixture = JSON.parse(readFileSync(new URL('fixtures/losses.json', import.meta.url), 'utf8')) as { dims: number; prefixes: number[]; scores: number[]; cosent: Case; in_batch: Case };

function normals(seed: number, length: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length }, () => randomNormal(random));
}

/** Largest difference between the gradient and central differences, over all coordinates of u and v. */
function gradientGap(evaluate: (u: Float64Array, v: Float64Array) => MatryoshkaLossValue, u: Float64Array, v: Float64Array): number {
  const { du, dv } = evaluate(u, v);
  const step = 1e-5;
  let gap = 0;
  for (const [values, gradient] of [[u, du], [v, dv]] as const) {
    for (let i = 0; i < values.length; i += 1) {
      const kept = values[i]!;
      values[i] = kept + step;
      const above = evaluate(u, v).value;
      values[i] = kept - step;
      const below = evaluate(u, v).value;
      values[i] = kept;
      gap = Math.max(gap, Math.abs((above - below) / (2 * step) - gradient[i]!));
    }
  }
  return gap;
}

describe('the Matryoshka loss', () => {
  const prefixes = prefixWeights(fixture.dims, fixture.prefixes);

  it.each([
    ['CoSENT', fixture.cosent, matryoshkaPairLoss, cosentLoss(fixture.scores)],
    ['in-batch cross-entropy', fixture.in_batch, matryoshkaMatrixLoss, inBatchLoss()],
  ] as const)('gives the values and gradients of sentence-transformers for %s, to 1e-6', (_, expected, evaluate, loss) => {
    const pairs = { u: Float64Array.from(expected.u), v: Float64Array.from(expected.v), dims: fixture.dims };
    const got = (evaluate as (...args: readonly unknown[]) => MatryoshkaLossValue)(pairs, prefixes, loss);
    got.byPrefix.forEach((value, index) => expect(Math.abs(value - expected.values[index]!)).toBeLessThan(1e-6));
    expect(Math.abs(got.value - expected.values.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-6);
    for (const [gradient, wanted] of [[got.du, expected.du], [got.dv, expected.dv]] as const) gradient.forEach((value, index) => expect(Math.abs(value - wanted[index]!)).toBeLessThan(1e-6));
  });

  it('has the gradient that finite differences show, for every loss, any weights and any prefixes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1 << 30 }), fc.integer({ min: 2, max: 5 }), fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }), fc.constantFrom(1, 3, 20), (seed, n, dims, scale) => {
        const width = 7;
        const weighted = prefixWeights(width, dims, dims.map((_, index) => 0.5 + index));
        const [u, v, t] = [normals(seed, n * width), normals(seed + 1, n * width), normals(seed + 2, n * n).map(Math.tanh)];
        const scores = Array.from(normals(seed + 3, n), (value) => Math.round(value));
        for (const loss of [inBatchLoss(scale), distillationLoss(t, scale, 5), mixedTargetLoss(t, 0.3, scale, 5), similarityLoss(t)]) {
          expect(gradientGap((a, b) => matryoshkaMatrixLoss({ u: a, v: b, dims: width }, weighted, loss), u, v)).toBeLessThan(1e-4 * scale);
        }
        expect(gradientGap((a, b) => matryoshkaPairLoss({ u: a, v: b, dims: width }, weighted, cosentLoss(scores, scale)), u, v)).toBeLessThan(1e-4 * scale);
      }),
      { numRuns: 40 },
    );
  });

  it('does not change when a vector is scaled: prefixes are normalised again', () => {
    const [u, v] = [normals(1, 24), normals(2, 24)];
    const value = (factor: number): number => matryoshkaMatrixLoss({ u: u.map((x) => factor * x), v, dims: 8 }, prefixWeights(8, [8, 2]), inBatchLoss()).value;
    expect(value(17)).toBeCloseTo(value(1), 10);
  });

  it('is zero where distillation meets its own teacher, up to the entropy of the target', () => {
    const u = normals(3, 20);
    const cosines = (d: number): Float64Array => {
      const out = new Float64Array(16);
      matryoshkaMatrixLoss({ u, v: u, dims: 5 }, prefixWeights(5, [d]), (matrix) => {
        out.set(matrix);
        return { value: 0, gradient: new Float64Array(16) };
      });
      return out;
    };
    expect(matryoshkaMatrixLoss({ u, v: u, dims: 5 }, prefixWeights(5, [5]), similarityLoss(cosines(5))).value).toBeCloseTo(0, 12);
    const { du, dv } = matryoshkaMatrixLoss({ u, v: u, dims: 5 }, prefixWeights(5, [5]), distillationLoss(cosines(5)));
    expect(Math.max(...du.map(Math.abs), ...dv.map(Math.abs))).toBeLessThan(1e-12);
  });

  it('gives a zero vector no gradient and no NaN', () => {
    const u = new Float64Array(12);
    u.set([1, 2, 3, 4], 0);
    const { value, du } = matryoshkaMatrixLoss({ u, v: normals(5, 12), dims: 4 }, prefixWeights(4, [4, 2]), inBatchLoss());
    expect(Number.isFinite(value)).toBe(true);
    expect([...du.slice(4)]).toEqual(Array(8).fill(0));
  });
});

describe('prefix weights', () => {
  it.each([
    [[], undefined, /no prefixes/],
    [[8, 9], undefined, /prefix of 9 dimensions, expected 1 to 8/],
    [[8, 8], undefined, /name one twice/],
    [[8, 4], [1], /1 weights for 2 prefixes/],
    [[8, 4], [1, -1], /weight -1 of prefix 4/],
  ])('refuse %j with weights %j', (prefixes, weights, message) => {
    expect(() => prefixWeights(8, prefixes, weights)).toThrow(message);
  });
});
