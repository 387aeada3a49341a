import type { ReactElement, ReactNode } from 'react';
import { formatSchedule } from '../../../src/contract/schedule.ts';
import type { Schedule } from '../../../src/contract/schedule.ts';
import type { Evaluation } from '../../../src/contract/tuning.ts';
import { percent, percentInterval, points, thin, times } from '../../format/number.ts';
import { bytes, duration } from '../../format/unit.ts';
import { useApp } from '../../state/app.ts';
import { isOf } from '../../state/funnel.ts';
import { measuredFor } from '../../state/measuring-steps.ts';
import { ready } from '../../state/remote.ts';
import { mainLadder, shownLadders } from '../../state/selectors.ts';
import type { SlotName } from '../../state/session.ts';
import { useStore } from '../../state/store.ts';
import { datasetKey, seriesKey } from '../../state/work.ts';
import type { MeasuredFunnel } from '../../state/work.ts';
import { Term } from '../../ui/term.tsx';

interface Side {
  readonly name: SlotName;
  readonly schedule: Schedule;
  readonly answer: Evaluation | undefined;
  readonly measured: MeasuredFunnel | undefined;
}

/** The sums under the bars; with two schedules, one line each and the difference. */
export function Summary(): ReactElement | null {
  const app = useApp();
  const work = useStore(app.work);
  const session = useStore(app.session);
  const funnel = useStore(app.funnel.store);
  const dataset = ready(work.dataset);
  if (dataset === undefined) return null;
  const { A, B } = funnel.history.present;
  const key = seriesKey(session.storeKind, session.head);
  const sideOf = (name: SlotName, schedule: Schedule): Side => ({
    name,
    schedule,
    answer: isOf(funnel.answers[name], schedule) ? funnel.answers[name] : undefined,
    measured: measuredFor(work.funnels, schedule, key, datasetKey(dataset), session.k),
  });
  const sides = [sideOf('A', A), ...(B === undefined ? [] : [sideOf('B', B)])];
  const exactMs = mainLadder(shownLadders(work, session).filter((one) => !one.isStale), session)?.measured.result.baseline.latencyMs.p50;
  const k = ready(work.pool)?.k ?? session.k;
  return (
    <table className="summary num">
      <caption className="visually-hidden">What the schedule keeps and costs</caption>
      <thead>
        <tr>
          {sides.length > 1 ? (
            <th scope="col" className="wide">
              schedule
            </th>
          ) : null}
          <th scope="col" className="wide">
            <Term name="recall">recall@{k}</Term>, <Term name="pool">exact</Term>
          </th>
          <th scope="col">
            time, <Term name="estimate" />
          </th>
          <th scope="col" className="widest">
            time, measured
          </th>
          <th scope="col" className="narrow">vs exact</th>
          <th scope="col" className="narrow">read</th>
        </tr>
      </thead>
      <tbody>
        {sides.map((side) => (
          <tr key={side.name} className={sides.length > 1 && side.name === funnel.history.present.active ? 'is-active' : undefined}>
            {sides.length > 1 ? (
              <th scope="row">
                {side.name} <span className="mono">{formatSchedule(side.schedule)}</span>
              </th>
            ) : null}
            <td>
              {side.answer === undefined ? <span className="muted">–</span> : <strong>{percentInterval(side.answer.recall)}</strong>}
              {side.name === 'B' ? <Difference a={sides[0]?.answer?.recall.value} b={side.answer?.recall.value} format={points} unit="points vs A" /> : null}
            </td>
            <td>
              {side.answer?.estimate === undefined ? <span className="muted">–</span> : <>≈ {duration(side.answer.estimate.totalMs)} <span className={sides.length > 1 ? 'second-line muted' : 'muted'}>±{thin}{duration(side.answer.estimate.errorMs)}</span></>}
            </td>
            <td>{side.measured === undefined ? <span className="muted">not yet</span> : <MeasuredCell measured={side.measured} />}</td>
            <td>
              <Against side={side} exactMs={exactMs} />
            </td>
            <td>{side.answer === undefined ? '–' : bytes(side.answer.bytesReadPerQuery)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function MeasuredCell({ measured }: { readonly measured: MeasuredFunnel }): ReactElement {
  const { latencyMs, recall } = measured.entry;
  return (
    <>
      <strong>{duration(latencyMs.p50)}</strong> p50, {duration(latencyMs.p95)} p95 <span className="second-line muted">recall {percent(recall.value)}</span>
    </>
  );
}

const doesNotPay = 'It does not pay: exact search is as fast';

/** How much faster than exact search; measured when there is a measurement. A funnel that does not pay says so. */
function Against({ side, exactMs }: { readonly side: Side; readonly exactMs: number | undefined }): ReactElement {
  if (side.measured !== undefined) {
    return (
      <>
        <strong className={side.measured.entry.pays ? undefined : 'warn-text'} title={side.measured.entry.pays ? undefined : doesNotPay}>
          {times(side.measured.entry.speedup)}
        </strong>
      </>
    );
  }
  const estimate = side.answer?.estimate;
  if (estimate === undefined || exactMs === undefined) return <span className="muted">–</span>;
  const factor = exactMs / estimate.totalMs;
  return (
    <>
      <span className={factor < 1 ? 'warn-text' : undefined} title={factor < 1 ? doesNotPay : undefined}>
        ≈ {times(factor)}
      </span>
    </>
  );
}

function Difference({ a, b, format, unit }: { readonly a: number | undefined; readonly b: number | undefined; readonly format: (difference: number) => string; readonly unit: string }): ReactNode {
  if (a === undefined || b === undefined) return null;
  return (
    <span className="second-line muted">
      {format(b - a)} {unit}
    </span>
  );
}

