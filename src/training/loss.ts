import type { PrefixWeight } from './prefix.ts';

/** A loss and its gradient by the numbers it was computed from. */
export interface LossValue {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** Loss of an n × n matrix of cosines (row-major, left text by right text). */
export type MatrixLoss = (cosines: Float64Array, n: number) => LossValue;

/** Loss of n cosines, one a pair. */
export type PairLoss = (cosines: Float64Array) => LossValue;

/** sentence-transformers' default factor on cosines, for both losses below. */
const DEFAULT_SCALE = 20;

/**
 * In-batch cross-entropy (MultipleNegativesRankingLoss, Henderson et al. 2017): each left text must find its own right text among all
 * of the batch. Mean over the rows of −log softmax(scale · cosines)[i, i].
 */
export function inBatchLoss(scale = DEFAULT_SCALE): MatrixLoss {
  return (cosines, n) => targetLoss(identity(n), scale)(cosines, n);
}

/** Cross-entropy of softmax(scale · cosines), row by row, against a row-stochastic target; mean over the rows. */
export function targetLoss(target: Float64Array, scale = DEFAULT_SCALE): MatrixLoss {
  return (cosines, n) => {
    const gradient = new Float64Array(n * n);
    let value = 0;
    for (let i = 0; i < n; i += 1) {
      const logs = logSoftmax(cosines.subarray(i * n, (i + 1) * n), scale);
      const mass = target.subarray(i * n, (i + 1) * n).reduce((sum, share) => sum + share, 0);
      for (let j = 0; j < n; j += 1) {
        const wanted = target[i * n + j]!;
        if (wanted > 0) value -= (wanted * logs[j]!) / n;
        gradient[i * n + j] = (scale * (mass * Math.exp(logs[j]!) - wanted)) / n;
      }
    }
    return { value, gradient };
  };
}

/**
 * Similarity distillation: the target of each row is softmax(teacherScale · the teacher's cosines), so what the teacher finds similar
 * must come out similar, the nearest above all.
 */
export function distillationLoss(teacherCosines: Float64Array, scale = DEFAULT_SCALE, teacherScale = scale): MatrixLoss {
  return (cosines, n) => targetLoss(softTarget(teacherCosines, n, teacherScale), scale)(cosines, n);
}

/** In-batch cross-entropy and distillation in one: a share of each row's target comes from the teacher, the rest is on the pair itself. */
export function mixedTargetLoss(teacherCosines: Float64Array, share: number, scale = DEFAULT_SCALE, teacherScale = scale): MatrixLoss {
  return (cosines, n) => {
    const soft = softTarget(teacherCosines, n, teacherScale);
    return targetLoss(identity(n).map((own, index) => (1 - share) * own + share * soft[index]!), scale)(cosines, n);
  };
}

/** Mean squared difference to given cosines: keeps similarities themselves, not only their order. */
export function similarityLoss(teacherCosines: Float64Array): MatrixLoss {
  return (cosines, n) => {
    const gradient = cosines.map((cosine, index) => (2 * (cosine - teacherCosines[index]!)) / (n * n));
    return { value: cosines.reduce((sum, cosine, index) => sum + (cosine - teacherCosines[index]!) ** 2, 0) / (n * n), gradient };
  };
}

/**
 * CoSENT (Su 2022, as in sentence-transformers): log(1 + Σ exp(scale · (cos_j − cos_i))) over all i, j where pair i has the higher
 * score: every pair of text pairs must come out in the order of their scores.
 */
export function cosentLoss(scores: ArrayLike<number>, scale = DEFAULT_SCALE): PairLoss {
  return (cosines) => {
    const n = cosines.length;
    const terms: { readonly up: number; readonly down: number; readonly exponent: number }[] = [];
    for (let i = 0; i < n; i += 1) for (let j = 0; j < n; j += 1) if (scores[i]! > scores[j]!) terms.push({ up: i, down: j, exponent: scale * (cosines[j]! - cosines[i]!) });
    const largest = terms.reduce((most, term) => Math.max(most, term.exponent), 0);
    const total = terms.reduce((sum, term) => sum + Math.exp(term.exponent - largest), Math.exp(-largest));
    const gradient = new Float64Array(n);
    for (const { up, down, exponent } of terms) {
      const share = Math.exp(exponent - largest) / total;
      gradient[down]! += scale * share;
      gradient[up]! -= scale * share;
    }
    return { value: largest + Math.log(total), gradient };
  };
}

/** Two batches of vectors, n × dims each, row-major; row i of `u` is paired with row i of `v`. */
export interface VectorPairs {
  readonly u: Float64Array;
  readonly v: Float64Array;
  readonly dims: number;
}

export interface MatryoshkaLossValue {
  /** Σ weight · loss. */
  readonly value: number;
  /** Unweighted loss at each prefix, in the order given. */
  readonly byPrefix: readonly number[];
  readonly du: Float64Array;
  readonly dv: Float64Array;
}

/** The Matryoshka loss over a matrix loss; the gradient goes through the re-normalisation of every prefix. Zero prefixes have cosine 0 and no gradient. */
export function matryoshkaMatrixLoss(pairs: VectorPairs, prefixes: readonly PrefixWeight[], loss: MatrixLoss): MatryoshkaLossValue {
  return overPrefixes(pairs, prefixes, (u, v, n, d) => {
    const cosines = new Float64Array(n * n);
    for (let i = 0; i < n; i += 1) for (let j = 0; j < n; j += 1) cosines[i * n + j] = dot(u, i * d, v, j * d, d);
    const { value, gradient } = loss(cosines, n);
    const du = new Float64Array(n * d);
    const dv = new Float64Array(n * d);
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j < n; j += 1) {
        const slope = gradient[i * n + j]!;
        addScaled(du, i * d, v, j * d, d, slope);
        addScaled(dv, j * d, u, i * d, d, slope);
      }
    }
    return { value, du, dv };
  });
}

