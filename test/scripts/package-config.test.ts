import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** electron-builder's own reader and schema, and its reader of YAML. */
const require = createRequire(createRequire(join(root, 'package.json')).resolve('electron-builder/package.json'));
const { validateConfiguration } = require('app-builder-lib/out/util/config/config') as { validateConfiguration(config: object, logger: object): Promise<void> };
const { load } = createRequire(require.resolve('app-builder-lib/package.json'))('js-yaml') as { load(text: string): unknown };

interface Target { readonly target: string; readonly arch?: readonly string[] }
interface Config {
  readonly publish: unknown;
  readonly files: readonly string[];
  readonly extraResources: readonly { from: string; to: string }[];
  readonly fileAssociations: readonly { ext: string | readonly string[]; mimeType?: string; rank?: string }[];
  readonly linux: { target: readonly (string | Target)[]; icon: string };
  readonly mac: { target: readonly Target[]; icon: string; hardenedRuntime: boolean; notarize: boolean; entitlements: string };
  readonly win: { target: readonly Target[]; icon: string };
}
const config = load(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as Config;

describe('electron-builder.yml', () => {
  it('is a configuration by electron-builder’s own schema', async () => {
    await validateConfiguration(structuredClone(config), { add: () => undefined, isEnabled: false, data: new Map() });
  });

  it('makes AppImage and deb, dmg and zip with a hardened runtime and notarisation, nsis; and looks for no updates', () => {
    const names = (targets: readonly (string | Target)[]): string[] => targets.map((one) => (typeof one === 'string' ? one : one.target));
    expect({ linux: names(config.linux.target), mac: names(config.mac.target), win: names(config.win.target) }).toEqual({ linux: ['AppImage', 'deb'], mac: ['dmg', 'zip'], win: ['nsis'] });
    expect(config.mac).toMatchObject({ hardenedRuntime: true, notarize: true });
    expect(config.publish).toBeNull();
  });

  it('names icons, entitlements and resources that are there', () => {
    for (const path of [config.linux.icon, config.mac.icon, config.win.icon, config.mac.entitlements, ...config.extraResources.map(({ from }) => from)]) expect(existsSync(join(root, path)), path).toBe(true);
  });

  it('has machine code of onnxruntime for every platform and processor it is made for', () => {
    const archsOf = (targets: readonly (string | Target)[]): string[] => [...new Set(targets.flatMap((one) => (typeof one === 'string' ? [process.arch] : [...(one.arch ?? [])])))];
    const made = [...archsOf(config.linux.target).map((arch) => `linux/${arch}`), ...archsOf(config.mac.target).map((arch) => `darwin/${arch}`), ...archsOf(config.win.target).map((arch) => `win32/${arch}`)];
    for (const platform of made) expect(existsSync(join(root, 'node_modules/onnxruntime-node/bin/napi-v6', platform, 'onnxruntime_binding.node')), platform).toBe(true);
  });

  it('associates only files that the program opens, and takes none over', () => {
    for (const { rank } of config.fileAssociations) expect(rank).toBe('Alternate');
    expect(config.fileAssociations.flatMap(({ ext }) => ext).sort()).toEqual(['jsonl', 'ndjson', 'parquet']);
  });
});
