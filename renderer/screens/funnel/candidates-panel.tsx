import type { ReactElement } from 'react';
import type { CandidatesNeeded } from '../../../src/contract/tuning.ts';
import { logTicks } from '../../charts/scale.ts';
import { dimsStyle } from '../../charts/series.ts';
import { SeriesChart } from '../../charts/series-chart.tsx';
import { count, dimension, percentTick } from '../../format/number.ts';
import { unbroken } from '../../format/sentence.ts';
import { shortCount } from '../../format/unit.ts';
import { useApp } from '../../state/app.ts';
import { selectDims } from '../../state/measuring-steps.ts';
import { shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { ErrorPanel } from '../../ui/note.tsx';
import { SkeletonRows } from '../../ui/panel.tsx';

/** The rule of thumb: how many candidates each prefix needs so that queries lose nothing. */
export function CandidatesPanel(): ReactElement {
  const app = useApp();
  const remote = useStore(app.work, (work) => work.candidates);
  const capacity = useStore(app.work, (work) => shown(work.pool)?.capacity);
  const selectedDims = useStore(app.session, (session) => session.selectedDims);
  const trained = useStore(app.work, (work) => shown(work.dataset)?.model.trainedDims);
  const needed = shown(remote);
  if (remote.status === 'failed') return <ErrorPanel error={remote.error} />;
  if (needed === undefined) return <SkeletonRows rows={6} />;
  const sorted = [...needed].sort((a, b) => a.dims - b.dims);
  const chosen = sorted.find((one) => one.dims === selectedDims) ?? sorted[Math.floor((sorted.length - 1) / 2)];
  const shares = [...new Set(sorted.flatMap((one) => one.levels.map((level) => level.share)))].sort((a, b) => a - b);
  const cell = (row: CandidatesNeeded, share: number): string => {
    const level = row.levels.find((one) => one.share === share);
    if (level === undefined) return '–';
    if (level.keep === null) return `> ${count(capacity)}`;
    return `${count(level.keep)} (${count(level.low)}–${level.high === null ? `> ${count(capacity)}` : count(level.high)})`;
  };
  return (
    <div className="stack">
      {chosen === undefined ? null : <p className="lead-text">{unbroken(chosen.sentence)}</p>}
      <div className="beside">
        <CandidatesChart needed={sorted} shares={shares} trained={trained ?? []} selectedDims={selectedDims} />
        <DataTable
          caption="Candidates needed by prefix"
          rows={sorted}
          keyOf={(row) => String(row.dims)}
          selectedKey={selectedDims === undefined ? undefined : String(selectedDims)}
          onSelect={(row) => selectDims(app, row.dims)}
          columns={[
            { id: 'dims', header: 'dims', isNumeric: true, isRowHeader: true, cell: (row) => dimension(row.dims) },
            ...shares.map((share) => ({ id: String(share), header: share === shares[0] ? `${percentTick(share)} of queries` : percentTick(share),
              ...(share === shares[0] ? { term: 'candidates needed' as const } : {}), isNumeric: true, cell: (row: CandidatesNeeded) => cell(row, share) })),
          ]}
        />
      </div>
    </div>
  );
}

function CandidatesChart({ needed, shares, trained, selectedDims }: { readonly needed: readonly CandidatesNeeded[]; readonly shares: readonly number[]; readonly trained: readonly number[]; readonly selectedDims: number | undefined }): ReactElement | null {
  const app = useApp();
  const series = shares
    .map((share, index) => ({
      key: String(share),
      label: percentTick(share),
      style: dimsStyle(index, shares.length),
      points: needed.flatMap((one) => {
        const level = one.levels.find((candidate) => candidate.share === share);
        if (level === undefined || level.keep === null) return [];
        return [{ x: one.dims, y: level.keep, ...(level.low === null ? {} : { low: level.low }), ...(level.high === null ? {} : { high: level.high }) }];
      }),
    }))
    .filter((one) => one.points.length > 0);
  if (series.length === 0) return null;
  const values = series.flatMap((one) => one.points.flatMap((point) => [point.y, point.low ?? point.y, point.high ?? point.y]));
  return (
    <SeriesChart
      title="Smallest keep that loses nothing"
      plainTitle="Candidates needed against dimension"
      fileName="candidates-needed"
      series={series}
      x={{ label: 'dims', scale: 'log', ticks: needed.map((one) => one.dims), format: dimension }}
      y={{ label: 'keep', scale: 'log', ticks: logTicks(Math.min(...values), Math.max(...values)), format: shortCount }}
      bandWords={{ low: 'low', high: 'high' }}
      formatValue={count}
      height={280}
      markedX={trained}
      selectedX={selectedDims}
      onSelectX={(dims) => selectDims(app, dims)}
      note="One line a share of the queries that lose none of their true neighbours. Log axes."
    />
  );
}
