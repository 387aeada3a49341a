import type { ReactElement } from 'react';
import type { SizeTrend } from '../../../src/contract/tuning.ts';
import { CandidatesTrendChart, SizeTrendChart } from '../../charts/size-trend-chart.tsx';
import { dimension, percent, percentRange } from '../../format/number.ts';
import { bytes, countInWords } from '../../format/unit.ts';
import { useApp } from '../../state/app.ts';
import { useStore } from '../../state/store.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { Lead } from '../../ui/panel.tsx';
import { Term } from '../../ui/term.tsx';
import { ExperimentView } from './experiment-view.tsx';

/** Will it hold when the corpus grows? */
export function SizeTrendView(): ReactElement {
  const app = useApp();
  const remote = useStore(app.work, (work) => work.sizeTrend);
  return (
    <ExperimentView
      experiment="sizeTrend"
      remote={remote}
      title="Will it hold when the corpus grows?"
      explanation="Recall at a short prefix falls as a corpus grows: more documents crowd around each query. This measures nested parts of your corpus, fits the trend, checks the fit against the whole corpus, and projects it."
      button="Measure at several sizes"
    >
      {(trend) => <Result trend={trend} />}
    </ExperimentView>
  );
}

function Result({ trend }: { readonly trend: SizeTrend }): ReactElement {
  return (
    <div className="stack">
      <TrendSentence trend={trend} />
      <div className="pair">
        <SizeTrendChart trend={trend} height={280} />
        <CandidatesTrendChart trend={trend} height={280} />
      </div>
      <h3>What the head index and the full vectors would take</h3>
      <DataTable
        caption="Memory by corpus size and index"
        rows={trend.sizing}
        keyOf={(row) => `${row.rowCount} ${row.index} ${row.dims}`}
        maxHeight={320}
        columns={[
          { id: 'rows', header: 'documents', isNumeric: true, isRowHeader: true, sortBy: (row) => row.rowCount, cell: (row) => countInWords(row.rowCount) },
          { id: 'index', header: 'head index', sortBy: (row) => row.index, cell: (row) => row.index },
          { id: 'dims', header: 'head dims', isNumeric: true, sortBy: (row) => row.dims, cell: (row) => dimension(row.dims) },
          { id: 'head', header: 'head', isNumeric: true, sortBy: (row) => row.headBytes, cell: (row) => bytes(row.headBytes) },
          { id: 'full', header: 'full vectors', isNumeric: true, sortBy: (row) => row.fullBytes, cell: (row) => bytes(row.fullBytes) },
          ...(trend.sizing.some((row) => row.loadedBytes !== undefined) ? [{ id: 'loaded', header: 'loaded in Milvus', isNumeric: true, cell: (row: (typeof trend.sizing)[number]) => bytes(row.loadedBytes) }] : []),
          ...(trend.sizing.some((row) => row.diskBytes !== undefined) ? [{ id: 'disk', header: 'on disk', isNumeric: true, cell: (row: (typeof trend.sizing)[number]) => bytes(row.diskBytes) }] : []),
        ]}
      />
      <p className="muted measure">{trend.how}</p>
    </div>
  );
}

function TrendSentence({ trend }: { readonly trend: SizeTrend }): ReactElement | null {
  const series = trend.series.find((one) => one.projected.length > 0) ?? trend.series[0];
  const last = series?.measured[series.measured.length - 1];
  const far = series?.projected[series.projected.length - 1];
  if (series === undefined || last === undefined) return null;
  const checks = trend.series.filter((one) => one.check !== undefined);
  const held = checks.filter((one) => one.check?.inside === true).length;
  return (
    <Lead note={checks.length === 0 ? undefined : `The trend fitted without the largest sizes predicted them within its interval for ${held} of ${checks.length} prefixes.`}>
      At {series.dims} dims recall is <strong>{percent(last.recall.value)}</strong> on {countInWords(last.rowCount)} documents
      {far === undefined ? '.' : (
        <>
          ; on {countInWords(far.rowCount)} it would be about <strong>{percentRange(far.recall)}</strong> (<Term name="projection">projection</Term>).
        </>
      )}
    </Lead>
  );
}
