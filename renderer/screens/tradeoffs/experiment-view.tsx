import type { ReactElement, ReactNode } from 'react';
import { useApp } from '../../state/app.ts';
import { runExperiment } from '../../state/measuring-steps.ts';
import type { Experiment } from '../../state/measuring-steps.ts';
import { ready, shown } from '../../state/remote.ts';
import type { Remote } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorPanel } from '../../ui/note.tsx';
import { EmptyState, SkeletonRows, Stale } from '../../ui/panel.tsx';

/** Around every experiment: why one would run it, the button, its failure, its result. */
export function ExperimentView<T>({
  experiment,
  remote,
  title,
  explanation,
  button,
  children,
}: {
  readonly experiment: Experiment;
  readonly remote: Remote<T>;
  readonly title: string;
  readonly explanation: string;
  readonly button: string;
  readonly children: (value: T) => ReactNode;
}): ReactElement {
  const app = useApp();
  const hasDataset = useStore(app.work, (work) => ready(work.dataset) !== undefined);
  const value = shown(remote);
  const run = (): void => void runExperiment(app, experiment);
  return (
    <div className="experiment">
      {remote.status === 'failed' ? <ErrorPanel error={remote.error} onRetry={run} /> : null}
      {value === undefined ? (
        remote.status === 'busy' ? (
          <SkeletonRows rows={6} />
        ) : (
          <EmptyState title={title} actions={<Button look="primary" isDisabled={!hasDataset} onPress={run}>{button}</Button>}>
            {explanation}
          </EmptyState>
        )
      ) : (
        <Stale when={remote.status === 'busy'} note="Being measured again; this is the result before.">
          {children(value)}
        </Stale>
      )}
    </div>
  );
}
