import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { describeError, UserError } from '../base/errors.ts';
import { lockFile } from '../base/file-lock.ts';
import { explainSystemError } from '../base/system-error.ts';

/** Small settings of the user, one JSON file. Never secrets: those stay with the host. */
export interface Settings {
  all(): Readonly<Record<string, unknown>>;
  /** @throws UserError when the file cannot be written; the value is kept until the program ends all the same. */
  set(key: string, value: unknown): Promise<void>;
}

/** Opens the file; one that cannot be read as settings is set aside as `….broken`, not overwritten. */
export async function openSettings(path: string): Promise<Settings> {
  const values = new Map(Object.entries(await readOrSetAside(path)));
  let writing: Promise<void> = Promise.resolve();

  /** Only the key that was set is changed: another instance of the program may have written others meanwhile. */
  async function write(key: string, value: unknown): Promise<void> {
    try {
      await mkdir(dirname(path), { recursive: true });
      const lock = await lockFile(`${path}.lock`);
      try {
        const stored = new Map(Object.entries(await readOrSetAside(path)));
        apply(stored, key, value);
        await writeFileAtomic(path, `${JSON.stringify(Object.fromEntries(stored), null, 2)}\n`);
      } finally {
        await lock.release();
      }
    } catch (error) {
      throw new UserError('settings/write', `settings cannot be written: ${describeError(explainSystemError(error, path))}`, { cause: error });
    }
  }

  return {
    all: () => Object.fromEntries(values),
    set(key, value) {
      apply(values, key, value);
      // One write at a time, in order: the last value set is the one on disk.
      writing = writing.catch(() => undefined).then(() => write(key, value));
      return writing;
    },
  };
}

function apply(values: Map<string, unknown>, key: string, value: unknown): void {
  if (value === null || value === undefined) values.delete(key);
  else values.set(key, value);
}

async function readOrSetAside(path: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return {};
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
  } catch {
    // fall through: not JSON
  }
  await rename(path, `${path}.broken`).catch(() => undefined);
  return {};
}
