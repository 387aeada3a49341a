import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomInt, randomNormal, seededRandom } from '../../src/base/random.ts';
import { int64Tensor, openOnnxSession, type OnnxSession } from '../../src/math/onnx-runtime.ts';
import { adamStep, adamStepRows, newAdamState } from '../../src/training/adam.ts';
import { epochBatches } from '../../src/training/batches.ts';
import { dequantiseTable, quantiseTable } from '../../src/training/quantise-table.ts';
import { meanReciprocalRank } from '../../src/training/reciprocal-rank.ts';
import { trainStaticTable } from '../../src/training/static-table.ts';
import { tableModel } from '../../src/training/table-onnx.ts';
import { poolTexts, spreadGradient, tokenTextsOf } from '../../src/training/token-texts.ts';

const DIMS = 8;
function normals(seed: number, length: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length }, () => randomNormal(random));
}

describe('texts as means of token rows', () => {
  const texts = tokenTextsOf([[0, 1, 1], [], [2]]);
  const table = Float32Array.from([1, 0, 0, 3, 5, 5]);

  it('pools, with repeated tokens counted and a text without tokens as zero', () => {
    expect([...poolTexts(table, 2, texts, Int32Array.of(0, 1, 2))].map((value) => +value.toFixed(4))).toEqual([0.3333, 2, 0, 0, 5, 5]);
  });

  it('spreads a gradient as the transpose of pooling: <pool(t), g> = <t, spread(g)>', () => {
    const gradient = normals(1, 6);
    const spread = new Float32Array(6);
    const touched = { mark: new Uint8Array(3), rows: [] as number[] };
    spreadGradient(gradient, 2, texts, Int32Array.of(0, 1, 2), spread, touched);
    const pooled = poolTexts(table, 2, texts, Int32Array.of(0, 1, 2));
    const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
    expect(dot(table, spread)).toBeCloseTo(dot(pooled, gradient), 5);
    expect(touched.rows).toEqual([0, 1, 2]);
  });
});

describe('Adam', () => {
  it('takes the steps that the paper writes down', () => {
    const parameters = Float32Array.from([1, -2]);
    const state = newAdamState(2);
    let [m, v] = [0, 0];
    let expected = 1;
    for (let step = 1; step <= 5; step += 1) {
      const gradient = 0.1 * step;
      m = 0.9 * m + 0.1 * gradient;
      v = 0.999 * v + 0.001 * gradient ** 2;
      expected -= (0.01 * (m / (1 - 0.9 ** step))) / (Math.sqrt(v / (1 - 0.999 ** step)) + 1e-8);
      adamStep(parameters, Float32Array.from([gradient, 0]), state, { learningRate: 0.01 });
    }
    expect(parameters[0]).toBeCloseTo(expected, 6);
    expect(parameters[1]).toBe(-2);
  });

  it('changes only the rows that are named, and clears their gradient', () => {
    const table = new Float32Array(6);
    const gradient = new Float32Array(6).fill(1);
    adamStepRows(table, gradient, 2, Int32Array.of(2), newAdamState(6), { learningRate: 0.5 });
    expect([...table].map((value) => +value.toFixed(3))).toEqual([0, 0, 0, 0, -0.5, -0.5]);
    expect([...gradient]).toEqual([1, 1, 1, 1, 0, 0]);
  });
});

describe('batches of pairs', () => {
  const random = seededRandom(3);
  const pairs = { left: Int32Array.from({ length: 200 }, () => randomInt(random, 40)), right: Int32Array.from({ length: 200 }, (_, i) => i % 90) };

  it('hold no text twice on a side and no pair twice in an epoch', () => {
    const batches = epochBatches(pairs, 16, 1, 0);
    expect(batches.length).toBeGreaterThan(8);
    for (const batch of batches) {
      expect(new Set(batch.map((pair) => pairs.left[pair]!)).size).toBe(16);
      expect(new Set(batch.map((pair) => pairs.right[pair]!)).size).toBe(16);
    }
    const all = batches.flatMap((batch) => [...batch]);
    expect(new Set(all).size).toBe(all.length);
  });

  it('are the same for the same seed and epoch, others for another epoch', () => {
    expect(epochBatches(pairs, 16, 1, 4)).toEqual(epochBatches(pairs, 16, 1, 4));
    expect(epochBatches(pairs, 16, 1, 4)).not.toEqual(epochBatches(pairs, 16, 1, 5));
  });
});

