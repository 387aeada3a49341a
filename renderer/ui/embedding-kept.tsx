import type { ReactElement } from 'react';
import { count } from '../format/number.ts';
import { useApp } from '../state/app.ts';
import { useStore } from '../state/store.ts';
import { Note } from './note.tsx';

/** After embedding was cancelled: how much is kept, and that it goes on from there. */
export function EmbeddingKept(): ReactElement | null {
  const app = useApp();
  const last = useStore(app.jobs.state, (jobs) => (jobs.running.length === 0 ? jobs.last : undefined));
  const isEmbedded = useStore(app.work, (work) => work.dataset.status === 'ready');
  if (last?.call !== 'dataset.embed' || last.outcome !== 'cancelled' || isEmbedded) return null;
  const { done, total } = last.progress ?? {};
  return (
    <Note>
      Embedding was cancelled{done === undefined || total === undefined || total <= 1 ? '' : ` at ${count(done)} of ${count(total)} texts`}. What was embedded is kept: it goes on from there.
    </Note>
  );
}
