import { floatTensor, openOnnxSession, type OnnxTensor } from '../math/onnx-runtime.ts';
import { adamStep, newAdamState } from './adam.ts';
import { adapterGraph, type AdapterGraphShape } from './adapter-graph.ts';
import { runTraining, type TrainingOptions, type TrainingResult } from './training-run.ts';

export interface AdapterRun extends AdapterGraphShape {
  /** The start, dims × dims; changed in place. */
  readonly matrix: Float32Array;
  readonly epochs: number;
  readonly learningRate: number;
  readonly threads?: number | undefined;
  /** The batches of an epoch, each the numbers that `fill` turns into rows; depends on the epoch alone. */
  batchesOf(epoch: number): readonly Int32Array[];
  /** Writes a batch's rows to `x`, and for pairs `z` and `scores`. */
  fill(batch: Int32Array, x: Float32Array, z: Float32Array, scores: Float32Array): void;
  /** Score of the matrix on what training does not see. */
  validate(): Promise<number>;
}

/** Trains a linear map by Adam on any of the adapter losses. */
export async function runAdapter(run: AdapterRun, options: TrainingOptions): Promise<TrainingResult> {
  const { batchSize, dims, prefixes, loss, matrix } = run;
  const x = new Float32Array(batchSize * dims);
  const z = new Float32Array(loss.kind === 'preserve' ? 0 : batchSize * dims);
  const scores = new Float32Array(loss.kind === 'scored-pairs' ? batchSize : 0);
  const inputs: Record<string, OnnxTensor> = { x: floatTensor(x, [batchSize, dims]), w: floatTensor(matrix, [dims, dims]) };
  if (z.length > 0) inputs['z'] = floatTensor(z, [batchSize, dims]);
  if (scores.length > 0) inputs['scores'] = floatTensor(scores, [batchSize, 1]);
  const gradient = new Float32Array(dims * dims);
  const losses = new Float32Array(prefixes.length);
  const outputs = { dw: floatTensor(gradient, [dims, dims]), losses: floatTensor(losses, [prefixes.length]) };
  const adam = newAdamState(matrix.length);
  let batches: readonly Int32Array[] = [];
  const session = await openOnnxSession(adapterGraph(run), { threads: run.threads ?? 1 });
  try {
    return await runTraining(
      {
        phase: 'training the adapter',
        epochs: run.epochs,
        stepsAnEpoch: run.batchesOf(0).length,
        learningRate: run.learningRate,
        state: [matrix, adam.first, adam.second],
        counter: adam,
        beginEpoch: (epoch) => (batches = run.batchesOf(epoch)).length,
        step: async (step, learningRate) => {
          run.fill(batches[step]!, x, z, scores);
          await session.runInto(inputs, outputs);
          adamStep(matrix, gradient, adam, { learningRate });
          return prefixes.reduce((sum, { weight }, index) => sum + weight * losses[index]!, 0);
        },
        validate: () => run.validate(),
      },
      options,
    );
  } finally {
    await session.close();
  }
}
