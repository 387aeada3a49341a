import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { clearCache } from '../../src/embedding/cache-entries.ts';
import { embedCached } from '../../src/embedding/cache.ts';
import { tempFolder } from '../fixtures/temp-folder.ts';
import { killEmbedder, killTexts } from './kill-child.ts';

const moments = 50;

describe('kill -9 while embedding', () => {
  test(`at ${moments} random moments: the next run goes on, and the result is the same to the byte`, { timeout: 300_000 }, async () => {
    const folder = await tempFolder();
    const child = join(folder, 'child.mjs');
    await build({ entryPoints: [join(import.meta.dirname, 'kill-child.ts')], outfile: child, bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' });
    const undisturbed = await readFile((await embedCached(killEmbedder, killTexts, 'document', join(folder, 'undisturbed'))).npyPath);
    const cacheDir = join(folder, 'cache');
    const random = seededRandom(20261123);
    let kills = 0;
    let finished = 0;
    let resumedFrom = 0;
    while (kills < moments) {
      // Mostly in the middle of the work, sometimes near its end.
      const outcome = await runAndKill(child, cacheDir, random() * (kills % 5 === 4 ? 600 : 60));
      if (outcome === 'killed') {
        kills += 1;
        continue;
      }
      finished += 1;
      expect((await readFile(outcome)).equals(undisturbed)).toBe(true);
      await clearCache(cacheDir);
    }
    const last = await embedCached(killEmbedder, killTexts, 'document', cacheDir);
    resumedFrom = last.resumedRows;
    expect((await readFile(last.npyPath)).equals(undisturbed)).toBe(true);
    expect(await readdir(join(last.npyPath, '..'))).toEqual(['manifest.json', 'vectors.npy']);
    expect(finished + resumedFrom).toBeGreaterThan(0);
  });
});

/** 'killed', or the path of the finished file. */
async function runAndKill(child: string, cacheDir: string, afterMs: number): Promise<string> {
  const running = spawn(process.execPath, [child], { env: { ...process.env, KILL_CHILD_CACHE: cacheDir }, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let timer: NodeJS.Timeout | undefined;
  running.stdout.on('data', (chunk: Buffer) => {
    if (output === '') timer = setTimeout(() => running.kill('SIGKILL'), afterMs);
    output += chunk.toString();
  });
  const [, signal] = (await once(running, 'close')) as [number | null, string | null];
  clearTimeout(timer);
  const done = /^done (.+)$/m.exec(output)?.[1];
  if (signal === 'SIGKILL') return 'killed';
  if (done === undefined) throw new Error(`the child ended without a result: ${output}`);
  return done;
}
