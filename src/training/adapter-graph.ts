import { graphBuilder, type GraphBuilder } from './graph-builder.ts';
import { addMatryoshkaLoss, cosentHead, diagonalNodes, similarityHead, softTargetNodes, sumHead, targetHead, type LossHead } from './loss-nodes.ts';
import type { PrefixWeight } from './prefix.ts';

/** What an adapter is trained towards. */
export type AdapterLoss =
  /** Keep the vectors' own full-dimension neighbourhoods (softmax of similarities) and similarities (squared, times `similarityWeight`). */
  | { readonly kind: 'preserve'; readonly similarityWeight: number }
  /** Find the partner within the batch; `preserveShare` of the target is what the vectors' own full-dimension similarities say. */
  | { readonly kind: 'pairs'; readonly preserveShare: number }
  /** Order the pairs by their scores (CoSENT). */
  | { readonly kind: 'scored-pairs' };

export interface AdapterGraphShape {
  readonly batchSize: number;
  readonly dims: number;
  readonly prefixes: readonly PrefixWeight[];
  readonly scale: number;
  readonly loss: AdapterLoss;
}

/**
 * The loss of a linear map W on frozen unit vectors, and its gradient: y = x · W. Inputs `w` [dims, dims], `x` [batch, dims], for pairs
 * also `z` [batch, dims], for scored pairs `scores` [batch, 1]. Outputs `losses` [prefixes], `dw` [dims, dims].
 */
export function adapterGraph({ batchSize: n, dims, prefixes, scale, loss }: AdapterGraphShape): Uint8Array<ArrayBuffer> {
  const builder = graphBuilder();
  const { add } = builder;
  const isPaired = loss.kind !== 'preserve';
  const y = add('MatMul', ['x', 'w']);
  const v = isPaired ? add('MatMul', ['z', 'w']) : undefined;
  const { losses, du, dv } = addMatryoshkaLoss(builder, y, v, dims, prefixes, headOf(builder, n, scale, loss));
  const left = add('Gemm', ['x', du], { transA: { int: 1 } });
  const dw = dv === undefined ? left : add('Gemm', ['z', dv, left], { transA: { int: 1 } });
  add('Identity', [losses], {}, 'losses');
  add('Identity', [dw], {}, 'dw');
  const inputs: Record<string, readonly number[]> = { w: [dims, dims], x: [n, dims] };
  if (isPaired) inputs['z'] = [n, dims];
  if (loss.kind === 'scored-pairs') inputs['scores'] = [n, 1];
  return builder.write('matryoshka-adapter', inputs, { losses: [prefixes.length], dw: [dims, dims] });
}

function headOf(builder: GraphBuilder, n: number, scale: number, loss: AdapterLoss): LossHead {
  const { add } = builder;
  switch (loss.kind) {
    case 'preserve': {
      const cosines = add('Gemm', ['x', 'x'], { transB: { int: 1 } });
      const near = softTargetNodes(builder, cosines, n, scale, true);
      const neighbours = targetHead(n, () => near, scale, true);
      return loss.similarityWeight === 0 ? neighbours : sumHead(neighbours, similarityHead(n, () => cosines), loss.similarityWeight);
    }
    case 'pairs': {
      if (loss.preserveShare === 0) return targetHead(n, () => diagonalNodes(builder, n, 1), scale);
      const soft = softTargetNodes(builder, add('Gemm', ['x', 'z'], { transB: { int: 1 } }), n, scale);
      const target = add('Add', [add('Mul', [soft, builder.floats([loss.preserveShare])]), diagonalNodes(builder, n, 1 - loss.preserveShare)]);
      return targetHead(n, () => target, scale);
    }
    case 'scored-pairs':
      return cosentHead('scores', scale);
  }
}
