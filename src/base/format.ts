/** A mean with its confidence interval, in the unit of `value`. */
export interface Span {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const minus = '−';
/** Where a number cannot be told: never "NaN" in front of a reader. */
export const unknown = '–';

const sign = (text: string): string => text.replace(/^-/, minus);

/** Decimals that show `digits` significant digits of `value`, at least 0. */
function decimalsOf(value: number, digits: number): number {
  const size = Math.abs(value);
  if (size === 0) return 0;
  // What rounding will make of it decides: 9.996 is 10.0, not 10.00.
  const rounded = Number(size.toPrecision(digits));
  return Math.max(0, digits - 1 - Math.floor(Math.log10(rounded)));
}

/** A plain number with thousands separators and a fixed number of decimals; en-US on every machine. */
function formatFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return unknown;
  const fixed = Math.abs(value).toFixed(decimals);
  const [whole = '0', fraction] = fixed.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return value < 0 && Number(fixed) !== 0 ? `${minus}${text}` : text;
}

/** A plain number with `digits` significant digits: `0.412`, `12.3`, `1,235`; whole digits are never rounded away. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return unknown;
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-4) return sign(value.toExponential(digits - 1)).replace('e-', 'e−');
  return formatFixed(value, decimalsOf(value, digits));
}

/** A count with separators: `117,791`. */
export function formatCount(count: number): string {
  return formatFixed(Math.round(count), 0);
}

/** A count for an axis or a projection: `118k`, `1.5M`, `1B`; below 10,000 in full. */
export function formatShortCount(count: number): string {
  if (!Number.isFinite(count)) return unknown;
  for (const [size, unit] of [[1e9, 'B'], [1e6, 'M'], [1e3, 'k']] as const) {
    if (Math.abs(count) >= (unit === 'k' ? 1e4 : size)) return `${formatFixed(count / size, trimmedDecimals(count / size))}${unit}`;
  }
  return formatFixed(count, Number.isInteger(count) ? 0 : decimalsOf(count, 3));
}

function trimmedDecimals(value: number): number {
  const decimals = decimalsOf(value, 3);
  return Number(value.toFixed(decimals)).toString().split('.')[1]?.length ?? 0;
}

/**
 * Decimals for a share in percent: 3 significant digits, at most 2 decimals, and enough of them
 * that a loss never reads as "100 %" (up to 99.99).
 */
function percentDecimals(percent: number): number {
  const decimals = Math.min(2, decimalsOf(percent, 3));
  const size = Math.abs(percent);
  if (size >= 100 || size < 90) return decimals;
  for (let more = decimals; more < 2; more += 1) if (Number(size.toFixed(more)) < 100) return more;
  return 2;
}

function percentDigits(percent: number, decimals: number): string {
  const text = formatFixed(percent, decimals);
  // Rounding up to 100 would hide a loss: it is cut instead.
  if (percent < 100 && Number(text.replace(/,/g, '')) >= 100) return formatFixed(100 - 10 ** -decimals, decimals);
  return text;
}

/** A share as a percentage: 0.552 → `55.2 %`. Less than all never reads as `100 %`. */
export function formatPercent(share: number): string {
  if (!Number.isFinite(share)) return unknown;
  const percent = share * 100;
  if (percent === 100) return '100 %';
  if (percent > 0 && percent < 0.005) return '< 0.01 %';
  return `${percentDigits(percent, percentDecimals(percent))} %`;
}

/** A share with its interval: `55.2 % (53.3–57.1)`. An interval of no width is left out: the value is exact. */
export function formatPercentInterval(span: Span): string {
  if (!Number.isFinite(span.value)) return unknown;
  if (span.low === span.value && span.high === span.value) return formatPercent(span.value);
  const decimals = Math.max(1, percentDecimals(span.value * 100));
  const bound = (share: number): string => (share === 1 ? '100' : share === 0 ? '0' : percentDigits(share * 100, decimals));
  return `${formatPercent(span.value)} (${bound(span.low)}–${bound(span.high)})`;
}

