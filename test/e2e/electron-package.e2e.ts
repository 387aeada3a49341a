import { listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { readdir } from 'node:fs/promises';
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
