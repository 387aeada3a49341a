import { writeOnnxModel } from '../src/math/onnx-graph.ts';
import { floatTensor, openOnnxSession } from '../src/math/onnx-runtime.ts';
import type { WordQuestions } from './train-pairs.ts';

/** Vectors of the documents and of the queries, D wide, and what is right. */
export interface Retrieval {
  readonly documents: Float32Array;
  readonly queries: Float32Array;
  readonly dims: number;
  readonly answers: WordQuestions['answers'];
}

const QUERY_BLOCK = 250;

/**
 * MRR@10 at each prefix: the mean over the queries of 1 / rank of the first right document, 0 beyond rank 10. Every document competes;
 * equal scores count as ahead of the right one only if their row is smaller.
 */
export async function mrrAtPrefixes({ documents, queries, dims, answers }: Retrieval, prefixes: readonly number[]): Promise<number[]> {
  const documentCount = documents.length / dims;
  const queryCount = queries.length / dims;
  const results: number[] = [];
  const model = writeOnnxModel({
    name: 'scores',
    nodes: [{ op: 'Gemm', inputs: ['q', 'x'], outputs: ['s'], attributes: { transB: { int: 1 } } }],
    inputs: [
      { name: 'q', type: 'float', shape: ['queries', 'dims'] },
      { name: 'x', type: 'float', shape: ['documents', 'dims'] },
    ],
    outputs: [{ name: 's', type: 'float', shape: ['queries', 'documents'] }],
  });
  const session = await openOnnxSession(model, { threads: 2 });
  for (const prefix of prefixes) {
    const x = floatTensor(unitPrefixes(documents, dims, prefix), [documentCount, prefix]);
    const q = unitPrefixes(queries, dims, prefix);
    let sum = 0;
    for (let start = 0; start < queryCount; start += QUERY_BLOCK) {
      const size = Math.min(QUERY_BLOCK, queryCount - start);
      const block = floatTensor(q.subarray(start * prefix, (start + size) * prefix), [size, prefix]);
      const scores = (await session.run({ q: block, x })).s!.data as Float32Array;
      for (let i = 0; i < size; i += 1) sum += reciprocalRank(scores.subarray(i * documentCount, (i + 1) * documentCount), answers[start + i]!);
    }
    results.push(sum / queryCount);
  }
  await session.close();
  return results;
}

function reciprocalRank(scores: Float32Array, answers: readonly number[]): number {
  let best = answers[0]!;
  for (const row of answers) if (scores[row]! > scores[best]! || (scores[row] === scores[best] && row < best)) best = row;
  let rank = 1;
  for (let row = 0; row < scores.length && rank <= 10; row += 1) if (scores[row]! > scores[best]! || (scores[row] === scores[best] && row < best)) rank += 1;
  return rank <= 10 ? 1 / rank : 0;
}

/** The first `prefix` dimensions of each row, re-normalised; zero rows stay zero. */
export function unitPrefixes(rows: Float32Array, dims: number, prefix: number): Float32Array {
  const count = rows.length / dims;
  const out = new Float32Array(count * prefix);
  for (let row = 0; row < count; row += 1) {
    let square = 0;
    for (let j = 0; j < prefix; j += 1) square += rows[row * dims + j]! ** 2;
    const share = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let j = 0; j < prefix; j += 1) out[row * prefix + j] = rows[row * dims + j]! * share;
  }
  return out;
}
