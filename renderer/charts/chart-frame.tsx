import { memo, useCallback, useEffect, useRef, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { useApp } from '../state/app.ts';
import { toWireError } from '../state/errors.ts';
import type { WireError } from '../../src/contract/wire.ts';
import { IconButton } from '../ui/button.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { ActionMenu } from '../ui/menu.tsx';
import { ErrorPanel } from '../ui/note.tsx';
import { figurePng, figureSvg } from './export-figure.ts';
import { csvOf } from './table-data.ts';
import type { TableData } from './table-data.ts';
import { useTurn } from '../state/turn.ts';

/** Around every chart: its title, what must be said about its axis, the same numbers as a table, and the way out as a file. */
export function ChartFrame({
  title,
  plainTitle,
  note,
  table,
  fileName,
  actions,
  tableHeight,
  children,
}: {
  readonly title: ReactNode;
  /** The title in words alone, for files and screen readers. */
  readonly plainTitle: string;
  readonly note?: ReactNode;
  readonly table: TableData;
  readonly fileName: string;
  readonly actions?: ReactNode;
  readonly tableHeight?: number;
  readonly children: ReactNode;
}): ReactElement {
  const { host } = useApp();
  const [view, setView] = useState<View>('chart');
  const [error, setError] = useState<WireError | undefined>(undefined);
  const body = useRef<HTMLDivElement>(null);
  const isTurn = useTurn();

  const latest = useRef(table);
  useEffect(() => {
    latest.current = table;
  });

  const save = useCallback(
    async (kind: FileKind): Promise<void> => {
      setError(undefined);
      try {
        if (kind === 'csv') {
          await host.saveFile({ fileName: `${fileName}.csv`, mimeType: 'text/csv', data: csvOf(latest.current) });
          return;
        }
        const svg = body.current?.querySelector<SVGSVGElement>('svg.recharts-surface, svg.figure');
        if (svg === null || svg === undefined) throw new Error('there is no figure to export yet');
        if (kind === 'svg') await host.saveFile({ fileName: `${fileName}.svg`, mimeType: 'image/svg+xml', data: figureSvg(svg, plainTitle).text });
        else await host.saveFile({ fileName: `${fileName}.png`, mimeType: 'image/png', data: await figurePng(svg, plainTitle) });
      } catch (cause) {
        setError(toWireError(cause));
      }
    },
    [host, fileName, plainTitle],
  );

  return (
    <figure className="chart" aria-label={plainTitle}>
      <div className="panel-head">
        <h2>{title}</h2>
        <div className="panel-actions">
          {actions}
          {isTurn ? <ChartTools view={view} plainTitle={plainTitle} onView={setView} onSave={save} /> : null}
        </div>
      </div>
      {error === undefined ? null : <ErrorPanel error={error} />}
      {view === 'chart' ? (
        <div className="chart-body" ref={body} style={isTurn || tableHeight === undefined ? undefined : { minHeight: tableHeight }}>
          {isTurn ? children : null}
        </div>
      ) : (
        <div style={tableHeight === undefined ? undefined : { minHeight: tableHeight }}>
        <DataTable
          caption={plainTitle}
          columns={table.columns.map((column, index) => ({
            id: `${index}-${column.name}`,
            header: column.name,
            isNumeric: column.isNumeric,
            isRowHeader: index === 0,
            cell: (row: (string | number | null)[]) => {
              const value = row[index];
              if (value === null || value === undefined) return '–';
              return typeof value === 'number' && column.format !== undefined ? column.format(value) : String(value);
            },
          }))}
          rows={table.rows as (string | number | null)[][]}
          keyOf={(_, index) => String(index)}
          {...(tableHeight === undefined ? {} : { maxHeight: tableHeight })}
        />
        </div>
      )}
      {note === undefined ? null : <figcaption className="chart-note">{note}</figcaption>}
    </figure>
  );
}

type View = 'chart' | 'table';
type FileKind = 'svg' | 'png' | 'csv';

/** The way to the table and to a file. What moves in the chart passes it by. */
const ChartTools = memo(function ChartTools({ view, plainTitle, onView, onSave }: { readonly view: View; readonly plainTitle: string; readonly onView: (view: View) => void; readonly onSave: (kind: FileKind) => Promise<void> }): ReactElement {
  return (
    <>
      <IconButton isSmall icon={view === 'chart' ? 'table' : 'chart'} label={view === 'chart' ? 'Show as a table' : 'Show as a chart'} onPress={() => onView(view === 'chart' ? 'table' : 'chart')} />
      <ActionMenu
        isSmall
        icon="download"
        label={`Export: ${plainTitle}`}
        actions={[
          { id: 'svg', label: 'SVG', detail: 'A drawing, sharp at any size', isDisabled: view === 'table', run: () => void onSave('svg') },
          { id: 'png', label: 'PNG', detail: 'A picture at twice the screen’s density', isDisabled: view === 'table', run: () => void onSave('png') },
          { id: 'csv', label: 'CSV', detail: 'The numbers, unrounded', run: () => void onSave('csv') },
        ]}
      />
    </>
  );
});
