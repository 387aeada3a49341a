import { listPackage } from '@electron/asar';
import { flipFuses, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses';
import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageProgram, program } from './electron-app.ts';

const resources = join(program, '..', 'resources');

beforeAll(() => packageProgram());

describe('the packaged program', () => {
  it('has the fuses that electron-builder.yml asks for, but the one its test driver needs', async () => {
    const wire = (await getCurrentFuseWire(program)) as unknown as Record<number, number>;
    /** A fuse that is on is the character "1" in the program. */
    const isOn = '1'.charCodeAt(0);
    const names = ['RunAsNode', 'EnableCookieEncryption', 'EnableNodeOptionsEnvironmentVariable', 'EnableNodeCliInspectArguments', 'EnableEmbeddedAsarIntegrityValidation', 'OnlyLoadAppFromAsar'] as const;
    expect(Object.fromEntries(names.map((name) => [name, wire[FuseV1Options[name]] === isOn]))).toEqual({
      RunAsNode: false,
      EnableCookieEncryption: true,
      EnableNodeOptionsEnvironmentVariable: false,
      EnableNodeCliInspectArguments: true,
      EnableEmbeddedAsarIntegrityValidation: true,
      OnlyLoadAppFromAsar: true,
    });
  });

  it('takes the shipped setting of that one fuse as well, and never starts as Node', async () => {
    // The test build leaves --inspect on for its driver; here the same program with the fuse as it is shipped.
    const folder = await mkdtemp(join(tmpdir(), 'funnelscope-fuses-'));
    try {
      const shipped = join(folder, 'funnelscope');
      await copyFile(program, shipped);
      await flipFuses(shipped, { version: FuseVersion.V1, [FuseV1Options.EnableNodeCliInspectArguments]: false });
      const wire = (await getCurrentFuseWire(shipped)) as unknown as Record<number, number>;
      expect(String.fromCharCode(wire[FuseV1Options.EnableNodeCliInspectArguments]!)).toBe('0');
      // As Node it would print this and end; as the program it cannot start without its resources, and prints nothing of the kind.
      const asNode = (): string => execFileSync(program, ['-e', 'console.log("ran as node")'], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', DISPLAY: '' }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 20_000 });
      let printed = '';
      try {
        printed = asNode();
      } catch (error) {
        printed = String((error as { stdout?: unknown }).stdout ?? '');
      }
      expect(printed).not.toContain('ran as node');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('has the size of Electron and its own parts, nothing by mistake', async () => {
    const files = await readdir(resources, { recursive: true, withFileTypes: true });
    let bytes = 0;
    for (const file of files) if (file.isFile()) bytes += (await stat(join(file.parentPath, file.name))).size;
    // The model 8 MB, samples 5 MB, onnxruntime 30 MB, scripts and licences 10 MB.
    expect(bytes / 2 ** 20).toBeLessThan(90);
    const top = new Set(files.filter((file) => file.parentPath === resources).map(({ name }) => name));
    expect([...top].sort()).toEqual(['LICENSE.txt', 'NOTICE.txt', 'app.asar', 'app.asar.unpacked', 'icon.png', 'models', 'samples']);
  });

  it('looks for no updates: no update channel, no publisher, no updater', () => {
    const files = listPackage(join(resources, 'app.asar'), { isPack: false });
    expect(files.filter((path) => /updater/.test(path))).toEqual([]);
  });

  it('has the workers of the engine', () => {
    const files = listPackage(join(resources, 'app.asar'), { isPack: false });
    expect(files.filter((path) => path.startsWith('/dist/electron-test/workers/'))).toEqual(['/dist/electron-test/workers/sweep-worker.cjs']);
  });

  it('carries machine code of this platform only, and no package beyond what needs it', () => {
    const files = listPackage(join(resources, 'app.asar'), { isPack: false });
    const native = files.filter((path) => /\.(node|dll|dylib|so(\.\d+)*)$/.test(path));
    expect(native.sort()).toEqual([
      '/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1',
      '/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/onnxruntime_binding.node',
      '/node_modules/usearch/prebuilds/linux-x64/usearch.node',
    ]);
    const packages = new Set(files.flatMap((path) => /^\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []));
    expect([...packages].sort()).toEqual(['bindings', 'file-uri-to-path', 'node-gyp-build', 'onnxruntime-common', 'onnxruntime-node', 'usearch']);
    expect(files.filter((path) => path.endsWith('.map') || path.endsWith('.ts') || path.startsWith('/test'))).toEqual([]);
  });

  it('brings the starter model, the samples and the licences', async () => {
    expect((await readdir(resources)).sort()).toEqual(expect.arrayContaining(['LICENSE.txt', 'NOTICE.txt', 'app.asar', 'icon.png', 'models', 'samples']));
    expect(await readdir(join(resources, 'samples', 'wordnet'))).toEqual(expect.arrayContaining(['LICENSE-WordNet.txt', 'corpus.jsonl.gz']));
    expect(await readdir(join(resources, 'models', 'starter'))).toEqual(expect.arrayContaining(['README.md', 'config.json', 'onnx', 'tokenizer.json']));
    expect(listPackage(join(resources, 'app.asar'), { isPack: false })).toContain('/dist/renderer/licences.html');
  });
});
