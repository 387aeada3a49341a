import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { openSettings } from '../../src/engine/settings.ts';
import { embedCached } from '../../src/embedding/cache.ts';
import { openRecentFiles } from '../../electron/main/recent-files.ts';
import { createSecrets } from '../../electron/main/secrets.ts';
import { fitToScreens, readWindowState } from '../../electron/main/window-state.ts';
import { killEmbedder } from '../embedding/kill-child.ts';
import { tempFolder } from '../fixtures/temp-folder.ts';

/** What a crash, a full disk or a stray editor leaves of a file. */
const damages: Readonly<Record<string, (bytes: Buffer, random: () => number) => Buffer>> = {
  'is empty': () => Buffer.alloc(0),
  'is cut': (bytes, random) => bytes.subarray(0, Math.floor(random() * bytes.length)),
  'has a flipped bit': (bytes, random) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[Math.floor(random() * copy.length)]! ^= 1 << Math.floor(random() * 8);
    return copy;
  },
  'is all zeros': (bytes) => Buffer.alloc(bytes.length),
  'has something behind it': (bytes) => Buffer.concat([bytes, Buffer.from('\0{}')]),
  'is another JSON': (_bytes, random) => Buffer.from(['null', '[]', '7', '"x"', '{}', '{"schema":"funnelscope-embeddings/1","count":-1,"checksums":[]}', '{"__proto__":{"count":5}}'][Math.floor(random() * 7)]!),
};

describe('the cache of embeddings', () => {
  it('with any file damaged in any of these ways gives the same vectors again, never the damaged ones', async () => {
    const texts = Array.from({ length: 1500 }, (_, row) => `text ${row}`);
    const random = seededRandom(7);
    const cacheDir = join(await tempFolder(), 'cache');
    const { npyPath } = await embedCached(killEmbedder, texts, 'document', cacheDir);
    const right = await readFile(npyPath);
    const folder = join(npyPath, '..');
    for (const [name, damage] of Object.entries(damages)) {
      for (const file of await readdir(folder)) {
        for (let round = 0; round < 3; round += 1) {
          await writeFile(join(folder, file), damage(await readFile(join(folder, file)), random));
          const again = await embedCached(killEmbedder, texts, 'document', cacheDir);
          expect((await readFile(again.npyPath)).equals(right), `${file} ${name}`).toBe(true);
        }
      }
    }
  });
});

describe('settings, saved reports, and what the window remembers', () => {
  it('settings that are none are set aside, not overwritten; the program begins anew', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')), fc.json()), async (text) => {
        const path = join(await tempFolder(), 'settings.json');
        await writeFile(path, text, 'latin1');
        const settings = await openSettings(path);
        const all = settings.all();
        expect(typeof all).toBe('object');
        await settings.set('theme', 'dark');
        expect((await openSettings(path)).all()).toEqual({ ...all, theme: 'dark' });
        const isSettings = Object.keys(all).length > 0 || text.trim() === '{}';
        if (!isSettings && (await readdir(join(path, '..'))).includes('settings.json.broken')) expect(await readFile(`${path}.broken`, 'latin1')).toBe(text);
      }),
      { numRuns: 60 },
    );
  });

  it('a damaged report is left out of the list and explained when it is asked for; the others open, and nothing is deleted', async () => {
    const dataDir = await tempFolder();
    const engine = await openEngine({ resourcesDir: process.cwd(), dataDir, host: 'cli' });
    await mkdir(join(dataDir, 'reports'));
    const files: Record<string, string> = { 'empty.json': '', 'half.json': '{"schema":"funnelscope-report/1","corpus":{', 'other.json': '{"schema":"funnelscope-report/9"}', 'null.json': 'null', 'odd.name': 'no report' };
    for (const [name, text] of Object.entries(files)) await writeFile(join(dataDir, 'reports', name), text);
    expect(await engine.call('reports.list', {})).toEqual([]);
    for (const reportId of ['empty', 'half', 'other', 'null']) await expect(engine.call('reports.get', { reportId })).rejects.toMatchObject({ code: 'reports/broken' });
    expect((await readdir(join(dataDir, 'reports'))).sort()).toEqual(Object.keys(files).sort());
    await engine.close();
  });

  it('the files of the window: any text in them is an empty list, a first window, no secret', async () => {
    const folder = await tempFolder();
    const storage = { isEncryptionAvailable: () => true, encryptString: (text: string) => Buffer.from(text), decryptString: (bytes: Buffer) => bytes.toString(), getSelectedStorageBackend: () => 'gnome_libsecret' };
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        const file = join(folder, 'state.json');
        await writeFile(file, text);
        for (const path of (await openRecentFiles(file)).list()) expect(path.startsWith('/')).toBe(true);
        const state = fitToScreens(readWindowState(file), [{ x: 0, y: 0, width: 1920, height: 1080 }]);
        expect(Number.isFinite(state.width) && state.width >= 300 && state.width <= 1920 && Number.isFinite(state.height)).toBe(true);
        const secrets = createSecrets(storage, file);
        await secrets.set('mine', 'value');
        expect(await secrets.get('mine')).toBe('value');
      }),
      { numRuns: 100 },
    );
  });
});

describe('two instances on the same data folder', () => {
  it('lose none of each other’s settings', async () => {
    const path = join(await tempFolder(), 'settings.json');
    const [one, two] = [await openSettings(path), await openSettings(path)];
    await Promise.all(Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? one : two).set(`key ${i}`, i)));
    expect((await openSettings(path)).all()).toEqual(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`key ${i}`, i])));
    expect((await readdir(join(path, '..'))).sort()).toEqual(['settings.json']);
  });

  it('embed the same texts once, and both get them', async () => {
    const texts = Array.from({ length: 3000 }, (_, row) => `text ${row}`);
    const cacheDir = join(await tempFolder(), 'cache');
    let embedded = 0;
    const counting = { ...killEmbedder, embed: (block: readonly string[], ...rest: never[]) => ((embedded += block.length), (killEmbedder.embed as (...given: unknown[]) => Promise<Float32Array>)(block, ...rest)) } as typeof killEmbedder;
    const both = await Promise.all([embedCached(counting, texts, 'document', cacheDir), embedCached(counting, texts, 'document', cacheDir)]);
    expect(embedded).toBe(3000);
    expect(both.map(({ fromCache }) => fromCache).sort()).toEqual([false, true]);
  });
});
