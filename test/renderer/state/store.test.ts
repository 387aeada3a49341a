import { describe, expect, it } from 'vitest';
import { createStore, sameShallow } from '../../../renderer/state/store.ts';

describe('store', () => {
  it('tells its listeners of changes, and of changes only', () => {
    const store = createStore(1);
    let heard = 0;
    const stop = store.subscribe(() => (heard += 1));
    store.set(1);
    store.set((value) => value + 1);
    stop();
    store.set(5);
    expect({ heard, value: store.get() }).toEqual({ heard: 1, value: 5 });
  });

  it('lets a listener leave while it is being told', () => {
    const store = createStore(0);
    const heard: string[] = [];
    const stop = store.subscribe(() => {
      heard.push('a');
      stop();
    });
    store.subscribe(() => heard.push('b'));
    store.set(1);
    store.set(2);
    expect(heard).toEqual(['a', 'b', 'b']);
  });

  it('compares picked parts member by member', () => {
    expect(sameShallow({ a: 1, b: 'x' }, { a: 1, b: 'x' })).toBe(true);
    expect(sameShallow({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(sameShallow([1, 2], { 0: 1, 1: 2 })).toBe(false);
    expect(sameShallow(Number.NaN, Number.NaN)).toBe(true);
  });
});
