import { useEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import type { WireError } from '../../../src/contract/wire.ts';
import { useApp } from '../../state/app.ts';
import { toWireError } from '../../state/errors.ts';
import { exportAsked, exportReport } from '../../state/report-steps.ts';
import type { ExportFormat } from '../../state/report-steps.ts';
import { useStore } from '../../state/store.ts';
import { ActionMenu } from '../../ui/menu.tsx';

const formats: readonly { readonly format: ExportFormat; readonly label: string; readonly detail: string }[] = [
  { format: 'html', label: 'HTML', detail: 'One file with its charts, to read and send' },
  { format: 'pdf', label: 'PDF', detail: 'The same, printed' },
  { format: 'markdown', label: 'Markdown', detail: 'For a wiki or a pull request' },
  { format: 'json', label: 'JSON', detail: 'Everything, for programs' },
  { format: 'csv', label: 'CSV', detail: 'The measurements, for a spreadsheet' },
  { format: 'trec', label: 'TREC run', detail: 'The answers, for trec_eval; only when they were kept' },
];

/** The ways out of a report. */
export function ExportMenu({ reportId, name, isCompact = false, onError }: { readonly reportId: string; readonly name: string; readonly isCompact?: boolean; readonly onError: (error: WireError | undefined) => void }): ReactElement {
  const app = useApp();
  const [isBusy, setBusy] = useState(false);
  const isAsked = useStore(exportAsked);
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (isCompact || !isAsked) return;
    exportAsked.set(false);
    place.current?.querySelector('button')?.focus();
  }, [isAsked, isCompact]);
  const run = async (format: ExportFormat): Promise<void> => {
    setBusy(true);
    onError(undefined);
    try {
      await exportReport(app, reportId, format);
    } catch (error) {
      onError(toWireError(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <span ref={place}>
      <ActionMenu
        icon="download"
        label={`Export ${name}`}
        {...(isCompact ? { isSmall: true } : { text: isBusy ? 'Exporting' : 'Export', look: 'plain' as const })}
        isDisabled={isBusy}
        actions={formats
          .filter(({ format }) => format !== 'pdf' || app.host.printPdf !== undefined)
          .map(({ format, label, detail }) => ({ id: format, label, detail, run: () => void run(format) }))}
      />
    </span>
  );
}
