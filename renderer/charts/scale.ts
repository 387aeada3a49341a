/** The ticks 1, 2, 5 × 10ⁿ from the last one at or below `min` to the first at or above `max`. Both must be above zero. */
export function logTicks(min: number, max: number): readonly number[] {
  const ticks: number[] = [];
  const first = Math.floor(Math.log10(min));
  const last = Math.ceil(Math.log10(max));
  for (let power = first; power <= last; power += 1) for (const step of [1, 2, 5]) ticks.push(step * 10 ** power);
  const low = ticks.findLastIndex((tick) => tick <= min * 1.0001);
  const high = ticks.findIndex((tick) => tick >= max * 0.9999);
  const kept = ticks.slice(Math.max(0, low), high < 0 ? undefined : high + 1);
  return kept.length > 7 ? kept.filter((tick) => isPowerOfTen(tick) || tick === kept[0] || tick === kept[kept.length - 1]) : kept;
}

/** Ticks at powers of two (of four when there are many): for bytes. */
export function doublingTicks(min: number, max: number): readonly number[] {
  const first = Math.floor(Math.log2(min) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log2(max) - 1e-9));
  const step = last - first > 7 ? 2 : 1;
  return Array.from({ length: Math.ceil((last - first) / step) + 1 }, (_, index) => 2 ** (first + index * step));
}

function isPowerOfTen(value: number): boolean {
  const power = Math.log10(value);
  return Math.abs(power - Math.round(power)) < 1e-9;
}

/** Round ticks that cover [min, max], about `wanted` of them. */
export function linearTicks(min: number, max: number, wanted = 5): readonly number[] {
  const span = max - min || Math.abs(max) || 1;
  const raw = span / Math.max(1, wanted);
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * size).find((one) => one >= raw) ?? raw;
  const first = Math.floor(min / step + 1e-9);
  const last = Math.ceil(max / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** The axis of a share: from 0 when the values reach low, zoomed otherwise (which the chart then says). Never above 1. */
export function shareTicks(values: readonly number[]): readonly number[] {
  const min = Math.min(...values, 1);
  if (min < 0.5) return [0, 0.2, 0.4, 0.6, 0.8, 1];
  const ticks = linearTicks(Math.max(0, min - (1 - min) * 0.1), 1, 5).filter((tick) => tick <= 1.0000001);
  return ticks;
}