/** A number with its interval: `0.412 (0.398–0.427)`, bounds with the decimals of the value. */
export function formatInterval(span: Span): string {
  if (!Number.isFinite(span.value)) return unknown;
  const size = Math.abs(span.value === 0 ? span.high : span.value);
  const decimals = Math.min(size < 0.01 ? 4 : 3, decimalsOf(size, 3));
  const value = formatFixed(span.value, decimals);
  if (span.low === span.value && span.high === span.value) return value;
  return `${value} (${formatFixed(span.low, decimals)}–${formatFixed(span.high, decimals)})`;
}

/** A difference of two shares in percentage points, signed: `−0.2`, `+1.9`, `±0`. */
export function formatPoints(difference: number): string {
  if (!Number.isFinite(difference)) return unknown;
  const points = difference * 100;
  const text = formatFixed(Math.abs(points), Math.abs(points) < 0.095 ? 2 : 1);
  if (Number(text) === 0) return '±0';
  return `${points < 0 ? minus : '+'}${text}`;
}

/** A time in the unit that fits: `41.2 µs`, `0.412 ms`, `4.10 ms`, `1.35 s`. */
export function formatMs(ms: number): string {
  if (!Number.isFinite(ms)) return unknown;
  const size = Math.abs(ms);
  if (size === 0) return '0 ms';
  if (size < 0.1) return `${formatNumber(ms * 1000)} µs`;
  if (size < 999.5) return `${formatNumber(ms)} ms`;
  return `${formatNumber(ms / 1000)} s`;
}

/** A size: `96 B`, `1.5 KiB`, `115 MiB`, `1.23 GiB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return unknown;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  while (unit < units.length - 1 && Math.round(Math.abs(value)) >= 1024) {
    value /= 1024;
    unit += 1;
  }
  return `${formatFixed(value, trimmedDecimals(value))} ${units[unit]}`;
}

/** A ratio: `9.7×`, `1.02×`, `0.83×`, `128×`. */
export function formatRatio(ratio: number): string {
  if (!Number.isFinite(ratio)) return unknown;
  const size = Math.abs(ratio);
  const decimals = size < 1 ? Math.min(4, decimalsOf(ratio, 2)) : size < 1.995 ? 2 : size < 99.95 ? 1 : 0;
  return `${formatFixed(ratio, decimals)}×`;
}

/** A part of a whole as people say it: `1/4`, `1/12`; a percentage where it is not near a whole fraction. */
export function formatPart(part: number): string {
  const inverse = 1 / part;
  const whole = Math.round(inverse);
  return whole >= 2 && Math.abs(inverse / whole - 1) < 0.02 ? `1/${formatCount(whole)}` : formatPercent(part);
}

/** Time left or taken, for people: `under 1 s`, `12 s`, `3 min 20 s`, `1 h 05 min`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return unknown;
  if (ms < 1000) return 'under 1 s';
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return `${formatCount(Math.floor(minutes / 60))} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** A rate: `1,340 texts/s`, `0.412 queries/s`. */
export function formatRate(perSecond: number, unit: string): string {
  return `${formatNumber(perSecond)} ${unit}/s`;
}

/** `a`, `a and b`, `a, b and c`. */
export function formatList(items: readonly string[]): string {
  const head = items.slice(0, -1);
  const last = items[items.length - 1] ?? '';
  return head.length === 0 ? last : `${head.join(', ')} and ${last}`;
}

/** `1 query`, `1,200 queries`. */
export function formatUnits(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** The moment of an ISO date as `2026-11-23 14:05 UTC`; other text unchanged. */
export function formatDate(iso: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(iso);
  const time = Date.parse(iso);
  if (match === null || Number.isNaN(time)) return iso;
  const utc = new Date(time).toISOString();
  return `${utc.slice(0, 10)} ${utc.slice(11, 16)} UTC`;
}
