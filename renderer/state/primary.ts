import { useEffect, useRef } from 'react';
import { createStore } from './store.ts';

/** What Ctrl-Enter does on the screen in front. */
export interface PrimaryAction {
  readonly label: string;
  readonly isEnabled: boolean;
  run(): void;
}

export const primaryAction = createStore<PrimaryAction | undefined>(undefined);

/** Declares the screen's main action while the screen is shown. */
export function usePrimaryAction(label: string, isEnabled: boolean, run: () => void): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    const action: PrimaryAction = { label, isEnabled, run: () => latest.current() };
    primaryAction.set(action);
    return () => primaryAction.set((before) => (before === action ? undefined : before));
  }, [label, isEnabled]);
}
