import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomNormal, seededRandom } from '../../src/base/random.ts';
import { reportSchema } from '../../src/contract/report.ts';
import { readAdapter } from '../../src/training/adapter-file.ts';
import { randomRotation } from '../../src/training/controls.ts';
import { formatNpyHeader } from '../../src/vectors/npy-header.ts';
import { cli } from './run.ts';

const D = 32;
const n = 1500;
let folder: string;
let vectors: string;

/** Vectors whose variance lies in few directions, which a random rotation hides from every prefix: what PCA or an adapter can find again. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funnelscope-train-'));
  process.env['FUNNELSCOPE_DATA'] = join(folder, 'data');
  const random = seededRandom(3);
  const rotation = randomRotation(D, 5);
  const data = new Float32Array(n * D);
  for (let row = 0; row < n; row += 1) {
    const hidden = Array.from({ length: D }, (_, i) => randomNormal(random) / (1 + i / 2));
    for (let j = 0; j < D; j += 1) for (let i = 0; i < D; i += 1) data[row * D + j]! += hidden[i]! * rotation[i * D + j]!;
  }
  vectors = join(folder, 'rotated.npy');
  await writeFile(vectors, Buffer.concat([Buffer.from(formatNpyHeader(n, D)), Buffer.from(data.buffer)]));
});

afterAll(async () => {
  delete process.env['FUNNELSCOPE_DATA'];
  await rm(folder, { recursive: true, force: true });
});

async function recallAt8(...extra: string[]): Promise<number> {
  const out = join(folder, `out${extra.length}`);
  const result = await cli('bench', '--vectors', vectors, '--queries', '60', '--dims', '8,32', '--latency-queries', '5', '--out', out, ...extra);
  expect(result.code, result.stderr).toBe(0);
  return reportSchema.parse(JSON.parse(await readFile(join(out, 'report.json'), 'utf8'))).ladder[0]!.recall.value;
}

describe('train adapter', () => {
  it('finds again what a rotation hid, and bench uses the file', async () => {
    const file = join(folder, 'adapter.fsa');
    const result = await cli('train', 'adapter', '--vectors', vectors, '--epochs', '2', '--prefixes', '8,16,32', '--out', file, '--npy', join(folder, 'map.npy'), '--onnx', join(folder, 'map.onnx'));
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toMatch(/on held-out rows, mean over the prefixes, recall@10/);
    expect((await readFile(join(folder, 'map.npy'))).length).toBeGreaterThan(4 * D * D);
    expect(await recallAt8('--adapter', file)).toBeGreaterThan((await recallAt8()) + 0.15);
  });

  it('learns from pairs with scores and weighted prefixes, and says by what it was judged', async () => {
    const scores = join(folder, 'scores.txt');
    await writeFile(scores, Array.from({ length: n }, (_, i) => `${i % 5}`).join('\n'));
    const result = await cli('train', 'adapter', '--pairs', `${vectors},${vectors}`, '--scores', scores, '--epochs', '1', '--prefixes', '8,32', '--weights', '2,0.5', '--out', join(folder, 'deep', 'scored.fsa'));
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toMatch(/Spearman correlation with the scores/);
    expect(result.stderr).toMatch(/batches · loss \d/);
    const { provenance } = await readAdapter(join(folder, 'deep', 'scored.fsa'));
    expect(provenance).toMatchObject({ prefixes: [8, 32], settings: { weights: [2, 0.5] } });
  });

  it('learns from the queries that a corpus judges', async () => {
    const out = join(folder, 'judged.fsa');
    const result = await cli('train', 'adapter', '--corpus', 'sample:wordnet-5k', '--queries', 'own', '--epochs', '1', '--prefixes', '32,256', '--out', out);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toMatch(/MRR of the right partner/);
    expect((await readAdapter(out)).provenance).toMatchObject({ model: { id: 'starter' }, corpus: { name: 'sample:wordnet-5k' } });
  });

  it.each([
    [['train', 'adapter', '--vectors', 'VECTORS', '--prefixes', '8,32', '--weights', '1'], /1 weights for 2 prefixes/],
    [['train', 'adapter', '--vectors', 'VECTORS', '--weights', '1,x'], /--weights "x": expected numbers of 0 or more/],
    [['train', 'adapter', '--vectors', 'VECTORS', '--scores', 'x'], /--scores needs --pairs/],
    [['train', 'adapter', '--pairs', 'VECTORS,VECTORS', '--scores', 'nowhere'], /nowhere: cannot be read/],
    [['train', 'adapter', '--corpus', 'sample:wordnet-5k', '--qrels', 'x'], /--qrels needs the queries that it judges/],
    [['train', 'starter'], /train "starter": expected adapter or table/],
    [['train', 'table'], /train table: give --corpus/],
    [['train', 'adapter'], /exactly one of --corpus, --vectors, --pairs/],
    [['train', 'adapter', '--vectors', 'x.npy', '--start', 'zero'], /--start "zero": expected best, pca or identity/],
    [['bench', '--vectors', 'VECTORS', '--adapter', 'nowhere.fsa'], /nowhere\.fsa: there is no such adapter file/],
  ])('refuses %j in one line', async (argv, line) => {
    const result = await cli(...argv.map((word) => (word.replaceAll('VECTORS', vectors))), ...(argv[0] === 'bench' ? ['--out', join(folder, 'none')] : []));
    expect(result.lastLine).toMatch(line);
    expect(result.code).toBe(2);
  });
});
