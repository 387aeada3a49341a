import type { Interval } from '../../src/contract/measure.ts';

/** Between a number and its unit: a narrow space that does not break. */
export const thin = '\u202f';
const missing = '–';

const locale = typeof navigator === 'undefined' ? undefined : navigator.language;
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });

const byDecimals = new Map<number, Intl.NumberFormat>();

/** A number with exactly `decimals` decimals, in the locale's format. */
export function fixed(value: number, decimals: number): string {
  let format = byDecimals.get(decimals);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    byDecimals.set(decimals, format);
  }
  return format.format(value);
}

/** A whole number with the locale's separators: 117,791. */
export function count(value: number | null | undefined): string {
  return value === undefined || value === null || !Number.isFinite(value) ? missing : whole.format(value);
}

/** A dimension as schedules, models and their cards write it, without separators: "64, 512, 1024" stays a list of three. */
export function dimension(dims: number | null | undefined): string {
  return dims === undefined || dims === null || !Number.isFinite(dims) ? missing : String(dims);
}

/** Three significant digits, without trailing exponents: 0.412, 4.13, 41.3, 413, 4,130. */
export function significant(value: number | null | undefined): string {
  if (value === undefined || value === null || !Number.isFinite(value)) return missing;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1000) return whole.format(Number(value.toPrecision(3)));
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(size)));
  return fixed(value, Math.min(decimals, 6));
}

/**
 * A share as percent: 55.2 %. Near 100 % one more digit, so that 99.95 % does not read as certainty;
 * what is not exactly 1 never rounds to 100 %.
 */
export function percent(share: number | null | undefined): string {
  if (share === undefined || share === null || !Number.isFinite(share)) return missing;
  return `${percentDigits(share)}${thin}%`;
}

function percentDigits(share: number): string {
  const value = share * 100;
  if (value === 100 || value === 0) return fixed(value, 0);
  if (value > 99.9 && value < 100) return value >= 99.995 ? `>${fixed(99.99, 2)}` : fixed(value, 2);
  if (value > 0 && value < 0.05) return `<${fixed(0.1, 1)}`;
  return fixed(value, 1);
}

/** A share on an axis: no more decimals than it needs: 80 %, 99.5 %. */
export function percentTick(share: number): string {
  const value = Number((share * 100).toPrecision(6));
  return `${fixed(value, Number.isInteger(value) ? 0 : Number.isInteger(value * 10) ? 1 : 2)}${thin}%`;
}

/** `98.7–99.4 %` */
export function percentRange(interval: Interval): string {
  return `${percentDigits(interval.low)}–${percentDigits(interval.high)}${thin}%`;
}

/** `99.1 % (98.7–99.4)`: a mean and its 95 % interval. */
export function percentInterval(interval: Interval): string {
  return `${percent(interval.value)} (${percentDigits(interval.low)}–${percentDigits(interval.high)})`;
}

/** A difference of shares in percentage points, signed: −0.2, +1.3, ±0. */
export function points(difference: number): string {
  const value = difference * 100;
  if (Math.abs(value) < 0.05) return '±0';
  return `${value > 0 ? '+' : '−'}${fixed(Math.abs(value), 1)}`;
}

/** `9.7×`, `0.83×` */
export function times(factor: number | null | undefined): string {
  if (factor === undefined || factor === null || !Number.isFinite(factor)) return missing;
  if (factor >= 100) return `${count(factor)}×`;
  return `${factor >= 10 ? fixed(factor, 1) : fixed(factor, factor >= 1 ? 1 : 2)}×`;
}

/** A score between 0 and 1 that is no share (nDCG, MRR): 0.342. */
export function score(value: number | null | undefined): string {
  return value === undefined || value === null || !Number.isFinite(value) ? missing : fixed(value, 3);
}

const ticks = new Intl.NumberFormat(locale, { maximumFractionDigits: 3 });

/** A score on an axis, without trailing zeros: 0, 0.1, 0.25. */
export function scoreTick(value: number): string {
  return ticks.format(value);
}

/** `1 document`, `3 documents` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
