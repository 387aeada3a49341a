import { afterAll, describe, expect, it } from 'vitest';
import { randomNormal, seededRandom } from '../../src/base/random.ts';
import { floatTensor, openOnnxSession, type OnnxSession } from '../../src/math/onnx-runtime.ts';
import { adapterGraph } from '../../src/training/adapter-graph.ts';
import { graphBuilder } from '../../src/training/graph-builder.ts';
import { addMatryoshkaLoss, cosentHead, similarityHead, softTargetNodes, sumHead, targetHead, type LossHead } from '../../src/training/loss-nodes.ts';
import { cosentLoss, matryoshkaMatrixLoss, matryoshkaPairLoss, mixedTargetLoss, inBatchLoss, similarityLoss, targetLoss, type MatryoshkaLossValue } from '../../src/training/loss.ts';
import { pairLossGraph } from '../../src/training/pair-loss-graph.ts';
import { prefixWeights } from '../../src/training/prefix.ts';

const N = 9;
const DIMS = 12;
const PREFIXES = prefixWeights(DIMS, [12, 6, 4, 1], [1, 0.5, 2, 1]);
const sessions: OnnxSession[] = [];
afterAll(async () => {
  for (const session of sessions) await session.close();
});

function normals(seed: number, length: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length }, () => randomNormal(random));
}

function units(seed: number, rows: number, dims: number): Float32Array {
  const values = normals(seed, rows * dims);
  for (let i = 0; i < rows; i += 1) {
    const norm = Math.hypot(...values.subarray(i * dims, (i + 1) * dims));
    for (let j = 0; j < dims; j += 1) values[i * dims + j]! /= norm;
  }
  return values;
}

function cosines(rows: Float32Array, columns: Float32Array, dims: number): Float64Array {
  return Float64Array.from({ length: N * N }, (_, at) => {
    const [i, j] = [Math.floor(at / N), at % N];
    return rows.subarray(i * dims, (i + 1) * dims).reduce((sum, value, k) => sum + value * columns[j * dims + k]!, 0);
  });
}

/** Runs a loss graph: outputs `losses` [prefixes] and the named gradients, each of the given shape. */
async function run(model: Uint8Array<ArrayBuffer>, inputs: Readonly<Record<string, Float32Array>>, gradients: Readonly<Record<string, readonly number[]>> = { du: [N, DIMS], dv: [N, DIMS] }): Promise<Record<string, Float32Array>> {
  const session = await openOnnxSession(model);
  sessions.push(session);
  const shapes = Object.entries({ losses: [PREFIXES.length], ...gradients });
  const results = Object.fromEntries(shapes.map(([name, shape]) => [name, new Float32Array(shape.reduce((product, size) => product * size, 1))]));
  const rowsOf = (name: string): number => (name === 'w' ? DIMS : N);
  await session.runInto(
    Object.fromEntries(Object.entries(inputs).map(([name, data]) => [name, floatTensor(data, [rowsOf(name), data.length / rowsOf(name)])])),
    Object.fromEntries(shapes.map(([name, shape]) => [name, floatTensor(results[name]!, shape)])),
  );
  return results;
}

function expectEqual(got: Record<string, Float32Array>, expected: MatryoshkaLossValue): void {
  expected.byPrefix.forEach((value, index) => expect(got['losses']![index]).toBeCloseTo(value, 4));
  expected.du.forEach((value, index) => expect(Math.abs(got['du']![index]! - value)).toBeLessThan(2e-5));
  if (got['dv'] !== undefined) expected.dv.forEach((value, index) => expect(Math.abs(got['dv']![index]! - value)).toBeLessThan(2e-5));
}

/** A graph of the loss of `u` against `v`, or against itself. */
function lossGraph(head: LossHead, v: 'v' | undefined, inputs: Readonly<Record<string, readonly number[]>>): Uint8Array<ArrayBuffer> {
  const builder = graphBuilder();
  const nodes = addMatryoshkaLoss(builder, 'u', v, DIMS, PREFIXES, head);
  builder.add('Identity', [nodes.losses], {}, 'losses');
  builder.add('Identity', [nodes.du], {}, 'du');
  if (nodes.dv !== undefined) builder.add('Identity', [nodes.dv], {}, 'dv');
  return builder.write('test', inputs, { losses: [PREFIXES.length], du: [N, DIMS], ...(v === undefined ? undefined : { dv: [N, DIMS] }) });
}

