// `node scripts/run.mjs cli …`: builds the engine if it is stale, then runs the command line in this process.
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { build, root } from './build.mjs';

const entries = { cli: 'dist/cli/main.mjs' };
const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !Object.hasOwn(entries, name)) {
  console.error(`run: expected one of ${Object.keys(entries).join(', ')}, not ${name ?? 'nothing'}`);
  process.exit(2);
}
await build(['engine', 'workers']);
const entry = join(root, entries[name]);
process.argv = [process.argv[0], entry, ...rest];
await import(pathToFileURL(entry).href);
