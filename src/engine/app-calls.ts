import { clearCache, listCache } from '../embedding/cache-entries.ts';
import { machineOf } from './machine.ts';
import { versionOf } from './version.ts';
import type { HandlersOf, Workspace } from './workspace.ts';

export function appCalls(workspace: Workspace): HandlersOf<'app.info' | 'app.clearCache' | 'cache.list' | 'settings.get' | 'settings.set'> {
  return {
    'app.info': async () => ({
      version: versionOf(workspace.resourcesDir),
      machine: machineOf(),
      dataDir: workspace.dataDir,
      cacheBytes: (await listCache(workspace.cacheDir)).reduce((sum, entry) => sum + entry.sizeBytes, 0),
      host: workspace.host,
      secretsProtected: workspace.host === 'electron' && process.env['FUNNELSCOPE_SECRETS_PROTECTED'] === '1',
    }),
    // What another run is filling at this moment stays.
    'app.clearCache': async ({ keys }) => ({ freedBytes: await clearCache(workspace.cacheDir, keys) }),
    'cache.list': async () =>
      (await listCache(workspace.cacheDir)).map(({ key, sizeBytes, manifest }) => {
        if (manifest === undefined) return { key, sizeBytes };
        const { model, role, count, dims, createdAt } = manifest;
        return { key, sizeBytes, content: { model: model.name, ...(model.dtype === undefined ? {} : { dtype: model.dtype }), role, count, dims, createdAt } };
      }),
    'settings.get': async () => ({ ...workspace.settings.all() }),
    'settings.set': async ({ key, value }) => {
      await workspace.settings.set(key, value);
      return {};
    },
  };
}
