// `npm run package:dir [-- --electron-test]`: builds, then packages the unpacked program of this machine under release/ (no installer, no download).
// With --electron-test: on the test Electron of electron-for-tests.sh, under release/test, with the one fuse left on that a test driver needs.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build as packageApp, Platform } from 'electron-builder';
import { build, root } from './build.mjs';

const isElectronTest = process.argv.includes('--electron-test');
if (!isElectronTest && !existsSync(join(root, 'node_modules/electron/dist/version')) && !process.env['ELECTRON_OVERRIDE_DIST_PATH']) {
  console.error("package:dir: Electron's program is not installed: npx install-electron (needs Node 22 or later), or package with the test Electron: npm run package:dir -- --electron-test");
  process.exit(1);
}
await build(['electron', 'renderer'], { isElectronTest, log: (line) => console.log(line) });

function forTests() {
  // This Electron is older than one of the fuses: a wire without it cannot be set, not even to what it is.
  const config = readFileSync(join(root, 'electron-builder.yml'), 'utf8').replace(/^ *grantFileProtocolExtraPrivileges:.*\n/m, '');
  const file = join(root, 'release/test/electron-builder.yml');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, config);
  return {
    extends: file,
    directories: { output: 'release/test' },
    electronVersion: '22.3.25',
    electronDist: execFileSync(join(root, 'scripts/electron-for-tests.sh'), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim(),
    extraMetadata: { main: 'dist/electron-test/main.cjs' },
    files: ['dist/electron-test/**/*.cjs', '!dist/electron/**'],
    // A test driver attaches through --inspect.
    electronFuses: { enableNodeCliInspectArguments: true },
  };
}

/** What the package is made of, as far as this checkout decides it. */
function sourceKey() {
  const files = ['dist/.stamps/electron-test.json', 'dist/.stamps/renderer.json', 'electron-builder.yml', 'scripts/package-dir.mjs', 'package.json'];
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

const keyFile = join(root, 'release/test/.made-of');
if (isElectronTest && existsSync(keyFile) && readFileSync(keyFile, 'utf8') === sourceKey()) {
  console.log('release/test is up to date');
  process.exit(0);
}

const installed = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(root, 'node_modules/electron/dist');
const config = isElectronTest ? forTests() : { extends: join(root, 'electron-builder.yml'), electronDist: installed };
const made = await packageApp({
  projectDir: root,
  targets: Platform.current().createTarget('dir'),
  publish: 'never',
  config,
});
console.log(made.join('\n') || `packaged under ${isElectronTest ? 'release/test' : 'release'}`);
if (isElectronTest) writeFileSync(keyFile, sourceKey());
