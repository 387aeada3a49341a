import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { writeFileAtomic } from '../../src/base/atomic-file.ts';

const maxCount = 10;

export interface RecentFiles {
  list(): readonly string[];
  /** Puts the path first. @returns false for what is no absolute path. */
  note(path: string): Promise<boolean>;
  clear(): Promise<void>;
}

/** The paths opened last, newest first; a broken or missing list is an empty one. */
export async function openRecentFiles(file: string): Promise<RecentFiles> {
  let paths = await readPaths(file);
  const save = (): Promise<void> => writeFileAtomic(file, JSON.stringify(paths)).catch(() => undefined);
  return {
    list: () => paths,
    async note(path) {
      if (!isAbsolute(path) || path.includes('\0') || path.length > 4096) return false;
      paths = [path, ...paths.filter((other) => other !== path)].slice(0, maxCount);
      await save();
      return true;
    },
    async clear() {
      paths = [];
      await save();
    },
  };
}

async function readPaths(file: string): Promise<readonly string[]> {
  try {
    const told: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Array.isArray(told) ? told.filter((path): path is string => typeof path === 'string' && isAbsolute(path)).slice(0, maxCount) : [];
  } catch {
    return [];
  }
}
