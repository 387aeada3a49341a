import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../../src/base/errors.ts';
import { randomNormal, seededRandom } from '../../src/base/random.ts';
import { floatTensor, openOnnxSession } from '../../src/math/onnx-runtime.ts';
import { checkAdapterFits, exportAdapterNpy, exportAdapterOnnx, readAdapter, writeAdapter, type Adapter } from '../../src/training/adapter-file.ts';
import { applyAdapter } from '../../src/training/apply-adapter.ts';
import { trainAdapter, type AdapterSettings } from '../../src/training/train-adapter.ts';
import { trainPairAdapter } from '../../src/training/train-pair-adapter.ts';
import { readNpyHeader, readNpyRows } from '../../src/vectors/npy.ts';

const DIMS = 24;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funnelscope-adapter-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Unit rows whose first `strong` directions, hidden behind a fixed mixing, carry most of the length: clusters, so that neighbours mean something. */
function clusteredRows(count: number, seed: number, mixing = mixingMatrix(11)): Float32Array {
  const random = seededRandom(seed);
  const centres = Float64Array.from({ length: 60 * DIMS }, (_, at) => randomNormal(seededRandom(500 + at)) / (1 + (at % DIMS) / 3));
  const rows = new Float32Array(count * DIMS);
  const hidden = new Float64Array(DIMS);
  for (let row = 0; row < count; row += 1) {
    const centre = Math.floor(random() * 60);
    for (let j = 0; j < DIMS; j += 1) hidden[j] = centres[centre * DIMS + j]! + (0.4 * randomNormal(random)) / (1 + j / 3);
    let square = 0;
    for (let j = 0; j < DIMS; j += 1) {
      let sum = 0;
      for (let k = 0; k < DIMS; k += 1) sum += hidden[k]! * mixing[k * DIMS + j]!;
      rows[row * DIMS + j] = sum;
      square += sum * sum;
    }
    for (let j = 0; j < DIMS; j += 1) rows[row * DIMS + j]! /= Math.sqrt(square);
  }
  return rows;
}

function mixingMatrix(seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: DIMS * DIMS }, () => randomNormal(random));
}

const SETTINGS: AdapterSettings = { prefixes: [24, 12, 6, 3], epochs: 4, batchSize: 128, near: 3, seed: 5, learningRate: 3e-3, patience: 10 };
const rows = clusteredRows(1500, 1);

describe('training an adapter from the vectors alone', () => {
  it('finds more of the held-out neighbours at short prefixes than the vectors as they are, and no fewer than PCA', async () => {
    const untouched = rows.slice();
    const { validation, epochs } = await trainAdapter(rows, DIMS, SETTINGS);
    expect(rows).toEqual(untouched);
    expect(validation.result).toBeGreaterThan(validation.identity + 0.05);
    expect(validation.result).toBeGreaterThanOrEqual(Math.max(validation.identity, validation.pca));
    expect(epochs.length).toBe(4);
    expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss);
  });

  it('gives the same matrix for the same seed and another for another', async () => {
    const short = { ...SETTINGS, epochs: 1, start: 'identity' } as const;
    const [a, b, c] = [await trainAdapter(rows, DIMS, short), await trainAdapter(rows, DIMS, short), await trainAdapter(rows, DIMS, { ...short, seed: 6 })];
    expect(a.matrix).toEqual(b.matrix);
    expect(a.matrix).not.toEqual(c.matrix);
    expect(a.start).toBe('identity');
  });

  it('goes on after a cancellation where it stopped, to the same result, and removes its checkpoint', async () => {
    const checkpointPath = join(folder, 'run.checkpoint');
    const whole = await trainAdapter(rows, DIMS, SETTINGS);
    const controller = new AbortController();
    let steps = 0;
    const cancelled = trainAdapter(rows, DIMS, SETTINGS, {
      checkpointPath,
      signal: controller.signal,
      onTraining: ({ step }) => {
        steps = step;
        if (step === 75) controller.abort();
      },
    });
    await expect(cancelled).rejects.toThrow(CancelledError);
    expect(steps).toBe(75);
    expect((await stat(checkpointPath)).size).toBeGreaterThan(0);
    await expect(trainAdapter(rows, DIMS, { ...SETTINGS, learningRate: 1e-4 }, { checkpointPath })).rejects.toThrow('other data or settings');
    let first = 0;
    const resumed = await trainAdapter(rows, DIMS, SETTINGS, { checkpointPath, onTraining: ({ step }) => (first ||= step) });
    expect(first).toBe(76);
    expect(resumed.matrix).toEqual(whole.matrix);
    expect(resumed.epochs).toEqual(whole.epochs);
    await expect(stat(checkpointPath)).rejects.toThrow('ENOENT');
  });

  it('keeps the start when no epoch beats it', async () => {
    const { matrix, isTrained, start } = await trainAdapter(rows, DIMS, { ...SETTINGS, prefixes: [24], epochs: 5, patience: 2, start: 'identity' });
    expect({ isTrained, start }).toEqual({ isTrained: false, start: 'identity' });
    expect(matrix[0]).toBe(1);
    expect(matrix[1]).toBe(0);
  });

  it.each([
    [rows.subarray(0, 24 * 100), SETTINGS, /100 rows are too few/],
    [rows.subarray(0, 24 * 300 + 1), SETTINGS, /do not make whole rows of 24/],
    [rows, { ...SETTINGS, prefixes: [48, 24] }, /prefix of 48 dimensions, expected 1 to 24/],
  ])('refuses bad input in one line', async (data, settings, message) => {
    await expect(trainAdapter(data, DIMS, settings)).rejects.toThrow(message);
  });
});

