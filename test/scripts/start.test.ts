import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
// @ts-expect-error a script without types
import { findElectron, parseStart } from '../../scripts/start.mjs';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funnelscope-start-'));
  await mkdir(join(folder, 'installed', 'dist'), { recursive: true });
  await writeFile(join(folder, 'installed', 'path.txt'), 'electron');
  await writeFile(join(folder, 'installed', 'dist', 'electron'), '');
  await mkdir(join(folder, 'package-only'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const find = (change: object = {}) => findElectron({ environment: { DISPLAY: ':0' }, platform: 'linux', uid: 1000, nodeVersion: '22.12.0', packageDir: join(folder, 'installed'), ...change });

describe('npm start', () => {
  it('finds an installed Electron, or the one that is named', () => {
    expect(find()).toEqual({ program: join(folder, 'installed', 'dist', 'electron') });
    expect(find({ environment: { WAYLAND_DISPLAY: 'wayland-0' } })).toHaveProperty('program');
    const named = join(folder, 'installed', 'dist');
    expect(find({ packageDir: folder, environment: { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: named } })).toEqual({ program: join(named, 'electron') });
  });

  it('says in one line why it cannot open one', () => {
    expect([
      find({ packageDir: join(folder, 'package-only') }),
      find({ packageDir: join(folder, 'package-only'), nodeVersion: '20.19.0' }),
      find({ environment: {} }),
      find({ uid: 0 }),
      find({ environment: { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: '/none' } }),
    ]).toEqual([
      { reason: "Electron's program is not installed; fetch it with: npx install-electron" },
      { reason: "Electron's program is not installed; fetch it with: npx install-electron (which needs Node 22 or later; this is 20.19.0)" },
      { reason: 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)' },
      { reason: "this is root, whom Chromium's sandbox refuses" },
      { reason: 'ELECTRON_OVERRIDE_DIST_PATH names /none, which has no Electron' },
    ]);
  });

  it('needs no display where windows need none, and no user where there is none', () => {
    expect(findElectron({ environment: { ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'installed', 'dist') }, platform: 'freebsd', uid: undefined })).toHaveProperty('program');
  });

  it('reads its options, and refuses others with what it expected', () => {
    expect(parseStart([])).toEqual({ isWeb: false, port: undefined, files: [] });
    expect(parseStart(['--web', 'a.jsonl'])).toEqual({ isWeb: true, port: undefined, files: ['a.jsonl'] });
    expect(parseStart(['--port', '8080'])).toEqual({ isWeb: true, port: '8080', files: [] });
    for (const words of [['--port'], ['--port', 'x'], ['--port', '70000'], ['--nonsense']]) expect(() => parseStart(words)).toThrow(/expected/);
  });
});
