import { useCallback, useState } from 'react';
import type { RefCallback } from 'react';

/** The width of whatever element carries the ref, followed as it changes and as the element is exchanged; 0 until it is known. */
export function useWidth<E extends Element>(): readonly [RefCallback<E>, number] {
  const [width, setWidth] = useState(0);
  const ref = useCallback((watched: E | null) => {
    if (watched === null) return undefined;
    setWidth(watched.getBoundingClientRect().width);
    const observer = new ResizeObserver((entries) => {
      const entry = entries[entries.length - 1];
      if (entry !== undefined) setWidth(entry.contentRect.width);
    });
    observer.observe(watched);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
