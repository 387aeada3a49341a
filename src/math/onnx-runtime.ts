import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { OnnxGraph } from './onnx-graph.ts';

/** Tensors by name. The data are read (inputs) or written (outputs) in place: no copies. */
export type TensorMap = Readonly<Record<string, Tensor>>;
export type OnnxTensor = Tensor;

export interface OnnxSession {
  /** Runs the graph once on this thread (it blocks it) after letting the event loop turn. The results have memory of their own. */
  run(inputs: TensorMap): Promise<TensorMap>;
  /** Runs a graph made by `withoutCopies` and writes all its results into the outputs' own memory; shapes must fit exactly. */
  runInto(inputs: TensorMap, outputs: TensorMap): Promise<void>;
  close(): Promise<void>;
}

export interface OnnxOptions {
  /** Threads of one operator (default 1). */
  readonly threads?: number | undefined;
}

const GUARD = 'no-copies';

/**
 * onnxruntime-node writes results into the tensors it is given, and then copies every result into a new JavaScript buffer all the same
 * (a fifth of the time of narrow products, and garbage by the megabyte). It goes through the outputs in order and stops with an error
 * at the first that is not a tensor, when all has been computed and written. So an empty sequence is put first: `runInto`
 * takes that error for what it is. A version that handles sequences copies as before; the results are the same.
 */
export function withoutCopies(graph: OnnxGraph): OnnxGraph {
  return {
    ...graph,
    nodes: [{ op: 'SequenceEmpty', inputs: [], outputs: [GUARD], attributes: { dtype: { int: 1 } } }, ...graph.nodes],
    outputs: [{ name: GUARD, type: 'float', shape: [], isSequence: true }, ...graph.outputs],
  };
}

/**
 * Opens a model given as bytes (see onnx-graph.ts). Threads do not spin while they wait: spinning takes the core from whoever
 * works between two runs.
 */
export async function openOnnxSession(model: Uint8Array<ArrayBuffer>, options: OnnxOptions = {}): Promise<OnnxSession> {
  const session = await InferenceSession.create(model, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    intraOpNumThreads: options.threads ?? 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4, // what goes wrong is thrown; nothing is to be printed beside it
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  return {
    run: async (inputs) => (await session.run(inputs)) as TensorMap,
    async runInto(inputs, outputs) {
      try {
        await session.run(inputs, { [GUARD]: null, ...outputs });
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('Non tensor type'))) throw error;
      }
    },
    close: () => session.release(),
  };
}

/** A float32 tensor over `data` (no copy). `data` must not lie in shared memory: onnxruntime-node refuses that. */
export function floatTensor(data: Float32Array, shape: readonly number[]): OnnxTensor {
  return new Tensor('float32', data, shape);
}

/** An int64 tensor over `data` (no copy). */
export function int64Tensor(data: BigInt64Array, shape: readonly number[]): OnnxTensor {
  return new Tensor('int64', data, shape);
}
