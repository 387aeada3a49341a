import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';

/** Small settings of the user, one JSON file. Never secrets: those stay with the host. */
export interface Settings {
  all(): Readonly<Record<string, unknown>>;
  set(key: string, value: unknown): Promise<void>;
}

/** Opens the file; one that cannot be read as settings is set aside as `….broken`, not overwritten. */
export async function openSettings(path: string): Promise<Settings> {
  let values = new Map(Object.entries(await readOrSetAside(path)));
  let writing: Promise<void> = Promise.resolve();
  return {
    all: () => Object.fromEntries(values),
    set(key, value) {
      values = new Map(values);
      if (value === null || value === undefined) values.delete(key);
      else values.set(key, value);
      const text = `${JSON.stringify(Object.fromEntries(values), null, 2)}\n`;
      // One write at a time, in order: the last value set is the one on disk.
      writing = writing.catch(() => undefined).then(async () => {
        await mkdir(dirname(path), { recursive: true });
        await writeFileAtomic(path, text);
      });
      return writing;
    },
  };
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
