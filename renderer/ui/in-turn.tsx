import type { ReactElement, ReactNode } from 'react';
import { useTurn } from '../state/turn.ts';

/** A part of a screen that is drawn after what stands before it, in a task of its own; its place is kept. */
export function InTurn({ minHeight, children }: { readonly minHeight: number; readonly children: ReactNode }): ReactElement {
  const isTurn = useTurn();
  return isTurn ? <>{children}</> : <div style={{ minHeight }} />;
}
