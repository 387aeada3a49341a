import { UserError } from '../base/errors.ts';

/** Things the engine holds open by id; the least recently used one is let go beyond `capacity`. */
export interface Registry<T> {
  put(id: string, value: T): void;
  /** @throws UserError when it is not (or no longer) open: the client has to open it again. */
  get(id: string): T;
  values(): readonly T[];
  clear(): Promise<void>;
}

export function createRegistry<T>(what: string, capacity: number, release: (value: T) => Promise<void> | void = () => undefined): Registry<T> {
  const open = new Map<string, T>();
  return {
    put(id, value) {
      const before = open.get(id);
      open.delete(id);
      open.set(id, value);
      if (before !== undefined && before !== value) void release(before);
      while (open.size > capacity) {
        const [oldest, old] = open.entries().next().value!;
        open.delete(oldest);
        void release(old);
      }
    },
    get(id) {
      const value = open.get(id);
      if (value === undefined) {
        throw new UserError(`engine/no-${what}`, `this ${what} is no longer open in the engine`, { hint: `open the ${what} again; what was cached is still there` });
      }
      open.delete(id);
      open.set(id, value);
      return value;
    },
    values: () => [...open.values()],
    async clear() {
      const all = [...open.values()];
      open.clear();
      for (const value of all) await release(value);
    },
  };
}
