/**
 * The header of a NumPy .npy file (version 1.0) of `rowCount × dims` little-endian float32 in C order, exactly as numpy.save writes it:
 * padded so that the data begins at a multiple of 64 bytes.
 */
export function npyHeader(rowCount: number, dims: number): Buffer {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rowCount}, ${dims}), }`;
  const total = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const header = Buffer.alloc(total, 0x20);
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(total - 10, 8);
  header.write(dictionary, 10, 'latin1');
  header[total - 1] = 0x0a;
  return header;
}
