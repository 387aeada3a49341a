import { sleep } from '../../base/async.ts';
import { CancelledError, UserError } from '../../base/errors.ts';
import { isPassing, kindOf } from './faults.ts';

export interface PatienceOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long to keep asking a server that is away, starting or overloaded; 0 asks once. */
  readonly patienceMs: number;
  /** Hears of every passing fault, and undefined whenever the server did answer, be it with a refusal. */
  readonly onContact?: ((fault: UserError | undefined) => void) | undefined;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 2_000;

/**
 * Asks again, with growing pauses, while the fault is one that passes. Only for calls that may be made twice.
 * @throws the last fault when patience runs out, any other fault at once, CancelledError.
 */
export async function patiently<T>(call: () => Promise<T>, options: PatienceOptions): Promise<T> {
  const deadline = performance.now() + options.patienceMs;
  let delayMs = FIRST_DELAY_MS;
  for (;;) {
    try {
      const answer = await call();
      options.onContact?.(undefined);
      return answer;
    } catch (error) {
      if (error instanceof CancelledError || !(error instanceof UserError)) throw error;
      const kind = kindOf(error);
      if (!isPassing(kind)) {
        if (kind !== 'timeout') options.onContact?.(undefined);
        throw error;
      }
      options.onContact?.(error);
      if (performance.now() + delayMs > deadline) throw error;
      await sleep(delayMs, options.signal);
      delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
    }
  }
}

/**
 * The promise, or CancelledError as soon as the signal fires, or a fault when `timeoutMs` have passed.
 * What was started goes on in the background: a call on the wire cannot be taken back.
 */
export function raced<T>(promise: Promise<T>, timeoutMs: number, onTimeout: () => Error, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      promise.catch(() => undefined);
      return reject(new CancelledError());
    }
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    };
    const stop = (): void => {
      settle();
      reject(new CancelledError());
    };
    const timer = setTimeout(() => {
      settle();
      reject(onTimeout());
    }, timeoutMs);
    signal?.addEventListener('abort', stop, { once: true });
    promise.then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error as Error);
      },
    );
  });
}
