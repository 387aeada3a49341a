import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** The files a command line asks to open: existing paths after the program (and, unpackaged, the app's folder), no switches. */
export function pathsOfArguments(argv: readonly string[], workingDir: string, isPackaged: boolean): readonly string[] {
  return argv
    .slice(isPackaged ? 1 : 2)
    .filter((word) => !word.startsWith('-') && word !== '' && word !== '.')
    .map((word) => resolve(workingDir, word))
    .filter((path) => existsSync(path));
}
