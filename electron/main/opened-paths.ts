import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The files a command line asks to open: existing paths after the program (and, unpackaged, the app's folder), no switches. A Linux desktop names a file that
 * is opened by its association as an address, file:///….
 */
export function pathsOfArguments(argv: readonly string[], workingDir: string, isPackaged: boolean): readonly string[] {
  return argv
    .slice(isPackaged ? 1 : 2)
    .filter((word) => !word.startsWith('-') && word !== '' && word !== '.')
    .map((word) => (word.startsWith('file:') ? pathOfAddress(word) : resolve(workingDir, word)))
    .filter((path) => path !== undefined && existsSync(path)) as string[];
}

/** undefined for addresses of other machines and broken ones. */
function pathOfAddress(address: string): string | undefined {
  try {
    return fileURLToPath(address);
  } catch {
    return undefined;
  }
}
