import { seededRandom, randomNormal } from '../../src/base/random.ts';
import { expect } from 'vitest';
import type { Neighbours } from '../../src/vectors/neighbours.ts';

/** Plain double-precision search, written for clarity: what the fast paths are held against. */
export function naiveScores(data: Float32Array, dims: number, query: Float32Array, prefix: number): Float64Array {
  const rows = data.length / dims;
  const length = (values: Float32Array, start: number): number => {
    let squares = 0;
    for (let j = 0; j < prefix; j += 1) squares += values[start + j]! ** 2;
    return Math.sqrt(squares);
  };
  return Float64Array.from({ length: rows }, (_, row) => {
    const norms = length(data, row * dims) * length(query, 0);
    if (norms === 0) return 0;
    let dot = 0;
    for (let j = 0; j < prefix; j += 1) dot += data[row * dims + j]! * query[j]!;
    return dot / norms;
  });
}

/** Rows by falling score, equal scores by rising row. */
export function naiveOrder(scores: Float64Array, rows: Iterable<number> = scores.keys()): number[] {
  return [...rows].sort((a, b) => scores[b]! - scores[a]! || a - b);
}

export const TIE = 1e-6;

/** The list is right up to ties: distinct rows, scores as the naive ones, falling, rising rows where equal, and no better row left out. */
export function expectExact(found: Neighbours, naive: Float64Array, keep: number, candidates: Iterable<number> = naive.keys()): void {
  const best = naiveOrder(naive, candidates).slice(0, keep);
  expect(found.rows.length).toBe(best.length);
  expect(new Set(found.rows).size).toBe(best.length);
  const faults: string[] = [];
  for (let i = 0; i < best.length; i += 1) {
    const row = found.rows[i]!;
    const score = found.scores[i]!;
    if (!(Math.abs(score - naive[row]!) < TIE)) faults.push(`rank ${i}: row ${row} has score ${score}, its similarity is ${naive[row]}`);
    if (!(Math.abs(naive[row]! - naive[best[i]!]!) < TIE)) faults.push(`rank ${i}: row ${row} (${naive[row]}) instead of ${best[i]} (${naive[best[i]!]})`);
    if (i > 0 && !(score <= found.scores[i - 1]!)) faults.push(`rank ${i}: score ${score} rises`);
    if (i > 0 && score === found.scores[i - 1] && row < found.rows[i - 1]!) faults.push(`rank ${i}: rows of equal scores fall`);
  }
  expect(faults.slice(0, 3)).toEqual([]);
}

export interface MadeData {
  readonly data: Float32Array;
  readonly rowCount: number;
  readonly dims: number;
  readonly query: Float32Array;
}

/** Rows with what hurts: zero rows, zero prefixes, duplicates, and values of few levels (many ties). */
export function makeData(seed: number, rowCount: number, dims: number): MadeData {
  const random = seededRandom(seed);
  const levels = random() < 0.3;
  const value = (): number => (levels ? Math.round(2 * randomNormal(random)) : randomNormal(random));
  const data = Float32Array.from({ length: rowCount * dims }, value);
  for (let row = 0; row < rowCount; row += 1) {
    const kind = random();
    const start = row * dims;
    if (kind < 0.03) data.fill(0, start, start + dims);
    else if (kind < 0.06) data.fill(0, start, start + Math.ceil(random() * (dims - 1)));
    else if (kind < 0.2 && row > 0) {
      const other = Math.floor(random() * row) * dims;
      data.copyWithin(start, other, other + dims);
    }
  }
  return { data, rowCount, dims, query: Float32Array.from({ length: dims }, value) };
}
