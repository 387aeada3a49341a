import { describe, expect, it } from 'vitest';
import { randomNormal, seededRandom } from '../../src/base/random.ts';
import type { Interval } from '../../src/contract/measure.ts';
import { bumpsOf } from '../../src/experiments/bumps.ts';
import { orderExperiment } from '../../src/experiments/order.ts';
import { vectorSetOf } from '../../src/vectors/vector-set.ts';

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const DIMS = [16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];

/** Recall at each size of DIMS, every interval `half` wide on each side. */
function curve(logitAt: (x: number) => number, lift: Readonly<Record<number, number>> = {}, half = 0.01): Interval[] {
  return DIMS.map((dims) => {
    const value = logistic(logitAt(Math.log2(dims)) + (lift[dims] ?? 0));
    return { value, low: value - half, high: Math.min(1, value + half) };
  });
}

const straight = (x: number): number => x - 6.5;
const rising = (x: number): number => 0.22 * (x - 3) ** 2 - 3;
const flattening = (x: number): number => 3 * Math.sqrt(x - 3) - 4;
/** Slow, fast, slow. */
const turning = (x: number): number => 2.5 * Math.tanh((x - 6.5) / 2);

describe('bumps', () => {
  it('are sizes that stand out above the smooth curve through the sizes beside them', () => {
    for (const bend of [straight, rising, flattening]) {
      const found = bumpsOf(DIMS, curve(bend, { 64: 0.6, 192: 0.6 }));
      expect(found.map((bump) => bump.dims)).toEqual([64, 192]);
      expect(found[0]!.excess).toBeGreaterThan(0.05);
    }
  });

  it('are not found on a straight line, nor on any smooth bend', () => {
    for (const bend of [straight, rising, flattening, turning]) expect(bumpsOf(DIMS, curve(bend, {}, 0.001))).toEqual([]);
  });

  it('are not what noise can do, nor what is too small to act on', () => {
    expect(bumpsOf(DIMS, curve(straight, { 64: 0.6 }, 0.07))).toEqual([]);
    expect(bumpsOf(DIMS, curve(straight, { 64: 0.01 }, 1e-7))).toEqual([]);
  });

  it('are not seen where recall is 0 or 1, nor where too few sizes were measured', () => {
    const point = (value: number): Interval => ({ value, low: value, high: value });
    expect(bumpsOf([2, 4, 8, 16, 32], [0, 0.1, 0.9, 0.91, 1].map(point))).toEqual([]);
    expect(bumpsOf([8, 16, 32], [0.1, 0.9, 0.91].map(point))).toEqual([]);
  });
});

describe('on measured vectors', () => {
  const [count, width] = [2000, 64];
  /** Bumps of rows whose dimension j has the given deviation. */
  async function bumpsAt(deviation: (j: number) => number, seed: number): Promise<number[]> {
    const random = seededRandom(seed);
    const rowsOf = (rows: number): Float32Array => Float32Array.from({ length: rows * width }, (_, at) => randomNormal(random) * deviation(at % width));
    const vectors = vectorSetOf(rowsOf(count), { rowCount: count, dims: width });
    const { bumps } = await orderExperiment(vectors, { queryCount: 300, dims: width, data: rowsOf(300) }, { dims: [6, 8, 12, 16, 24, 32, 48], k: 10, seed });
    return bumps!.map((bump) => bump.dims);
  }

  it('none is found where dimensions matter alike, or less and less', async () => {
    for (const seed of [1, 2]) {
      for (const deviation of [() => 1, (j: number) => 1 / (1 + j) ** 0.5, (j: number) => Math.exp(-j / 20)]) expect(await bumpsAt(deviation, seed)).toEqual([]);
    }
  });

  it('one is found where a prefix is complete and what follows it adds little', async () => {
    for (const seed of [1, 2]) expect(await bumpsAt((j) => (j < 16 ? 1 : j < 32 ? 0.25 : 0.6), seed)).toEqual([16]);
  });
});
