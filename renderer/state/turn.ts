import { useEffect, useRef, useState } from 'react';

/** Long enough for keys, the pointer and a frame to be heard between one chart and the next. */
const betweenMs = 8;

const waiting: (() => void)[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

function next(): void {
  waiting.shift()?.();
  timer = waiting.length === 0 ? undefined : setTimeout(next, betweenMs);
}

/** Puts work at the end of the line. @returns the way to take it out again. */
function queue(work: () => void): () => void {
  waiting.push(work);
  timer ??= setTimeout(next, 0);
  return () => {
    const at = waiting.indexOf(work);
    if (at >= 0) waiting.splice(at, 1);
  };
}

/**
 * False at first, true once it is this part's turn. A screen of charts that all appear with one result would hold the page while they are laid out; one after the
 * other, keys and the pointer are heard in between.
 */
export function useTurn(): boolean {
  const [isMine, setMine] = useState(false);
  useEffect(() => queue(() => setMine(true)), []);
  return isMine;
}

/** False when a part first appears, true from its next turn on: a chart draws its axes first and its lines in a task of their own, each about half as long. */
export function useSecondTurn(): boolean {
  const [isWhole, setWhole] = useState(false);
  useEffect(() => queue(() => setWhole(true)), []);
  return isWhole;
}

/**
 * Follows `value` when it is this part's turn: a result that changes every chart of a screen is drawn one chart at a time. As long as values are
 * the same by `isSame`, the one that is returned stays the very same object, so that what is memoised on it is not drawn again.
 */
export function useInTurn<Value>(value: Value, isSame: (a: Value, b: Value) => boolean): Value {
  const newest = useRef(value);
  if (!isSame(newest.current, value)) newest.current = value;
  const wanted = newest.current;
  const [shown, setShown] = useState(wanted);
  useEffect(() => (shown === wanted ? undefined : queue(() => setShown(wanted))), [shown, wanted]);
  return shown;
}
