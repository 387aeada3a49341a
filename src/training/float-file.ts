import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { UserError } from '../base/errors.ts';

/** A JSON header and arrays of numbers in one file. */
export interface FloatFile<T> {
  readonly header: T;
  readonly arrays: readonly Float32Array[];
}

interface Envelope<T> {
  readonly lengths: readonly number[];
  /** SHA-256 of the numbers' bytes, hex. */
  readonly sha256: string;
  readonly header: T;
}

/** A header is some thousand characters; a larger one is damage. */
const MAX_HEADER_BYTES = 2 ** 24;

/**
 * Writes the file whole or not at all. Layout: `kind` and a newline, 32-bit little-endian length of the JSON that follows, the JSON
 * {lengths, sha256, header}, the arrays as little-endian float32, one after the other.
 */
export async function writeFloatFile<T>(path: string, kind: string, { header, arrays }: FloatFile<T>): Promise<void> {
  const numbers = Buffer.concat(arrays.map((array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)));
  const envelope: Envelope<T> = { lengths: arrays.map((array) => array.length), sha256: createHash('sha256').update(numbers).digest('hex'), header };
  const json = Buffer.from(JSON.stringify(envelope), 'utf8');
  const size = Buffer.alloc(4);
  size.writeUInt32LE(json.length);
  await writeFileAtomic(path, Buffer.concat([Buffer.from(`${kind}\n`, 'latin1'), size, json, numbers]));
}

/**
 * Reads a file written by `writeFloatFile`.
 * @returns undefined when there is no such file.
 * @throws UserError `training/not-KIND` for another kind of file, `training/damaged` for one that is cut short or altered.
 */
export async function readFloatFile<T>(path: string, kind: string): Promise<FloatFile<T> | undefined> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new UserError('training/unreadable', `cannot be read: ${error.message}`, { place: { file: path }, cause: error });
  });
  if (bytes === undefined) return undefined;
  const start = kind.length + 5;
  if (bytes.length < start || bytes.toString('latin1', 0, kind.length + 1) !== `${kind}\n`) throw new UserError('training/other-kind', `is no ${kind} file`, { place: { file: path } });
  const damaged = (what: string): UserError => new UserError('training/damaged', `the ${kind} file is damaged: ${what}`, { place: { file: path } });
  const jsonLength = bytes.readUInt32LE(kind.length + 1);
  if (jsonLength > Math.min(MAX_HEADER_BYTES, bytes.length - start)) throw damaged('its header is cut short');
  let envelope: Envelope<T>;
  try {
    envelope = JSON.parse(bytes.toString('utf8', start, start + jsonLength)) as Envelope<T>;
  } catch {
    throw damaged('its header is no JSON');
  }
  const { lengths, sha256, header } = envelope;
  const numbers = bytes.subarray(start + jsonLength);
  if (!Array.isArray(lengths) || numbers.length !== 4 * lengths.reduce((sum, length) => sum + length, 0)) throw damaged('its numbers are cut short');
  if (createHash('sha256').update(numbers).digest('hex') !== sha256) throw damaged('its checksum does not fit');
  let offset = 0;
  const arrays = lengths.map((length) => {
    const array = new Float32Array(length);
    new Uint8Array(array.buffer).set(numbers.subarray(offset, offset + 4 * length));
    offset += 4 * length;
    return array;
  });
  return { header, arrays };
}
