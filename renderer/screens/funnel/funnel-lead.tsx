import type { ReactElement } from 'react';
import { formatSchedule } from '../../../src/contract/schedule.ts';
import { percentInterval, percent, times } from '../../format/number.ts';
import { duration } from '../../format/unit.ts';
import { useApp } from '../../state/app.ts';
import { active, isOf } from '../../state/funnel.ts';
import { measuredFor } from '../../state/measuring-steps.ts';
import { ready } from '../../state/remote.ts';
import { mainLadder, shownLadders } from '../../state/selectors.ts';
import { useStore } from '../../state/store.ts';
import { datasetKey, seriesKey } from '../../state/work.ts';
import { Lead } from '../../ui/panel.tsx';
import { Term } from '../../ui/term.tsx';

/** What the schedule keeps and costs, in one sentence that follows the hand. */
export function FunnelLead(): ReactElement | null {
  const app = useApp();
  const work = useStore(app.work);
  const session = useStore(app.session);
  const funnel = useStore(app.funnel.store);
  const slots = funnel.history.present;
  const schedule = active(slots);
  const answer = slots.active === 'A' ? funnel.answers.A : funnel.answers.B;
  const isCurrent = isOf(answer, schedule);
  const dataset = ready(work.dataset);
  const baseline = mainLadder(shownLadders(work, session).filter((one) => !one.isStale), session)?.measured.result.baseline;
  const measured = dataset === undefined ? undefined : measuredFor(work.funnels, schedule, seriesKey(session.storeKind, session.head), datasetKey(dataset), session.k);
  const text = formatSchedule(schedule).replaceAll(',', ' → ');
  const exactMs = baseline?.latencyMs.p50;
  const k = ready(work.pool)?.k ?? session.k;

  if (measured !== undefined) {
    const { entry } = measured;
    return (
      <Lead note={entry.pays ? undefined : 'This funnel does not pay: it is not faster than exact search beyond noise.'}>
        <strong>{text}</strong> keeps <strong>{percentInterval(entry.recall)}</strong> of the true top {k} at <strong>{duration(entry.latencyMs.p50)}</strong> a query, measured: {times(entry.speedup)} the speed of exact search.
      </Lead>
    );
  }
  const estimate = isCurrent ? answer?.estimate : undefined;
  const factor = estimate === undefined || exactMs === undefined ? undefined : exactMs / estimate.totalMs;
  return (
    <Lead note={factor !== undefined && factor < 1 ? 'By the estimate this funnel does not pay: exact search would be faster.' : undefined}>
      <strong>{text}</strong>{' '}
      {answer === undefined ? (
        'is being evaluated.'
      ) : (
        <>
          keeps <strong>{isCurrent ? percentInterval(answer.recall) : percent(answer.recall.value)}</strong> of the true top {k}
          {estimate === undefined ? '.' : (
            <>
              {' '}
              at about <strong>{duration(estimate.totalMs)}</strong> a query (<Term name="estimate" />)
              {factor === undefined ? '.' : `, ${times(factor)} the speed of exact search.`}
            </>
          )}
        </>
      )}
    </Lead>
  );
}
