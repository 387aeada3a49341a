import { randomInt, seededRandom } from '../base/random.ts';
import type { Finding } from '../contract/dataset.ts';

/** Looks at rows as they pass by, chunk after chunk, in bounded memory. */
export interface RowLint {
  /** The next rows: whole rows of `dims` numbers, as they come (not normalised by us). The chunk is not kept. */
  add(rows: Float32Array): void;
  findings(): readonly Finding[];
}

/** Rounding of float16 storage included. */
const normTolerance = 2e-3;
/** Rows kept to compare with each other. */
const sampleRows = 1024;
const pairCount = 2000;

/** Looks at the numbers themselves: non-finite, zero and constant rows, norms, cut prefixes, collapsed directions. */
export function createRowLint(dims: number): RowLint {
  let count = 0;
  let firstBad = -1;
  let bad = 0;
  let zero = 0;
  let constant = 0;
  let off = 0;
  let least = Infinity;
  let most = 0;
  const sample = new Float32Array(sampleRows * dims);
  const random = seededRandom(1);
  return {
    add(rows) {
      for (let start = 0; start + dims <= rows.length; start += dims) {
        let squares = 0;
        let isConstant = dims > 1;
        const first = rows[start]!;
        for (let d = start; d < start + dims; d += 1) {
          const value = rows[d]!;
          squares += value * value;
          if (value !== first) isConstant = false;
        }
        if (!Number.isFinite(squares)) {
          if (bad === 0) firstBad = count;
          bad += 1;
        } else if (squares === 0) zero += 1;
        else {
          const norm = Math.sqrt(squares);
          least = Math.min(least, norm);
          most = Math.max(most, norm);
          if (Math.abs(norm - 1) > normTolerance) off += 1;
          if (isConstant) constant += 1;
        }
        // A reservoir: every row is in the sample with the same chance.
        const slot = count < sampleRows ? count : randomInt(random, count + 1);
        if (slot < sampleRows) sample.set(rows.subarray(start, start + dims), slot * dims);
        count += 1;
      }
    },
    findings() {
      if (count === 0) return [];
      const findings: Finding[] = [];
      if (bad > 0) findings.push({ code: 'not-finite', severity: 'error', message: `${bad} of ${count} rows hold NaN or infinity, the first is row ${firstBad}`, advice: 'embed these texts again; an fp16 model that overflows needs fp32' });
      if (zero > 0) findings.push({ code: 'zero-rows', severity: 'warning', message: `${zero} of ${count} rows are zero vectors: their similarity to everything is 0`, advice: 'look for empty texts, and for texts without any token that the model knows' });
      if (constant > 0) findings.push({ code: 'constant-rows', severity: 'warning', message: `${constant} of ${count} rows have the same number in every dimension`, advice: 'these are placeholders, not embeddings: embed the texts again' });
      return [...findings, ...lintNorms({ count, counted: count - bad - zero, off, least, most }), ...lintSpread(sample.subarray(0, Math.min(count, sampleRows) * dims), dims)];
    },
  };
}

/** All rows at once. */
export function lintRows(rows: Float32Array, dims: number): readonly Finding[] {
  const lint = createRowLint(dims);
  lint.add(rows);
  return lint.findings();
}

/** Norms of 1; of anything; or all below 1 and scattered, as a prefix has that was cut and not normalised again. */
function lintNorms({ count, counted, off, least, most }: { count: number; counted: number; off: number; least: number; most: number }): readonly Finding[] {
  if (off === 0) return [];
  const range = `norms go from ${least.toPrecision(3)} to ${most.toPrecision(3)}`;
  if (counted >= 10 && most <= 1 + normTolerance && off > 0.9 * counted && most - least > 0.005) {
    return [{ code: 'prefix-not-normalised', severity: 'warning', message: `all ${counted} rows are shorter than 1 (${range}): a prefix that was cut and not normalised again?`, advice: 'normalise after cutting; here it is done, elsewhere scores would shrink and rankings by inner product change' }];
  }
  return [{ code: 'not-normalised', severity: 'note', message: `${off} of ${count} rows do not have length 1 (${range})`, advice: 'they are normalised here; an index with the inner product (IP) needs them normalised too' }];
}

/** Random pairs that are all nearly the same direction: the sign of a wrong pooling, or of raw hidden states. */
function lintSpread(rows: Float32Array, dims: number): readonly Finding[] {
  const count = rows.length / dims;
  if (count < 20) return [];
  const random = seededRandom(1);
  let sum = 0;
  let used = 0;
  for (let pair = 0; pair < pairCount; pair += 1) {
    const a = randomInt(random, count) * dims;
    const b = randomInt(random, count) * dims;
    if (a === b) continue;
    let dot = 0;
    let aa = 0;
    let bb = 0;
    for (let d = 0; d < dims; d += 1) {
      dot += rows[a + d]! * rows[b + d]!;
      aa += rows[a + d]! * rows[a + d]!;
      bb += rows[b + d]! * rows[b + d]!;
    }
    const cosine = dot / Math.sqrt(aa * bb);
    if (!Number.isFinite(cosine)) continue;
    sum += cosine;
    used += 1;
  }
  const mean = sum / Math.max(1, used);
  if (used === 0 || mean < 0.9) return [];
  return [{ code: 'collapsed', severity: 'warning', message: `random pairs have a mean similarity of ${mean.toFixed(3)}: everything looks alike`, advice: 'check the pooling (CLS or mean?), the layer-norm and the prompts against the model’s card' }];
}
