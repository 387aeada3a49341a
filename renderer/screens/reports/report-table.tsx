import { useState } from 'react';
import type { ReactElement } from 'react';
import type { ReportEntry } from '../../../src/contract/calls.ts';
import type { WireError } from '../../../src/contract/wire.ts';
import { count } from '../../format/number.ts';
import { when } from '../../format/unit.ts';
import { useApp } from '../../state/app.ts';
import { toWireError } from '../../state/errors.ts';
import { deleteReport } from '../../state/report-steps.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/choice.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ReportMenu } from './report-menu.tsx';

/** The saved reports, newest first; one is read, two or more are compared. */
export function ReportTable({ reports, chosen, onChoose, onError }: { readonly reports: readonly ReportEntry[]; readonly chosen: readonly string[]; readonly onChoose: (chosen: readonly string[]) => void; readonly onError: (error: WireError | undefined) => void }): ReactElement {
  const app = useApp();
  const [leaving, setLeaving] = useState<ReportEntry | undefined>(undefined);
  const remove = async (entry: ReportEntry): Promise<void> => {
    setLeaving(undefined);
    try {
      await deleteReport(app, entry.reportId);
      onChoose(chosen.filter((id) => id !== entry.reportId));
    } catch (error) {
      onError(toWireError(error));
    }
  };
  return (
    <>
      <DataTable
        caption="Saved reports"
        rows={reports}
        keyOf={(row) => row.reportId}
        selectedKey={chosen.length === 1 ? chosen[0] : undefined}
        onSelect={(row) => onChoose([row.reportId])}
        maxHeight={240}
        columns={[
          {
            id: 'compare',
            header: 'compare',
            isFit: true,
            cell: (row) => (
              <span onClick={(event) => event.stopPropagation()}>
                <Checkbox
                  label={<span className="visually-hidden">Compare {row.name}</span>}
                  isSelected={chosen.includes(row.reportId)}
                  onChange={(isSelected) => onChoose(isSelected ? [...chosen, row.reportId] : chosen.filter((id) => id !== row.reportId))}
                />
              </span>
            ),
          },
          { id: 'name', header: 'name', isRowHeader: true, sortBy: (row) => row.name, cell: (row) => row.name },
          { id: 'when', header: 'saved', isFit: true, sortBy: (row) => row.createdAt, cell: (row) => when(row.createdAt) },
          { id: 'corpus', header: 'corpus', sortBy: (row) => row.corpus, cell: (row) => row.corpus },
          { id: 'documents', header: 'documents', isNumeric: true, sortBy: (row) => row.documents, cell: (row) => count(row.documents) },
          { id: 'model', header: 'model', sortBy: (row) => row.model, cell: (row) => row.model },
          { id: 'store', header: 'store', sortBy: (row) => row.store, cell: (row) => row.store },
          {
            id: 'actions',
            header: <span className="visually-hidden">actions</span>,
            isFit: true,
            cell: (row) => (
              <span className="row-actions" onClick={(event) => event.stopPropagation()}>
                <ReportMenu reportId={row.reportId} name={row.name} isCompact onError={onError} />
                <IconButton isSmall icon="trash" label={`Delete ${row.name}`} onPress={() => setLeaving(row)} />
              </span>
            ),
          },
        ]}
      />
      <Dialog
        title="Delete this report?"
        isOpen={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        foot={
          <>
            <Button onPress={() => setLeaving(undefined)}>Keep it</Button>
            <Button look="danger" onPress={() => leaving !== undefined && void remove(leaving)}>
              Delete
            </Button>
          </>
        }
      >
        <p>
          {leaving?.name}, saved {leaving === undefined ? '' : when(leaving.createdAt)}. This cannot be undone; exported files stay.
        </p>
      </Dialog>
    </>
  );
}
