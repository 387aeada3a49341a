import type { ReactElement } from 'react';
import type { LadderEntry } from '../../../src/contract/report.ts';
import { storeLabel } from '../../charts/series.ts';
import { dimension, percent, percentRange, score, significant } from '../../format/number.ts';
import { bytes, duration } from '../../format/unit.ts';
import { useApp } from '../../state/app.ts';
import { selectDims } from '../../state/measuring-steps.ts';
import type { ShownLadder } from '../../state/selectors.ts';
import { useStore } from '../../state/store.ts';
import { DataTable } from '../../ui/data-table.tsx';
import type { Column } from '../../ui/data-table.tsx';

interface Row extends LadderEntry {
  readonly store: string;
}

/** Every number of every ladder. */
export function LadderTable({ ladders }: { readonly ladders: readonly ShownLadder[] }): ReactElement {
  const app = useApp();
  const selectedDims = useStore(app.session, (session) => session.selectedDims);
  const rows: readonly Row[] = ladders.flatMap(({ measured }) => measured.result.ladder.map((entry) => ({ ...entry, store: storeLabel(measured.result) })));
  const hasQrels = rows.some((row) => row.ndcg !== undefined);
  const k = ladders[0]?.measured.k ?? 10;
  const relevance: readonly Column<Row>[] = hasQrels
    ? [
        { id: 'ndcg', header: `nDCG@${k}`, term: 'ndcg', isNumeric: true, cell: (row) => score(row.ndcg?.value) },
        { id: 'retention', header: 'of full', isNumeric: true, cell: (row) => percent(row.retention) },
        { id: 'mrr', header: `MRR@${k}`, term: 'mrr', isNumeric: true, cell: (row) => score(row.mrr?.value) },
        { id: 'map', header: `MAP@${k}`, term: 'map', isNumeric: true, cell: (row) => score(row.map?.value) },
        { id: 'ir', header: `IR recall@${k}`, term: 'IR recall', isNumeric: true, cell: (row) => percent(row.irRecall?.value) },
      ]
    : [];
  const columns: readonly Column<Row>[] = [
    { id: 'dims', header: 'dims', isNumeric: true, isRowHeader: true, cell: (row) => dimension(row.dims) },
    { id: 'store', header: 'store', isFit: true, cell: (row) => row.store },
    { id: 'trained', header: 'trained', term: 'trained', cell: (row) => (row.trained === undefined ? '' : row.trained ? 'yes' : 'no') },
    { id: 'recall', header: `recall@${k}`, term: 'recall', isNumeric: true, cell: (row) => percent(row.recall.value) },
    { id: 'interval', header: '95 %', term: 'interval', isNumeric: true, cell: (row) => percentRange(row.recall) },
    ...relevance,
    { id: 'p50', header: 'p50', term: 'p50', isNumeric: true, cell: (row) => duration(row.latencyMs.p50) },
    { id: 'p95', header: 'p95', term: 'p95', isNumeric: true, cell: (row) => duration(row.latencyMs.p95) },
    { id: 'p99', header: 'p99', isNumeric: true, cell: (row) => duration(row.latencyMs.p99) },
    { id: 'qps', header: '1 / mean', isNumeric: true, cell: (row) => `${significant(row.qps)}/s` },
    { id: 'bytes', header: 'bytes a vector', isNumeric: true, cell: (row) => bytes(row.bytesPerVector) },
    { id: 'total', header: 'in all', isNumeric: true, cell: (row) => bytes(row.totalBytes) },
  ];
  return (
    <DataTable
      caption="Every measured number of every prefix"
      columns={columns}
      rows={rows}
      keyOf={(row) => `${row.store} ${row.dims}`}
      selectedKey={rows.filter((row) => row.dims === selectedDims).map((row) => `${row.store} ${row.dims}`)[0]}
      onSelect={(row) => selectDims(app, row.dims)}
    />
  );
}
