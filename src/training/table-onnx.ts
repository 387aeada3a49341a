import { writeOnnxModel } from '../math/onnx-graph.ts';
import type { QuantisedTable } from './quantise-table.ts';

/**
 * A static embedding as an ONNX model with the face of an ordinary text encoder: `input_ids` and `attention_mask` [batch, tokens] in,
 * `last_hidden_state` [batch, tokens, dims] out, which is each token's row, zero where the mask is zero. Mean pooling over the mask gives
 * the text's vector. The table stays 8-bit in memory; only the rows that a text uses become floats.
 */
export function tableModel(table: QuantisedTable, dims: number, metadata: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  const rows = table.scales.length;
  const ids = ['batch', 'tokens'];
  return writeOnnxModel({
    name: 'static-embedding',
    metadata,
    initializers: [
      { name: 'table', type: 'int8', shape: [rows, dims], data: table.data },
      { name: 'scales', type: 'float', shape: [rows], data: table.scales },
      { name: 'last', type: 'int64', shape: [1], data: BigInt64Array.of(-1n) },
    ],
    nodes: [
      { op: 'Gather', inputs: ['table', 'input_ids'], outputs: ['rows'], attributes: { axis: { int: 0 } } },
      { op: 'Cast', inputs: ['rows'], outputs: ['numbers'], attributes: { to: { int: 1 } } },
      { op: 'Gather', inputs: ['scales', 'input_ids'], outputs: ['row_scales'], attributes: { axis: { int: 0 } } },
      { op: 'Cast', inputs: ['attention_mask'], outputs: ['mask'], attributes: { to: { int: 1 } } },
      { op: 'Mul', inputs: ['row_scales', 'mask'], outputs: ['factors'] },
      { op: 'Unsqueeze', inputs: ['factors', 'last'], outputs: ['factor_column'] },
      { op: 'Mul', inputs: ['numbers', 'factor_column'], outputs: ['last_hidden_state'] },
    ],
    inputs: [
      { name: 'input_ids', type: 'int64', shape: ids },
      { name: 'attention_mask', type: 'int64', shape: ids },
    ],
    outputs: [{ name: 'last_hidden_state', type: 'float', shape: [...ids, dims] }],
  });
}
