import { writeOnnxModel, type OnnxAttribute, type OnnxInitializer, type OnnxNode, type OnnxValue } from '../math/onnx-graph.ts';

/** The Matryoshka loss of one batch of text pairs, and what it is taken against. */
export interface PairLossShape {
  /** Pairs in a batch. */
  readonly batchSize: number;
  readonly dims: number;
  /** Nested prefixes with their weights w in L_M = Σ w · L(prefix). */
  readonly prefixes: readonly { readonly dims: number; readonly weight: number }[];
  /** Factor on cosines before the softmax (sentence-transformers: 20). */
  readonly scale: number;
  /** A teacher's vectors of the same texts; without it the loss is in-batch cross-entropy alone. */
  readonly teacher?: {
    readonly dims: number;
    /** Factor on the teacher's cosines before their softmax. */
    readonly scale: number;
    /** Share of the target that comes from the teacher, 0 to 1; the rest is on the pair itself. */
    readonly share: number;
  } | undefined;
}

/**
 * The loss and its gradient as one ONNX graph: the same quantity as `matryoshkaLoss` with `inBatchLoss` or `mixedTargetLoss` in loss.ts
 * (which is the readable, double-precision statement of it), at the speed of a matrix library.
 *
 * Inputs `u`, `v` [batch, dims], with a teacher also `tu`, `tv` [batch, teacher dims], unit rows. Outputs `losses` [prefixes], not yet
 * weighted, and `du`, `dv`, the gradient of the weighted sum. A zero row gives NaN: callers must not pass one.
 */
export function pairLossGraph(shape: PairLossShape): Uint8Array<ArrayBuffer> {
  const { batchSize: n, dims, prefixes, scale, teacher } = shape;
  const nodes: OnnxNode[] = [];
  const initializers: OnnxInitializer[] = [];
  const add = (op: string, output: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string => {
    nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  };
  const floats = (name: string, values: readonly number[], size: readonly number[] = []): string => {
    initializers.push({ name, shape: size, type: 'float', data: Float32Array.from(values) });
    return name;
  };
  const longs = (name: string, values: readonly number[]): string => {
    initializers.push({ name, shape: [values.length], type: 'int64', data: BigInt64Array.from(values, BigInt) });
    return name;
  };
  const columns = longs('columns', [1]);
  const start = longs('start', [0]);
  const eye = new Float32Array(n * n);
  for (let i = 0; i < n; i += 1) eye[i * n + i] = 1 - (teacher?.share ?? 0);
  initializers.push({ name: 'own', shape: [n, n], type: 'float', data: eye });
  let target = 'own';
  if (teacher !== undefined) {
    const similar = add('Gemm', 'teacher_similar', ['tu', 'tv'], { transB: { int: 1 }, alpha: { float: teacher.scale } });
    const soft = add('Softmax', 'teacher_soft', [similar], { axis: { int: 1 } });
    target = add('Add', 'target', [add('Mul', 'teacher_part', [soft, floats('teacher_share', [teacher.share])]), 'own']);
  }
  const perRow = floats('minus_per_row', [-1 / n]);
  const parts = prefixes.map(({ dims: d, weight }, index) => {
    const at = (name: string): string => `${name}_${index}`;
    const end = longs(at('end'), [d]);
    const cut = (side: string): { unit: string; norm: string } => {
      const prefix = d === dims ? side : add('Slice', at(`${side}_prefix`), [side, start, end, columns]);
      const norm = add('ReduceL2', at(`${side}_norm`), [prefix], { axes: { ints: [1] }, keepdims: { int: 1 } });
      return { unit: add('Div', at(`${side}_unit`), [prefix, norm]), norm };
    };
    const u = cut('u');
    const v = cut('v');
    const scores = add('Gemm', at('scores'), [u.unit, v.unit], { transB: { int: 1 }, alpha: { float: scale } });
    const logs = add('LogSoftmax', at('logs'), [scores], { axis: { int: 1 } });
    const cross = add('ReduceSum', at('cross'), [add('Mul', at('cross_terms'), [target, logs])], { keepdims: { int: 0 } });
    const loss = add('Unsqueeze', at('loss'), [add('Mul', at('loss_value'), [cross, perRow]), start]);
    const slope = add('Sub', at('slope'), [add('Exp', at('soft'), [logs]), target]);
    const alpha = { alpha: { float: (weight * scale) / n } };
    const back = (side: { unit: string; norm: string }, name: string, gradient: string): string => {
      const along = add('ReduceSum', at(`${name}_along`), [add('Mul', at(`${name}_dot`), [gradient, side.unit]), columns], { keepdims: { int: 1 } });
      const across = add('Sub', at(`${name}_across`), [gradient, add('Mul', at(`${name}_radial`), [side.unit, along])]);
      const scaled = add('Div', at(`${name}_part`), [across, side.norm]);
      return d === dims ? scaled : add('Pad', at(`${name}_padded`), [scaled, longs(at(`${name}_pads`), [0, 0, 0, dims - d])]);
    };
    return {
      loss,
      du: back(u, 'du', add('Gemm', at('du_unit'), [slope, v.unit], alpha)),
      dv: back(v, 'dv', add('Gemm', at('dv_unit'), [slope, u.unit], { ...alpha, transA: { int: 1 } })),
    };
  });
  add('Concat', 'losses', parts.map((part) => part.loss), { axis: { int: 0 } });
  add('Sum', 'du', parts.map((part) => part.du));
  add('Sum', 'dv', parts.map((part) => part.dv));
  const value = (name: string, size: readonly number[]): OnnxValue => ({ name, type: 'float', shape: size });
  const texts = [value('u', [n, dims]), value('v', [n, dims])];
  const taught = teacher === undefined ? [] : [value('tu', [n, teacher.dims]), value('tv', [n, teacher.dims])];
  return writeOnnxModel({
    name: 'matryoshka-pair-loss',
    nodes,
    initializers,
    inputs: [...texts, ...taught],
    outputs: [value('losses', [prefixes.length]), value('du', [n, dims]), value('dv', [n, dims])],
  });
}
