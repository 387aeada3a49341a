// `npm start`: builds what is stale and opens Funnelscope in Electron, or, where that cannot be, says why and serves the same program to the browser
// on 127.0.0.1.   --web  always the browser   --port N  on this port   FILE…  opened in Electron
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, root } from './build.mjs';

/** @returns {{ isWeb: boolean, port: string | undefined, files: string[] }} */
export function parseStart(words) {
  const found = { isWeb: false, port: undefined, files: [] };
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i];
    if (word === '--web') found.isWeb = true;
    else if (word === '--port') {
      found.port = words[(i += 1)];
      if (!/^\d{1,5}$/.test(found.port ?? '') || Number(found.port) > 65_535) throw new Error(`--port: expected a number from 0 to 65535, not ${found.port ?? 'nothing'}`);
      found.isWeb = true;
    } else if (word.startsWith('-')) throw new Error(`unknown option ${word}: expected --web, --port N or files to open`);
    else found.files.push(word);
  }
  return found;
}

/**
 * The Electron program, or why it cannot be opened here. Only looks: `require('electron')` would start a download when the program is missing.
 * @returns {{ program: string } | { reason: string }}
 */
export function findElectron({ environment = process.env, platform = process.platform, uid = process.getuid?.(), nodeVersion = process.versions.node, packageDir = join(root, 'node_modules', 'electron') } = {}) {
  const named = environment['ELECTRON_OVERRIDE_DIST_PATH'];
  const program = named ? join(named, platformProgram(platform)) : installedProgram(packageDir);
  if (program === undefined || !existsSync(program)) {
    if (named) return { reason: `ELECTRON_OVERRIDE_DIST_PATH names ${named}, which has no Electron` };
    const hint = Number(nodeVersion.split('.')[0]) >= 22 ? 'fetch it with: npx install-electron' : `fetch it with: npx install-electron (which needs Node 22 or later; this is ${nodeVersion})`;
    return { reason: `Electron's program is not installed; ${hint}` };
  }
  if (platform === 'linux' && !environment['DISPLAY'] && !environment['WAYLAND_DISPLAY']) return { reason: 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)' };
  if (platform === 'linux' && uid === 0) return { reason: "this is root, whom Chromium's sandbox refuses" };
  return { program };
}

function installedProgram(packageDir) {
  try {
    return join(packageDir, 'dist', readFileSync(join(packageDir, 'path.txt'), 'utf8').trim());
  } catch {
    return undefined;
  }
}

function platformProgram(platform) {
  if (platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return platform === 'win32' ? 'electron.exe' : 'electron';
}

/** An Electron that ends at once with an error could not start at all (no sandbox, missing libraries): serve the browser then. */
const startedAfterMs = 4000;

async function openElectron(program, files) {
  await build(['electron', 'renderer'], { log: note });
  const startMs = performance.now();
  const child = spawn(program, [root, ...files], { stdio: 'inherit' });
  const end = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(code === 0 ? undefined : `it ended with ${signal ?? `exit code ${code}`}`));
  });
  if (end === undefined) return undefined;
  if (performance.now() - startMs < startedAfterMs) return `Electron could not start: ${end}`;
  note(`Funnelscope: ${end}`);
  process.exit(1);
}

async function serveWeb(reason, port) {
  if (reason !== undefined) note(`Not in a window of its own: ${reason}.`);
  await build(['engine', 'workers', 'renderer'], { log: note });
  const entry = join(root, 'dist', 'web', 'main.mjs');
  process.argv = [process.argv[0], entry, ...(port === undefined ? [] : ['--port', port])];
  note('Funnelscope runs in the browser. Open this link (it holds the key; Ctrl+C ends it):');
  await import(pathToFileURL(entry).href);
}

function note(line) {
  process.stderr.write(`${line}\n`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const { isWeb, port, files } = parseStart(process.argv.slice(2));
    const electron = isWeb ? undefined : findElectron();
    const reason = electron === undefined ? undefined : 'program' in electron ? await openElectron(electron.program, files) : electron.reason;
    if (electron === undefined || reason !== undefined) await serveWeb(reason, port);
  } catch (error) {
    note(`start: ${error instanceof Error ? error.message : error}`);
    process.exit(2);
  }
}
