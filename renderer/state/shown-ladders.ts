import { useMemo } from 'react';
import type { App } from './app.ts';
import { shownLadders } from './selectors.ts';
import type { ShownLadder } from './selectors.ts';
import { useStore } from './store.ts';

/** The ladders to draw, the same array for as long as nothing changes that decides on them: charts are drawn anew by its identity. */
export function useShownLadders(app: App): readonly ShownLadder[] {
  const work = useStore(app.work, ({ dataset, ladders, isResuming, exploring, corpus }) => ({ dataset, ladders, isResuming, exploring, corpus }));
  const k = useStore(app.session, (session) => session.k);
  return useMemo(() => shownLadders(work, { k }), [work, k]);
}
