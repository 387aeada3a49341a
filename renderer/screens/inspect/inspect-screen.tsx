import { useEffect } from 'react';
import type { ReactElement } from 'react';
import { formatSchedule } from '../../../src/contract/schedule.ts';
import { count, percent } from '../../format/number.ts';
import { patchSession, useApp } from '../../state/app.ts';
import { active } from '../../state/funnel.ts';
import { inspect, loadLosses } from '../../state/inspect-steps.ts';
import { explore } from '../../state/journey.ts';
import { usePrimaryAction } from '../../state/primary.ts';
import { ready, shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorPanel } from '../../ui/note.tsx';
import { EmptyState, Lead, SkeletonRows, Stale } from '../../ui/panel.tsx';
import { InspectionView } from './inspection-view.tsx';
import { QueryList } from './query-list.tsx';
import './inspect.css';

/** Why a query lost what it lost. */
export default function InspectScreen(): ReactElement {
  const app = useApp();
  const work = useStore(app.work);
  const schedule = useStore(app.funnel.store, (funnel) => active(funnel.history.present));
  const text = formatSchedule(schedule);
  const poolId = ready(work.pool)?.poolId;
  const inspection = shown(work.inspection);

  useEffect(() => {
    if (poolId === undefined || text === '') return undefined;
    const timer = setTimeout(() => void loadLosses(app), 150);
    return () => clearTimeout(timer);
  }, [app, poolId, text]);

  // The first look: the query that loses most.
  const losses = ready(work.losses);
  const worst = losses?.[0]?.row;
  useEffect(() => {
    if (worst !== undefined && app.work.get().inspection.status === 'idle') void inspect(app, { row: worst });
  }, [app, worst]);

  const isStale = inspection !== undefined && inspection.schedule !== text;
  const again = (): void => {
    if (inspection === undefined) return;
    void inspect(app, inspection.query.row === null ? { text: inspection.query.text } : { row: inspection.query.row });
  };
  usePrimaryAction('Inspect again with this schedule', inspection !== undefined, again);

  if (poolId === undefined || schedule.length === 0) return <NothingYet />;
  return (
    <div className="screen inspect-screen">
      {inspection === undefined ? (
        <Lead>Choose a query on the left, or type one.</Lead>
      ) : (
        <Lead actions={isStale ? <Button look="primary" onPress={again}>Inspect with {text.replaceAll(',', ' → ')}</Button> : <Button onPress={() => patchSession(app, { screen: 'funnel' })}>Open in Funnel</Button>}>
          {inspection.sentence}
        </Lead>
      )}
      {work.inspection.status === 'failed' ? <ErrorPanel error={work.inspection.error} onRetry={again} /> : null}
      <div className="inspect-columns">
        <QueryList />
        {inspection === undefined ? (
          work.inspection.status === 'busy' ? <SkeletonRows rows={10} /> : <p className="muted">{losses === undefined ? '' : `${count(losses.filter((one) => one.recall < 1).length)} of ${count(losses.length)} queries lose something with this schedule; on average it keeps ${percent(mean(losses.map((one) => one.recall)))}.`}</p>
        ) : (
          <Stale when={isStale || work.inspection.status === 'busy'} note={isStale ? `Of ${inspection.schedule}, before the change.` : 'Being inspected again.'}>
            <InspectionView key={`${inspection.query.id} ${inspection.query.text} ${inspection.schedule}`} inspection={inspection} />
          </Stale>
        )}
      </div>
    </div>
  );
}

function NothingYet(): ReactElement {
  const app = useApp();
  const { corpus, dataset, pool } = useStore(app.work, (work) => ({ corpus: work.corpus.status, dataset: ready(work.dataset), pool: work.pool.status }));
  if (corpus === 'busy' || pool === 'busy') {
    return (
      <div className="screen">
        <SkeletonRows rows={8} />
      </div>
    );
  }
  return (
    <div className="screen">
      <EmptyState
        title="No query to look into yet"
        actions={
          dataset === undefined ? (
            <Button look="primary" onPress={() => void explore(app, 'wordnet')}>
              Explore the WordNet sample
            </Button>
          ) : (
            <Button look="primary" onPress={() => patchSession(app, { screen: 'funnel' })}>
              Collect candidates in Funnel
            </Button>
          )
        }
      >
        This screen shows a query’s true neighbours beside the funnel’s answer, and for each lost one the stage that dropped it, its rank at every prefix, and the smallest keep that would have saved it.
      </EmptyState>
    </div>
  );
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 1 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
