/**
 * What an adapter gives a model that was never trained for prefixes: all-MiniLM-L6-v2 on WordNet's definitions.
 *
 *   npx tsx bench/adapter.ts [--vectors X.npy] [--count 117791] [--dims 16,32,64,128,256,384] [--seed 1]
 *
 * By default the vectors are those that scripts/train-starter.ts had MiniLM make (in .venv/teacher); any .npy will do. Training, searched
 * rows and queries share no row.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { matryoshkaExperiment } from '../src/experiments/matryoshka.ts';
import { readNpyHeader, readNpyRows } from '../src/vectors/npy.ts';
import { readVectorSet } from '../src/vectors/vector-set.ts';

const HOME = fileURLToPath(new URL('../.venv/teacher/', import.meta.url));
const { values } = parseArgs({
  options: { vectors: { type: 'string' }, count: { type: 'string', default: '117791' }, dims: { type: 'string', default: '16,32,64,128,256,384' }, seed: { type: 'string', default: '1' }, threads: { type: 'string', default: '2' } },
});
const path = values.vectors ?? join(HOME, readdirSync(HOME).find((name) => /^texts-[0-9a-f]+\.npy$/.test(name))!);
const header = await readNpyHeader(path);
const count = Math.min(Number(values.count), header.rowCount);
const vectors = await readVectorSet(readNpyRows(path, { first: 0, end: count }), { rowCount: count, dims: header.dims });
const dims = values.dims.split(',').map(Number);

const beganMs = performance.now();
const result = await matryoshkaExperiment(vectors, undefined, { k: 10, seed: Number(values.seed), dims, threads: Number(values.threads), adapter: { prefixes: dims } });
console.log(`${result.counts.trained} rows trained, ${result.counts.searched} searched, ${result.counts.queries} ${result.counts.queriesAre} as queries, ${((performance.now() - beganMs) / 1000).toFixed(0)} s`);
console.log(['recall@10', ...result.dims].join('\t'));
for (const { variant, recall } of result.ladders) console.log([variant.padEnd(9), ...recall.map(({ value }) => value.toFixed(3))].join('\t'));
const show = ({ value, low, high }: { value: number; low: number; high: number }): string => `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
console.log(`adapter − raw: ${result.gains.overRaw.map(show).join('  ')}`);
console.log(`adapter − PCA: ${result.gains.overPca.map(show).join('  ')}`);
for (const sentence of result.verdict.sentences) console.log(sentence);
