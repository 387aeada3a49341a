import { sleep } from '../base/async.ts';

/** Holds all requests to one server back when it says that its limit is reached. */
export interface RateGate {
  /** Waits until requests may go out again. */
  pass(signal?: AbortSignal): Promise<void>;
  /** Nobody passes for so long. */
  hold(waitMs: number): void;
  /** Reads what is left of the limits from an answer, and holds until they are reset when the next request would not fit. */
  heard(headers: Headers, nextTokens: number): void;
}

/** @param nowMs injected so that tests need no time */
export function createRateGate(nowMs: () => number = Date.now): RateGate {
  let openAtMs = 0;
  const hold = (waitMs: number): void => {
    openAtMs = Math.max(openAtMs, nowMs() + waitMs);
  };
  return {
    async pass(signal) {
      for (let waitMs = openAtMs - nowMs(); waitMs > 0; waitMs = openAtMs - nowMs()) await sleep(waitMs, signal);
    },
    hold,
    heard(headers, nextTokens) {
      for (const [unit, needed] of [['requests', 1], ['tokens', nextTokens]] as const) {
        const left = Number(headers.get(`x-ratelimit-remaining-${unit}`) ?? NaN);
        const limit = Number(headers.get(`x-ratelimit-limit-${unit}`) ?? NaN);
        const resetMs = durationMs(headers.get(`x-ratelimit-reset-${unit}`));
        // A request above the whole limit would wait for ever: the server may say so itself.
        if (left < Math.min(needed, Number.isNaN(limit) ? Infinity : limit) && resetMs !== undefined) hold(Math.min(resetMs, longestHoldMs));
      }
    },
  };
}

const longestHoldMs = 60_000;

/** OpenAI's durations: `6m0s`, `1.5s`, `120ms`, or plain seconds. */
export function durationMs(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) sum += Number(amount) * unitMs[unit!]!;
  return sum;
}