describe('training a table', () => {
  // Text i and text 300 + i share a topic, which one hidden token in each tells; the rest is noise.
  const random = seededRandom(8);
  const sequences = Array.from({ length: 600 }, (_, text) => [text < 300 ? text % 60 : 60 + (text % 60), 120 + randomInt(random, 30), 120 + randomInt(random, 30)]);
  const texts = tokenTextsOf(sequences);
  const pairs = { left: Int32Array.from({ length: 240 }, (_, i) => i), right: Int32Array.from({ length: 240 }, (_, i) => 300 + i) };
  const start = normals(2, 150 * DIMS);
  const settings = { dims: DIMS, texts, pairs, prefixes: [{ dims: 8, weight: 1 }, { dims: 4, weight: 1 }], batchSize: 40, epochs: 60, learningRate: 0.05, seed: 1, scale: 10 };
  const heldOut = (table: Float32Array, prefix: number): number =>
    meanReciprocalRank(
      { left: poolTexts(table, DIMS, texts, Int32Array.from({ length: 60 }, (_, i) => 240 + i)), right: poolTexts(table, DIMS, texts, Int32Array.from({ length: 60 }, (_, i) => 540 + i)), dims: DIMS },
      prefix,
    );

  it('finds partners of texts it never saw, at full size and at the prefix', async () => {
    const table = start.slice();
    await trainStaticTable({ ...settings, table });
    expect(heldOut(start, 8)).toBeLessThan(0.2);
    expect(heldOut(table, 8)).toBeGreaterThan(0.6);
    expect(heldOut(table, 4)).toBeGreaterThan(0.35);
  });

  it('gives the same table for the same seed', async () => {
    const [a, b] = [start.slice(), start.slice()];
    await trainStaticTable({ ...settings, epochs: 1, table: a });
    await trainStaticTable({ ...settings, epochs: 1, table: b });
    expect(a).toEqual(b);
    expect(a).not.toEqual(start);
  });

  it('follows a teacher that says otherwise when the target is all the teacher’s', async () => {
    const table = start.slice();
    // The teacher finds text i close to text 300 + (i + 1): the neighbour's partner.
    const read = (text: number, out: Float32Array, offset: number): void => {
      out.fill(0, offset, offset + 60);
      out[offset + (text < 300 ? (text + 1) % 60 : text % 60)] = 1;
    };
    await trainStaticTable({ ...settings, table, teacher: { dims: 60, scale: 20, share: 1, read } });
    const vectors = (first: number): Float32Array => poolTexts(table, DIMS, texts, Int32Array.from({ length: 59 }, (_, i) => first + i));
    expect(meanReciprocalRank({ left: vectors(240), right: vectors(541), dims: DIMS }, 8)).toBeGreaterThan(0.6);
  });

  it('refuses fewer pairs than a batch and prefixes that are too long', async () => {
    await expect(trainStaticTable({ ...settings, table: start.slice(), batchSize: 512 })).rejects.toThrow('240 pairs do not fill one batch of 512');
    await expect(trainStaticTable({ ...settings, table: start.slice(), prefixes: [{ dims: 16, weight: 1 }] })).rejects.toThrow("longer than the table's 8");
  });
});

describe('the table as a model', () => {
  const table = normals(4, 20 * DIMS);
  const quantised = quantiseTable(table, DIMS);
  let session: OnnxSession;
  beforeAll(async () => {
    session = await openOnnxSession(tableModel(quantised, DIMS));
  });
  afterAll(() => session.close());

  it('loses at most half a step of each row to eight bits; a zero row stays zero', () => {
    dequantiseTable(quantised, DIMS).forEach((value, at) => expect(Math.abs(value - table[at]!)).toBeLessThanOrEqual(quantised.scales[Math.floor(at / DIMS)]! / 2 + 1e-6));
    expect([...dequantiseTable(quantiseTable(new Float32Array(16), 8), 8)]).toEqual(Array(16).fill(0));
  });

  it('gives each token its row and padding zeros', async () => {
    const ids = BigInt64Array.of(3n, 19n, 0n, 7n, 0n, 0n);
    const mask = BigInt64Array.of(1n, 1n, 1n, 1n, 0n, 0n);
    const output = (await session.run({ input_ids: int64Tensor(ids, [2, 3]), attention_mask: int64Tensor(mask, [2, 3]) }))['last_hidden_state']!;
    expect(output.dims).toEqual([2, 3, DIMS]);
    const rows = dequantiseTable(quantised, DIMS);
    const expected = [3, 19, 0, 7].flatMap((id) => [...rows.subarray(id * DIMS, (id + 1) * DIMS)]);
    const data = output.data as Float32Array;
    expected.forEach((value, at) => expect(data[at]).toBeCloseTo(value, 6));
    expect([...data.subarray(expected.length)].map(Math.abs)).toEqual(Array(2 * DIMS).fill(0));
  });
});
