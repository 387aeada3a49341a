import { useEffect, useState } from 'react';

/** Long enough for one chart to be laid out and drawn before the next one begins. */
const betweenMs = 16;

const waiting: (() => void)[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

function next(): void {
  waiting.shift()?.();
  timer = waiting.length === 0 ? undefined : setTimeout(next, betweenMs);
}

/**
 * False at first, true once it is this chart's turn. A screen of charts that all appear with one result would hold the page while they are laid out; one after the
 * other, keys and the pointer are heard in between.
 */
export function useTurn(): boolean {
  const [isMine, setMine] = useState(false);
  useEffect(() => {
    const take = (): void => setMine(true);
    waiting.push(take);
    timer ??= setTimeout(next, 0);
    return () => {
      const at = waiting.indexOf(take);
      if (at >= 0) waiting.splice(at, 1);
    };
  }, []);
  return isMine;
}
