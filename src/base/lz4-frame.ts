/**
 * Decompresses one LZ4 frame (lz4_Frame_format.md, lz4_Block_format.md); blocks may refer back into earlier ones, as Arrow's writers make them.
 * Checksums are passed over. @throws Error for damaged data, or output beyond `maxBytes`.
 */
export function decodeLz4Frame(data: Uint8Array, maxBytes: number): Uint8Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (view.getUint32(0, true) !== 0x184d2204) throw new Error('no LZ4 frame');
  const flags = view.getUint8(4);
  const blockChecksumBytes = (flags & 16) !== 0 ? 4 : 0;
  let at = 6 + ((flags & 8) !== 0 ? 8 : 0) + ((flags & 1) !== 0 ? 4 : 0) + 1;
  const blocks: { readonly bytes: Uint8Array; readonly isPacked: boolean }[] = [];
  let total = 0;
  for (;;) {
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const bytes = data.subarray(at, at + (word & 0x7fffffff));
    if (bytes.length < (word & 0x7fffffff)) throw new Error('the LZ4 frame ends too early');
    const isPacked = (word & 0x80000000) === 0;
    blocks.push({ bytes, isPacked });
    total += isPacked ? unpackedLength(bytes) : bytes.length;
    if (total > maxBytes) throw new Error(`the LZ4 frame holds more than ${maxBytes} bytes: refused`);
    at += bytes.length + blockChecksumBytes;
  }
  const output = new Uint8Array(total);
  let end = 0;
  for (const { bytes, isPacked } of blocks) {
    if (isPacked) end = unpack(bytes, output, end);
    else {
      output.set(bytes, end);
      end += bytes.length;
    }
  }
  return output;
}

/** A length of 15 goes on in bytes of 255 and one less. */
function extended(block: Uint8Array, at: number, length: number): { length: number; at: number } {
  if (length < 15) return { length, at };
  let sum = length;
  for (;;) {
    const byte = block[at];
    if (byte === undefined) throw new Error('an LZ4 block ends within a length');
    at += 1;
    sum += byte;
    if (byte < 255) return { length: sum, at };
  }
}

function unpackedLength(block: Uint8Array): number {
  let total = 0;
  for (let at = 0; at < block.length; ) {
    const token = block[at]!;
    const literals = extended(block, at + 1, token >> 4);
    total += literals.length;
    at = literals.at + literals.length;
    if (at >= block.length) break;
    const match = extended(block, at + 2, token & 15);
    total += match.length + 4;
    at = match.at;
  }
  return total;
}

/** Unpacks one block to `output` from `start` on; matches may reach into what stands before. @returns the end. */
function unpack(block: Uint8Array, output: Uint8Array, start: number): number {
  let end = start;
  for (let at = 0; at < block.length; ) {
    const token = block[at]!;
    const literals = extended(block, at + 1, token >> 4);
    const from = literals.at;
    at = from + literals.length;
    if (at > block.length) throw new Error('an LZ4 block ends within its literals');
    output.set(block.subarray(from, at), end);
    end += literals.length;
    if (at >= block.length) break;
    const offset = block[at]! | (block[at + 1]! << 8);
    const match = extended(block, at + 2, token & 15);
    at = match.at;
    if (!(offset > 0 && offset <= end)) throw new Error('an LZ4 match points before the beginning');
    // Byte by byte: a match may overlap what it makes.
    for (let stop = end + match.length + 4; end < stop; end += 1) output[end] = output[end - offset]!;
  }
  return end;
}
