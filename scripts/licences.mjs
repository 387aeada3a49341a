// `node scripts/licences.mjs [FILE]`: one HTML page with the licence of every package that ships, and of the bundled model and samples.
// Made at every build of the page; both hosts show it (About, Licences). It holds no script.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Packages that only build-time lists name, but whose code is in the page. */
const bundledIntoPage = ['react', 'react-dom', 'recharts', 'react-aria-components'];

/** Every package that ships, by name and version: what package.json's dependencies and the page need, followed through the lock file. */
export function shippedPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const found = new Map();
  const follow = (name, from) => {
    const path = resolveInLock(packages, name, from);
    if (path === undefined || found.has(path)) return;
    const folder = join(root, path);
    // Optional packages of other platforms are in the lock file but not here.
    if (!existsSync(join(folder, 'package.json'))) return;
    const told = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    found.set(path, { name: told.name ?? name, version: told.version ?? '', licence: licenceName(told), text: licenceText(folder), repository: repositoryOf(told) });
    const entry = packages[path];
    const peers = Object.keys(entry.peerDependencies ?? {}).filter((peer) => entry.peerDependenciesMeta?.[peer]?.optional !== true);
    for (const next of [...Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }), ...peers]) follow(next, path);
  };
  for (const name of [...Object.keys(dependencies), ...bundledIntoPage]) follow(name, '');
  const unique = new Map([...found.values()].map((one) => [`${one.name}@${one.version}`, one]));
  return [...unique.values()].filter(({ name }) => name !== 'empty-npm-package' && !name.startsWith('@types/')).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function resolveInLock(packages, name, from) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (folder === '') return undefined;
  }
}

function licenceName(told) {
  if (typeof told.license === 'string') return told.license;
  return told.license?.type ?? told.licenses?.map(({ type }) => type).join(' or ') ?? 'see its text';
}

function licenceText(folder) {
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|notice|copying|thirdpartynotices)/i.test(name) && !/\.(js|ts|json)$/.test(name));
  return files.map((name) => readFileSync(join(folder, name), 'utf8').trim()).join('\n\n');
}

function repositoryOf(told) {
  const url = typeof told.repository === 'string' ? told.repository : told.repository?.url;
  return url?.replace(/^git\+/, '').replace(/\.git$/, '') ?? '';
}

/** Notices of what is no package: the program itself, the model, the samples. */
function ownNotices() {
  const notices = [];
  const add = (title, path) => {
    if (existsSync(join(root, path))) notices.push({ title, text: readFileSync(join(root, path), 'utf8').trim() });
  };
  add('Funnelscope: licence', 'LICENSE');
  add('Funnelscope: notice', 'NOTICE');
  for (const room of ['models', 'samples']) {
    for (const folder of readdirSync(join(root, room), { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
      for (const file of readdirSync(join(root, room, folder.name)).filter((name) => /^(licen[cs]e|notice|readme)/i.test(name))) add(`${room}/${folder.name}: ${file}`, join(room, folder.name, file));
    }
  }
  return notices;
}

const escape = (text) => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]);

export function licencesPage() {
  const part = (title, text) => `<details><summary>${escape(title)}</summary><pre>${escape(text)}</pre></details>`;
  const packages = shippedPackages();
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Licences</title>
<style>
:root { color-scheme: light dark; font: 13px/1.5 system-ui, sans-serif; }
body { max-width: 76ch; margin: 24px auto; padding: 0 24px; }
summary { cursor: pointer; padding: 4px 0; }
pre { white-space: pre-wrap; font: 12px/1.45 ui-monospace, monospace; border-left: 2px solid; padding-left: 12px; }
</style>
<h1>Licences</h1>
<p>Funnelscope stands on the work of others. Electron, Chromium and Node bring their own notices with the program (LICENSES.chromium.html).</p>
<h2>Funnelscope, its model and its samples</h2>
${ownNotices().map(({ title, text }) => part(title, text)).join('\n')}
<h2>Packages (${packages.length})</h2>
${packages.map(({ name, version, licence, text, repository }) => part(`${name} ${version} — ${licence}`, text === '' ? `${licence}\n${repository}` : text)).join('\n')}
</html>
`;
}

export async function writeLicences(file) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, licencesPage());
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await writeLicences(process.argv[2] ?? join(root, 'dist/renderer/licences.html'));
