import type { ReactElement } from 'react';
import type { Report } from '../../../src/contract/report.ts';
import { LadderRow } from '../../charts/ladder-row.tsx';
import { styleOf } from '../../charts/series.ts';
import { dimension, percent, points } from '../../format/number.ts';
import { duration } from '../../format/unit.ts';
import { useApp } from '../../state/app.ts';
import { selectDims } from '../../state/measuring-steps.ts';
import { ready } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { Note } from '../../ui/note.tsx';
import { SkeletonRows } from '../../ui/panel.tsx';

interface Opened {
  readonly id: string;
  readonly name: string;
  readonly report: Report;
}

const most = 6;

/** Reports side by side: the first is what the others are held against. */
export function CompareView({ reportIds }: { readonly reportIds: readonly string[] }): ReactElement {
  const app = useApp();
  const work = useStore(app.work);
  const selectedDims = useStore(app.session, (session) => session.selectedDims);
  const names = work.reports.status === 'ready' ? work.reports.value : [];
  const opened: readonly Opened[] = reportIds.slice(0, most).flatMap((id) => {
    const report = ready(work.openReports[id] ?? { status: 'idle' as const });
    return report === undefined ? [] : [{ id, name: names.find((entry) => entry.reportId === id)?.name ?? id, report }];
  });
  if (opened.length === 0) return <SkeletonRows rows={8} />;
  const lines = opened.map(({ id, name, report }, index) => ({ key: id, label: shortName(name, index), ladder: report.ladder, isStale: false, style: styleOf(index) }));
  const shared = { lines, trainedDims: [], selectedDims, onSelectDims: (dims: number) => selectDims(app, dims), height: 260, syncId: 'compare' };
  const ks = new Set(opened.map(({ report }) => report.k));
  const corpora = new Set(opened.map(({ report }) => report.corpus.contentHash));
  const machines = new Set(opened.map(({ report }) => report.machine.cpu));
  return (
    <div className="stack">
      {ks.size > 1 ? <Note tone="warn">These reports have different k ({[...ks].join(', ')}): their recalls are not the same quantity.</Note> : null}
      {corpora.size > 1 ? <Note tone="warn">These reports are of different corpora: recall depends on how many documents crowd around a query.</Note> : null}
      {machines.size > 1 ? <Note tone="warn">These reports are of different machines: hold their times against each other with care.</Note> : null}
      {reportIds.length > most ? <Note>Only the first {most} are shown.</Note> : null}
      <LadderRow {...shared} metric="recall" k={opened[0]!.report.k} />
      <CompareTable opened={opened} />
    </div>
  );
}

function CompareTable({ opened }: { readonly opened: readonly Opened[] }): ReactElement {
  const dims = [...new Set(opened.flatMap(({ report }) => report.ladder.map((entry) => entry.dims)))].sort((a, b) => a - b);
  const first = opened[0]!.report;
  return (
    <DataTable
      caption="Recall and time by prefix, report by report"
      rows={dims}
      keyOf={(row) => String(row)}
      columns={[
        { id: 'dims', header: 'dims', isNumeric: true, isRowHeader: true, cell: (row) => dimension(row) },
        ...opened.flatMap(({ id, name, report }, index) => [
          {
            id: `${id} recall`,
            header: `${shortName(name, index)}: recall`,
            isNumeric: true,
            cell: (row: number) => {
              const here = report.ladder.find((entry) => entry.dims === row)?.recall.value;
              const there = first.ladder.find((entry) => entry.dims === row)?.recall.value;
              const difference = index === 0 || here === undefined || there === undefined ? '' : ` (${points(here - there)})`;
              return `${percent(here)}${difference}`;
            },
          },
          { id: `${id} p50`, header: 'p50', isNumeric: true, cell: (row: number) => duration(report.ladder.find((entry) => entry.dims === row)?.latencyMs.p50) },
        ]),
      ]}
    />
  );
}

function shortName(name: string, index: number): string {
  const letter = String.fromCharCode(65 + index);
  return name.length > 16 ? `${letter} ${name.slice(0, 14)}…` : `${letter} ${name}`;
}
