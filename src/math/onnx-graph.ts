/**
 * Writes small ONNX models as bytes, without a protobuf library: only the messages and fields of onnx.proto3 that a
 * graph of standard operators needs. https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 (field numbers below are from there).
 */

/** ONNX element types (TensorProto.DataType). */
export type ElementType = 'float' | 'uint8' | 'int8' | 'int32' | 'int64' | 'bool' | 'float16';

const ELEMENT_CODES: Readonly<Record<ElementType, number>> = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 };

/** An attribute of a node. `int` and `ints` are 64-bit integers, `float` is 32-bit. */
export type OnnxAttribute =
  | { readonly int: number | bigint }
  | { readonly float: number }
  | { readonly ints: readonly (number | bigint)[] }
  | { readonly floats: readonly number[] }
  | { readonly string: string };

export interface OnnxNode {
  /** Operator name, such as `Gemm`. */
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Operator set, when it is not the standard one (`com.microsoft`). */
  readonly domain?: string;
}

/** A named, typed value at the border of the graph. A dimension is a size, or a name where it varies from run to run. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
  /** A sequence of such tensors instead of one. */
  readonly isSequence?: boolean;
}

/** A constant that is stored in the model: little-endian, row-major. `float16` data are the raw bits. */
export interface OnnxInitializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly data: Float32Array | BigInt64Array | Int32Array | Int8Array | Uint8Array | Uint16Array;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly initializers?: readonly OnnxInitializer[];
  /** Version of the standard operator set (default 17, which onnxruntime ≥ 1.12 reads). */
  readonly opset?: number;
  /** Version of the file format (default 8). */
  readonly irVersion?: number;
  /** Further operator sets by domain. */
  readonly domains?: Readonly<Record<string, number>>;
  /** Key-value remarks kept in the model file. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly producer?: string;
}

/**
 * The model file's bytes.
 * @throws Error when an initializer's data do not have the size that its shape and type say.
 */
export function writeOnnxModel(graph: OnnxGraph): Uint8Array<ArrayBuffer> {
  const model: Piece[] = [
    int(1, graph.irVersion ?? 8),
    text(2, graph.producer ?? 'funnelscope'),
    message(7, graphProto(graph)),
    message(8, [text(1, ''), int(2, graph.opset ?? 17)]),
    ...Object.entries(graph.domains ?? {}).map(([domain, version]) => message(8, [text(1, domain), int(2, version)])),
    ...Object.entries(graph.metadata ?? {}).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
  ];
  return join(model);
}

function graphProto(graph: OnnxGraph): Piece[] {
  return [
    ...graph.nodes.map((node, index) => message(1, nodeProto(node, index))),
    text(2, graph.name),
    ...(graph.initializers ?? []).map((initializer) => message(5, tensorProto(initializer))),
    ...graph.inputs.map((value) => message(11, valueProto(value))),
    ...graph.outputs.map((value) => message(12, valueProto(value))),
  ];
}

function nodeProto(node: OnnxNode, index: number): Piece[] {
  return [
    ...node.inputs.map((name) => text(1, name)),
    ...node.outputs.map((name) => text(2, name)),
    text(3, `${node.op}_${index}`),
    text(4, node.op),
    ...Object.entries(node.attributes ?? {}).map(([name, attribute]) => message(5, attributeProto(name, attribute))),
    ...(node.domain === undefined ? [] : [text(7, node.domain)]),
  ];
}

function attributeProto(name: string, attribute: OnnxAttribute): Piece[] {
  if ('float' in attribute) return [text(1, name), float(2, attribute.float), int(20, 1)];
  if ('int' in attribute) return [text(1, name), int(3, attribute.int), int(20, 2)];
  if ('string' in attribute) return [text(1, name), text(4, attribute.string), int(20, 3)];
  if ('floats' in attribute) return [text(1, name), ...attribute.floats.map((value) => float(7, value)), int(20, 6)];
  return [text(1, name), ...attribute.ints.map((value) => int(8, value)), int(20, 7)];
}

function tensorProto({ name, shape, type, data }: OnnxInitializer): Piece[] {
  const count = shape.reduce((product, size) => product * size, 1);
  const elementBytes = { float: 4, uint8: 1, int8: 1, int32: 4, int64: 8, bool: 1, float16: 2 }[type];
  if (data.byteLength !== count * elementBytes) {
    throw new Error(`initializer ${name}: ${data.byteLength} bytes do not fill the shape [${shape.join(', ')}] of ${type}`);
  }
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [...shape.map((size) => int(1, size)), int(2, ELEMENT_CODES[type]), text(8, name), bytes(9, raw)];
}

function valueProto({ name, type, shape, isSequence }: OnnxValue): Piece[] {
  const sizes = shape.map((size) => message(1, [typeof size === 'string' ? text(2, size) : int(1, size)]));
  const tensor = message(1, [int(1, ELEMENT_CODES[type]), message(2, sizes)]);
  return [text(1, name), message(2, [isSequence === true ? message(4, [message(1, [tensor])]) : tensor])];
}

// Protocol Buffers wire format: https://protobuf.dev/programming-guides/encoding/

/** Encoded bytes, in parts so that large initializers are copied once. */
interface Piece {
  readonly parts: readonly Uint8Array[];
  readonly sizeBytes: number;
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;
const encoder = new TextEncoder();

function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const out: number[] = [];
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return out;
}

function piece(...parts: readonly Uint8Array[]): Piece {
  return { parts, sizeBytes: parts.reduce((sum, part) => sum + part.length, 0) };
}

function tag(field: number, wireType: number): number[] {
  return varint((field << 3) | wireType);
}

function int(field: number, value: number | bigint): Piece {
  return piece(Uint8Array.from([...tag(field, VARINT), ...varint(value)]));
}

function float(field: number, value: number): Piece {
  const bits = new Uint8Array(4);
  new DataView(bits.buffer).setFloat32(0, value, true);
  return piece(Uint8Array.from(tag(field, FIXED_32)), bits);
}

function bytes(field: number, value: Uint8Array): Piece {
  return piece(Uint8Array.from([...tag(field, LENGTH_DELIMITED), ...varint(value.length)]), value);
}

function text(field: number, value: string): Piece {
  return bytes(field, encoder.encode(value));
}

function message(field: number, fields: readonly Piece[]): Piece {
  const sizeBytes = fields.reduce((sum, each) => sum + each.sizeBytes, 0);
  const head = Uint8Array.from([...tag(field, LENGTH_DELIMITED), ...varint(sizeBytes)]);
  return { parts: [head, ...fields.flatMap((each) => each.parts)], sizeBytes: head.length + sizeBytes };
}

function join(pieces: readonly Piece[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pieces.reduce((sum, each) => sum + each.sizeBytes, 0));
  let offset = 0;
  for (const { parts } of pieces) {
    for (const part of parts) {
      out.set(part, offset);
      offset += part.length;
    }
  }
  return out;
}
