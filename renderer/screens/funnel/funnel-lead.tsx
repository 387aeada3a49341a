import type { ReactElement } from 'react';
import { formatSchedule } from '../../../src/contract/schedule.ts';
import type { Evaluation } from '../../../src/contract/tuning.ts';
import { percentInterval, percent, times } from '../../format/number.ts';
import { duration } from '../../format/unit.ts';
import { useApp } from '../../state/app.ts';
import { active, isOf } from '../../state/funnel.ts';
import { measuredFor } from '../../state/measuring-steps.ts';
import { ready } from '../../state/remote.ts';
import { mainLadder, shownLadders } from '../../state/selectors.ts';
import { useStore } from '../../state/store.ts';
import { datasetKey, seriesKey } from '../../state/work.ts';
import type { MeasuredFunnel } from '../../state/work.ts';
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

  const estimate = isCurrent ? answer?.estimate : undefined;
  return (
    <Lead note={<TimeLine measured={measured} estimate={estimate} exactMs={exactMs} isFitting={work.costModel.status !== 'ready'} />}>
      <strong>{text}</strong>{' '}
      {measured !== undefined ? (
        <>
          keeps <strong>{percentInterval(measured.entry.recall)}</strong> of the true top {k}, measured.
        </>
      ) : answer === undefined ? (
        'is being evaluated.'
      ) : (
        <>
          keeps <strong>{isCurrent ? percentInterval(answer.recall) : percent(answer.recall.value)}</strong> of the true top {k}.
        </>
      )}
    </Lead>
  );
}

/** The second line, always there: what it costs, and whether that pays. */
function TimeLine({
  measured,
  estimate,
  exactMs,
  isFitting,
}: {
  readonly measured: MeasuredFunnel | undefined;
  readonly estimate: Evaluation['estimate'];
  readonly exactMs: number | undefined;
  readonly isFitting: boolean;
}): ReactElement {
  if (measured !== undefined) {
    const { latencyMs, speedup, pays } = measured.entry;
    return (
      <span className="time-line">
        {duration(latencyMs.p50)} a query (p50), {times(speedup)} the speed of exact search.{pays ? '' : ' It does not pay: not faster than exact search beyond noise.'}
      </span>
    );
  }
  if (estimate === undefined) return <span className="time-line">{isFitting ? 'Its time is not estimated yet: the cost model is being fitted.' : 'Its time is being estimated.'}</span>;
  const factor = exactMs === undefined ? undefined : exactMs / estimate.totalMs;
  return (
    <span className="time-line">
      About {duration(estimate.totalMs)} a query (<Term name="estimate" />){factor === undefined ? '.' : `, ${times(factor)} the speed of exact search.`}
      {factor !== undefined && factor < 1 ? ' It would not pay.' : ''}
    </span>
  );
}
