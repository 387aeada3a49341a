import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { machineOf } from './machine.ts';
import { versionOf } from './version.ts';
import type { HandlersOf, Workspace } from './workspace.ts';

export function appCalls(workspace: Workspace): HandlersOf<'app.info' | 'app.clearCache' | 'settings.get' | 'settings.set'> {
  return {
    'app.info': async () => ({
      version: versionOf(workspace.resourcesDir),
      machine: machineOf(),
      dataDir: workspace.dataDir,
      cacheBytes: await folderBytes(workspace.cacheDir),
      host: workspace.host,
      secretsProtected: workspace.host === 'electron' && process.env['FUNNELSCOPE_SECRETS_PROTECTED'] === '1',
    }),
    'app.clearCache': async () => {
      const freedBytes = await folderBytes(workspace.cacheDir);
      await rm(workspace.cacheDir, { recursive: true, force: true });
      return { freedBytes };
    },
    'settings.get': async () => ({ ...workspace.settings.all() }),
    'settings.set': async ({ key, value }) => {
      await workspace.settings.set(key, value);
      return {};
    },
  };
}

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile()) continue;
    bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}
