// WordNet's definitions embedded by all-MiniLM-L6-v2 (384 dims, not trained for prefixes), as they are and turned by an adapter that is trained
// on 20,000 of them. Made once, with the benchmarks' Python (bench/venv.sh full).
//   npx tsx bench/minilm-vectors.ts
import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleWithoutReplacement, seededRandom } from '../src/base/random.ts';
import { applyLinear } from '../src/training/linear.ts';
import { trainAdapter } from '../src/training/train-adapter.ts';
import { readNpyHeader, readNpyRows, readNpyVectors, writeNpy } from '../src/vectors/npy.ts';
import { gatherRows } from '../src/vectors/vector-set.ts';
import { benchPython } from './rival.ts';
import { areThere, dataFolder, wordnetTexts, type VectorFiles } from './wordnet-vectors.ts';

const DIMS = 384;
export const MINILM_PREFIXES = [24, 48, 96, 192, 384];
const TRAINING_ROWS = 20_000;

/** Vectors as the model gives them. */
export async function minilmVectors(folder = dataFolder): Promise<VectorFiles> {
  const files = { vectors: join(folder, 'minilm-384.npy'), queries: join(folder, 'minilm-queries-384.npy'), label: 'MiniLM × WordNet glosses' };
  if (await areThere(files.vectors, files.queries)) return files;
  await mkdir(folder, { recursive: true });
  const { documents, queries } = await wordnetTexts();
  for (const [path, texts] of [[files.vectors, documents], [files.queries, queries]] as const) {
    const input = `${path}.jsonl`;
    const halves = path.replace(/\.npy$/, '.f16.npy');
    await writeFile(input, `${texts.map((text) => JSON.stringify(text)).join('\n')}\n`);
    execFileSync(benchPython('full'), [join(import.meta.dirname, '../scripts/export-minilm.py'), 'texts', input, halves], { stdio: ['ignore', 'inherit', 'inherit'] });
    await writeNpy(path, await readNpyHeader(halves), readNpyRows(halves));
    await rm(halves);
    await rm(input);
  }
  return files;
}

/** The same turned by an adapter, which puts what matters into the first dimensions. */
export async function adaptedVectors(folder = dataFolder): Promise<VectorFiles> {
  const files = { vectors: join(folder, 'minilm-adapter-384.npy'), queries: join(folder, 'minilm-adapter-queries-384.npy'), label: 'MiniLM + adapter × WordNet glosses' };
  if (await areThere(files.vectors, files.queries)) return files;
  const plain = await minilmVectors(folder);
  const vectors = await readNpyVectors(plain.vectors);
  const rows = gatherRows(vectors, sampleWithoutReplacement(seededRandom(1), vectors.rowCount, TRAINING_ROWS));
  const { matrix } = await trainAdapter(rows, DIMS, { prefixes: MINILM_PREFIXES, threads: 2 });
  async function* turned(path: string): AsyncGenerator<Float32Array> {
    for await (const chunk of readNpyRows(path)) yield await applyLinear(chunk.slice(), DIMS, matrix, { threads: 2 });
  }
  for (const from of ['vectors', 'queries'] as const) await writeNpy(files[from], await readNpyHeader(plain[from]), turned(plain[from]));
  return files;
}

if (process.argv[1] === import.meta.filename) process.stdout.write(`${JSON.stringify(await adaptedVectors())}\n`);
