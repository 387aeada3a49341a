import type { GraphBuilder } from './graph-builder.ts';
import type { PrefixWeight } from './prefix.ts';

/** A loss of the cosines at one prefix: adds its nodes and names its value (a scalar) and its slope by the cosines. */
export type LossHead =
  | { readonly kind: 'matrix'; readonly nodes: (builder: GraphBuilder, cosines: string) => { readonly value: string; readonly slope: string } }
  | { readonly kind: 'pairs'; readonly nodes: (builder: GraphBuilder, cosines: string) => { readonly value: string; readonly slope: string } };

export interface LossNodes {
  /** [prefixes], unweighted. */
  readonly losses: string;
  /** Gradients of the weighted sum by `u` and `v`, [n, dims]; with v = u the whole gradient is in `du`. */
  readonly du: string;
  readonly dv: string | undefined;
}

/**
 * Adds the Matryoshka loss of two batches and its gradient to a graph: the same quantity that `matryoshkaMatrixLoss` and
 * `matryoshkaPairLoss` (loss.ts) state in plain double precision, at the speed of a matrix library. Zero prefixes give NaN.
 * @param v another batch, or undefined to hold `u` against itself.
 */
export function addMatryoshkaLoss(builder: GraphBuilder, u: string, v: string | undefined, dims: number, prefixes: readonly PrefixWeight[], head: LossHead): LossNodes {
  const { add } = builder;
  const start = builder.longs([0]);
  const columns = builder.longs([1]);
  const unitOf = (rows: string, d: number): UnitNodes => {
    const prefix = d === dims ? rows : add('Slice', [rows, start, builder.longs([d]), columns]);
    const norm = add('ReduceL2', [prefix], { axes: { ints: [1] }, keepdims: { int: 1 } });
    return { unit: add('Div', [prefix, norm]), norm };
  };
  const throughNorm = ({ unit, norm }: UnitNodes, gradient: string, { dims: d, weight }: PrefixWeight): string => {
    const radial = add('ReduceSum', [add('Mul', [gradient, unit]), columns], { keepdims: { int: 1 } });
    const across = add('Div', [add('Sub', [gradient, add('Mul', [unit, radial])]), norm]);
    const weighted = weight === 1 ? across : add('Mul', [across, builder.floats([weight])]);
    return d === dims ? weighted : add('Pad', [weighted, builder.longs([0, 0, 0, dims - d])]);
  };
  const parts = prefixes.map((prefix) => {
    const left = unitOf(u, prefix.dims);
    const right = v === undefined ? left : unitOf(v, prefix.dims);
    const { value, gradients } = head.kind === 'matrix' ? matrixPart(builder, left, right, head) : pairPart(builder, left, right, columns, head);
    return {
      value: add('Reshape', [value, columns]),
      du: throughNorm(left, gradients[0], prefix),
      dv: gradients[1] === undefined ? undefined : throughNorm(right, gradients[1], prefix),
    };
  });
  const dv = parts.flatMap((part) => part.dv ?? []);
  return {
    losses: add('Concat', parts.map((part) => part.value), { axis: { int: 0 } }),
    du: add('Sum', parts.map((part) => part.du)),
    dv: dv.length === 0 ? undefined : add('Sum', dv),
  };
}

interface UnitNodes {
  readonly unit: string;
  readonly norm: string;
}

interface Part {
  readonly value: string;
  readonly gradients: readonly [string, string | undefined];
}

function matrixPart(builder: GraphBuilder, left: UnitNodes, right: UnitNodes, head: LossHead & { kind: 'matrix' }): Part {
  const { add } = builder;
  const { value, slope } = head.nodes(builder, add('Gemm', [left.unit, right.unit], { transB: { int: 1 } }));
  if (left === right) {
    const both = add('Add', [slope, add('Transpose', [slope], { perm: { ints: [1, 0] } })]);
    return { value, gradients: [add('Gemm', [both, left.unit]), undefined] };
  }
  return { value, gradients: [add('Gemm', [slope, right.unit]), add('Gemm', [slope, left.unit], { transA: { int: 1 } })] };
}

function pairPart(builder: GraphBuilder, left: UnitNodes, right: UnitNodes, columns: string, head: LossHead & { kind: 'pairs' }): Part {
  const { add } = builder;
  if (left === right) throw new Error('a loss of pairs needs two batches');
  const { value, slope } = head.nodes(builder, add('ReduceSum', [add('Mul', [left.unit, right.unit]), columns], { keepdims: { int: 1 } }));
  return { value, gradients: [add('Mul', [right.unit, slope]), add('Mul', [left.unit, slope])] };
}

