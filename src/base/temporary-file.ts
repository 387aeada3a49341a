import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Opens a file without a name, to write and read: gone with its descriptor (on Windows with the process). @returns the descriptor */
export function openTemporaryFile(prefix: string): number {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  const file = openSync(join(folder, 'data'), 'w+');
  const remove = (): void => {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Windows keeps files that are open.
    }
  };
  if (process.platform === 'win32') process.once('exit', remove);
  else remove();
  return file;
}
