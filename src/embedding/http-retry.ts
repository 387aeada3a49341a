import { sleep, throwIfCancelled } from '../base/async.ts';
import { CancelledError, UserError } from '../base/errors.ts';

/** How often, and how patiently, a server is asked again. */
export interface RetryOptions {
  readonly signal?: AbortSignal | undefined;
  readonly tries?: number;
  /** Tries that end with 429: a limit is waited for more often than a fault. As `tries` unless given. */
  readonly limitTries?: number | undefined;
  readonly firstWaitMs?: number;
  readonly maxWaitMs?: number;
  /** One request may take this long before the first byte. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch | undefined;
  /** Told before each wait: why, and how long. */
  readonly onRetry?: ((reason: string, waitMs: number) => void) | undefined;
}

const retried = new Set([408, 425, 429, 500, 502, 503, 504, 529]);

/**
 * `fetch` that never follows redirects and asks again on 429, 5xx and broken connections: after `retry-after` (or `retry-after-ms`) when the
 * server says so, else with doubling waits. Other statuses are the caller's to judge.
 * @throws UserError `http/unreachable` when every try failed to connect; CancelledError at once when the signal fires.
 */
export async function fetchPatiently(url: string, init: RequestInit, options: RetryOptions = {}): Promise<Response> {
  const { signal, tries = 6, limitTries = tries, firstWaitMs = 1000, maxWaitMs = 60_000, timeoutMs = 120_000 } = options;
  for (let attempt = 1; ; attempt += 1) {
    throwIfCancelled(signal);
    let reason: string;
    let askedMs: number | undefined;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    try {
      const response = await (options.fetch ?? fetch)(url, { ...init, redirect: 'manual', signal: signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]) });
      if (!retried.has(response.status) || attempt >= (response.status === 429 ? limitTries : tries)) return response;
      askedMs = retryAfterMs(response.headers, Date.now());
      reason = `status ${response.status}`;
      await response.body?.cancel();
    } catch (error) {
      if (signal?.aborted) throw new CancelledError();
      reason = causeOf(error);
      if (attempt >= tries) throw new UserError('http/unreachable', `${new URL(url).origin} cannot be reached: ${reason}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
    const waitMs = Math.min(maxWaitMs, askedMs ?? firstWaitMs * 2 ** (attempt - 1));
    options.onRetry?.(reason, waitMs);
    await sleep(waitMs, signal);
  }
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date; undefined when there is neither. */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const exact = Number(headers.get('retry-after-ms') ?? NaN);
  if (Number.isFinite(exact) && exact >= 0) return exact;
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** undici hides what went wrong in `cause`. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, message } = cause as { code?: string; message?: string };
  return code === undefined ? (message ?? String(cause)) : message !== undefined && message !== '' && !message.includes(code) ? `${message} (${code})` : (message ?? code);
}

/**
 * Checks an address that a user gave for a server. http and https only; link-local addresses (169.254/16, fe80::/10), where cloud machines keep
 * their credentials, are refused.
 */
export function checkServerUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new UserError('http/bad-url', `${JSON.stringify(text.slice(0, 100))} is not an address, expected one such as http://127.0.0.1:11434/v1`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new UserError('http/bad-url', `${url.protocol} is not allowed, expected http: or https:`);
  if (/^169\.254\.|^\[fe[89ab]/i.test(url.hostname)) throw new UserError('http/bad-url', `${url.hostname} is a link-local address, which is not allowed`);
  if (url.username !== '' || url.password !== '') throw new UserError('http/bad-url', 'the address holds a user name or password; give the key separately');
  return url;
}
