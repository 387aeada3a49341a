import type { WireError } from '../../src/contract/wire.ts';

/**
 * Something that comes from the engine. While it is fetched again, and after it failed, what was there before stays in
 * `before`: shown dimmed and marked, never blanked.
 */
export type Remote<T> =
  | { readonly status: 'idle' }
  | { readonly status: 'busy'; readonly before: T | undefined }
  | { readonly status: 'ready'; readonly value: T }
  | { readonly status: 'failed'; readonly error: WireError; readonly before: T | undefined };

export const idle: Remote<never> = { status: 'idle' };

/** What can be shown now, fresh or from before. */
export function shown<T>(remote: Remote<T>): T | undefined {
  switch (remote.status) {
    case 'idle':
      return undefined;
    case 'ready':
      return remote.value;
    case 'busy':
    case 'failed':
      return remote.before;
  }
}

export function ready<T>(remote: Remote<T>): T | undefined {
  return remote.status === 'ready' ? remote.value : undefined;
}

export function busy<T>(remote: Remote<T>): Remote<T> {
  return { status: 'busy', before: shown(remote) };
}

export function failed<T>(remote: Remote<T>, error: WireError): Remote<T> {
  return { status: 'failed', error, before: shown(remote) };
}

/** What is shown belongs to a state that is no longer the current one. */
export function isStale(remote: Remote<unknown>): boolean {
  return (remote.status === 'busy' || remote.status === 'failed') && remote.before !== undefined;
}
