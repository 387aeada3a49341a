import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder that holds what ships with the program: `models/` and `samples/`.
 * `FUNNELSCOPE_RESOURCES` names it (the packaged app sets it); otherwise the nearest folder above this file that has both, then the working folder.
 */
export function resourcesDir(): string {
  const named = process.env['FUNNELSCOPE_RESOURCES'];
  if (named !== undefined && named !== '') return named;
  let folder = typeof import.meta.url === 'string' ? dirname(fileURLToPath(import.meta.url)) : process.cwd();
  for (;;) {
    if (existsSync(join(folder, 'models')) && existsSync(join(folder, 'samples'))) return folder;
    const parent = dirname(folder);
    if (parent === folder) return process.cwd();
    folder = parent;
  }
}
