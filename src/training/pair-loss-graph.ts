import { graphBuilder, type GraphBuilder } from './graph-builder.ts';
import { addMatryoshkaLoss, diagonalNodes, softTargetNodes, targetHead } from './loss-nodes.ts';
import type { PrefixWeight } from './prefix.ts';

/** The Matryoshka loss of one batch of text pairs, and what it is taken against. */
export interface PairLossShape {
  /** Pairs in a batch. */
  readonly batchSize: number;
  readonly dims: number;
  readonly prefixes: readonly PrefixWeight[];
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
 * `mixedTargetLoss` (without a teacher `inBatchLoss`) of loss.ts as a graph. Inputs `u`, `v` [batch, dims], with a teacher also `tu`,
 * `tv` [batch, teacher dims], unit rows. Outputs `losses` [prefixes], not yet weighted, and `du`, `dv`, the gradient of the weighted sum.
 */
export function pairLossGraph({ batchSize: n, dims, prefixes, scale, teacher }: PairLossShape): Uint8Array<ArrayBuffer> {
  const builder = graphBuilder();
  const target = pairTarget(builder, n, teacher);
  const { losses, du, dv } = addMatryoshkaLoss(builder, 'u', 'v', dims, prefixes, targetHead(n, () => target, scale));
  builder.add('Identity', [losses], {}, 'losses');
  builder.add('Identity', [du], {}, 'du');
  builder.add('Identity', [dv!], {}, 'dv');
  const taught: Record<string, readonly number[]> = teacher === undefined ? {} : { tu: [n, teacher.dims], tv: [n, teacher.dims] };
  return builder.write('matryoshka-pair-loss', { u: [n, dims], v: [n, dims], ...taught }, { losses: [prefixes.length], du: [n, dims], dv: [n, dims] });
}

/** The n × n target of in-batch cross-entropy, part of it from the teacher's vectors `tu` and `tv`. */
function pairTarget(builder: GraphBuilder, n: number, teacher: PairLossShape['teacher']): string {
  if (teacher === undefined) return diagonalNodes(builder, n, 1);
  const cosines = builder.add('Gemm', ['tu', 'tv'], { transB: { int: 1 } });
  const soft = softTargetNodes(builder, cosines, n, teacher.scale);
  return builder.add('Add', [builder.add('Mul', [soft, builder.floats([teacher.share])]), diagonalNodes(builder, n, 1 - teacher.share)]);
}
