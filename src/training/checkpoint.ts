import { open, readFile, rename, rm } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';

const MAGIC = 'funnelscope-checkpoint/1\n';

/**
 * Writes a run's state so that it survives a crash at any moment: to a temporary file beside `path`, flushed, then renamed.
 * Layout: magic line, 32-bit length of a JSON header, the header {identity, progress, lengths}, then the arrays as little-endian float32.
 * `progress` may hold infinities; they are written as strings.
 */
export async function writeCheckpoint(path: string, identity: string, progress: object, arrays: readonly Float32Array[]): Promise<void> {
  const header = new TextEncoder().encode(JSON.stringify({ identity, lengths: arrays.map((array) => array.length), progress }, (_, value: unknown) => (value === -Infinity ? '-Infinity' : value)));
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, header.length, true);
  const temporary = `${path}.partial`;
  const file = await open(temporary, 'w');
  try {
    for (const part of [new TextEncoder().encode(MAGIC), size, header, ...arrays.map((array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength))]) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/**
 * Reads a checkpoint back into `arrays`, in place.
 * @returns the progress that was saved, or undefined when there is no such file.
 * @throws UserError when the file belongs to other data or settings, or is not a whole checkpoint.
 */
export async function readCheckpoint<T>(path: string, identity: string, arrays: readonly Float32Array[]): Promise<T | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const start = MAGIC.length + 4;
  const broken = (): UserError => new UserError('training/broken-checkpoint', 'this is not a whole training checkpoint', { place: { file: path }, hint: 'delete it to start afresh' });
  if (bytes.length < start || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) throw broken();
  const headerLength = bytes.readUInt32LE(MAGIC.length);
  if (headerLength > bytes.length - start) throw broken();
  const header = JSON.parse(bytes.toString('utf8', start, start + headerLength), (_, value: unknown) => (value === '-Infinity' ? -Infinity : value)) as { identity: string; lengths: number[]; progress: T };
  if (header.identity !== identity || header.lengths.join() !== arrays.map((array) => array.length).join()) {
    throw new UserError('training/other-checkpoint', 'this checkpoint belongs to a run with other data or settings', { place: { file: path }, hint: 'delete it to start afresh' });
  }
  let offset = start + headerLength;
  if (bytes.length - offset !== arrays.reduce((sum, array) => sum + array.byteLength, 0)) throw broken();
  for (const array of arrays) {
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(bytes.subarray(offset, offset + array.byteLength));
    offset += array.byteLength;
  }
  return header.progress;
}

export async function removeCheckpoint(path: string): Promise<void> {
  await rm(path, { force: true });
}
