import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { randomNormal, seededRandom } from '../../src/base/random.ts';
import type { Finding } from '../../src/contract/dataset.ts';
import { findInCatalogue } from '../../src/embedding/catalogue.ts';
import { lintDims, lintMetric, lintRecipe, selfTest } from '../../src/embedding/lint.ts';
import { createRowLint, lintRows } from '../../src/embedding/row-lint.ts';
import { openLocalEmbedder } from '../../src/embedding/local-embedder.ts';
import { hashEmbedder } from './tiny-model.ts';

const dims = 16;

function rowsOf(count: number, change: (vector: number[], row: number) => number[] = (vector) => vector): Float32Array {
  const random = seededRandom(3);
  return Float32Array.from(
    Array.from({ length: count }, (_, row) => {
      const vector = Array.from({ length: dims }, () => randomNormal(random));
      const norm = Math.hypot(...vector);
      return change(vector.map((value) => value / norm), row);
    }).flat(),
  );
}

const codes = (findings: readonly Finding[]): string[] => findings.map(({ code }) => code);

describe('rows', () => {
  test('good rows have no findings', () => {
    expect(lintRows(rowsOf(100), dims)).toEqual([]);
    expect(lintRows(new Float32Array(0), dims)).toEqual([]);
  });

  test.each<[string, (vector: number[], row: number) => number[], string]>([
    ['not-finite', (vector, row) => (row === 7 ? vector.map(() => NaN) : vector), '1 of 100 rows hold NaN or infinity, the first is row 7'],
    ['zero-rows', (vector, row) => (row < 2 ? vector.map(() => 0) : vector), '2 of 100 rows are zero'],
    ['constant-rows', (vector, row) => (row < 3 ? vector.map(() => 0.25) : vector), '3 of 100 rows have the same number in every dimension'],
    ['not-normalised', (vector, row) => vector.map((value) => value * (1 + row)), '99 of 100 rows do not have length 1 (norms go from 1.00 to 100)'],
    ['prefix-not-normalised', (vector, row) => vector.map((value) => value * (0.5 + row / 250)), 'all 100 rows are shorter than 1 (norms go from 0.500 to 0.896): a prefix that was cut and not normalised again?'],
    ['collapsed', (vector) => { const near = vector.map((value, d) => value * 0.05 + (d === 0 ? 1 : 0)); const norm = Math.hypot(...near); return near.map((value) => value / norm); }, 'everything looks alike'],
  ])('%s', (code, change, message) => {
    const findings = lintRows(rowsOf(100, change), dims);
    expect(codes(findings)).toEqual([code]);
    expect(findings[0]!.message).toContain(message);
    expect(findings[0]!.advice).not.toBe('');
  });

  test('rows in chunks are judged as rows at once, many more than are kept', () => {
    const rows = rowsOf(3000, (vector, row) => (row % 100 === 99 ? vector.map(() => 0) : vector.map((value) => value * (1 + (row % 7)))));
    const lint = createRowLint(dims);
    for (let row = 0; row < 3000; row += 77) lint.add(rows.subarray(row * dims, Math.min(3000, row + 77) * dims));
    expect(lint.findings()).toEqual(lintRows(rows, dims));
    expect(codes(lint.findings())).toEqual(['zero-rows', 'not-normalised']);
  });
});

test('prefixes: trained, between, below, and models that were not trained for any', () => {
  const nomic = findInCatalogue('nomic-embed-text-v1.5')!;
  expect(lintDims(nomic, [64, 768])).toEqual([]);
  expect(lintDims(nomic, [32, 96, 128]).map(({ code, message }) => [code, message])).toEqual([
    ['dims-below-trained', 'nomic-embed-text-v1.5 was trained down to 64 dims; 32 is below'],
    ['dims-between-trained', '96 is between trained prefixes (64, 128, 256, 512, 768)'],
  ]);
  expect(codes(lintDims(findInCatalogue('all-MiniLM-L6-v2')!, [128]))).toEqual(['not-matryoshka']);
  expect(lintDims(findInCatalogue('all-MiniLM-L6-v2')!, [384])).toEqual([]);
});

test('recipes that differ from the catalogue, prompts that are there twice', () => {
  const nomic = findInCatalogue('nomic-embed-text-v1.5')!;
  const card = { ...hashEmbedder(768).card, id: nomic.id, name: 'nomic', pooling: 'cls' as const, queryPrompt: '' };
  expect(codes(lintRecipe(card, ['a'], 'document'))).toEqual(['wrong-pooling', 'layer-norm-missing', 'prompt-missing', 'prompt-missing']);
  const right = { ...card, ...nomic };
  expect(lintRecipe({ ...right, revision: '', warnings: [] }, ['a', 'b'], 'document')).toEqual([]);
  expect(codes(lintRecipe({ ...right, revision: '', warnings: [] }, ['search_document: a', 'search_document: b', 'c'], 'document'))).toEqual(['prompt-twice']);
});

test('metrics of an index', () => {
  expect(lintMetric('COSINE', false)).toEqual([]);
  expect(lintMetric('ip', true)).toEqual([]);
  expect(codes(lintMetric('IP', false))).toEqual(['metric-mismatch']);
  expect(lintMetric('L2', true).map(({ severity }) => severity)).toEqual(['note']);
  expect(codes(lintMetric('L2', false))).toEqual(['metric-mismatch']);
  expect(codes(lintMetric('HAMMING', true))).toEqual(['metric-mismatch']);
});

test('a self-test against the model’s own example notices a wrong pooling, layer-norm or prompt', async () => {
  const folder = join(import.meta.dirname, '../fixtures/models/tiny-nomic-bert');
  const reference = JSON.parse(await readFile(join(folder, 'reference.json'), 'utf8')) as { texts: string[]; document: number[][]; query: number[][] };
  const rows = [1, 5, 8, 9];
  const dot = (a: number[], b: number[]): number => a.reduce((sum, value, d) => sum + value * b[d]!, 0);
  const example = { query: reference.texts[0]!, documents: rows.map((row) => reference.texts[row]!), similarities: rows.map((row) => dot(reference.query[0]!, reference.document[row]!)) };
  expect(await selfTest(await openLocalEmbedder(folder), example, 1e-5)).toEqual([]);
  for (const override of [{ pooling: 'cls' as const }, { layerNorm: false }, { queryPrompt: '' }]) {
    expect(codes(await selfTest(await openLocalEmbedder(folder, { override }), example, 1e-4))).toEqual(['self-test']);
  }
});
