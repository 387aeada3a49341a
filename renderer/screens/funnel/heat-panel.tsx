import type { ReactElement } from 'react';
import { formatSchedule } from '../../../src/contract/schedule.ts';
import { HeatMap } from '../../charts/heat-map.tsx';
import { count } from '../../format/number.ts';
import { useApp } from '../../state/app.ts';
import { active } from '../../state/funnel.ts';
import { ready, shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { ErrorPanel } from '../../ui/note.tsx';
import { SkeletonRows } from '../../ui/panel.tsx';
import { Term } from '../../ui/term.tsx';
import { useChartHeight } from '../../ui/use-chart-height.ts';

/** Every two-stage funnel at a glance; a cell becomes the first stage of the schedule at hand. */
export function HeatPanel(): ReactElement {
  const app = useApp();
  const remote = useStore(app.work, (work) => work.heatMap);
  const pool = useStore(app.work, (work) => shown(work.pool));
  const dataset = useStore(app.work, (work) => ready(work.dataset));
  const schedule = useStore(app.funnel.store, (funnel) => active(funnel.history.present));
  const selectedDims = useStore(app.session, (session) => session.selectedDims);
  const plotHeight = useChartHeight(0.2, 128, 420);
  const heatMap = shown(remote);
  if (remote.status === 'failed') return <ErrorPanel error={remote.error} />;
  if (heatMap === undefined || pool === undefined || dataset === undefined) return <SkeletonRows rows={8} />;
  const pick = (dims: number, keep: number): void => {
    const rest = schedule.slice(1).filter((stage) => stage.dims > dims && stage.keep <= keep);
    const last = rest[rest.length - 1];
    const ends = last === undefined || last.dims < dataset.dims ? [{ dims: dataset.dims, keep: pool.k }] : [];
    const next = dims >= dataset.dims ? [{ dims, keep: Math.max(keep, pool.k) }] : [{ dims, keep: Math.max(keep, pool.k) }, ...rest, ...ends];
    app.funnel.edit(next, 'commit');
  };
  return (
    <HeatMap
      data={heatMap}
      rowHeight={Math.min(56, Math.max(22, Math.floor(plotHeight / heatMap.dims.length)))}
      current={schedule[0]}
      fullDims={dataset.dims}
      selectedDims={selectedDims}
      k={pool.k}
      onPick={pick}
      title={
        <>
          <Term name="recall">Recall@{pool.k}</Term> of the funnel dims:keep → {dataset.dims}:{pool.k}
        </>
      }
      note={`Lines: the smallest keep that reaches 90, 95 and 99 %. Exact, from ${count(pool.capacity)} candidates a query at every prefix. The ring is the first stage of ${formatSchedule(schedule)}.`}
    />
  );
}
