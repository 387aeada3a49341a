import { open } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';

/** A tensor as float32, row-major. */
export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const headerLimitBytes = 100 * 1024 * 1024;

/**
 * Reads tensors from a .safetensors file (8-byte header length, JSON header, data): F32, F16 and BF16, widened to float32.
 * @throws UserError naming the file and what is wrong; nothing is allocated beyond what the file itself holds.
 */
export async function readSafetensors(file: string, wanted: (name: string) => boolean = () => true): Promise<ReadonlyMap<string, FloatTensor>> {
  const fail = (message: string, cause?: unknown): UserError => new UserError('embedding/bad-weights', message, { place: { file }, cause });
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw fail(`cannot be read: ${(error as Error).message}`, error);
  });
  try {
    const { size } = await handle.stat();
    const prefix = Buffer.alloc(8);
    if (size < 8 || (await handle.read(prefix, 0, 8, 0)).bytesRead < 8) throw fail('is too short for a safetensors file');
    const headerBytes = Number(prefix.readBigUInt64LE());
    if (headerBytes > headerLimitBytes || headerBytes + 8 > size) throw fail(`says its header is ${headerBytes} bytes long, but the file has ${size}`);
    const header = Buffer.alloc(headerBytes);
    await handle.read(header, 0, headerBytes, 8);
    let entries: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;
    try {
      entries = JSON.parse(header.toString('utf8')) as typeof entries;
    } catch (error) {
      throw fail('its header is not JSON', error);
    }
    const tensors = new Map<string, FloatTensor>();
    for (const [name, entry] of Object.entries(entries)) {
      if (name === '__metadata__' || !wanted(name)) continue;
      const { dtype, shape, data_offsets: offsets } = entry;
      const width = dtype === 'F32' ? 4 : dtype === 'F16' || dtype === 'BF16' ? 2 : 0;
      if (width === 0) throw fail(`tensor ${name} is ${dtype}, expected F32, F16 or BF16`);
      const count = Array.isArray(shape) ? shape.reduce((product, side) => product * side, 1) : NaN;
      const [begin, end] = Array.isArray(offsets) ? offsets : [NaN, NaN];
      if (!Number.isSafeInteger(count) || !(begin >= 0) || end - begin !== count * width || 8 + headerBytes + end > size) {
        throw fail(`tensor ${name} does not fit: shape ${JSON.stringify(shape)}, offsets ${JSON.stringify(offsets)}, file of ${size} bytes`);
      }
      const bytes = Buffer.alloc(end - begin);
      await handle.read(bytes, 0, bytes.length, 8 + headerBytes + begin);
      tensors.set(name, { shape, data: widen(bytes, dtype, count) });
    }
    return tensors;
  } finally {
    await handle.close();
  }
}

function widen(bytes: Buffer, dtype: string, count: number): Float32Array {
  const out = new Float32Array(count);
  const bits = new Uint32Array(out.buffer);
  for (let i = 0; i < count; i += 1) {
    if (dtype === 'F32') bits[i] = bytes.readUInt32LE(4 * i);
    else if (dtype === 'BF16') bits[i] = bytes.readUInt16LE(2 * i) << 16;
    else out[i] = halfToFloat(bytes.readUInt16LE(2 * i));
  }
  return out;
}

function halfToFloat(half: number): number {
  const sign = (half & 0x8000) === 0 ? 1 : -1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
