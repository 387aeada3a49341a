import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Report } from '../../../src/contract/report.ts';
import type { WireError } from '../../../src/contract/wire.ts';
import { FrontierChart } from '../../charts/frontier-chart.tsx';
import { frontierPoints } from '../../charts/ladder-charts.tsx';
import { LadderRow } from '../../charts/ladder-row.tsx';
import { lineLabels, storeLabel } from '../../charts/series.ts';
import { count } from '../../format/number.ts';
import { unbroken } from '../../format/sentence.ts';
import { bytes, when } from '../../format/unit.ts';
import { useApp } from '../../state/app.ts';
import { selectDims } from '../../state/measuring-steps.ts';
import { idle, shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { seriesKey } from '../../state/work.ts';
import { CopyButton, ErrorPanel, Warnings } from '../../ui/note.tsx';
import { Facts, Panel, SkeletonRows } from '../../ui/panel.tsx';
import { useChartHeight } from '../../ui/use-chart-height.ts';
import { ReportMenu } from './report-menu.tsx';
import { ReportExperiments } from './report-experiments.tsx';

/** One report: what it found, its charts, and how to make it again. */
export function ReportView({ reportId }: { readonly reportId: string }): ReactElement {
  const app = useApp();
  const remote = useStore(app.work, (work) => work.openReports[reportId] ?? idle);
  const name = useStore(app.work, (work) => shown(work.reports)?.find((report) => report.reportId === reportId)?.name) ?? 'report';
  const [error, setError] = useState<WireError | undefined>(undefined);
  const report = shown(remote);
  if (remote.status === 'failed') return <ErrorPanel error={remote.error} />;
  if (report === undefined) return <SkeletonRows rows={8} />;
  return (
    <div className="stack">
      {error === undefined ? null : <ErrorPanel error={error} />}
      <Panel title="Findings" actions={<ReportMenu reportId={reportId} name={name} onError={setError} />}>
        <ul className="findings">
          {report.findings.map((finding) => (
            <li key={finding}>{unbroken(finding)}</li>
          ))}
        </ul>
      </Panel>
      <Warnings warnings={report.warnings} />
      <ReportCharts report={report} />
      <ReportExperiments report={report} />
      <div className="pair">
        <Panel title="Make it again" isBordered actions={<CopyButton isSmall text={report.command} label="Copy" />}>
          <pre className="code scroll command" tabIndex={0} aria-label="Command line">
            {report.command}
          </pre>
          <p className="field-hint">Same data, same seed ({report.seed}), same numbers; times belong to the machine.</p>
        </Panel>
        <Panel title="What it was measured on" isBordered>
          <Facts
            facts={[
              ['Corpus', `${report.corpus.name}, ${count(report.corpus.count)} documents`],
              ['Queries', `${report.queries.name}, ${count(report.queries.count)}${report.queries.withQrels > 0 ? `, ${count(report.queries.withQrels)} with judgements` : ''}`],
              ['Model', `${report.model.name}, ${report.model.dims} dims`],
              ['Store', `${report.store.label}, ${report.store.head.index} ${report.store.head.precision}`],
              ['Machine', `${report.machine.cpu}, ${count(report.machine.cores)} cores, ${bytes(report.machine.memoryBytes)}`],
              ['When', `${when(report.createdAt)}, Funnelscope ${report.version}`],
            ]}
          />
        </Panel>
      </div>
    </div>
  );
}

function ReportCharts({ report }: { readonly report: Report }): ReactElement {
  const app = useApp();
  const selectedDims = useStore(app.session, (session) => session.selectedDims);
  const stores = [{ ...report.store, ladder: report.ladder, funnels: report.funnels, baseline: report.baseline }, ...(report.otherStores ?? [])];
  const measured = stores.filter((store) => store.ladder.length > 0);
  const labels = lineLabels(measured);
  const lines = measured.map((store, index) => ({ key: seriesKey(store.kind, store.head), label: labels[index]!, ladder: store.ladder, isStale: false }));
  const shared = { lines, trainedDims: report.model.trainedDims, selectedDims, onSelectDims: (dims: number) => selectDims(app, dims), height: useChartHeight(0.27, 196, 360), syncId: 'report' };
  const points = frontierPoints(
    stores.map((store) => ({ key: seriesKey(store.kind, store.head), label: storeLabel(store), ladder: store.ladder, funnels: store.funnels, baseline: store.baseline, fullDims: report.model.dims })),
    selectedDims,
  );
  return (
    <>
      <LadderRow {...shared} metric="recall" k={report.k} latencyRemark={report.store.latencyRemark} />
      <FrontierChart title="Recall against time" plainTitle="Recall against time" points={points} height={280} note="Up and left is better. ◆ funnel, ★ exact search at full dimension, others single prefixes." />
    </>
  );
}
