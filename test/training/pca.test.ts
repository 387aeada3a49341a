import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomNormal, seededRandom } from '../../src/base/random.ts';
import { identityMatrix, randomRotation, reversedOrder } from '../../src/training/controls.ts';
import { applyLinear } from '../../src/training/linear.ts';
import { fitPca, pcaRotation } from '../../src/training/pca.ts';
import { symmetricEigen } from '../../src/training/symmetric-eigen.ts';

function normals(seed: number, length: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length }, () => randomNormal(random));
}

/** Largest entry of M·Mᵀ − 1. */
function orthogonalityGap(matrix: ArrayLike<number>, n: number): number {
  let gap = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let dot = 0;
      for (let k = 0; k < n; k += 1) dot += matrix[i * n + k]! * matrix[j * n + k]!;
      gap = Math.max(gap, Math.abs(dot - (i === j ? 1 : 0)));
    }
  }
  return gap;
}

describe('the eigen-solver', () => {
  it('finds vectors that the matrix only stretches, orthogonal, by falling value', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1 << 30 }), fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 }), (seed, n, rank) => {
        const parts = normals(seed, n * rank);
        const matrix = Float64Array.from({ length: n * n }, (_, at) => {
          let sum = 0;
          for (let k = 0; k < rank; k += 1) sum += parts[Math.floor(at / n) * rank + k]! * parts[(at % n) * rank + k]!;
          return sum;
        });
        const { values, vectors } = symmetricEigen(matrix, n);
        expect([...values].sort((a, b) => b - a)).toEqual([...values]);
        expect(orthogonalityGap(vectors, n)).toBeLessThan(1e-10);
        for (let v = 0; v < n; v += 1) {
          for (let i = 0; i < n; i += 1) {
            let product = 0;
            for (let j = 0; j < n; j += 1) product += matrix[i * n + j]! * vectors[v * n + j]!;
            expect(Math.abs(product - values[v]! * vectors[v * n + i]!)).toBeLessThan(1e-9 * Math.max(1, values[0]!));
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('handles equal eigenvalues and the zero matrix', () => {
    expect([...symmetricEigen(Float64Array.from([3, 0, 0, 0, 3, 0, 0, 0, 1]), 3).values]).toEqual([3, 3, 1]);
    expect([...symmetricEigen(new Float64Array(9), 3).values]).toEqual([0, 0, 0]);
  });
});

describe('PCA', () => {
  // Strong along two known directions of four, more rows than a chunk.
  const count = 1300;
  const noise = normals(5, count * 4);
  const rows = Float32Array.from({ length: count * 4 }, (_, at) => {
    const row = Math.floor(at / 4);
    const [a, b] = [4 * noise[row * 4]!, 2 * noise[row * 4 + 1]!];
    return [a, b, a, -b][at % 4]! + 0.1 * noise[at]! + 7;
  });

  it('finds the strongest directions of centred rows', async () => {
    const { axes, mean, variances } = await fitPca(rows, count, 4, { centred: true });
    expect([...mean].every((value) => Math.abs(value - 7) < 0.6)).toBe(true);
    const direction = (axis: number): number[] => [...axes.subarray(4 * axis, 4 * axis + 4)].map((value) => Math.abs(value));
    direction(0).forEach((value, at) => expect(value).toBeCloseTo([Math.SQRT1_2, 0, Math.SQRT1_2, 0][at]!, 1));
    direction(1).forEach((value, at) => expect(value).toBeCloseTo([0, Math.SQRT1_2, 0, Math.SQRT1_2][at]!, 1));
    expect(variances[0]! / variances[1]!).toBeGreaterThan(3);
  });

  it('counts a row with weight 2 as two rows', async () => {
    const doubled = new Float32Array(rows.length + 40);
    doubled.set(rows);
    doubled.set(rows.subarray(0, 40), rows.length);
    const weights = new Float64Array(count).fill(1).fill(2, 0, 10);
    const [a, b] = [await fitPca(rows, count, 4, { weights }), await fitPca(doubled, count + 10, 4)];
    a.variances.forEach((value, at) => expect(value).toBeCloseTo(b.variances[at]!, 3));
  });

  it('turns uncentred rows without changing any similarity', async () => {
    const rotation = pcaRotation(await fitPca(rows, count, 4));
    const turned = await applyLinear(rows, 4, rotation);
    const dot = (data: Float32Array, i: number, j: number): number => data.subarray(4 * i, 4 * i + 4).reduce((sum, value, k) => sum + value * data[4 * j + k]!, 0);
    for (const [i, j] of [[0, 1], [7, 900], [1299, 3]] as const) expect(dot(turned, i, j)).toBeCloseTo(dot(rows, i, j), 2);
  });

  it('refuses no rows, too few numbers and weights that are all zero', async () => {
    await expect(fitPca(rows, 0, 4)).rejects.toThrow('at least one row');
    await expect(fitPca(rows, count + 1, 4)).rejects.toThrow(/expected 1301 × 4/);
    await expect(fitPca(rows, count, 4, { weights: new Float64Array(count) })).rejects.toThrow('sum above zero');
  });
});

describe('the controls', () => {
  it('a random rotation is orthogonal, and another for another seed', () => {
    expect(orthogonalityGap(randomRotation(40, 3), 40)).toBeLessThan(1e-6);
    expect([...randomRotation(5, 3)]).toEqual([...randomRotation(5, 3)]);
    expect([...randomRotation(5, 3)]).not.toEqual([...randomRotation(5, 4)]);
  });

  it('reversed order puts the last dimension first; the identity changes nothing', async () => {
    const row = Float32Array.from([1, 2, 3, 4, 5, 6]);
    expect([...(await applyLinear(row, 3, reversedOrder(3)))]).toEqual([3, 2, 1, 6, 5, 4]);
    expect([...(await applyLinear(row, 3, identityMatrix(3)))]).toEqual([...row]);
  });
});
