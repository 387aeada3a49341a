import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where Funnelscope keeps caches, downloaded models, settings and reports. `FUNNELSCOPE_DATA` names it;
 * otherwise the platform's usual place (XDG_DATA_HOME, Application Support, LOCALAPPDATA).
 */
export function defaultDataDir(environment: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  const named = environment['FUNNELSCOPE_DATA'];
  if (named !== undefined && named !== '') return named;
  switch (platform) {
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support', 'Funnelscope', 'data');
    case 'win32':
      return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Funnelscope', 'data');
    default:
      return join(environment['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'funnelscope');
  }
}

/** Where embeddings are cached. */
export function cacheDirOf(dataDir: string): string {
  return join(dataDir, 'cache', 'embeddings');
}