describe('the loss as a graph equals the loss in double precision', () => {
  const [u, v] = [normals(1, N * DIMS), normals(2, N * DIMS)];
  const [tu, tv] = [units(3, N, 5), units(4, N, 5)];
  const pairs = { u: Float64Array.from(u), v: Float64Array.from(v), dims: DIMS };
  const size = [N, DIMS];

  it('for in-batch cross-entropy', async () => {
    const got = await run(pairLossGraph({ batchSize: N, dims: DIMS, prefixes: PREFIXES, scale: 20 }), { u, v });
    expectEqual(got, matryoshkaMatrixLoss(pairs, PREFIXES, inBatchLoss(20)));
  });

  it('for cross-entropy with a teacher', async () => {
    const model = pairLossGraph({ batchSize: N, dims: DIMS, prefixes: PREFIXES, scale: 15, teacher: { dims: 5, scale: 8, share: 0.4 } });
    expectEqual(await run(model, { u, v, tu, tv }), matryoshkaMatrixLoss(pairs, PREFIXES, mixedTargetLoss(cosines(tu, tv, 5), 0.4, 15, 8)));
  });

  it('for CoSENT, with equal scores among them', async () => {
    const scores = Float32Array.from([0.1, 0.5, 0.5, 0.9, 0, 1, 0.3, 0.3, 0.7]);
    const got = await run(lossGraph(cosentHead('scores', 20), 'v', { u: size, v: size, scores: [N, 1] }), { u, v, scores });
    expectEqual(got, matryoshkaPairLoss(pairs, PREFIXES, cosentLoss(scores, 20)));
  });

  it('for similarities and neighbourhoods of a batch held against itself', async () => {
    const teacher = cosines(tu, tu, 5);
    const head = sumHead(
      targetHead(N, (builder) => softTargetNodes(builder, 't', N, 8, true), 12, true),
      similarityHead(N, () => 't'),
      3,
    );
    const got = await run(lossGraph(head, undefined, { u: size, t: [N, N] }), { u, t: Float32Array.from(teacher) }, { du: size });
    // The reference leaves a row's own column out by a cosine of −∞ in effect: −1e6 in target and prediction.
    const without = (matrix: Float64Array): Float64Array => matrix.map((value, at) => (Math.floor(at / N) === at % N ? -1e6 : value));
    const target = new Float64Array(N * N);
    for (let i = 0; i < N; i += 1) {
      const exps = without(teacher).subarray(i * N, (i + 1) * N).map((value) => Math.exp(8 * value));
      target.set(exps.map((value) => value / exps.reduce((sum, each) => sum + each, 0)), i * N);
    }
    const self = { u: pairs.u, v: pairs.u, dims: DIMS };
    const expected = matryoshkaMatrixLoss(self, PREFIXES, (matrix, n) => {
      const near = targetLoss(target, 12)(without(matrix), n);
      const same = similarityLoss(teacher)(matrix, n);
      return { value: near.value + 3 * same.value, gradient: near.gradient.map((value, at) => value + 3 * same.gradient[at]!) };
    });
    expectEqual(got, { ...expected, du: expected.du.map((value, at) => value + expected.dv[at]!) });
  });
});

describe('the gradient of an adapter', () => {
  const w = normals(7, DIMS * DIMS);
  const [x, z] = [units(8, N, DIMS), units(9, N, DIMS)];
  const scores = Float32Array.from([0.1, 0.5, 0.5, 0.9, 0, 1, 0.3, 0.3, 0.7]);

  it.each([
    ['neighbourhoods and similarities', { kind: 'preserve', similarityWeight: 2 }, { x }],
    ['pairs', { kind: 'pairs', preserveShare: 0.3 }, { x, z }],
    ['pairs with scores', { kind: 'scored-pairs' }, { x, z, scores }],
  ] as const)('is the slope of its loss along any direction, for %s', async (_, loss, data) => {
    const model = adapterGraph({ batchSize: N, dims: DIMS, prefixes: PREFIXES, scale: 5, loss });
    const total = (losses: Float32Array): number => PREFIXES.reduce((sum, { weight }, at) => sum + weight * losses[at]!, 0);
    const at = async (matrix: Float32Array): Promise<Record<string, Float32Array>> => run(model, { ...data, w: matrix }, { dw: [DIMS, DIMS] });
    const { dw } = await at(w);
    for (const seed of [1, 2, 3]) {
      const direction = normals(100 + seed, DIMS * DIMS);
      const step = 2e-3;
      const moved = async (sign: number): Promise<number> => total((await at(w.map((value, i) => value + sign * step * direction[i]!)))['losses']!);
      const slope = ((await moved(1)) - (await moved(-1))) / (2 * step);
      const expected = direction.reduce((sum, value, i) => sum + value * dw![i]!, 0);
      expect(Math.abs(slope - expected)).toBeLessThan(0.01 * Math.max(0.3, Math.abs(expected)));
    }
  });
});
