/** Where one colour of the heat map ends and the next begins: finer towards 1, where the decisions are. */
export const heatBounds = [0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999] as const;

/** The theme's colour for a recall, `--heat-1` (lowest) to `--heat-9`. */
export function heatColor(recall: number): string {
  let bin = 1;
  for (const bound of heatBounds) if (recall >= bound) bin += 1;
  return `var(--heat-${bin})`;
}

/**
 * Where `keep` lies between the columns of a heat map, as a column number with a fraction (0 is the middle of the first
 * column), on a log scale. Outside the columns it is cut to half a column beyond the ends.
 */
export function columnOf(keeps: readonly number[], keep: number): number {
  const last = keeps.length - 1;
  if (last < 0) return 0;
  if (keep <= keeps[0]!) return keep === keeps[0]! ? 0 : -0.5;
  for (let index = 1; index <= last; index += 1) {
    const high = keeps[index]!;
    if (keep > high) continue;
    const low = keeps[index - 1]!;
    return index - 1 + Math.log(keep / low) / Math.log(high / low);
  }
  return last + 0.5;
}

/** Round keeps (1, 2, 5 × 10ⁿ) to write below the columns: those between the first and the last, `room` pixels apart at least. */
export function keepTicks(keeps: readonly number[], xOf: (keep: number) => number, room: number): readonly number[] {
  const first = keeps[0];
  const last = keeps[keeps.length - 1];
  if (first === undefined || last === undefined) return [];
  const ticks: number[] = [];
  for (let power = 1; power <= last; power *= 10) {
    for (const tick of [power, 2 * power, 5 * power]) {
      const before = ticks[ticks.length - 1];
      if (tick < first || tick > last || (before !== undefined && xOf(tick) - xOf(before) < room)) continue;
      ticks.push(tick);
    }
  }
  return ticks;
}
