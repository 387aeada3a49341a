import { expect } from 'vitest';
import { randomNormal, seededRandom } from '../../src/base/random.ts';
import { neighboursOf } from '../../src/vectors/neighbours.ts';
import type { Neighbours, NeighbourTable } from '../../src/vectors/neighbours.ts';

/** Plain-number vectors and searches in double precision: what every store is held against. */
export interface Matrix {
  readonly rowCount: number;
  readonly dims: number;
  readonly data: Float32Array;
}

/** Rows around a few centres, earlier dimensions weightier: neighbours exist, and prefixes keep most of them. Normalised. */
export function clusteredRows(rowCount: number, dims: number, seed: number): Matrix {
  const random = seededRandom(seed);
  const centres = Array.from({ length: 12 }, () => Float32Array.from({ length: dims }, (_, j) => randomNormal(random) / Math.sqrt(1 + j / 8)));
  const data = new Float32Array(rowCount * dims);
  for (let row = 0; row < rowCount; row += 1) {
    const centre = centres[Math.floor(random() * centres.length)]!;
    for (let j = 0; j < dims; j += 1) data[row * dims + j] = centre[j]! + (0.8 * randomNormal(random)) / Math.sqrt(1 + j / 8);
  }
  return normalised({ rowCount, dims, data });
}

function normalised(matrix: Matrix): Matrix {
  const { rowCount, dims } = matrix;
  const data = Float32Array.from(matrix.data);
  for (let row = 0; row < rowCount; row += 1) {
    const length = Math.hypot(...data.subarray(row * dims, (row + 1) * dims));
    if (length > 0) for (let j = 0; j < dims; j += 1) data[row * dims + j]! /= length;
  }
  return { rowCount, dims, data };
}

export function rowOf(matrix: Matrix, row: number): Float32Array {
  return matrix.data.subarray(row * matrix.dims, (row + 1) * matrix.dims);
}

/** Cosine of two prefixes; 0 where one has no length. */
export function cosineAt(a: Float32Array, b: Float32Array, dims: number): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let j = 0; j < dims; j += 1) {
    dot += a[j]! * b[j]!;
    aa += a[j]! * a[j]!;
    bb += b[j]! * b[j]!;
  }
  return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : 0;
}

/** The exact best `keep` of `among` (default: all rows), best first, equal cosines by rising row. */
export function exactNeighbours(matrix: Matrix, query: Float32Array, dims: number, keep: number, among?: ArrayLike<number>): { row: number; score: number }[] {
  const rows = among === undefined ? Array.from({ length: matrix.rowCount }, (_, row) => row) : Array.from(among);
  return rows
    .map((row) => ({ row, score: cosineAt(query, rowOf(matrix, row), dims) }))
    .sort((a, b) => b.score - a.score || a.row - b.row)
    .slice(0, keep);
}

const TIE = 2e-6;

/** The same list, ties aside: equal length, the right scores in the right order, each row really having its score, none twice. */
export function expectSameNeighbours(found: Neighbours, matrix: Matrix, query: Float32Array, dims: number, keep: number, among?: ArrayLike<number>): void {
  const wanted = exactNeighbours(matrix, query, dims, keep, among);
  const wrong: string[] = [];
  if (found.rows.length !== wanted.length) wrong.push(`${found.rows.length} rows, expected ${wanted.length}`);
  if (new Set(found.rows).size !== found.rows.length) wrong.push('a row twice');
  const allowed = among === undefined ? undefined : new Set(Array.from(among));
  wanted.forEach(({ row, score }, i) => {
    const foundRow = found.rows[i] ?? -1;
    const foundScore = found.scores[i] ?? NaN;
    if (!(Math.abs(foundScore - score) <= TIE)) wrong.push(`score ${i} is ${foundScore}, expected ${score}`);
    if (allowed !== undefined && !allowed.has(foundRow)) wrong.push(`row ${foundRow} was no candidate`);
    if (foundRow !== row && !(Math.abs(cosineAt(query, rowOf(matrix, foundRow), dims) - score) <= TIE)) wrong.push(`place ${i} is row ${foundRow}, expected ${row}`);
  });
  for (let i = 1; i < found.rows.length; i += 1) {
    if (found.scores[i]! > found.scores[i - 1]!) wrong.push(`score ${i} rises`);
    if (found.scores[i] === found.scores[i - 1] && found.rows[i]! < found.rows[i - 1]!) wrong.push(`equal scores ${i - 1} and ${i} are not by rising row`);
  }
  expect(wrong).toEqual([]);
}

/**
 * How many answers of two exact searches of the same queries differ, ties aside: a row that only one of them has must be as far as the
 * other's last one, and a row that both have must have the same score.
 */
export function disagreements(a: NeighbourTable, b: NeighbourTable): number {
  let count = a.queryCount === b.queryCount ? 0 : Infinity;
  for (let query = 0; query < a.queryCount; query += 1) {
    const [left, right] = [neighboursOf(a, query), neighboursOf(b, query)];
    if (left.rows.length !== right.rows.length) count += 1;
    for (const [one, other] of [[left, right], [right, left]] as const) {
      const scores = new Map(Array.from(other.rows, (row, i) => [row, other.scores[i]!]));
      const last = other.scores.at(-1) ?? -Infinity;
      one.rows.forEach((row, i) => {
        if (Math.abs((scores.get(row) ?? last) - one.scores[i]!) > TIE) count += 1;
      });
    }
  }
  return count;
}
