import { showValue, UserError } from '../base/errors.ts';

/** Element types that are read: little-endian floats of 2, 4 and 8 bytes. */
export type NpyType = '<f2' | '<f4' | '<f8';

export interface NpyHeader {
  readonly type: NpyType;
  readonly rowCount: number;
  readonly dims: number;
  /** Where the data begin in the file. */
  readonly dataOffset: number;
}

export const NPY_ELEMENT_BYTES: Readonly<Record<NpyType, number>> = { '<f2': 2, '<f4': 4, '<f8': 8 };

/** Bytes to read from the start of a file to be sure to have the header. */
export const NPY_HEADER_LIMIT = 65536;

/**
 * Reads the header of a NumPy file, format 1.0 to 3.0 (numpy.lib.format): magic, version, length, a Python dict literal.
 * @param start the first bytes of the file, up to NPY_HEADER_LIMIT
 * @param fileBytes size of the whole file: a shape that claims more is refused before anything is allocated
 * @throws UserError `npy/…` with the file's name.
 */
export function parseNpyHeader(start: Uint8Array, fileBytes: number, path: string): NpyHeader {
  const fail = (code: string, message: string, hint?: string): never => {
    throw new UserError(`npy/${code}`, message, hint === undefined ? { place: { file: path } } : { place: { file: path }, hint });
  };
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  if (start.length < 12 || start[0] !== 0x93 || Buffer.from(start.subarray(1, 6)).toString('latin1') !== 'NUMPY') {
    fail('magic', 'is not a NumPy .npy file (it does not begin with \\x93NUMPY)', 'write it with numpy.save');
  }
  const major = start[6]!;
  if (major < 1 || major > 3) fail('version', `has .npy format version ${major}.${start[7]}, expected 1.0, 2.0 or 3.0`);
  const lengthBytes = major === 1 ? 2 : 4;
  const headerStart = 8 + lengthBytes;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (headerStart + length > start.length) fail('header', `has a header of ${length} bytes, more than the file or the limit of ${NPY_HEADER_LIMIT} holds`);
  const text = Buffer.from(start.subarray(headerStart, headerStart + length)).toString('latin1');

  const type = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  if (type === undefined) return fail('header', `has no simple 'descr' in its header ${showValue(text.trim())}`, 'expected one plain float array');
  if (type !== '<f4' && type !== '<f2' && type !== '<f8') {
    return fail('type', `holds numbers of type ${showValue(type)}, expected <f4, <f2 or <f8`, "convert with array.astype('<f4')");
  }
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  if (fortran !== 'False') fail('order', 'is in Fortran (column) order, expected C (row) order', 'save numpy.ascontiguousarray(array)');
  const shapeText = /'shape'\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  const shape = (shapeText ?? '').split(',').filter((part) => part.trim() !== '');
  if (shapeText === undefined || !shape.every((part) => /^\s*\d+\s*$/.test(part))) return fail('header', `has no shape in its header ${showValue(text.trim())}`);
  if (shape.length !== 2) return fail('shape', `has shape (${shapeText.trim()}), expected two dimensions: rows × dims`);
  const [rowCount, dims] = shape.map(Number) as [number, number];
  if (rowCount === 0 || dims === 0) return fail('empty', `has shape (${rowCount}, ${dims}): no vectors`);
  const dataOffset = headerStart + length;
  const wanted = rowCount * dims * NPY_ELEMENT_BYTES[type];
  if (!Number.isSafeInteger(wanted) || wanted > fileBytes - dataOffset) {
    fail('truncated', `holds ${fileBytes - dataOffset} bytes of data, its shape (${rowCount}, ${dims}) of ${type} needs ${wanted}`);
  }
  return { type, rowCount, dims, dataOffset };
}

/** The header of a format 1.0 file of float32 rows; its length is a multiple of 64, as NumPy writes it. */
export function formatNpyHeader(rowCount: number, dims: number): Uint8Array {
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rowCount}, ${dims}), }`;
  const total = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const bytes = Buffer.alloc(total, ' ');
  bytes.write('\x93NUMPY\x01\x00', 0, 'latin1');
  bytes.writeUInt16LE(total - 10, 8);
  bytes.write(dict, 10, 'latin1');
  bytes[total - 1] = 10;
  return bytes;
}
