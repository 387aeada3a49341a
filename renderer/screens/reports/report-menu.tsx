import { useEffect, useRef } from 'react';
import type { ReactElement } from 'react';
import type { WireError } from '../../../src/contract/wire.ts';
import { useApp } from '../../state/app.ts';
import { exportAsked, exportReport } from '../../state/report-steps.ts';
import type { ExportFormat } from '../../state/report-steps.ts';
import { useStore } from '../../state/store.ts';
import { ExportMenu } from '../../ui/export-menu.tsx';

const formats: readonly { readonly format: ExportFormat; readonly label: string; readonly detail: string }[] = [
  { format: 'html', label: 'HTML', detail: 'One file with its charts, to read and send' },
  { format: 'pdf', label: 'PDF', detail: 'The same, printed' },
  { format: 'markdown', label: 'Markdown', detail: 'For a wiki or a pull request' },
  { format: 'json', label: 'JSON', detail: 'Everything, for programs' },
  { format: 'csv', label: 'CSV', detail: 'The measurements, for a spreadsheet' },
  { format: 'trec', label: 'TREC run', detail: 'The answers, for trec_eval; only when they were kept' },
];

/** The ways out of a report. */
export function ReportMenu({ reportId, name, isCompact = false, onError }: { readonly reportId: string; readonly name: string; readonly isCompact?: boolean; readonly onError: (error: WireError | undefined) => void }): ReactElement {
  const app = useApp();
  const isAsked = useStore(exportAsked);
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (isCompact || !isAsked) return;
    exportAsked.set(false);
    place.current?.querySelector('button')?.focus();
  }, [isAsked, isCompact]);
  return (
    <span ref={place}>
      <ExportMenu
        label={`Export ${name}`}
        formats={formats.filter(({ format }) => format !== 'pdf' || app.host.printPdf !== undefined)}
        isCompact={isCompact}
        onExport={(format) => exportReport(app, reportId, format)}
        onError={onError}
      />
    </span>
  );
}
