import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import type { WireError } from '../../../src/contract/wire.ts';
import { plural } from '../../format/number.ts';
import { when } from '../../format/unit.ts';
import { patchSession, useApp } from '../../state/app.ts';
import { toWireError } from '../../state/errors.ts';
import { explore, measureAll } from '../../state/journey.ts';
import { usePrimaryAction } from '../../state/primary.ts';
import { shown } from '../../state/remote.ts';
import { canSave, exportAsked, loadReports, openReport, saveReport } from '../../state/report-steps.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { ErrorPanel, Note } from '../../ui/note.tsx';
import { EmptyState, Lead, SkeletonRows } from '../../ui/panel.tsx';
import { CompareView } from './compare-view.tsx';
import { ReportTable } from './report-table.tsx';
import { ReportView } from './report-view.tsx';
import './reports.css';

/** What was saved: to read again, to hold against each other, to take away. */
export default function ReportsScreen(): ReactElement {
  const app = useApp();
  const work = useStore(app.work);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [name, setName] = useState('');
  const [error, setError] = useState<WireError | undefined>(undefined);
  const reports = shown(work.reports);
  const isSavable = canSave(app);
  const present = chosen.filter((id) => reports?.some((report) => report.reportId === id) === true);
  const open = present.length > 0 ? present : [work.savedReportId ?? reports?.[0]?.reportId].filter((id) => id !== undefined);
  const key = open.join(' ');

  useEffect(() => void loadReports(app), [app]);
  useEffect(() => () => exportAsked.set(false), []);
  useEffect(() => {
    for (const id of key.split(' ')) if (id !== '') void openReport(app, id);
  }, [app, key]);

  const save = async (): Promise<void> => {
    setError(undefined);
    try {
      const entry = await saveReport(app, name);
      setName('');
      setChosen([entry.reportId]);
    } catch (cause) {
      setError(toWireError(cause));
    }
  };
  /** The engine was started anew since: what it has not measured itself it does not put its name to. */
  const measureAndSave = async (): Promise<void> => {
    setError(undefined);
    await measureAll(app);
    await save();
  };
  usePrimaryAction('Save report', isSavable, () => void save());

  return (
    <div className="screen">
      {reports === undefined || reports.length > 0 ? (
        <Lead
          actions={
            <div className="row">
              <TextField label="Name of the report" isLabelHidden placeholder="Name, if you like" value={name} onChange={setName} onSubmit={() => void save()} />
              <Button look="primary" isDisabled={!isSavable} onPress={() => void save()}>
                Save report
              </Button>
            </div>
          }
        >
          <LeadText open={open} />
        </Lead>
      ) : (
        <EmptyState
          title="No reports yet"
          actions={
            isSavable ? (
              <Button look="primary" onPress={() => void save()}>
                Save what was measured
              </Button>
            ) : (
              <>
                <Button look="primary" onPress={() => void explore(app, 'wordnet')}>
                  Explore the WordNet sample
                </Button>
                <Button onPress={() => patchSession(app, { screen: 'tradeoffs' })}>Go to Tradeoffs</Button>
              </>
            )
          }
        >
          A report holds everything measured on a dataset, with its intervals, the machine, and the command that makes the same run. It is exported as HTML, PDF, Markdown, JSON or CSV.
        </EmptyState>
      )}
      {error === undefined ? null : error.code === 'reports/nothing' ? (
        <Note
          tone="warn"
          actions={
            <Button isSmall look="primary" onPress={() => void measureAndSave()}>
              Measure again and save
            </Button>
          }
        >
          What the charts show was measured before the engine was last started. A report holds only what this engine has measured itself.
        </Note>
      ) : (
        <ErrorPanel error={error} />
      )}
      {work.reports.status === 'failed' ? <ErrorPanel error={work.reports.error} onRetry={() => void loadReports(app)} /> : null}
      {reports === undefined ? <SkeletonRows rows={4} /> : reports.length === 0 ? null : <ReportTable reports={reports} chosen={open} onChoose={setChosen} onError={setError} />}
      {open.length === 1 ? <ReportView reportId={open[0]!} /> : open.length > 1 ? <CompareView reportIds={open} /> : null}
    </div>
  );
}

function LeadText({ open }: { readonly open: readonly string[] }): ReactElement {
  const app = useApp();
  const reports = useStore(app.work, (work) => shown(work.reports)) ?? [];
  const first = reports.find((report) => report.reportId === open[0]);
  if (open.length > 1) return <>{plural(open.length, 'report')} side by side: the lines are each report’s own store and model.</>;
  if (first === undefined) return <>{plural(reports.length, 'report')} saved.</>;
  return (
    <>
      <strong>{first.name}</strong>, {when(first.createdAt)}: {first.best}
    </>
  );
}
