import { describe, expect, test } from 'vitest';
import { writeOnnxModel, type OnnxGraph } from '../../src/math/onnx-graph.ts';
import { floatTensor, int64Tensor, openOnnxSession, withoutCopies } from '../../src/math/onnx-runtime.ts';

async function runOnce(graph: OnnxGraph, inputs: Parameters<Awaited<ReturnType<typeof openOnnxSession>>['run']>[0]) {
  const session = await openOnnxSession(writeOnnxModel(graph));
  const outputs = await session.run(inputs);
  await session.close();
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, { dims: [...tensor.dims], data: Array.from(tensor.data as Float32Array) }]));
}

describe('writeOnnxModel', () => {
  test('onnxruntime runs a written graph with int and float attributes', async () => {
    const outputs = await runOnce(
      {
        name: 'scaled-product',
        nodes: [{ op: 'Gemm', inputs: ['a', 'b'], outputs: ['y'], attributes: { transB: { int: 1 }, alpha: { float: 0.5 } } }],
        inputs: [
          { name: 'a', type: 'float', shape: ['m', 2] },
          { name: 'b', type: 'float', shape: ['n', 2] },
        ],
        outputs: [{ name: 'y', type: 'float', shape: ['m', 'n'] }],
      },
      { a: floatTensor(Float32Array.of(1, 2, 3, 4), [2, 2]), b: floatTensor(Float32Array.of(1, 0, 0, 1, 1, 1), [3, 2]) },
    );
    expect(outputs).toEqual({ y: { dims: [2, 3], data: [0.5, 1, 1.5, 1.5, 2, 3.5] } });
  });

  test('initializers of float, int64 and int8 and an ints attribute arrive as written', async () => {
    const outputs = await runOnce(
      {
        name: 'lookup',
        nodes: [
          { op: 'DequantizeLinear', inputs: ['table', 'scale'], outputs: ['floats'] },
          { op: 'Gather', inputs: ['floats', 'ids'], outputs: ['rows'], attributes: { axis: { int: 0 } } },
          { op: 'Reshape', inputs: ['rows', 'shape'], outputs: ['flat'] },
          { op: 'Transpose', inputs: ['flat'], outputs: ['y'], attributes: { perm: { ints: [1, 0] } } },
        ],
        initializers: [
          { name: 'table', type: 'int8', shape: [3, 2], data: Int8Array.of(1, -2, 3, -4, 5, -128) },
          { name: 'scale', type: 'float', shape: [], data: Float32Array.of(0.5) },
          { name: 'shape', type: 'int64', shape: [2], data: BigInt64Array.of(-1n, 2n) },
        ],
        inputs: [{ name: 'ids', type: 'int64', shape: ['count'] }],
        outputs: [{ name: 'y', type: 'float', shape: [2, 'count'] }],
        metadata: { note: 'a remark' },
      },
      { ids: int64Tensor(BigInt64Array.of(2n, 0n), [2]) },
    );
    expect(outputs).toEqual({ y: { dims: [2, 2], data: [2.5, 0.5, -64, -1] } });
  });

  test('without copies, all results are in the given memory, and real errors still come through', async () => {
    const graph: OnnxGraph = {
      name: 'two',
      nodes: [
        { op: 'Neg', inputs: ['x'], outputs: ['y'] },
        { op: 'Abs', inputs: ['x'], outputs: ['z'] },
      ],
      inputs: [{ name: 'x', type: 'float', shape: ['n'] }],
      outputs: [
        { name: 'y', type: 'float', shape: ['n'] },
        { name: 'z', type: 'float', shape: ['n'] },
      ],
    };
    const session = await openOnnxSession(writeOnnxModel(withoutCopies(graph)));
    const [y, z] = [new Float32Array(3), new Float32Array(3)];
    const x = floatTensor(Float32Array.of(1, -2, 3), [3]);
    await session.runInto({ x }, { y: floatTensor(y, [3]), z: floatTensor(z, [3]) });
    expect([...y, ...z]).toEqual([-1, 2, -3, 1, 2, 3]);
    await expect(session.runInto({ x }, { y: floatTensor(y, [3]), z: floatTensor(new Float32Array(2), [2]) })).rejects.toThrow();
    await session.close();
  });

  test('string and floats attributes, operators of another domain, names of sizes and nodes, metadata', async () => {
    const graph: OnnxGraph = {
      name: 'mirror',
      nodes: [
        { op: 'Constant', inputs: [], outputs: ['c'], attributes: { value_floats: { floats: [10, 20, 30] } } },
        { op: 'Add', inputs: ['x', 'c'], outputs: ['sum'] },
        { op: 'Pad', inputs: ['sum', 'pads'], outputs: ['padded'], attributes: { mode: { string: 'reflect' } } },
        { op: 'FusedMatMul', inputs: ['padded', 'padded'], outputs: ['y'], domain: 'com.microsoft', attributes: { alpha: { float: 2 } } },
      ],
      initializers: [{ name: 'pads', type: 'int64', shape: [2], data: BigInt64Array.of(1n, 1n) }],
      inputs: [{ name: 'x', type: 'float', shape: ['row-count'] }],
      outputs: [{ name: 'y', type: 'float', shape: [] }],
      domains: { 'com.microsoft': 1 },
      metadata: { note: 'a remark', licence: 'none' },
    };
    const outputs = await runOnce(graph, { x: floatTensor(Float32Array.of(1, 2, 3), [3]) });
    // [22 | 11 22 33 | 22], times itself, times two.
    expect(outputs['y']!.data).toEqual([2 * (3 * 22 ** 2 + 11 ** 2 + 33 ** 2)]);
    const written = Buffer.from(writeOnnxModel(graph)).toString('latin1');
    for (const name of ['funnelscope', 'Add_1', 'row-count', 'note', 'a remark', 'licence', 'com.microsoft']) expect(written).toContain(name);
    expect(Buffer.from(writeOnnxModel({ ...graph, producer: 'somebody' })).toString('latin1')).not.toContain('funnelscope');
  });

  test('an initializer whose data do not fill its shape is refused by name', () => {
    expect(() =>
      writeOnnxModel({ name: 'g', nodes: [], inputs: [], outputs: [], initializers: [{ name: 'w', type: 'float', shape: [2, 2], data: new Float32Array(3) }] }),
    ).toThrow('initializer w: 12 bytes do not fill the shape [2, 2] of float');
  });
});
