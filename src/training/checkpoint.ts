import { rm } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';
import { readFloatFile, writeFloatFile } from './float-file.ts';

const KIND = 'funnelscope-checkpoint/1';

interface Header<T> {
  readonly identity: string;
  readonly progress: T;
}

/** Writes a run's state so that it survives a crash at any moment. `progress` must be plain JSON. */
export async function writeCheckpoint<T>(path: string, identity: string, progress: T, arrays: readonly Float32Array[]): Promise<void> {
  await writeFloatFile<Header<T>>(path, KIND, { header: { identity, progress }, arrays });
}

/**
 * Reads a checkpoint back into `arrays`, in place.
 * @returns the progress that was saved, or undefined when there is no such file.
 * @throws UserError when the file belongs to other data or settings, or is damaged.
 */
export async function readCheckpoint<T>(path: string, identity: string, arrays: readonly Float32Array[]): Promise<T | undefined> {
  const file = await readFloatFile<Header<T>>(path, KIND);
  if (file === undefined) return undefined;
  if (file.header.identity !== identity || file.arrays.map((array) => array.length).join() !== arrays.map((array) => array.length).join()) {
    throw new UserError('training/other-checkpoint', 'this checkpoint belongs to a run with other data or settings', { place: { file: path }, hint: 'delete it to start afresh' });
  }
  arrays.forEach((array, index) => array.set(file.arrays[index]!));
  return file.header.progress;
}

export async function removeCheckpoint(path: string): Promise<void> {
  await rm(path, { force: true });
}
