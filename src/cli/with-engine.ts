import { resourcesDir } from '../base/resources.ts';
import { defaultDataDir } from '../engine/data-dir.ts';
import type { Engine } from '../engine/engine.ts';

/** Runs something on an engine of its own in this process. Loaded when it is needed: `bench` has no use for it. */
export async function withEngine<T>(use: (engine: Engine) => Promise<T>): Promise<T> {
  const { openEngine } = await import('../engine/engine.ts');
  const engine = await openEngine({ resourcesDir: resourcesDir(), dataDir: defaultDataDir(), host: 'cli' });
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}
