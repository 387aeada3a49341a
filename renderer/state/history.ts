/** A value with undo and redo. A drag is one step: `draft` moves the present without a step, `commit` makes the step. */
export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
  /** Where the present was when the draft began; undefined outside a draft. */
  readonly draftFrom: T | undefined;
}

const limit = 200;

export function startHistory<T>(present: T): History<T> {
  return { past: [], present, future: [], draftFrom: undefined };
}

/** A step: what was before can be undone. An equal value is no step. */
export function commit<T>(history: History<T>, next: T, isSame: (a: T, b: T) => boolean = Object.is): History<T> {
  const from = history.draftFrom ?? history.present;
  if (isSame(from, next)) return { ...history, present: next, draftFrom: undefined };
  return { past: [...history.past, from].slice(-limit), present: next, future: [], draftFrom: undefined };
}

/** Moves the present without a step, until `commit`. */
export function draft<T>(history: History<T>, next: T): History<T> {
  return { ...history, present: next, draftFrom: history.draftFrom ?? history.present };
}

/** Back to where the draft began. */
export function abandon<T>(history: History<T>): History<T> {
  return history.draftFrom === undefined ? history : { ...history, present: history.draftFrom, draftFrom: undefined };
}

export function undo<T>(history: History<T>): History<T> {
  if (history.draftFrom !== undefined) return abandon(history);
  const before = history.past[history.past.length - 1];
  if (before === undefined) return history;
  return { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future], draftFrom: undefined };
}

export function redo<T>(history: History<T>): History<T> {
  const next = history.future[0];
  if (next === undefined || history.draftFrom !== undefined) return history;
  return { past: [...history.past, history.present], present: next, future: history.future.slice(1), draftFrom: undefined };
}
