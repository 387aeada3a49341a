import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { count } from '../../format/number.ts';
import { patchSession, useApp } from '../../state/app.ts';
import { withFull } from '../../state/funnel.ts';
import { explore } from '../../state/journey.ts';
import { collectPool, fitCost, measureFunnels } from '../../state/measuring-steps.ts';
import { usePrimaryAction } from '../../state/primary.ts';
import { ready, shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorPanel, Note } from '../../ui/note.tsx';
import { EmptyState, SkeletonRows } from '../../ui/panel.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { CandidatesPanel } from './candidates-panel.tsx';
import { FunnelLead } from './funnel-lead.tsx';
import { HeatPanel } from './heat-panel.tsx';
import { MeasuredRuns } from './measured-runs.tsx';
import { ScheduleBar } from './schedule-bar.tsx';
import { StageList } from './stage-list.tsx';
import { Summary } from './summary.tsx';
import { TunePanel } from './tune-panel.tsx';
import './funnel.css';

/** The schedule under the user's hand. */
export default function FunnelScreen(): ReactElement {
  const app = useApp();
  const work = useStore(app.work);
  const hasSchedule = useStore(app.funnel.store, (funnel) => funnel.history.present.A.length > 0);
  const [view, setView] = useState('heat');
  const needsCost = ready(work.pool) !== undefined && work.costModel.status === 'idle' && work.exploring === undefined;
  useEffect(() => {
    if (needsCost) void fitCost(app);
  }, [app, needsCost]);
  const isMeasuring = work.funnelRun.status === 'busy';
  const canMeasure = ready(work.dataset) !== undefined && hasSchedule && !isMeasuring;
  const measure = (): void => {
    const { A, B } = app.funnel.store.get().history.present;
    void measureFunnels(app, B === undefined ? [A] : [A, B]);
  };
  usePrimaryAction('Measure this funnel', canMeasure, measure);

  if (shown(work.pool) === undefined || !hasSchedule) return <NoPool />;
  return (
    <div className="screen funnel-screen">
      <FunnelLead />
      <PoolNotes />
      {work.funnelRun.status === 'failed' ? <ErrorPanel error={work.funnelRun.error} onRetry={measure} /> : null}
      <section className="funnel-board" aria-label="Schedule">
        <ScheduleBar canMeasure={canMeasure} isMeasuring={isMeasuring} onMeasure={measure} />
        <StageList />
        <Summary />
      </section>
      <Tabs
        label="Around the schedule"
        selected={view}
        onSelect={setView}
        items={[
          { id: 'heat', title: 'Heat map', render: () => <HeatPanel /> },
          { id: 'candidates', title: 'Candidates needed', render: () => <CandidatesPanel /> },
          { id: 'tune', title: 'Tune', render: () => <TunePanel /> },
          { id: 'runs', title: 'Measured runs', render: () => <MeasuredRuns /> },
        ]}
      />
    </div>
  );
}

function NoPool(): ReactElement {
  const app = useApp();
  const work = useStore(app.work);
  const dataset = ready(work.dataset);
  const collect = async (): Promise<void> => {
    if (await collectPool(app)) await fitCost(app);
  };
  return (
    <div className="screen">
      {work.pool.status === 'failed' ? <ErrorPanel error={work.pool.error} onRetry={() => void collect()} /> : null}
      {work.pool.status === 'busy' || (dataset === undefined && work.corpus.status === 'busy') || work.dataset.status === 'busy' ? (
        <SkeletonRows rows={6} />
      ) : dataset === undefined ? (
        <EmptyState
          title="No embeddings yet"
          actions={
            <>
              <Button look="primary" onPress={() => void explore(app, 'wordnet')}>
                Explore the WordNet sample
              </Button>
              <Button onPress={() => patchSession(app, { screen: work.corpus.status === 'ready' ? 'model' : 'corpus' })}>{work.corpus.status === 'ready' ? 'Choose a model' : 'Open your own corpus'}</Button>
            </>
          }
        >
          A funnel searches a short prefix first and re-ranks fewer and fewer candidates with longer ones. With embedded texts, this screen shows what every schedule keeps as you move its stages.
        </EmptyState>
      ) : (
        <EmptyState title="Collect candidates first" actions={<Button look="primary" onPress={() => void collect()}>Collect candidates</Button>}>
          For every query the best documents at every prefix are collected once. From them any schedule is evaluated exactly, while you drag.
        </EmptyState>
      )}
    </div>
  );
}

/** When the pool no longer fits what is asked: says so and offers the one thing that mends it. */
function PoolNotes(): ReactElement | null {
  const app = useApp();
  const { k, capacity } = useStore(app.session, (session) => ({ k: session.k, capacity: session.capacity }));
  const pool = useStore(app.work, (work) => work.pool);
  const dataset = useStore(app.work, (work) => ready(work.dataset));
  const { A, B } = useStore(app.funnel.store, (funnel) => funnel.history.present);
  const error = useStore(app.funnel.store, (funnel) => funnel.error);
  const built = shown(pool);
  if (pool.status === 'failed') return <ErrorPanel error={pool.error} onRetry={() => void collectPool(app)} />;
  if (built === undefined || dataset === undefined) return null;
  const stages = [...A, ...(B ?? [])];
  const widest = Math.max(...stages.map((stage) => stage.keep));
  const missing = [...new Set(stages.map((stage) => stage.dims).filter((dims) => !built.dims.includes(dims) && dims <= dataset.dims))];
  const limit = Math.min(16_384, dataset.rowCount);
  const isBusy = pool.status === 'busy';
  if (built.k !== k) {
    return (
      <Note tone="warn" actions={<Button isSmall isDisabled={isBusy} onPress={() => void collectPool(app)}>Collect for k = {k}</Button>}>
        The candidates were collected for the top {built.k}; k is now {k}. The figures below are for {built.k}.
      </Note>
    );
  }
  if (missing.length > 0) {
    const collect = (): void => {
      patchSession(app, { dims: withFull([...built.dims, ...missing], dataset.dims) });
      void collectPool(app);
    };
    return (
      <Note tone="warn" actions={<Button isSmall isDisabled={isBusy} onPress={collect}>Collect at {missing.join(', ')} dims too</Button>}>
        The candidates were collected at {built.dims.join(', ')} dims; a stage at {missing.join(', ')} can be measured, but not evaluated from them.
      </Note>
    );
  }
  if (widest > built.capacity && built.capacity < limit) {
    const more = Math.min(limit, 2 ** Math.ceil(Math.log2(widest)));
    const collect = (): void => {
      patchSession(app, { capacity: Math.max(capacity, more) });
      void collectPool(app);
    };
    return (
      <Note tone="warn" actions={<Button isSmall isDisabled={isBusy} onPress={collect}>Collect {count(more)}</Button>}>
        {count(built.capacity)} candidates a query were collected; a keep of {count(widest)} can be measured, but not evaluated from them.
      </Note>
    );
  }
  return error === undefined ? null : <ErrorPanel error={error} onRetry={() => app.funnel.evaluate()} />;
}
