import type { Kernel } from '../math/kernel.ts';

/** Consecutive rows in one WebAssembly memory. */
export interface Segment {
  readonly firstRow: number;
  readonly rowCount: number;
  readonly kernel: Kernel;
  readonly blocks: readonly Block[];
  /** Addresses of rowCount inverse norms by prefix, filled on first use for prefixes that are no boundary. */
  readonly inverseNorms: Map<number, number>;
  /** Addresses of slice lists by `from-to`. */
  readonly sliceLists: Map<string, SliceList>;
  /** Rows that there is room for, where a memory is used for one stretch of rows after another. */
  readonly capacity?: number | undefined;
}

/** Dimensions [from, to) of all rows of a segment. */
export interface Block {
  readonly from: number;
  readonly to: number;
  readonly address: number;
}

/** The kernel's description of dimensions [from, to): see dot.ts. */
export interface SliceList {
  readonly address: number;
  readonly count: number;
}

/** Room for the norms and blocks of `count` rows: one stretch of memory, from the first norm to the end of the last block. */
export function reserveBlocks(kernel: Kernel, count: number, boundaries: readonly number[]): Pick<Segment, 'inverseNorms' | 'blocks'> {
  const inverseNorms = new Map(boundaries.map((end) => [end, kernel.reserve(paddedFloats(count))]));
  const blocks = boundaries.map((to, index) => {
    const from = index === 0 ? 0 : boundaries[index - 1]!;
    return { from, to, address: kernel.reserve(count * (to - from) * 4) };
  });
  return { inverseNorms, blocks };
}

/** The kernel's list of slices for dimensions [from, to) of a segment; kept for the next call. */
export function slicesOf(segment: Segment, from: number, to: number): SliceList {
  const name = `${from}-${to}`;
  const known = segment.sliceLists.get(name);
  if (known !== undefined) return known;
  const numbers = segment.blocks.flatMap((block) => {
    const start = Math.max(from, block.from);
    const end = Math.min(to, block.to);
    return start < end ? [block.address + 4 * (start - block.from), 4 * (block.to - block.from), end - start] : [];
  });
  const address = segment.kernel.reserve(4 * numbers.length);
  segment.kernel.words(address, numbers.length).set(numbers);
  const list = { address, count: numbers.length / 3 };
  segment.sliceLists.set(name, list);
  return list;
}

/** Address of 1 / length of every row's prefix in a segment (0 for a zero prefix), padded to a multiple of 4 rows. */
export function inverseNormsOf(segment: Segment, dims: number): number {
  const known = segment.inverseNorms.get(dims);
  if (known !== undefined) return known;
  const slices = slicesOf(segment, 0, dims);
  const address = segment.kernel.reserve(paddedFloats(segment.capacity ?? segment.rowCount));
  segment.kernel.call.inverseNorms(slices.address, slices.count, 0, segment.rowCount, address);
  segment.inverseNorms.set(dims, address);
  return address;
}

/** Bytes of one float a row, with room for the kernel's steps of four. */
export function paddedFloats(count: number): number {
  return 4 * (Math.ceil(count / 4) * 4);
}
