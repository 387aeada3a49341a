import type { ReactElement } from 'react';
import { parseSchedule } from '../../../src/contract/schedule.ts';
import { count, percentInterval, percent, times } from '../../format/number.ts';
import { duration, when } from '../../format/unit.ts';
import { useApp } from '../../state/app.ts';
import { ready } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { datasetKey } from '../../state/work.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { Badge, EmptyState } from '../../ui/panel.tsx';

/** Funnels that were run for real on this dataset. */
export function MeasuredRuns(): ReactElement {
  const app = useApp();
  const { funnels, dataset } = useStore(app.work, (work) => ({ funnels: work.funnels, dataset: ready(work.dataset) }));
  const rows = dataset === undefined ? [] : funnels.filter((one) => one.datasetKey === datasetKey(dataset));
  if (rows.length === 0) {
    return (
      <EmptyState title="Nothing measured yet">Measure runs the schedule for real on the chosen store, one query at a time, interleaved with exact search. Runs gather here and on the frontier, and go into the report.</EmptyState>
    );
  }
  return (
    <DataTable
      caption="Measured funnels"
      rows={rows}
      keyOf={(row) => `${row.key} ${row.entry.schedule} ${row.k}`}
      onSelect={(row) => app.funnel.edit(parseSchedule(row.entry.schedule), 'commit')}
      columns={[
        { id: 'schedule', header: 'schedule', isRowHeader: true, sortBy: (row) => row.entry.schedule, cell: (row) => <span className="mono">{row.entry.schedule}</span> },
        { id: 'store', header: 'store', isFit: true, sortBy: (row) => row.key, cell: (row) => row.key.replace(':flat:', ' ').replaceAll(':', ' ') },
        { id: 'k', header: 'k', isNumeric: true, sortBy: (row) => row.k, cell: (row) => count(row.k) },
        { id: 'recall', header: 'recall', term: 'recall', isNumeric: true, sortBy: (row) => row.entry.recall.value, cell: (row) => percentInterval(row.entry.recall) },
        { id: 'survival', header: 'survival by stage', term: 'survival', isNumeric: true, cell: (row) => row.entry.stages.map((stage) => percent(stage.survival)).join(' → ') },
        { id: 'p50', header: 'p50', term: 'p50', isNumeric: true, sortBy: (row) => row.entry.latencyMs.p50, cell: (row) => duration(row.entry.latencyMs.p50) },
        { id: 'p95', header: 'p95', term: 'p95', isNumeric: true, sortBy: (row) => row.entry.latencyMs.p95, cell: (row) => duration(row.entry.latencyMs.p95) },
        { id: 'speed', header: 'vs exact', isNumeric: true, sortBy: (row) => row.entry.speedup, cell: (row) => (row.entry.pays ? times(row.entry.speedup) : <>{times(row.entry.speedup)} <Badge tone="warn">does not pay</Badge></>) },
        { id: 'at', header: 'when', isFit: true, sortBy: (row) => row.measuredAt, cell: (row) => when(row.measuredAt) },
      ]}
    />
  );
}
