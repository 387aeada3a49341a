// Embedding with MiniLM, here against sentence-transformers and onnxruntime in Python: same texts, two threads each, interleaved; and whether
// the vectors are the same. Then the cache: how fast a second run of the same corpus is.
//   npx tsx bench/embedding.ts [--texts 512] [--repeats 5] [--json FILE]
// The first run exports the model folder to .venv/minilm.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readCorpus } from '../src/corpus/read-corpus.ts';
import { embedCached } from '../src/embedding/cache.ts';
import { findInCatalogue } from '../src/embedding/catalogue.ts';
import type { Embedder } from '../src/embedding/embedder.ts';
import { selfTest } from '../src/embedding/lint.ts';
import { openLocalEmbedder } from '../src/embedding/local-embedder.ts';
import { openEmbedder } from '../src/embedding/open-embedder.ts';
import { percentile } from '../src/math/statistics.ts';
import { benchPython, openRival } from './rival.ts';
import { interleaved, machineLine, pairedRatio, report, type Claim } from './section.ts';

const { values: options } = parseArgs({ options: { texts: { type: 'string', default: '512' }, repeats: { type: 'string', default: '5' }, json: { type: 'string' } } });
const root = join(import.meta.dirname, '..');
const python = benchPython('full');
const folder = join(root, '.venv/minilm');
if (!existsSync(join(folder, 'onnx/model.onnx'))) execFileSync(python, [join(root, 'scripts/export-minilm.py'), 'folder', folder], { stdio: 'ignore' });

// One to four glosses a text: about 32 tokens on average, some of 8 and some of 100.
const corpus = await readCorpus('sample:wordnet');
const count = Number(options.texts);
const texts = Array.from({ length: count }, (_, row) => corpus.texts.slice(row * 4, row * 4 + 1 + (row % 4)).join('; '));

const rival = openRival('embedding_python.py', [folder], python);
const fp32 = await openRivalReady(() => openLocalEmbedder(folder, { dtype: 'fp32' }));
const int8 = await openLocalEmbedder(folder, { dtype: 'int8' });
console.log(machineLine());

const reference = (await rival.ask<{ vectors: number[] }>({ side: 'sentence-transformers', texts, vectors: true })).vectors;
const ours = await fp32.embed(texts, 'document');
const gap = largestGap(ours, reference);
const quantised = (await rival.ask<{ vectors: number[] }>({ side: 'onnxruntime int8', texts, vectors: true })).vectors;
const agreement = [meanCosine(await int8.embed(texts, 'document'), ours, fp32.card.dims), meanCosine(Float32Array.from(quantised), ours, fp32.card.dims)].map((cosine) => cosine.toFixed(4));
const findings = await selfTest(fp32, findInCatalogue('all-MiniLM-L6-v2')!.example!);

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
const rows: string[][] = [];
const claims: Claim[] = [
  { claim: 'embedding: the same vectors as sentence-transformers, to 1e-5', found: `largest difference ${gap.toExponential(1)}`, met: gap < 1e-5 },
  { claim: "embedding: the catalogue's example is embedded as the catalogue says", found: findings[0]?.message ?? 'passed', met: findings.length === 0 },
];
for (const [dtype, sides] of Object.entries(groups)) {
  for (const measure of Object.values(sides)) await measure();
  const times = await interleaved(sides, Number(options.repeats));
  const perSecond = (ms: number): string => (count / (ms / 1000)).toFixed(0);
  for (const [name, list] of times) {
    const ratio = pairedRatio(list, times.get('here')!);
    rows.push([`${dtype}, ${name}`, perSecond(Math.min(...list)), perSecond(percentile(list, 50)), name === 'here' ? '' : ratio.median.toFixed(2)]);
    // By the same library underneath: as fast is what can be asked for.
    if (name !== 'here') claims.push({ claim: `embedding, ${dtype}: at least 0.9× as fast as ${name} in Python`, found: ratio.text, met: ratio.median >= 0.9 });
  }
}
rival.close();

let cacheRemark = '';
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
  rows.push(['starter, here', ((corpus.texts.length / firstMs) * 1000).toFixed(0), '', '']);
  cacheRemark = `The starter's ${corpus.texts.length.toLocaleString('en')} vectors are read again from the cache, checked, at ${(megabytes / (secondMs / 1000)).toFixed(0)} MB/s.`;
} finally {
  await rm(cacheDir, { recursive: true, force: true });
}
await report(
  [
    {
      title: 'Embedding: MiniLM-L6',
      about: `${count} texts of about 32 tokens, two threads each side, interleaved, ${options.repeats} repeats. "here" is the engine's own embedder; sentence-transformers runs PyTorch.`,
      columns: ['', 'texts a second, best', 'median', 'ours ÷ theirs'],
      rows,
      claims,
      remarks: [`Mean cosine of int8 to fp32: ${agreement[0]} here, ${agreement[1]} by onnxruntime in Python.`, cacheRemark],
    },
  ],
  options.json,
);

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
