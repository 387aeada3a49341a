import { readFileSync } from 'node:fs';

/** A matrix of 16-bit floats, kept as it lies in the file (half the memory of float32). */
export interface HalfRows {
  readonly count: number;
  readonly dims: number;
  /** Writes a row as float32 to `out` at `offset`. */
  read(row: number, out: Float32Array, offset: number): void;
}

/** Reads a NumPy file of float16, C order. */
export function readHalfRows(path: string): HalfRows {
  const bytes = readFileSync(path);
  const headerLength = bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, 10 + headerLength);
  const shape = /'descr': '<f2', 'fortran_order': False, 'shape': \((\d+), (\d+)\)/.exec(header);
  if (shape === null) throw new Error(`${path}: expected a float16 matrix, got ${header.trim()}`);
  const [count, dims] = [Number(shape[1]), Number(shape[2])];
  const data = new Uint16Array(bytes.buffer.slice(bytes.byteOffset + 10 + headerLength, bytes.byteOffset + bytes.length));
  const values = halfValues();
  return {
    count,
    dims,
    read: (row, out, offset) => {
      const from = row * dims;
      for (let j = 0; j < dims; j += 1) out[offset + j] = values[data[from + j]!]!;
    },
  };
}

export function readAllRows(rows: HalfRows): Float32Array {
  const out = new Float32Array(rows.count * rows.dims);
  for (let row = 0; row < rows.count; row += 1) rows.read(row, out, row * rows.dims);
  return out;
}

/** The value of each of the 65,536 half-precision numbers. */
function halfValues(): Float32Array {
  return Float32Array.from({ length: 65536 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
  });
}
