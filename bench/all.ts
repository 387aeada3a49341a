// Everything side by side in one run, and docs/performance.md from it:
//   npm run bench:all [-- --only kernel,ladder,funnel,tuner,scale,cancel,embedding,milvus,start] [--quick] [--no-write]
// Installs the rivals into .venv/bench (faiss-cpu, usearch, hnswlib, numpy; sentence-transformers and pymilvus with `full`). Wants an idle machine and about twenty minutes;
// the first run also makes the vectors and the rivals' graphs. `--quick` repeats less: to see that it runs.
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machineOf } from '../src/engine/machine.ts';
import { benchPython } from './rival.ts';
import { machineLine, markdownOf, type Section } from './section.ts';
import { dataFolder } from './wordnet-vectors.ts';

const { values: options } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean', default: false }, 'no-write': { type: 'boolean', default: false } } });

interface Part {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly quick: readonly string[];
}

const PARTS: readonly Part[] = [
  { name: 'kernel', script: 'kernel.ts', args: ['--repeats', '41'], quick: ['--repeats', '3', '--rows', '20000'] },
  { name: 'ladder', script: 'ladder.ts', args: ['--repeats', '7'], quick: ['--repeats', '1', '--pairs', '3', '--data', 'starter'] },
  { name: 'funnel', script: 'funnel.ts', args: ['--repeats', '3'], quick: ['--repeats', '1', '--count', '50', '--data', 'starter'] },
  { name: 'tuner', script: 'tuner.ts', args: ['--repeats', '5'], quick: ['--repeats', '1', '--sample', '20'] },
  { name: 'scale', script: 'scale.ts', args: [], quick: ['--sizes', '10000,30000,100000', '--queries', '50'] },
  { name: 'cancel', script: 'cancel.ts', args: [], quick: ['--times', '2'] },
  { name: 'embedding', script: 'embedding.ts', args: ['--repeats', '5'], quick: ['--repeats', '1', '--texts', '64'] },
  { name: 'milvus', script: 'milvus-tutorial.ts', args: ['--repeats', '3'], quick: ['--repeats', '1', '--rows', '3000', '--queries', '10'] },
  { name: 'start', script: 'cold-start.ts', args: ['--repeats', '5'], quick: ['--repeats', '1'] },
];

const wanted = options.only?.split(',') ?? PARTS.map(({ name }) => name);
const versions = versionsOf(benchPython('full'));
console.log(machineLine());
console.log(`rivals: ${versions}`);
const results = join(dataFolder, 'results');
await mkdir(results, { recursive: true });
const failed: string[] = [];
for (const part of PARTS.filter(({ name }) => wanted.includes(name))) {
  const path = join(results, options.quick ? `${part.name}.quick.json` : `${part.name}.json`);
  await rm(path, { force: true });
  const began = performance.now();
  const script = [join(import.meta.dirname, part.script), '--json', path, ...(options.quick ? part.quick : part.args)];
  // The app's window needs a display.
  const [command, args] = part.name === 'start' && process.env['DISPLAY'] === undefined ? ['xvfb-run', ['-a', process.execPath, ...process.execArgv, ...script]] : [process.execPath, [...process.execArgv, ...script]];
  if (spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0) failed.push(part.name);
  console.log(`[${part.name}: ${((performance.now() - began) / 1000).toFixed(0)} s]`);
}
const sections = (await Promise.all(PARTS.filter(({ name }) => !options.quick || wanted.includes(name)).map((part) => sectionsOf(part)))).flat();
const claims = sections.flatMap((section) => section.claims);
console.log(`\n${claims.filter(({ met }) => met).length} of ${claims.length} claims met`);
for (const { claim, found, met } of claims) console.log(`  ${met ? 'yes' : 'NO '} ${claim}: ${found}`);
if (failed.length > 0) console.log(`did not finish: ${failed.join(', ')}`);
if (!options['no-write'] && !options.quick && failed.length === 0) await writeFile(join(import.meta.dirname, '../docs/performance.md'), documentOf());
process.exitCode = failed.length > 0 ? 1 : 0;

/** What a part found last: with `--only` the other parts' results are those of their own last run. */
async function sectionsOf(part: Part): Promise<Section[]> {
  const path = join(results, options.quick ? `${part.name}.quick.json` : `${part.name}.json`);
  return readFile(path, 'utf8').then((text) => JSON.parse(text) as Section[], () => []);
}

function versionsOf(python: string): string {
  const names = ['faiss-cpu', 'usearch', 'hnswlib', 'numpy', 'sentence-transformers', 'pymilvus'];
  const code = `from importlib.metadata import version\nprint(', '.join(f'{n} {version(n)}' for n in ${JSON.stringify(names)}))`;
  return spawnSync(python, ['-c', code], { encoding: 'utf8' }).stdout.trim();
}

function documentOf(): string {
  const { cpu, cores, memoryBytes, node } = machineOf();
  return [
    '# Performance',
    '',
    `Written by \`npm run bench:all\` on ${new Date().toISOString().slice(0, 10)}. Do not edit. Machine: ${cpu}, ${cores} cores, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB, Node ${node}. Rivals: ${versions}.`,
    '',
    'Ratios travel to other machines, times do not. All sides run on the same data, threads and k, in turn; where recall matters each side is set to the least effort that reaches it.',
    'Each section is one run with all its sides in turn; sections may come from different runs of the same machine (`--only`).',
    'How near the limits are is said section by section; how to read the limits is in [decision 0023](decisions/0023-product-codes.md).',
    '',
    '| to show | found | |',
    '| --- | --- | --- |',
    ...claims.map(({ claim, found, met }) => `| ${claim} | ${found} | ${met ? 'yes' : '**no**'} |`),
    '',
    ...sections.map(markdownOf),
  ].join('\n');
}