/** The Matryoshka loss over a loss of scored pairs. */
export function matryoshkaPairLoss(pairs: VectorPairs, prefixes: readonly PrefixWeight[], loss: PairLoss): MatryoshkaLossValue {
  return overPrefixes(pairs, prefixes, (u, v, n, d) => {
    const { value, gradient } = loss(Float64Array.from({ length: n }, (_, i) => dot(u, i * d, v, i * d, d)));
    const du = new Float64Array(n * d);
    const dv = new Float64Array(n * d);
    for (let i = 0; i < n; i += 1) {
      addScaled(du, i * d, v, i * d, d, gradient[i]!);
      addScaled(dv, i * d, u, i * d, d, gradient[i]!);
    }
    return { value, du, dv };
  });
}

type UnitLoss = (u: Float64Array, v: Float64Array, n: number, d: number) => { readonly value: number; readonly du: Float64Array; readonly dv: Float64Array };

function overPrefixes({ u, v, dims }: VectorPairs, prefixes: readonly PrefixWeight[], unitLoss: UnitLoss): MatryoshkaLossValue {
  const n = u.length / dims;
  const du = new Float64Array(u.length);
  const dv = new Float64Array(v.length);
  const byPrefix: number[] = [];
  let value = 0;
  for (const { dims: d, weight } of prefixes) {
    const left = unitPrefix(u, n, dims, d);
    const right = unitPrefix(v, n, dims, d);
    const part = unitLoss(left.unit, right.unit, n, d);
    byPrefix.push(part.value);
    value += weight * part.value;
    addThroughNorm(du, part.du, left, n, dims, d, weight);
    addThroughNorm(dv, part.dv, right, n, dims, d, weight);
  }
  return { value, byPrefix, du, dv };
}

interface UnitPrefix {
  readonly unit: Float64Array;
  readonly norms: Float64Array;
}

function unitPrefix(rows: Float64Array, n: number, dims: number, d: number): UnitPrefix {
  const unit = new Float64Array(n * d);
  const norms = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    norms[i] = Math.sqrt(dot(rows, i * dims, rows, i * dims, d));
    if (norms[i]! > 0) for (let j = 0; j < d; j += 1) unit[i * d + j] = rows[i * dims + j]! / norms[i]!;
  }
  return { unit, norms };
}

/** d(x/|x|) is a projection onto the sphere's tangent, divided by |x|. */
function addThroughNorm(out: Float64Array, gradient: Float64Array, { unit, norms }: UnitPrefix, n: number, dims: number, d: number, weight: number): void {
  for (let i = 0; i < n; i += 1) {
    if (norms[i] === 0) continue;
    const radial = dot(gradient, i * d, unit, i * d, d);
    for (let j = 0; j < d; j += 1) out[i * dims + j]! += (weight * (gradient[i * d + j]! - radial * unit[i * d + j]!)) / norms[i]!;
  }
}

function identity(n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) matrix[i * n + i] = 1;
  return matrix;
}

function softTarget(cosines: Float64Array, n: number, scale: number): Float64Array {
  const target = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) target.set(logSoftmax(cosines.subarray(i * n, (i + 1) * n), scale).map(Math.exp), i * n);
  return target;
}

function logSoftmax(row: Float64Array, scale: number): Float64Array {
  const largest = row.reduce((most, value) => Math.max(most, scale * value), -Infinity);
  const total = Math.log(row.reduce((sum, value) => sum + Math.exp(scale * value - largest), 0));
  return row.map((value) => scale * value - largest - total);
}

function dot(a: Float64Array, startA: number, b: Float64Array, startB: number, length: number): number {
  let sum = 0;
  for (let j = 0; j < length; j += 1) sum += a[startA + j]! * b[startB + j]!;
  return sum;
}

function addScaled(out: Float64Array, startOut: number, from: Float64Array, startFrom: number, length: number, factor: number): void {
  for (let j = 0; j < length; j += 1) out[startOut + j]! += factor * from[startFrom + j]!;
}
