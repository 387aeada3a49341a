import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLock } from '../base/file-lock.ts';
import type { EmbeddingManifest } from './cache.ts';

/** One folder of the cache, finished or not. */
export interface CacheEntry {
  readonly key: string;
  readonly sizeBytes: number;
  /** undefined for an entry that was interrupted. */
  readonly manifest?: EmbeddingManifest | undefined;
}

/** What lies in the cache, largest first. A cache folder that does not exist is empty. */
export async function listCache(cacheDir: string): Promise<readonly CacheEntry[]> {
  const entries: CacheEntry[] = [];
  for (const key of await readdir(cacheDir).catch(() => [])) {
    if (!/^[0-9a-f]{40}$/.test(key)) continue;
    const folder = join(cacheDir, key);
    let sizeBytes = 0;
    for (const name of await readdir(folder).catch(() => [])) sizeBytes += (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0;
    const manifest = await readFile(join(folder, 'manifest.json'), 'utf8').then((text) => JSON.parse(text) as EmbeddingManifest).catch(() => undefined);
    entries.push({ key, sizeBytes, manifest });
  }
  return entries.sort((a, b) => b.sizeBytes - a.sizeBytes);
}

/** Removes entries (all of them, or the given keys); those that a living process is filling stay. @returns bytes freed. */
export async function clearCache(cacheDir: string, keys?: readonly string[]): Promise<number> {
  let freed = 0;
  for (const entry of await listCache(cacheDir)) {
    if (keys !== undefined && !keys.includes(entry.key)) continue;
    const folder = join(cacheDir, entry.key);
    const lock = await tryLock(join(folder, 'lock'));
    if (lock === undefined) continue;
    await rm(folder, { recursive: true, force: true });
    freed += entry.sizeBytes;
  }
  return freed;
}
