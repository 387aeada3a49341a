import { fitPca } from './pca.ts';

export interface TableStart {
  /** A teacher's vector of every token by itself: vocabulary × teacherDims. */
  readonly tokenVectors: Float32Array;
  readonly teacherDims: number;
  /** Dimensions of the table, at most `teacherDims`. */
  readonly dims: number;
  /** How often each token occurs in the training texts. */
  readonly frequency: Float64Array;
  /** Tokens around every text ([CLS], [SEP]): they say nothing and start at zero. */
  readonly special: readonly number[];
  /** A token of relative frequency p starts a / (a + p) long (smooth inverse frequency, Arora et al. 2017). */
  readonly frequencyFloor: number;
}

/** A token table to start from: the teacher's token vectors in their strongest directions, weighted by frequency, frequent tokens short. */
export async function startTable({ tokenVectors, teacherDims, dims, frequency, special, frequencyFloor }: TableStart): Promise<Float32Array> {
  const count = frequency.length;
  const total = frequency.reduce((sum, value) => sum + value, 0);
  const weights = frequency.map((value) => value + 1);
  for (const token of special) weights[token] = 0;
  const { mean, axes } = await fitPca(tokenVectors, count, teacherDims, { weights, centred: true });
  const table = new Float32Array(count * dims);
  const shifted = new Float64Array(teacherDims);
  for (let row = 0; row < count; row += 1) {
    if (special.includes(row)) continue;
    const size = frequencyFloor / (frequencyFloor + frequency[row]! / Math.max(1, total));
    for (let j = 0; j < teacherDims; j += 1) shifted[j] = size * (tokenVectors[row * teacherDims + j]! - mean[j]!);
    for (let k = 0; k < dims; k += 1) {
      let sum = 0;
      for (let j = 0; j < teacherDims; j += 1) sum += shifted[j]! * axes[k * teacherDims + j]!;
      table[row * dims + k] = sum;
    }
  }
  return table;
}
