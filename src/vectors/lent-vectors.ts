import { joinKernel, type KernelMemory } from '../math/kernel.ts';
import { inverseNormsOf, type Block } from './segment.ts';
import type { VectorSet } from './vector-set.ts';

/** A vector set as another thread is told of it: the memories are shared, nothing is copied. */
export interface LentVectors extends Omit<VectorSet, 'segments' | 'shelf'> {
  readonly segments: readonly LentSegment[];
}

interface LentSegment {
  readonly firstRow: number;
  readonly rowCount: number;
  readonly memory: KernelMemory;
  readonly blocks: readonly Block[];
  readonly inverseNorms: readonly (readonly [number, number])[];
  /** Where the other thread may write. */
  readonly area: { readonly address: number; readonly sizeBytes: number };
}

/**
 * Sets a working area aside in every memory for each of `count` threads, which may then read the vectors.
 * @param job what they will do: prefixes whose norms they need, and candidates scored at once at most (of all prefixes, and some more)
 */
export function lendVectors(vectors: VectorSet, job: { readonly prefixes: readonly number[]; readonly keeps: readonly number[] }, count: number): { readonly parts: readonly LentVectors[]; release(): void } {
  const { rowCount, dims, boundaries, zeroCount, sizeBytes } = vectors;
  const candidates = Math.min(rowCount, 4 * job.keeps.reduce((sum, keep) => sum + keep, 0) + 4096);
  const areaBytes = Math.ceil((2 ** 19 + 64 * dims + 80 * candidates) / 64) * 64;
  const areas = vectors.segments.map(({ kernel }) => kernel.borrow({ all: areaBytes * count }));
  const norms = vectors.segments.map((segment) => {
    for (const prefix of job.prefixes) inverseNormsOf(segment, prefix);
    return [...segment.inverseNorms];
  });
  const parts = Array.from({ length: count }, (_, i): LentVectors => ({
    rowCount, dims, boundaries, zeroCount, sizeBytes,
    segments: vectors.segments.map((segment, s) => ({
      firstRow: segment.firstRow,
      rowCount: segment.rowCount,
      memory: segment.kernel.memory,
      blocks: segment.blocks,
      inverseNorms: norms[s]!,
      area: { address: areas[s]!.at.all + i * areaBytes, sizeBytes: areaBytes },
    })),
  }));
  return { parts, release: () => areas.forEach((area) => area.release()) };
}

/** The vectors on the other thread. Norms of further prefixes cannot be made there. */
export function borrowVectors(lent: LentVectors): VectorSet {
  return {
    ...lent,
    segments: lent.segments.map(({ memory, area, inverseNorms, ...segment }) => ({ ...segment, kernel: joinKernel(memory, area), inverseNorms: new Map(inverseNorms), sliceLists: new Map() })),
  };
}
