import { writeOnnxModel, type OnnxAttribute, type OnnxInitializer, type OnnxNode, type OnnxValue } from '../math/onnx-graph.ts';
import { withoutCopies } from '../math/onnx-runtime.ts';

/** Collects the nodes and constants of a graph; every method returns the name of the value it made. */
export interface GraphBuilder {
  add(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, OnnxAttribute>>, output?: string): string;
  floats(values: readonly number[] | Float32Array, shape?: readonly number[]): string;
  longs(values: readonly number[]): string;
  /** The model, for `runInto`. All inputs and outputs are float32 of fixed sizes. */
  write(name: string, inputs: Readonly<Record<string, readonly number[]>>, outputs: Readonly<Record<string, readonly number[]>>): Uint8Array<ArrayBuffer>;
}

export function graphBuilder(): GraphBuilder {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxInitializer[] = [];
  const borders = (values: Readonly<Record<string, readonly number[]>>): OnnxValue[] => Object.entries(values).map(([name, shape]) => ({ name, shape, type: 'float' as const }));
  return {
    add(op, inputs, attributes = {}, output = `${op}_${nodes.length}`) {
      nodes.push({ op, inputs, outputs: [output], attributes });
      return output;
    },
    floats(values, shape = []) {
      const name = `constant_${initializers.length}`;
      initializers.push({ name, shape, type: 'float', data: Float32Array.from(values) });
      return name;
    },
    longs(values) {
      const name = `constant_${initializers.length}`;
      initializers.push({ name, shape: [values.length], type: 'int64', data: BigInt64Array.from(values, BigInt) });
      return name;
    },
    write: (name, inputs, outputs) => writeOnnxModel(withoutCopies({ name, nodes, initializers, inputs: borders(inputs), outputs: borders(outputs) })),
  };
}
