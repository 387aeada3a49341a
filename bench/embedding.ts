// Embedding with MiniLM, here against sentence-transformers and onnxruntime in Python: same texts, two threads each, interleaved; and whether
// the vectors are the same. Then the cache: how fast a second run of the same corpus is.
//   npx tsx bench/embedding.ts [--texts 512] [--repeats 5]
// The first run needs the teacher's venv (scripts/export-minilm.py says how to make it); the model folder is exported to .venv/minilm.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readCorpus } from '../src/corpus/read-corpus.ts';
import { embedCached } from '../src/embedding/cache.ts';
import { findInCatalogue } from '../src/embedding/catalogue.ts';
import type { Embedder } from '../src/embedding/embedder.ts';
import { selfTest } from '../src/embedding/lint.ts';
import { openLocalEmbedder } from '../src/embedding/local-embedder.ts';
import { openEmbedder } from '../src/embedding/open-embedder.ts';
import { machineOf } from '../src/engine/machine.ts';
import { percentile } from '../src/math/statistics.ts';
import { openRival } from './rival.ts';

const { values: options } = parseArgs({ options: { texts: { type: 'string', default: '512' }, repeats: { type: 'string', default: '5' } } });
const root = join(import.meta.dirname, '..');
const python = join(root, '.venv/teacher/bin/python');
const folder = join(root, '.venv/minilm');
if (!existsSync(python)) throw new Error('no .venv/teacher: make it as scripts/export-minilm.py says');
if (!existsSync(join(folder, 'onnx/model.onnx'))) execFileSync(python, [join(root, 'scripts/export-minilm.py'), 'folder', folder], { stdio: 'ignore' });

// One to four glosses a text: about 32 tokens on average, some of 8 and some of 100.
const corpus = await readCorpus('sample:wordnet');
const count = Number(options.texts);
const texts = Array.from({ length: count }, (_, row) => corpus.texts.slice(row * 4, row * 4 + 1 + (row % 4)).join('; '));

const rival = openRival('embedding_python.py', [folder], python);
const fp32 = await openRivalReady(() => openLocalEmbedder(folder, { dtype: 'fp32' }));
const int8 = await openLocalEmbedder(folder, { dtype: 'int8' });
const { cpu, cores, node } = machineOf();
console.log(`${cpu}, ${cores} cores, Node ${node}, load ${loadavg()[0]!.toFixed(1)}; ${count} texts, MiniLM-L6`);

const reference = (await rival.ask<{ vectors: number[] }>({ side: 'sentence-transformers', texts, vectors: true })).vectors;
const ours = await fp32.embed(texts, 'document');
console.log(`fp32: largest difference from sentence-transformers ${largestGap(ours, reference).toExponential(1)} (must be below 1e-5)`);
const quantised = (await rival.ask<{ vectors: number[] }>({ side: 'onnxruntime int8', texts, vectors: true })).vectors;
console.log(`int8: mean cosine to fp32 ${meanCosine(await int8.embed(texts, 'document'), ours, fp32.card.dims).toFixed(4)}; onnxruntime in Python ${meanCosine(Float32Array.from(quantised), ours, fp32.card.dims).toFixed(4)}`);
const findings = await selfTest(fp32, findInCatalogue('all-MiniLM-L6-v2')!.example!);
console.log(`self-test of the catalogue's example: ${findings.length === 0 ? 'passed' : findings[0]!.message}`);

const here = (embedder: Embedder) => async (): Promise<number> => {
  const start = performance.now();
  await embedder.embed(texts, 'document');
  return performance.now() - start;
};
const there = (side: string) => async (): Promise<number> => (await rival.ask<{ ms: number }>({ side, texts })).ms;
const groups: Readonly<Record<string, Readonly<Record<string, () => Promise<number>>>>> = {
  fp32: { here: here(fp32), 'sentence-transformers': there('sentence-transformers'), onnxruntime: there('onnxruntime fp32') },
  int8: { here: here(int8), onnxruntime: there('onnxruntime int8') },
};
for (const [dtype, sides] of Object.entries(groups)) {
  const times = new Map(Object.keys(sides).map((name) => [name, [] as number[]]));
  for (const measure of Object.values(sides)) await measure();
  for (let repeat = 0; repeat < Number(options.repeats); repeat += 1) for (const [name, measure] of Object.entries(sides)) times.get(name)!.push(await measure());
  console.log(`\n${dtype}, texts a second: best (median); ours ÷ theirs, best by best`);
  const best = (name: string): number => count / (Math.min(...times.get(name)!) / 1000);
  for (const [name, list] of times) console.log(`  ${name.padEnd(22)} ${best(name).toFixed(0).padStart(5)} (${(count / (percentile(list, 50) / 1000)).toFixed(0)})  ${(best('here') / best(name)).toFixed(2)}×`);
}
rival.close();

const cacheDir = await mkdtemp(join(tmpdir(), 'funnelscope-bench-'));
try {
  const starter = await openEmbedder('starter');
  let start = performance.now();
  await embedCached(starter, corpus.texts, 'document', cacheDir);
  const firstMs = performance.now() - start;
  start = performance.now();
  const again = await embedCached(starter, corpus.texts, 'document', cacheDir);
  for await (const chunk of again.chunks()) if (chunk.rows.length === 0) throw new Error('an empty chunk');
  const secondMs = performance.now() - start;
  const megabytes = (corpus.texts.length * starter.card.dims * 4) / 1e6;
  console.log(`\nstarter: ${corpus.texts.length} texts at ${((corpus.texts.length / firstMs) * 1000).toFixed(0)} a second; again from the cache, checked: ${(megabytes / (secondMs / 1000)).toFixed(0)} MB/s`);
} finally {
  await rm(cacheDir, { recursive: true, force: true });
}
console.log(`load at the end ${loadavg()[0]!.toFixed(1)}`);

/** The int8 weights are made by the rival's first steps: wait until it answers. */
async function openRivalReady<T>(open: () => Promise<T>): Promise<T> {
  await rival.ask({ side: 'onnxruntime int8', texts: ['ready'] });
  return open();
}

function largestGap(a: Float32Array, b: readonly number[]): number {
  return b.reduce((most, value, at) => Math.max(most, Math.abs(value - a[at]!)), 0);
}

function meanCosine(a: Float32Array, b: Float32Array, dims: number): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += a[at]! * b[at]!;
  return sum / (a.length / dims);
}
