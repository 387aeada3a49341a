/** Rows from … to−1. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

export function rowsIn(ranges: readonly RowRange[]): number {
  return ranges.reduce((sum, range) => sum + range.to - range.from, 0);
}

/** The blocks [0, size), [size, 2·size) … of `total` rows. */
export function blocksOf(total: number, size: number): RowRange[] {
  return Array.from({ length: Math.ceil(total / size) }, (_, block) => ({ from: block * size, to: Math.min(total, (block + 1) * size) }));
}

/** Neighbouring ranges made one; `ranges` rise and do not overlap. */
export function joined(ranges: readonly RowRange[]): RowRange[] {
  const out: { from: number; to: number }[] = [];
  for (const range of ranges) {
    const last = out[out.length - 1];
    if (last !== undefined && last.to === range.from) last.to = range.to;
    else out.push({ ...range });
  }
  return out;
}
