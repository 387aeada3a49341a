export interface Tick {
  readonly at: number;
  readonly label: string;
  /** Marked below the axis: a size the model was trained for. */
  readonly marked?: boolean | undefined;
}

export interface Axis {
  readonly kind: 'linear' | 'log';
  readonly domain: readonly [low: number, high: number];
  readonly ticks: readonly Tick[];
  readonly title: string;
}

/** From a value of the axis to a pixel between `start` and `end`. */
export function project(axis: Axis, start: number, end: number): (value: number) => number {
  const of = axis.kind === 'log' ? Math.log : (value: number): number => value;
  const low = of(axis.domain[0]);
  const span = of(axis.domain[1]) - low;
  return (value) => start + (span === 0 ? 0.5 : (of(value) - low) / span) * (end - start);
}

/** Round steps (1, 2 or 5 times a power of ten) from `low` to `high`, about `count` of them. */
export function linearTicks(low: number, high: number, count = 5): readonly number[] {
  const rough = (high - low) / count;
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.7) ?? rough;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** Ticks of a log axis: powers of ten, with 2 and 5 between them when the span is under three decades, only powers when it is long. */
export function logTicks(low: number, high: number): readonly number[] {
  const decades = Math.log10(high / low);
  const factors = decades < 1.2 ? [1, 2, 3, 5, 7] : decades < 3 ? [1, 2, 5] : decades < 4.5 ? [1, 3] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const factor of factors) {
      const tick = Number((factor * 10 ** power).toPrecision(12));
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
    }
  }
  return ticks;
}

/** A log domain around the values with `room` of its length free at the high end, `lowRoom` at the low one. */
export function logDomain(values: readonly number[], room = 0.06, lowRoom = room): readonly [number, number] {
  const positive = values.filter((value) => value > 0);
  const low = Math.min(...positive);
  const high = Math.max(...positive);
  if (!Number.isFinite(low)) return [1, 10];
  return low === high ? [low / 1.5, high * 1.5] : [low / (high / low) ** lowRoom, high * (high / low) ** room];
}

/** A share axis that ends at 100 %: it starts at 0 unless all values are far from it, and then says in its title where it starts. */
export function shareAxis(lows: readonly number[], title: string, high = 1): Axis {
  const least = Math.min(high, ...lows);
  const start = least < 0.3 ? 0 : least < 0.9 ? Math.floor((least - 0.02) * 10) / 10 : Math.max(0.9, Math.floor((least - 0.002) * 100) / 100);
  const low = Math.min(start, high - 0.01);
  return {
    kind: 'linear',
    domain: [low, high],
    ticks: linearTicks(low, high, 5).map((at) => ({ at, label: `${Number((at * 100).toPrecision(6))} %` })),
    title: low > 0 ? `${title} · axis starts at ${Number((low * 100).toPrecision(6))} %` : title,
  };
}

/** The tested dimensions on a log2 axis, each a tick; sizes the model was trained for are marked. */
export function dimsAxis(dims: readonly number[], trained: readonly number[]): Axis {
  const low = Math.min(...dims);
  const high = Math.max(...dims);
  const extra = low === high ? 2 : (high / low) ** 0.04;
  const marked = dims.some((size) => trained.includes(size));
  return {
    kind: 'log',
    domain: [low / extra, high * extra],
    ticks: dims.map((at) => ({ at, label: String(at), marked: trained.includes(at) })),
    title: marked ? 'prefix dimension, log scale · ● size the model was trained for' : 'prefix dimension, log scale',
  };
}