describe('training an adapter from pairs', () => {
  const left = rows.subarray(0, 800 * DIMS);
  const random = seededRandom(9);
  const right = left.map((value) => value + 0.12 * randomNormal(random));

  it('finds held-out partners better at short prefixes', async () => {
    const { validation } = await trainPairAdapter({ left, right, dims: DIMS }, { ...SETTINGS, batchSize: 256, epochs: 8 });
    expect(validation.result).toBeGreaterThan(validation.identity + 0.02);
    expect(validation.result).toBeGreaterThanOrEqual(validation.pca);
  });

  it('orders held-out pairs better by their scores', async () => {
    const scores = Float32Array.from({ length: 800 }, (_, i) => Math.cos(i));
    const mixed = left.map((value, at) => scores[Math.floor(at / DIMS)]! * value + 0.3 * randomNormal(random));
    const { validation } = await trainPairAdapter({ left, right: mixed, dims: DIMS, scores }, { ...SETTINGS, batchSize: 256, epochs: 8 });
    expect(validation.result).toBeGreaterThan(validation.identity);
    expect(validation.result).toBeGreaterThanOrEqual(validation.pca);
  });

  it('refuses unequal sides, scores of another number and too few pairs', async () => {
    await expect(trainPairAdapter({ left, right: right.subarray(DIMS), dims: DIMS }, SETTINGS)).rejects.toThrow('800 left and 799 right');
    await expect(trainPairAdapter({ left, right, dims: DIMS, scores: new Float32Array(3) }, SETTINGS)).rejects.toThrow('3 scores for 800 pairs');
    await expect(trainPairAdapter({ left: left.subarray(0, 240), right: right.subarray(0, 240), dims: DIMS }, SETTINGS)).rejects.toThrow('10 pairs are too few');
  });
});

describe('an adapter file', () => {
  const random = seededRandom(2);
  const adapter: Adapter = {
    dims: 5,
    matrix: Float32Array.from({ length: 25 }, () => randomNormal(random)),
    provenance: { method: 'preserve', prefixes: [2, 5], model: { id: 'some model' }, corpus: { name: 'süß', count: 7 }, settings: { seed: 1 }, figures: { recall: 0.5 }, createdAt: '2026-11-23T00:00:00Z', program: 'test' },
  };
  const vectors = Float32Array.from({ length: 15 }, () => randomNormal(random));

  it('comes back as it was written', async () => {
    const path = join(folder, 'round.adapter');
    await writeAdapter(path, adapter);
    expect(await readAdapter(path)).toEqual(adapter);
  });

  it('is refused when missing, of another kind, cut short, altered, or of another width', async () => {
    const path = join(folder, 'bad.adapter');
    await expect(readAdapter(path)).rejects.toThrow('no such adapter file');
    await writeFile(path, 'something else entirely');
    await expect(readAdapter(path)).rejects.toThrow('is no funnelscope-adapter/1 file');
    await writeAdapter(path, adapter);
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 3));
    await expect(readAdapter(path)).rejects.toThrow('cut short');
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(path, bytes);
    await expect(readAdapter(path)).rejects.toThrow('checksum');
    expect(() => checkAdapterFits(adapter, 6)).toThrow('made for 5 dimensions (some model), the vectors have 6');
  });

  it('exported as NumPy and as ONNX does to vectors what it does here', async () => {
    const [npy, onnx] = [join(folder, 'w.npy'), join(folder, 'w.onnx')];
    await exportAdapterNpy(npy, adapter);
    await exportAdapterOnnx(onnx, adapter);
    const expected = await applyAdapter(adapter, vectors, 5);
    for (let row = 0; row < 3; row += 1) expect(Math.hypot(...expected.subarray(5 * row, 5 * row + 5))).toBeCloseTo(1, 6);
    const session = await openOnnxSession(new Uint8Array(await readFile(onnx)));
    const { adapted } = await session.run({ embedding: floatTensor(vectors, [3, 5]) });
    (adapted!.data as Float32Array).forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 5));
    await session.close();
    expect(await readNpyHeader(npy)).toMatchObject({ rowCount: 5, dims: 5 });
    for await (const chunk of readNpyRows(npy)) expect([...chunk]).toEqual([...adapter.matrix]);
  });
});
