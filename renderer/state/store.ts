import { useRef, useSyncExternalStore } from 'react';

/** A value that changes over time, and those who want to know. About as much as these screens need. */
export interface Store<T> {
  get(): T;
  set(next: T | ((before: T) => T)): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      const after = typeof next === 'function' ? (next as (before: T) => T)(value) : next;
      if (Object.is(after, value)) return;
      value = after;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The part of a store that `select` picks; the component renders again only when that part changes (shallowly). */
export function useStore<T, S = T>(store: Store<T>, select?: (value: T) => S): S {
  const last = useRef<{ readonly value: T; readonly picked: S } | undefined>(undefined);
  const snapshot = (): S => {
    const value = store.get();
    const before = last.current;
    if (before !== undefined && Object.is(before.value, value) && select === undefined) return before.picked;
    const picked = select === undefined ? (value as unknown as S) : select(value);
    if (before !== undefined && sameShallow(before.picked, picked)) {
      last.current = { value, picked: before.picked };
      return before.picked;
    }
    last.current = { value, picked };
    return picked;
  };
  return useSyncExternalStore(store.subscribe, snapshot, snapshot);
}

/** Equal, or objects (arrays) whose members are equal. */
export function sameShallow(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keysOfA = Object.keys(a);
  if (keysOfA.length !== Object.keys(b).length) return false;
  return keysOfA.every((key) => Object.is((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}
