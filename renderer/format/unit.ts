import { count, fixed, significant, thin } from './number.ts';

/** Milliseconds as they fit: 41 µs, 0.412 ms, 12.3 ms, 4.13 s. */
export function duration(ms: number | null | undefined): string {
  if (ms === undefined || ms === null || !Number.isFinite(ms)) return '–';
  if (ms === 0) return `0${thin}ms`;
  if (ms < 0.1) return `${significant(ms * 1000)}${thin}µs`;
  if (ms < 1000) return `${significant(ms)}${thin}ms`;
  return clock(ms);
}

/** A time on an axis, without trailing zeros: 500 µs, 1 ms, 20 ms, 5 s. */
export function durationTick(ms: number): string {
  if (ms < 1) return `${trim(ms * 1000)}${thin}µs`;
  return ms < 1000 ? `${trim(ms)}${thin}ms` : `${trim(ms / 1000)}${thin}s`;
}

/** Bytes on an axis, without trailing zeros: 64 B, 1 KiB, 1.5 MiB. */
export function bytesTick(size: number): string {
  const step = Math.min(steps.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, size)) / 10)));
  return `${trim(size / 1024 ** step)}${thin}${steps[step]!}`;
}

/** A longer time as people say it: 4.1 s, 42 s, 3 min 20 s, 1 h 05 min. */
export function clock(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${fixed(seconds, 1)}${thin}s`;
  if (seconds < 60) return `${count(seconds)}${thin}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}${thin}min ${Math.floor(seconds % 60)}${thin}s`;
  return `${Math.floor(minutes / 60)}${thin}h ${String(minutes % 60).padStart(2, '0')}${thin}min`;
}

const steps = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Bytes in binary units: 512 B, 1.00 KiB, 115 MiB. */
export function bytes(size: number | null | undefined): string {
  if (size === undefined || size === null || !Number.isFinite(size)) return '–';
  let value = size;
  let step = 0;
  while (value >= 1024 && step < steps.length - 1) {
    value /= 1024;
    step += 1;
  }
  return `${step === 0 ? count(value) : significant(value)}${thin}${steps[step]!}`;
}

/** `10,300 texts/s` */
export function rate(perSecond: number, unit: string): string {
  if (unit === 'bytes') return `${bytes(perSecond)}/s`;
  return `${significant(perSecond)} ${unit}/s`;
}

/** A large count for an axis: 118k, 1.5M, 1B; below 10,000 in full. */
export function shortCount(value: number): string {
  if (value >= 1e9) return `${trim(value / 1e9)}B`;
  if (value >= 1e6) return `${trim(value / 1e6)}M`;
  if (value >= 1e4) return `${trim(value / 1e3)}k`;
  return count(value);
}

const locale = typeof navigator === 'undefined' ? undefined : navigator.language;
const short = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });

/** Three significant digits without trailing zeros, in the locale's format. */
function trim(value: number): string {
  return short.format(value);
}

const inWords = new Intl.NumberFormat(locale, { notation: 'compact', compactDisplay: 'long', maximumSignificantDigits: 3 });

/** A large count in a sentence: 117,791 in full, 1 billion in words. */
export function countInWords(value: number): string {
  return value < 1e6 ? count(value) : inWords.format(value);
}

/** A date and time of the machine's locale, to the minute. */
export function when(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return date.toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' });
}
