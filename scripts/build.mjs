// Builds what is stale: `node scripts/build.mjs [engine] [workers] [electron] [renderer] [--electron-test] [--force]` (no target: all four).
//
//   engine    the command line and the web host   → dist/cli, dist/web   ES modules for Node 20, packages left out
//   workers   every src/**/*-worker.ts            → dist/workers         the same
//   electron  main, preload, the engine's process → dist/electron        CommonJS, everything inside but native packages
//   renderer  the page (vite.config.ts)           → dist/renderer
//
// --electron-test builds dist/electron-test instead of dist/electron, for the test Electron of scripts/electron-for-tests.sh (Node 16, Chromium 108).
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const targets = ['engine', 'workers', 'electron', 'renderer'];
/** Packages with machine code of their own: never bundled, found in node_modules at run time. */
const nativePackages = ['onnxruntime-node', 'usearch'];
const always = ['scripts/build.mjs', 'package-lock.json'];

/**
 * @param {readonly string[]} wanted
 * @param {{ isElectronTest?: boolean, isForced?: boolean, log?: (line: string) => void }} options
 */
export async function build(wanted = targets, { isElectronTest = false, isForced = false, log = () => {} } = {}) {
  for (const target of wanted) {
    if (!targets.includes(target)) throw new Error(`unknown target ${JSON.stringify(target)}: expected ${targets.join(', ')}`);
    const name = target === 'electron' && isElectronTest ? 'electron-test' : target;
    const entries = target === 'workers' || target === 'electron' ? await workers() : [];
    if (!isForced && isFresh(name, entries)) continue;
    await locked(async () => {
      // Somebody else may have built it while this process waited.
      if (!isForced && isFresh(name, entries)) return;
      const startMs = performance.now();
      const { inputs, outputs } = await steps[target](isElectronTest);
      writeStamp(name, { entries, inputs, outputs });
      if (target === 'engine') pruneChunks(outputs);
      log(`built ${name} in ${Math.round(performance.now() - startMs)} ms`);
    });
  }
}

const steps = {
  engine: () =>
    bundle({
      entryPoints: { 'cli/main': 'src/cli/main.ts', 'web/main': 'src/web/main.ts', 'web/engine-process': 'src/web/engine-process.ts' },
      outdir: 'dist',
      ...forNode,
      // Chunks keep what a command does not need from being loaded.
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
    }),
  workers: async () => {
    const found = await workers();
    if (found.length === 0) return { inputs: [], outputs: [] };
    return bundle({ entryPoints: Object.fromEntries(found.map((path) => [basename(path, '.ts'), path])), outdir: 'dist/workers', ...forNode });
  },
  electron: async (isElectronTest) => {
    const outdir = isElectronTest ? 'dist/electron-test' : 'dist/electron';
    const target = isElectronTest ? 'node16.17' : 'node22';
    const shared = { format: 'cjs', platform: 'node', target, outExtension: { '.js': '.cjs' }, external: ['electron', ...nativePackages], outdir, define: { 'import.meta.url': 'undefined' }, alias: commonJsEntries(), plugins: [withoutImages] };
    const banner = isElectronTest ? { banner: { js: await polyfill() } } : {};
    const parts = [
      await bundle({ entryPoints: { main: 'electron/main/main.ts', preload: 'electron/preload/preload.ts' }, ...shared }),
      await bundle({ entryPoints: { 'engine-host': 'electron/engine-host/engine-host.ts', ...Object.fromEntries((await workers()).map((path) => [`workers/${basename(path, '.ts')}`, path])) }, ...shared, ...banner }),
    ];
    return { inputs: parts.flatMap((part) => part.inputs), outputs: parts.flatMap((part) => part.outputs) };
  },
  renderer: async () => {
    const { build: viteBuild } = await import('vite');
    const inputs = [...(await filesUnder('renderer')), ...(await filesUnder('src/contract')), ...(await filesUnder('src/base')), 'vite.config.ts'];
    await viteBuild({ root: join(root, 'renderer'), configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
    const { writeLicences } = await import('./licences.mjs');
    await writeLicences(join(root, 'dist/renderer/licences.html'));
    return { inputs: [...inputs, 'scripts/licences.mjs'], outputs: ['dist/renderer/index.html', 'dist/renderer/licences.html'] };
  },
};

const forNode = { format: 'esm', platform: 'node', target: 'node20.19', packages: 'external', outExtension: { '.js': '.mjs' } };

/** Packages whose ES module reads import.meta, which a CommonJS bundle has not: take the CommonJS one they also ship. */
function commonJsEntries() {
  return { '@xenova/transformers': join(root, 'node_modules/@xenova/transformers/dist/transformers.node.cjs') };
}

/** transformers.js asks for sharp to read images; texts need none, so the desktop program ships without it (18 MB of machine code). */
const withoutImages = {
  name: 'without-images',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^sharp$/ }, () => ({ path: 'sharp', namespace: 'without-images' }));
    onLoad({ filter: /.*/, namespace: 'without-images' }, () => ({ contents: "module.exports = () => { throw new Error('images cannot be read here'); };" }));
  },
};

