import { appendFile, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clearCache, listCache } from '../../src/embedding/cache-entries.ts';
import { type CachedEmbeddings, embedCached } from '../../src/embedding/cache.ts';
import { tempFolder } from '../fixtures/temp-folder.ts';
import { hashEmbedder } from './tiny-model.ts';

const texts = Array.from({ length: 2500 }, (_, row) => `text number ${row}`);

async function rowsOf(cached: CachedEmbeddings): Promise<Float32Array> {
  const parts: number[] = [];
  for await (const { firstRow, rows } of cached.chunks(777)) {
    expect(firstRow * cached.dims).toBe(parts.length);
    for (const value of rows) parts.push(value);
  }
  return Float32Array.from(parts);
}

/** Embeds all but stops after `blocks` blocks. */
async function interrupted(cacheDir: string, blocks: number): Promise<string> {
  const controller = new AbortController();
  let seen = 0;
  const embedder = hashEmbedder(8, { onTexts: () => { if ((seen += 1) > blocks) controller.abort(); controller.signal.throwIfAborted(); } });
  await expect(embedCached(embedder, texts, 'document', cacheDir, { signal: controller.signal })).rejects.toThrow();
  return join(cacheDir, (await readdir(cacheDir))[0]!);
}

describe('the embedding cache', () => {
  test('gives the rows the embedder gave, as a NumPy file, and embeds nothing the second time', async () => {
    const cacheDir = await tempFolder();
    const embedder = hashEmbedder(8);
    const first = await embedCached(embedder, texts, 'document', cacheDir);
    expect(first).toMatchObject({ count: 2500, dims: 8, fromCache: false, resumedRows: 0 });
    expect(await rowsOf(first)).toEqual(await hashEmbedder(8).embed(texts, 'document'));
    const bytes = await readFile(first.npyPath);
    expect(bytes.subarray(0, 128).toString('latin1')).toBe(`\x93NUMPY\x01\x00v\x00${"{'descr': '<f4', 'fortran_order': False, 'shape': (2500, 8), }".padEnd(117)}\n`);
    expect(bytes.length).toBe(128 + 2500 * 8 * 4);
    const second = await embedCached(embedder, texts, 'document', cacheDir);
    expect(second.fromCache).toBe(true);
    expect(embedder.calls()).toBe(2500);
    expect(await readdir(join(first.npyPath, '..'))).toEqual(['manifest.json', 'vectors.npy']);
  });

  test('texts, role, prompt and revision each have an entry of their own', async () => {
    const cacheDir = await tempFolder();
    const few = texts.slice(0, 3);
    await embedCached(hashEmbedder(8), few, 'document', cacheDir);
    await embedCached(hashEmbedder(8), few, 'query', cacheDir);
    await embedCached(hashEmbedder(8), ['text number 0text number 1', 'text number 2'], 'document', cacheDir);
    await embedCached(hashEmbedder(8, { revision: 'r2' }), few, 'document', cacheDir);
    expect(await listCache(cacheDir)).toHaveLength(4);
    await embedCached(hashEmbedder(8), [], 'document', cacheDir);
    expect((await listCache(cacheDir)).find((entry) => entry.manifest?.count === 0)).toBeDefined();
  });

  test.each([0, 1, 2])('after an interruption at block %i it goes on there, and the file is the same to the byte', async (blocks) => {
    const undisturbed = await embedCached(hashEmbedder(8), texts, 'document', await tempFolder());
    const cacheDir = await tempFolder();
    await interrupted(cacheDir, blocks);
    const embedder = hashEmbedder(8);
    const resumed = await embedCached(embedder, texts, 'document', cacheDir);
    expect(resumed.resumedRows).toBe(blocks * 1024);
    expect(embedder.calls()).toBe(2500 - blocks * 1024);
    expect(await readFile(resumed.npyPath)).toEqual(await readFile(undisturbed.npyPath));
  });

  test.each<[string, (folder: string) => Promise<void>, number]>([
    ['half a block at the end', (folder) => appendFile(join(folder, 'vectors.npy.part'), Buffer.alloc(999)), 2048],
    ['half a record at the end', (folder) => appendFile(join(folder, 'blocks.log'), Buffer.from([0, 8, 0, 0, 1])), 2048],
    ['a record whose block is cut', (folder) => truncate(join(folder, 'vectors.npy.part'), 128 + 1500 * 32), 1024],
    ['a flipped bit in the second block', (folder) => flip(join(folder, 'vectors.npy.part'), 128 + 1100 * 32), 1024],
    ['a flipped bit in the first record', (folder) => flip(join(folder, 'blocks.log'), 9), 0],
    ['a damaged header', (folder) => flip(join(folder, 'vectors.npy.part'), 20), 0],
    ['an empty log', (folder) => truncate(join(folder, 'blocks.log'), 0), 0],
  ])('%s: what is right is kept, the rest is made again', async (_, damage, expectedRows) => {
    const undisturbed = await embedCached(hashEmbedder(8), texts, 'document', await tempFolder());
    const cacheDir = await tempFolder();
    await damage(await interrupted(cacheDir, 2));
    const resumed = await embedCached(hashEmbedder(8), texts, 'document', cacheDir);
    expect(resumed.resumedRows).toBe(expectedRows);
    expect(await readFile(resumed.npyPath)).toEqual(await readFile(undisturbed.npyPath));
  });

  test('a finished entry that was damaged is made again', async () => {
    const cacheDir = await tempFolder();
    const { npyPath } = await embedCached(hashEmbedder(8), texts, 'document', cacheDir);
    const before = await readFile(npyPath);
    await flip(npyPath, 5000);
    const again = await embedCached(hashEmbedder(8), texts, 'document', cacheDir);
    expect(again.fromCache).toBe(false);
    expect(await readFile(npyPath)).toEqual(before);
    await writeFile(join(npyPath, '..', 'manifest.json'), '{"checksums":');
    expect((await embedCached(hashEmbedder(8), texts, 'document', cacheDir)).fromCache).toBe(false);
  });

  test('two runs at once embed once: the second waits', async () => {
    const cacheDir = await tempFolder();
    const embedder = hashEmbedder(8, { onTexts: () => new Promise((resolve) => setTimeout(resolve, 30)) });
    const phases = new Set<string>();
    const [a, b] = await Promise.all([
      embedCached(embedder, texts, 'document', cacheDir, { onProgress: ({ phase }) => phases.add(phase) }),
      embedCached(embedder, texts, 'document', cacheDir, { onProgress: ({ phase }) => phases.add(phase) }),
    ]);
    expect([a.fromCache, b.fromCache].sort()).toEqual([false, true]);
    expect(embedder.calls()).toBe(2500);
    expect([...phases].sort()).toEqual(['embedding documents', 'waiting for another run that embeds the same texts']);
  });

  test('the lock of a process that died is taken over', async () => {
    const cacheDir = await tempFolder();
    const folder = await interrupted(cacheDir, 1);
    await writeFile(join(folder, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), started: '', token: 'x' }));
    expect((await embedCached(hashEmbedder(8), texts, 'document', cacheDir)).resumedRows).toBe(1024);
  });

  test('the cache tells its size and can be cleared, whole or by entry', async () => {
    const cacheDir = await tempFolder();
    const { npyPath, manifest } = await embedCached(hashEmbedder(8), texts, 'document', cacheDir);
    await embedCached(hashEmbedder(8), texts.slice(0, 10), 'document', cacheDir);
    await mkdir(join(cacheDir, 'not-ours'));
    const [largest] = await listCache(cacheDir);
    expect(largest).toMatchObject({ key: manifest.key, sizeBytes: (await stat(npyPath)).size + (await stat(join(npyPath, '..', 'manifest.json'))).size });
    expect(await clearCache(cacheDir, [manifest.key])).toBe(largest!.sizeBytes);
    expect(await listCache(cacheDir)).toHaveLength(1);
    await clearCache(cacheDir);
    expect(await readdir(cacheDir)).toEqual(['not-ours']);
    expect(await listCache(join(cacheDir, 'missing'))).toEqual([]);
  });
});

async function flip(file: string, offset: number): Promise<void> {
  const bytes = await readFile(file);
  bytes[offset] = bytes[offset]! ^ 1;
  await writeFile(file, bytes);
}
