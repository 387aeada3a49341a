import { useLayoutEffect } from 'react';
import type { ReactElement } from 'react';
import type { Schedule } from '../../../src/contract/schedule.ts';
import type { Evaluation } from '../../../src/contract/tuning.ts';
import { count, percent } from '../../format/number.ts';
import { duration } from '../../format/unit.ts';
import { useApp } from '../../state/app.ts';
import { active, isOf } from '../../state/funnel.ts';
import { canAddAfter } from '../../state/schedule-edit.ts';
import type { EditLimits } from '../../state/schedule-edit.ts';
import { measuredFor } from '../../state/measuring-steps.ts';
import { ready, shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { datasetKey, seriesKey } from '../../state/work.ts';
import type { MeasuredFunnel } from '../../state/work.ts';
import { DimsLabel } from './dims-label.tsx';
import { KeepHandle } from './keep-handle.tsx';
import { StageActions, mostStages } from './stage-actions.tsx';
import { shareOfBar } from './bar-scale.ts';

/**
 * The funnel as bars on a log scale. Each row is a set of documents and what is done with it: the corpus is searched at the
 * first prefix, what a stage keeps is re-ranked by the next. A bar's edge is the keep; the label beside it the prefix.
 */
export function StageList(): ReactElement | null {
  const app = useApp();
  const funnel = useStore(app.funnel.store);
  const session = useStore(app.session);
  const { dataset, trained, funnels } = useStore(app.work, (work) => ({ dataset: ready(work.dataset), trained: shown(work.dataset)?.model.trainedDims, funnels: work.funnels, pool: work.pool }));
  const slots = funnel.history.present;
  const schedule = active(slots);
  const answer = slots.active === 'A' ? funnel.answers.A : funnel.answers.B;
  const other = slots.B === undefined ? undefined : slots.active === 'A' ? slots.B : slots.A;

  useLayoutEffect(() => {
    // Read by bench/: from the move of a handle to the figures that belong to it, drawn.
    if (funnel.answeredMoveAt !== undefined) performance.measure('funnel.redraw', { start: funnel.answeredMoveAt, end: performance.now() });
  }, [funnel.answeredMoveAt]);

  const limits = app.funnel.limits();
  if (limits === undefined || dataset === undefined) return null;
  const measured = measuredFor(funnels, schedule, seriesKey(session.storeKind, session.head), datasetKey(dataset), session.k);
  return (
    <div className="stage-grid" role="group" aria-label="Stages">
      <div className="stage-head" aria-hidden="true">
        <span className="numeric">documents</span>
        <span>log scale</span>
        <span>by prefix</span>
        <span className="numeric">survival</span>
        <span className="numeric">{measured === undefined ? 'time, estimate' : 'measured p50'}</span>
        <span />
      </div>
      <Row index={-1} schedule={schedule} limits={limits} answer={answer} measured={measured} trained={trained ?? []} other={other} />
      {schedule.map((_, index) => (
        <Row key={index} index={index} schedule={schedule} limits={limits} answer={answer} measured={measured} trained={trained ?? []} other={other} />
      ))}
    </div>
  );
}

/** Row −1 is the whole corpus; row i what stage i keeps. The operation on row i is stage i + 1. */
function Row({
  index,
  schedule,
  limits,
  answer,
  measured,
  trained,
  other,
}: {
  readonly index: number;
  readonly schedule: Schedule;
  readonly limits: EditLimits;
  readonly answer: Evaluation | undefined;
  readonly measured: MeasuredFunnel | undefined;
  readonly trained: readonly number[];
  readonly other: Schedule | undefined;
}): ReactElement {
  const isCurrent = isOf(answer, schedule);
  const stage = schedule[index];
  const next = schedule[index + 1];
  const documents = stage?.keep ?? limits.rowCount;
  const survival = index < 0 ? 1 : answer?.survival[index];
  const rival = index < 0 ? undefined : other?.[index]?.keep;
  const stageMs = measured === undefined ? (isCurrent ? answer?.estimate?.stagesMs[index + 1] : undefined) : measured.entry.stages[index + 1]?.latencyMs.p50;
  return (
    <div className={index < 0 ? 'stage-row corpus-row' : 'stage-row'}>
      <span className="numeric num stage-count">{count(documents)}</span>
      <div className="stage-track">
        {rival === undefined ? null : <div className="stage-rival" style={{ width: `${shareOfBar(rival, limits.rowCount) * 100}%` }} />}
        <div className="stage-bar" style={{ width: `${shareOfBar(documents, limits.rowCount) * 100}%` }} />
        {index === 0 && limits.capacity < limits.rowCount ? (
          <div className="stage-limit" style={{ width: `${shareOfBar(limits.capacity, limits.rowCount) * 100}%` }} title={`${count(limits.capacity)} candidates a query were collected: exact up to here. Type a larger keep to collect more.`} />
        ) : null}
        {stage === undefined ? null : <KeepHandle schedule={schedule} index={index} limits={limits} />}
      </div>
      <span className="stage-op">
        {next === undefined ? (
          <span className="muted">the answer</span>
        ) : (
          <>
            <span className="muted">{index < 0 ? 'search' : 're-rank'}</span>
            <DimsLabel schedule={schedule} index={index + 1} limits={limits} trained={trained} />
          </>
        )}
      </span>
      <span className={isCurrent ? 'numeric num' : 'numeric num pending'}>{percent(survival)}</span>
      <span className="numeric num">{next === undefined ? '' : stageMs === undefined ? <span className="muted">–</span> : `${measured === undefined ? '≈ ' : ''}${duration(stageMs)}`}</span>
      <span className="stage-actions">
        {next === undefined ? null : <StageActions index={index} dims={next.dims} canAdd={canAddAfter(schedule, index, limits) && schedule.length < mostStages} canRemove={schedule.length > 1} />}
      </span>
    </div>
  );
}

