import type { ReactElement } from 'react';
import { parseSchedule } from '../../../src/contract/schedule.ts';
import type { TunedPoint, Tuning } from '../../../src/contract/tuning.ts';
import { FrontierChart, markFrontier } from '../../charts/frontier-chart.tsx';
import type { FrontierPoint } from '../../charts/frontier-chart.tsx';
import { styleOf } from '../../charts/series.ts';
import { count, percentInterval, times } from '../../format/number.ts';
import { bytes, clock, duration } from '../../format/unit.ts';
import { patchSession, useApp } from '../../state/app.ts';
import { fitCost, tune } from '../../state/measuring-steps.ts';
import { ready, shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { NumberInput } from '../../ui/field.tsx';
import { ErrorPanel } from '../../ui/note.tsx';
import { Lead, Stale } from '../../ui/panel.tsx';
import { Term } from '../../ui/term.tsx';

/** From constraints to a schedule that holds. */
export function TunePanel(): ReactElement {
  const app = useApp();
  const session = useStore(app.session);
  const remote = useStore(app.work, (work) => work.tuning);
  const hasCost = useStore(app.work, (work) => ready(work.costModel) !== undefined);
  const isBusy = remote.status === 'busy';
  const tuning = shown(remote);
  const start = async (): Promise<void> => {
    if (!hasCost) await fitCost(app);
    await tune(app);
  };
  return (
    <div className="stack">
      <div className="tune-bar">
        <NumberInput label="Recall at least" value={session.tuneRecall} minValue={0} maxValue={1} step={0.001} format={{ style: 'percent', maximumFractionDigits: 1 }} onChange={(recall) => patchSession(app, { tuneRecall: recall ?? 0.99 })} />
        <NumberInput label="p95 at most, ms" value={session.tuneP95Ms} minValue={0.001} onChange={(p95) => patchSession(app, { tuneP95Ms: p95 })} />
        <NumberInput label="Head memory at most, MiB" value={session.tuneMemoryMiB} minValue={1} onChange={(memory) => patchSession(app, { tuneMemoryMiB: memory })} />
        <NumberInput label="Stages at most" value={session.tuneMaxStages} minValue={1} maxValue={5} onChange={(stages) => patchSession(app, { tuneMaxStages: stages ?? 4 })} />
        <Button look="primary" isDisabled={isBusy} onPress={() => void start()}>
          {isBusy ? 'Tuning' : 'Tune'}
        </Button>
      </div>
      {remote.status === 'failed' ? <ErrorPanel error={remote.error} onRetry={() => void start()} /> : null}
      {tuning === undefined ? (
        <p className="muted measure">Tries all schedules on a grid of prefixes and keeps, exactly, on one half of the queries; measures the best for real; and reports the choice on the other half, which it did not see. An empty field is no constraint.</p>
      ) : (
        <Stale when={isBusy} note="Being tuned again; this is the result before.">
          <Result tuning={tuning} />
        </Stale>
      )}
    </div>
  );
}

function Result({ tuning }: { readonly tuning: Tuning }): ReactElement {
  const app = useApp();
  const { chosen } = tuning;
  const use = (schedule: string): void => app.funnel.edit(parseSchedule(schedule), 'commit');
  return (
    <div className="stack">
      <Lead
        actions={
          chosen === undefined ? undefined : (
            <Button onPress={() => use(chosen.schedule)}>Use {chosen.schedule.replaceAll(',', ' → ')}</Button>
          )
        }
        note={`${count(tuning.schedulesEvaluated)} schedules evaluated, ${count(tuning.schedulesPruned)} ruled out, in ${clock(tuning.elapsedMs)}. Chosen on ${count(tuning.queriesTuned)} queries, reported on ${count(tuning.queriesHeldOut)} others.`}
      >
        {tuning.verdict}
      </Lead>
      <div className="pair">
        <FrontierChart
          title={
            <>
              Tuned <Term name="frontier" />
            </>
          }
          plainTitle="Tuned frontier: recall against time"
          points={pointsOf(tuning)}
          height={300}
          note="Hollow: estimated by the cost model. Solid: measured. Recall on the held-out half."
          onSelect={(point) => {
            if (point.kind === 'funnel') use(point.key);
          }}
        />
        <DataTable
          caption="Tuned schedules"
          rows={tuning.frontier}
          keyOf={(row) => row.schedule}
          selectedKey={chosen?.schedule}
          onSelect={(row) => use(row.schedule)}
          maxHeight={340}
          columns={[
            { id: 'schedule', header: 'schedule', isRowHeader: true, cell: (row) => <span className="mono">{row.schedule}</span> },
            { id: 'recall', header: 'recall, held out', term: 'held-out half', isNumeric: true, sortBy: (row) => row.recallHeldOut.value, cell: (row) => percentInterval(row.recallHeldOut) },
            { id: 'time', header: 'time', isNumeric: true, sortBy: (row) => row.measured?.p50 ?? row.estimatedMs, cell: timeOf },
            { id: 'memory', header: 'head', isNumeric: true, sortBy: (row) => row.headBytes, cell: (row) => bytes(row.headBytes) },
          ]}
        />
      </div>
      <p className="muted measure">
        {tuning.speedupOverExact === undefined ? '' : `Against exact search: ${times(tuning.speedupOverExact.value)} (${times(tuning.speedupOverExact.low)}–${times(tuning.speedupOverExact.high)}). `}
        {tuning.speedupOverBestPrefix === undefined || tuning.bestPrefix === undefined
          ? ''
          : `Against the best single prefix of that recall, ${tuning.bestPrefix.dims} dims: ${times(tuning.speedupOverBestPrefix.value)} (${times(tuning.speedupOverBestPrefix.low)}–${times(tuning.speedupOverBestPrefix.high)}). `}
        {tuning.how}
      </p>
    </div>
  );
}

function timeOf(row: TunedPoint): string {
  return row.measured === undefined ? `≈ ${duration(row.estimatedMs)}` : `${duration(row.measured.p50)} p50`;
}

function pointsOf(tuning: Tuning): readonly FrontierPoint[] {
  const funnels = tuning.frontier.map((point) => ({
    key: point.schedule,
    label: point.schedule.replaceAll(',', ' → '),
    group: 'tuned',
    kind: 'funnel' as const,
    style: styleOf(0),
    latencyMs: point.measured?.p50 ?? point.estimatedMs,
    p95Ms: point.measured?.p95,
    recall: point.recallHeldOut.value,
    low: point.recallHeldOut.low,
    high: point.recallHeldOut.high,
    isEstimate: point.measured === undefined,
    isSelected: point.schedule === tuning.chosen?.schedule,
  }));
  const exact = tuning.exactMs === undefined ? [] : [{ key: 'exact', label: 'exact', group: 'full dimension', kind: 'baseline' as const, style: styleOf(0), latencyMs: tuning.exactMs.p50, p95Ms: tuning.exactMs.p95, recall: 1, isEstimate: false }];
  const prefix =
    tuning.bestPrefix?.measured === undefined
      ? []
      : [{ key: 'prefix', label: `${tuning.bestPrefix.dims} alone`, group: 'single prefix', kind: 'prefix' as const, style: styleOf(0), latencyMs: tuning.bestPrefix.measured.p50, p95Ms: tuning.bestPrefix.measured.p95, recall: tuning.bestPrefix.recall.value, low: tuning.bestPrefix.recall.low, high: tuning.bestPrefix.recall.high, isEstimate: false }];
  return markFrontier([...funnels, ...exact, ...prefix]);
}
