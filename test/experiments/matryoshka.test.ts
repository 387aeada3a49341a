import { describe, expect, it } from 'vitest';
import { randomNormal, seededRandom } from '../../src/base/random.ts';
import { matryoshkaExperiment } from '../../src/experiments/matryoshka.ts';
import { verdictOf } from '../../src/experiments/matryoshka-verdict.ts';
import { randomRotation } from '../../src/training/controls.ts';
import { applyLinear } from '../../src/training/linear.ts';
import { vectorSetOf, type VectorSet } from '../../src/vectors/vector-set.ts';

const DIMS = 32;
const COUNT = 3000;

/** Rows whose dimensions matter less and less: what a Matryoshka model gives. */
function orderedRows(): Float32Array {
  const random = seededRandom(4);
  return Float32Array.from({ length: COUNT * DIMS }, (_, at) => randomNormal(random) / (1 + (at % DIMS)) ** 0.9);
}

function setOf(rows: Float32Array): VectorSet {
  return vectorSetOf(rows, { rowCount: COUNT, dims: DIMS });
}

const spec = { k: 10, seed: 3, safeRecall: 0.8, trainCount: 1000, queryCount: 150, adapter: { epochs: 2, batchSize: 128, near: 3 } };

describe('make it Matryoshka', () => {
  it('tells vectors whose order means something from the same vectors turned at random, and finds that PCA or the adapter helps the latter', async () => {
    const rows = orderedRows();
    const ordered = await matryoshkaExperiment(setOf(rows), undefined, spec);
    const turned = await matryoshkaExperiment(setOf(await applyLinear(rows, DIMS, randomRotation(DIMS, 1))), undefined, spec);
    expect([ordered.verdict.kind, turned.verdict.kind]).toEqual(['matryoshka', 'plain']);
    expect(ordered.verdict.sentences[0]).toMatch(/^These vectors behave like a Matryoshka model's/);
    expect(turned.verdict.sentences[0]).toMatch(/not Matryoshka-trained/);
    expect(ordered.verdict.safeDims.raw).toBeLessThan(turned.verdict.safeDims.raw);
    expect(turned.verdict.best).not.toBe('raw');
    const at = turned.dims.indexOf(16);
    expect(turned.gains.overRaw[at]!.low).toBeGreaterThan(0.05);
    // Turning does not change full-dimension neighbours: raw, PCA and both controls are perfect there.
    for (const { variant, recall } of turned.ladders) if (variant !== 'adapter') expect(recall.at(-1)!.value).toBe(1);
  });

  it('uses no row twice: training, searched and held-out queries are apart, and given queries hold out none', async () => {
    const rows = orderedRows();
    const { counts, dims } = await matryoshkaExperiment(setOf(rows), undefined, { ...spec, dims: [4, 16], adapter: { epochs: 0, near: 0 } });
    expect(counts).toEqual({ trained: 1000, searched: 1850, queries: 150, queriesAre: 'held-out documents' });
    expect(dims).toEqual([4, 16, 32]);
    const given = await matryoshkaExperiment(setOf(rows), { queryCount: 60, dims: DIMS, data: rows.slice(0, 60 * DIMS) }, { ...spec, dims: [4], adapter: { epochs: 0, near: 0 } });
    expect(given.counts).toEqual({ trained: 1000, searched: 2000, queries: 60, queriesAre: 'given' });
    const few = await matryoshkaExperiment(setOf(rows), { queryCount: 20, dims: DIMS, data: rows.slice(0, 20 * DIMS) }, { ...spec, dims: [4], adapter: { epochs: 0, near: 0 } });
    expect(few.counts).toMatchObject({ queries: 150, queriesAre: 'held-out documents' });
  });

  it('refuses prefixes beyond the vectors and corpora that are too small', async () => {
    await expect(matryoshkaExperiment(setOf(orderedRows()), undefined, { ...spec, dims: [64] })).rejects.toThrow('prefix of 64 dimensions, expected 1 to 32');
    const few = vectorSetOf(orderedRows().subarray(0, 300 * DIMS), { rowCount: 300, dims: DIMS });
    await expect(matryoshkaExperiment(few, undefined, spec)).rejects.toThrow('300 documents are too few');
  });
});

describe('the verdict', () => {
  const interval = (value: number): { value: number; low: number; high: number } => ({ value, low: value - 0.01, high: value + 0.01 });
  const dims = [16, 24, 32, 48, 64, 128];
  const input = (raw: readonly number[], pca: readonly number[], adapter: readonly number[], chance: readonly number[]): Parameters<typeof verdictOf>[0] => ({
    dims,
    k: 10,
    safeRecall: 0.9,
    claimedDims: [],
    ladders: [
      { variant: 'raw', recall: raw.map(interval) },
      { variant: 'pca', recall: pca.map(interval) },
      { variant: 'adapter', recall: adapter.map(interval) },
      { variant: 'reversed', recall: chance.map(interval) },
      { variant: 'random', recall: chance.map(interval) },
    ],
    gains: { overRaw: adapter.map((value, at) => interval(value - raw[at]!)), overPca: adapter.map((value, at) => interval(value - pca[at]!)) },
  });
  const chance = [0.1, 0.2, 0.3, 0.45, 0.6, 1];
  const pca = [0.3, 0.45, 0.6, 0.8, 0.92, 1];

  it('says safe down to the last prefix whose whole tail keeps the recall', () => {
    const { safeDims } = verdictOf(input([0.95, 0.5, 0.93, 0.94, 0.97, 1], pca, pca, chance));
    expect(safeDims).toEqual({ raw: 32, pca: 64, adapter: 64 });
  });

  it('doubts a card that claims what the vectors do not show', () => {
    const verdict = verdictOf({ ...input(chance, pca, pca, chance), claimedDims: [32, 128] });
    expect(verdict.kind).toBe('plain');
    expect(verdict.sentences[1]).toMatch(/claims training at 32, 128; this measurement does not bear that out/);
  });

  it('names sizes that stand out', () => {
    expect(verdictOf(input([0.3, 0.42, 0.75, 0.8, 0.9, 1], pca, pca, chance)).bumps.map((bump) => bump.dims)).toEqual([32]);
  });

  it('recommends PCA where the adapter does not beat it, and nothing where neither helps', () => {
    const worse = pca.map((value) => value - 0.02);
    expect(verdictOf(input(chance, pca, worse, chance)).sentences.join(' ')).toMatch(/A PCA rotation would give .* the adapter does not beat it by a point .*: use PCA\./);
    expect(verdictOf(input(chance, pca, pca.map((value, at) => value + (at < 5 ? 0.005 : -0.02)), chance)).best).toBe('pca');
    expect(verdictOf(input(pca, chance, pca.map((value, at) => value + (at < 5 ? 0.005 : -0.02)), chance)).best).toBe('raw');
    const verdict = verdictOf(input(pca.map((value) => value + 0.02), pca, worse, chance));
    expect([verdict.best, verdict.kind]).toEqual(['raw', 'matryoshka']);
    expect(verdict.sentences.join(' ')).toMatch(/leave the vectors as they are/);
  });

  it('says where PCA is better than the adapter that it recommends', () => {
    const bettered = pca.map((value, at) => value + (at < 3 ? 0.08 : at < 5 ? -0.03 : 0));
    expect(verdictOf(input(chance, pca, bettered, chance)).sentences).toContain('PCA keeps more than the adapter at 48 and 64 dimensions.');
    expect(verdictOf(input(chance, pca, pca.map((value, at) => value + (at < 5 ? 0.03 : 0)), chance)).sentences.join(' ')).not.toContain('PCA keeps more');
  });

  it('admits that it cannot tell where even PCA finds no order', () => {
    expect(verdictOf(input(chance, chance, chance, chance)).kind).toBe('unclear');
  });
});
