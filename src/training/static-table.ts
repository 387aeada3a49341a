import { UserError } from '../base/errors.ts';
import { floatTensor, openOnnxSession } from '../math/onnx-runtime.ts';
import { adamStepRows, newAdamState } from './adam.ts';
import { epochBatches, type TextPairs } from './batches.ts';
import { pairLossGraph } from './pair-loss-graph.ts';
import { poolTexts, spreadGradient, type TokenTexts } from './token-texts.ts';
import { runTraining, type TrainingOptions, type TrainingResult } from './training-run.ts';

/** A teacher's unit vectors of the same texts. */
export interface Teacher {
  readonly dims: number;
  /** Writes the vector of a text to `out` at `offset`. */
  read(text: number, out: Float32Array, offset: number): void;
}

export interface TableTraining {
  /** vocabulary × dims, row-major: the start, and after training the result. */
  readonly table: Float32Array;
  readonly dims: number;
  readonly texts: TokenTexts;
  readonly pairs: TextPairs;
  /** Nested prefixes with their weights. */
  readonly prefixes: readonly { readonly dims: number; readonly weight: number }[];
  readonly batchSize: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly seed: number;
  /** Factor on cosines in the softmax (20). */
  readonly scale: number;
  readonly teacher?: (Teacher & { readonly scale: number; readonly share: number }) | undefined;
  readonly threads?: number | undefined;
  /** Score of the table on held-out questions, higher is better. */
  validate?(): Promise<number>;
}

/**
 * Trains a static Matryoshka embedding: a text's vector is the mean of its tokens' rows, and every prefix of it must find the text's
 * partner among the batch (cross-entropy over all pairs of the batch), with part of the target taken from a teacher's similarities.
 * The table is changed in place. The same seed and data give the same table on the same machine.
 */
export async function trainStaticTable(training: TableTraining, options: TrainingOptions = {}): Promise<TrainingResult> {
  const { table, dims, texts, pairs, prefixes, batchSize, teacher } = training;
  if (pairs.left.length < batchSize) throw new UserError('training/too-few-pairs', `${pairs.left.length} pairs do not fill one batch of ${batchSize}`);
  if (prefixes.some((prefix) => prefix.dims > dims)) throw new UserError('training/bad-prefix', `a prefix is longer than the table's ${dims} dimensions`);
  const gradient = new Float32Array(table.length);
  const mark = new Uint8Array(table.length / dims);
  const adam = newAdamState(table.length);
  const u = new Float32Array(batchSize * dims);
  const v = new Float32Array(batchSize * dims);
  const tu = new Float32Array(batchSize * (teacher?.dims ?? 0));
  const tv = new Float32Array(batchSize * (teacher?.dims ?? 0));
  const inputs = {
    u: floatTensor(u, [batchSize, dims]),
    v: floatTensor(v, [batchSize, dims]),
    ...(teacher === undefined ? {} : { tu: floatTensor(tu, [batchSize, teacher.dims]), tv: floatTensor(tv, [batchSize, teacher.dims]) }),
  };
  const du = new Float32Array(batchSize * dims);
  const dv = new Float32Array(batchSize * dims);
  const losses = new Float32Array(prefixes.length);
  const outputs = { losses: floatTensor(losses, [prefixes.length]), du: floatTensor(du, [batchSize, dims]), dv: floatTensor(dv, [batchSize, dims]) };
  const session = await openOnnxSession(pairLossGraph({ batchSize, dims, prefixes, scale: training.scale, teacher }), { threads: training.threads ?? 1 });
  let batches: Int32Array[] = [];
  try {
    return await runTraining(
      {
        phase: 'training the token table',
        epochs: training.epochs,
        stepsAnEpoch: Math.floor(pairs.left.length / batchSize),
        learningRate: training.learningRate,
        state: [table, adam.first, adam.second],
        counter: adam,
        beginEpoch: (epoch) => {
          batches = epochBatches(pairs, batchSize, training.seed, epoch);
          return batches.length;
        },
        step: async (step, learningRate) => {
          const batch = batches[step]!;
          const lefts = batch.map((pair) => pairs.left[pair]!);
          const rights = batch.map((pair) => pairs.right[pair]!);
          poolTexts(table, dims, texts, lefts, u);
          poolTexts(table, dims, texts, rights, v);
          if (teacher !== undefined) {
            lefts.forEach((text, place) => teacher.read(text, tu, place * teacher.dims));
            rights.forEach((text, place) => teacher.read(text, tv, place * teacher.dims));
          }
          await session.runInto(inputs, outputs);
          const touched = { mark, rows: [] as number[] };
          spreadGradient(du, dims, texts, lefts, gradient, touched);
          spreadGradient(dv, dims, texts, rights, gradient, touched);
          adamStepRows(table, gradient, dims, Int32Array.from(touched.rows), adam, { learningRate });
          for (const row of touched.rows) mark[row] = 0;
          return prefixes.reduce((sum, prefix, index) => sum + prefix.weight * losses[index]!, 0);
        },
        ...(training.validate === undefined ? {} : { validate: () => training.validate!() }),
      },
      options,
    );
  } finally {
    await session.close();
  }
}
