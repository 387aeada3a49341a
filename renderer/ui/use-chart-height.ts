import { useSyncExternalStore } from 'react';

function subscribe(listener: () => void): () => void {
  window.addEventListener('resize', listener);
  return () => window.removeEventListener('resize', listener);
}

/** A share of the window's height, within bounds, in steps of 4 px: charts grow with the window, text does not. */
export function useChartHeight(share: number, low: number, high: number): number {
  const height = useSyncExternalStore(subscribe, () => window.innerHeight);
  return Math.round(Math.min(high, Math.max(low, height * share)) / 4) * 4;
}