async function polyfill() {
  const { build: esbuild } = await import('esbuild');
  const result = await esbuild({ absWorkingDir: root, entryPoints: ['scripts/electron-22-polyfill.mjs'], bundle: true, write: false, format: 'iife', platform: 'node', target: 'node16.17', logLevel: 'error' });
  return result.outputFiles[0].text;
}

/** Bundles, then puts each file in place by renaming: whoever reads dist meanwhile sees the old one or the new one, whole. */
async function bundle(options) {
  const { build: esbuild } = await import('esbuild');
  const result = await esbuild({ absWorkingDir: root, bundle: true, write: false, metafile: true, sourcemap: 'linked', legalComments: 'none', logLevel: 'error', keepNames: true, ...options });
  for (const file of result.outputFiles) {
    mkdirSync(dirname(file.path), { recursive: true });
    const temporary = `${file.path}.${process.pid}.tmp`;
    writeFileSync(temporary, file.contents);
    renameSync(temporary, file.path);
  }
  return {
    inputs: Object.keys(result.metafile.inputs).filter((path) => !path.includes('node_modules/') && !path.startsWith('(') && !path.startsWith('without-images:')),
    outputs: result.outputFiles.map((file) => relative(root, file.path)),
  };
}

async function workers() {
  return (await filesUnder('src')).filter((path) => path.endsWith('-worker.ts'));
}

async function filesUnder(folder) {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name))).sort();
}

const stampOf = (name) => join(root, 'dist', '.stamps', `${name}.json`);
const stateOf = (path) => {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  return found === undefined ? 'none' : `${found.mtimeMs}:${found.size}`;
};

/** A target is fresh when every file it was made of is as it was and every file it made is there. New files count once something imports them. */
function isFresh(name, entries) {
  let stamp;
  try {
    stamp = JSON.parse(readFileSync(stampOf(name), 'utf8'));
  } catch {
    return false;
  }
  if (JSON.stringify(stamp.entries) !== JSON.stringify(entries)) return false;
  return Object.entries(stamp.inputs).every(([path, state]) => stateOf(path) === state) && stamp.outputs.every((path) => existsSync(join(root, path)));
}

function writeStamp(name, { entries, inputs, outputs }) {
  mkdirSync(dirname(stampOf(name)), { recursive: true });
  const states = Object.fromEntries([...new Set([...inputs, ...always])].map((path) => [path, stateOf(path)]));
  writeFileSync(stampOf(name), JSON.stringify({ entries, inputs: states, outputs }));
}

/** Chunks of earlier builds go after a day: a program that is still running may load one of them late. */
function pruneChunks(outputs) {
  const folder = join(root, 'dist', 'chunks');
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder)) {
    const path = join(folder, file);
    if (!outputs.includes(relative(root, path)) && Date.now() - statSync(path).mtimeMs > 86_400_000) rmSync(path, { force: true });
  }
}

/** One build at a time in this checkout, also between processes. A lock whose owner is gone is taken over. */
async function locked(work) {
  const lock = join(root, 'dist', '.build-lock');
  const owner = join(lock, 'pid');
  mkdirSync(join(root, 'dist'), { recursive: true });
  const deadlineMs = Date.now() + 300_000;
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (isAbandoned(lock, owner)) rmSync(lock, { recursive: true, force: true });
      else if (Date.now() > deadlineMs) throw new Error(`another build holds ${relative(root, lock)} for five minutes`);
      else await sleep(40);
    }
  }
  writeFileSync(owner, String(process.pid));
  try {
    await work();
  } finally {
    rmSync(owner, { force: true });
    rmdirSync(lock);
  }
}

function isAbandoned(lock, owner) {
  try {
    process.kill(Number(readFileSync(owner, 'utf8')), 0);
    return false;
  } catch (error) {
    if (error.code === 'ESRCH') return true;
    // No pid yet: its owner is between two lines, unless that was long ago.
    const made = statSync(lock, { throwIfNoEntry: false });
    return error.code === 'ENOENT' && made !== undefined && Date.now() - made.mtimeMs > 5000;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const given = process.argv.slice(2);
  const names = given.filter((word) => !word.startsWith('--'));
  const unknown = given.filter((word) => word.startsWith('--') && word !== '--electron-test' && word !== '--force');
  if (unknown.length > 0) {
    console.error(`build: unknown option ${unknown.join(' ')}`);
    process.exit(2);
  }
  await build(names.length === 0 ? targets : names, { isElectronTest: given.includes('--electron-test'), isForced: given.includes('--force'), log: (line) => console.log(line) }).catch((error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}