/** Cross-entropy of softmax(scale · cosines) against the n × n value `target`, mean over n rows. `ignoreSelf` leaves the diagonal out of the softmax. */
export function targetHead(n: number, target: (builder: GraphBuilder) => string, scale: number, ignoreSelf = false): LossHead {
  return {
    kind: 'matrix',
    nodes: (builder, cosines) => {
      const { add } = builder;
      const scaled = add('Mul', [cosines, builder.floats([scale])]);
      const wanted = target(builder);
      const logs = add('LogSoftmax', [ignoreSelf ? add('Add', [scaled, selfMask(builder, n)]) : scaled], { axis: { int: 1 } });
      const cross = add('ReduceSum', [add('Mul', [wanted, logs])], { keepdims: { int: 0 } });
      return {
        value: add('Mul', [cross, builder.floats([-1 / n])]),
        slope: add('Mul', [add('Sub', [add('Exp', [logs]), wanted]), builder.floats([scale / n])]),
      };
    },
  };
}

/** Mean squared difference of the cosines to the n × n value `target`. */
export function similarityHead(n: number, target: (builder: GraphBuilder) => string): LossHead {
  return {
    kind: 'matrix',
    nodes: (builder, cosines) => {
      const { add } = builder;
      const difference = add('Sub', [cosines, target(builder)]);
      return {
        value: add('ReduceMean', [add('Mul', [difference, difference])], { keepdims: { int: 0 } }),
        slope: add('Mul', [difference, builder.floats([2 / (n * n)])]),
      };
    },
  };
}

/** first + weight · second. */
export function sumHead(first: LossHead, second: LossHead, weight: number): LossHead {
  if (first.kind !== second.kind) throw new Error('only losses of one kind can be added');
  return {
    kind: first.kind,
    nodes: (builder, cosines) => {
      const { add } = builder;
      const factor = builder.floats([weight]);
      const a = first.nodes(builder, cosines);
      const b = second.nodes(builder, cosines);
      return { value: add('Add', [a.value, add('Mul', [b.value, factor])]), slope: add('Add', [a.slope, add('Mul', [b.slope, factor])]) };
    },
  };
}

/** CoSENT over n pairs whose scores are the value `scores` [n, 1]. */
export function cosentHead(scores: string, scale: number): LossHead {
  return {
    kind: 'pairs',
    nodes: (builder, cosines) => {
      const { add } = builder;
      const zero = builder.floats([0]);
      const turned = (value: string): string => add('Transpose', [value], { perm: { ints: [1, 0] } });
      const scaled = add('Mul', [cosines, builder.floats([scale])]);
      // Row i, column j: how far pair j stands above pair i, where pair i has the higher score.
      const counts = add('Greater', [scores, turned(scores)]);
      const above = add('Where', [counts, add('Sub', [turned(scaled), scaled]), builder.floats([-1e30])]);
      const largest = add('Max', [add('ReduceMax', [above], { keepdims: { int: 0 } }), zero]);
      const terms = add('Exp', [add('Sub', [above, largest])]);
      const total = add('Add', [add('ReduceSum', [terms], { keepdims: { int: 0 } }), add('Exp', [add('Neg', [largest])])]);
      const down = turned(add('ReduceSum', [terms, builder.longs([0])], { keepdims: { int: 1 } }));
      const up = add('ReduceSum', [terms, builder.longs([1])], { keepdims: { int: 1 } });
      const slope = add('Mul', [add('Div', [add('Sub', [down, up]), total]), builder.floats([scale])]);
      return { value: add('Add', [largest, add('Log', [total])]), slope };
    },
  };
}

/** softmax(scale · cosines) of the n × n value `cosines`, with or without the diagonal. */
export function softTargetNodes(builder: GraphBuilder, cosines: string, n: number, scale: number, ignoreSelf = false): string {
  const scaled = builder.add('Mul', [cosines, builder.floats([scale])]);
  return builder.add('Softmax', [ignoreSelf ? builder.add('Add', [scaled, selfMask(builder, n)]) : scaled], { axis: { int: 1 } });
}

/** A large negative diagonal: added to scores, it takes each row's own column out of a softmax. */
function selfMask(builder: GraphBuilder, n: number): string {
  const mask = new Float32Array(n * n);
  for (let i = 0; i < n; i += 1) mask[i * n + i] = -1e9;
  return builder.floats(mask, [n, n]);
}

/** `factor` on the diagonal of an n × n constant. */
export function diagonalNodes(builder: GraphBuilder, n: number, factor: number): string {
  const matrix = new Float32Array(n * n);
  for (let i = 0; i < n; i += 1) matrix[i * n + i] = factor;
  return builder.floats(matrix, [n, n]);
}
