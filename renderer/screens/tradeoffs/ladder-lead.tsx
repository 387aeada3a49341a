import type { ReactElement } from 'react';
import { metricTitles } from '../../charts/ladder-charts.tsx';
import { formatSchedule } from '../../../src/contract/schedule.ts';
import { fixed, percent, percentInterval, score } from '../../format/number.ts';
import { duration, when } from '../../format/unit.ts';
import { patchSession, useApp } from '../../state/app.ts';
import { isOf } from '../../state/funnel.ts';
import { ready } from '../../state/remote.ts';
import { focusEntry, mainLadder } from '../../state/selectors.ts';
import type { ShownLadder } from '../../state/selectors.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Lead } from '../../ui/panel.tsx';
import { Term } from '../../ui/term.tsx';

/** What the charts mean, in numbers, and where to go from here. */
export function LadderLead({ ladders, isStale }: { readonly ladders: readonly ShownLadder[]; readonly isStale: boolean }): ReactElement | null {
  const app = useApp();
  const session = useStore(app.session);
  const funnel = useStore(app.funnel.store);
  const main = mainLadder(ladders, session);
  if (main === undefined) return null;
  const { ladder, baseline } = main.measured.result;
  const entry = focusEntry(ladder, session.selectedDims);
  if (entry === undefined) return null;
  const full = Math.max(...ladder.map((one) => one.dims));
  const schedule = funnel.history.present.A;
  const answer = !isStale && isOf(funnel.answers.A, schedule) ? funnel.answers.A : undefined;
  const remark = main.measured.result.latencyRemark;
  return (
    <Lead
      note={<StateNote isStale={isStale} measuredAt={main.measured.measuredAt} remark={remark} />}
      actions={
        <Button look="primary" onPress={() => patchSession(app, { screen: 'funnel' })}>
          Open in Funnel
        </Button>
      }
    >
      <MetricSentence session={session} entry={entry} full={full} baseline={baseline} />{' '}
      {answer === undefined || schedule.length < 2 ? null : (
        <>
          The <Term name="funnel">funnel</Term> <strong>{formatSchedule(schedule).replaceAll(',', ' → ')}</strong> keeps <strong>{percentInterval(answer.recall)}</strong>
          {answer.estimate === undefined ? null : (
            <>
              {' '}
              at about {duration(answer.estimate.totalMs)} a query <span className="unbroken">(<Term name="estimate" />)</span>
            </>
          )}
          .
        </>
      )}
    </Lead>
  );
}

/** What must be known about the numbers before they are used. */
function StateNote({ isStale, measuredAt, remark }: { readonly isStale: boolean; readonly measuredAt: string; readonly remark: string | undefined }): ReactElement | null {
  const app = useApp();
  const { isResuming, isPlain } = useStore(app.work, (work) => ({ isResuming: work.isResuming, isPlain: ready(work.dataset)?.model.trainedDims.length === 0 && ready(work.dataset)?.model.where !== 'collection' }));
  return (
    <>
      {isStale ? <span className="stale-mark">Measured before the change, {when(measuredAt)}. Measure to bring the charts up to date. </span> : null}
      {isResuming ? `Measured ${when(measuredAt)}; the corpus is being opened again. ` : null}
      {isPlain ? 'This model was not trained for prefixes: short ones lose more than with a Matryoshka model. ' : null}
      {remark}
    </>
  );
}

function MetricSentence({
  session,
  entry,
  full,
  baseline,
}: {
  readonly session: { readonly metric: keyof typeof metricTitles; readonly k: number };
  readonly entry: NonNullable<ReturnType<typeof focusEntry>>;
  readonly full: number;
  readonly baseline: { readonly latencyMs: { readonly p50: number }; readonly ndcg?: { readonly value: number } | undefined };
}): ReactElement {
  const share = <>at {fraction(entry.dims, full)} of the memory{speed(baseline.latencyMs.p50, entry.latencyMs.p50)}.</>;
  if (entry.dims === full) {
    return (
      <>
        <strong>{full} dims</strong> is the full dimension: what every shorter prefix is held against, at {duration(entry.latencyMs.p50)} a query. Select another prefix in a chart.
      </>
    );
  }
  const value = session.metric === 'recall' ? entry.recall : entry[session.metric];
  if (session.metric !== 'recall' && value !== undefined) {
    const words = metricTitles[session.metric];
    const whole = session.metric === 'ndcg' ? baseline.ndcg?.value : undefined;
    return (
      <>
        At <strong>{entry.dims} dims</strong> <Term name={words.term}>{words.words(session.k)}</Term> is <strong>{words.isShare ? percentInterval(value) : `${score(value.value)} (${score(value.low)}–${score(value.high)})`}</strong>
        {whole === undefined || whole === 0 ? '' : `, ${percent(value.value / whole)} of the full dimension’s`}, {share}
      </>
    );
  }
  return (
    <>
      At <strong>{entry.dims} dims</strong> you keep <strong>{percentInterval(entry.recall)}</strong> of the <Term name="true neighbours" /> {share}
    </>
  );
}

function fraction(dims: number, full: number): string {
  const ratio = full / dims;
  return Number.isInteger(ratio) ? `1/${ratio}` : percent(dims / full);
}

function speed(exact: number, here: number): string {
  if (!(exact > 0) || !(here > 0)) return '';
  const factor = exact / here;
  return factor >= 1.05 ? ` and ${fixed(factor, factor >= 10 ? 0 : 1)} times the speed` : '';
}
