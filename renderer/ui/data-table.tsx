import { useMemo, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { Icon } from './icon.tsx';
import { SortButton } from './sort-button.tsx';
import { Term } from './term.tsx';
import type { TermName } from './term.tsx';

export interface Column<Row> {
  readonly id: string;
  readonly header: ReactNode;
  /** Explains the header on hover and focus. */
  readonly term?: TermName;
  cell(row: Row, index: number): ReactNode;
  readonly isNumeric?: boolean;
  /** As wide as its content. */
  readonly isFit?: boolean;
  /** Cut with an ellipsis to the width that is left. */
  readonly isClipped?: boolean;
  /** Makes the column sortable. */
  sortBy?(row: Row): number | string;
  /** This cell names the row and, with onSelect, is the button that selects it. */
  readonly isRowHeader?: boolean;
}

/** A plain table with tabular figures: numbers to the right, sortable, rows selectable with mouse and keyboard. */
export function DataTable<Row>({
  caption,
  columns,
  rows,
  keyOf,
  selectedKey,
  onSelect,
  maxHeight,
}: {
  /** Read aloud; the place on the screen says it to the eye. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row, index: number) => string;
  readonly selectedKey?: string | undefined;
  readonly onSelect?: (row: Row) => void;
  readonly maxHeight?: number;
}): ReactElement {
  const [sort, setSort] = useState<{ readonly id: string; readonly isRising: boolean } | undefined>(undefined);
  const sorted = useMemo(() => {
    const column = columns.find((one) => one.id === sort?.id);
    const value = column?.sortBy;
    if (sort === undefined || value === undefined) return rows;
    const sign = sort.isRising ? 1 : -1;
    return [...rows].sort((a, b) => sign * compare(value(a), value(b)));
  }, [rows, columns, sort]);

  return (
    <div className="table-wrap scroll" style={maxHeight === undefined ? undefined : { maxHeight }} tabIndex={0} role="region" aria-label={caption}>
      <table className="table">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col" className={classOf(column)} aria-sort={sort?.id === column.id ? (sort.isRising ? 'ascending' : 'descending') : undefined}>
                {column.sortBy === undefined ? (
                  column.term === undefined ? (
                    column.header
                  ) : (
                    <Term name={column.term}>{column.header}</Term>
                  )
                ) : (
                  <SortButton term={column.term} onSort={() => setSort((before) => ({ id: column.id, isRising: before?.id === column.id ? !before.isRising : column.isNumeric !== true }))}>
                    {column.header}
                    {sort?.id === column.id ? <Icon name={sort.isRising ? 'up' : 'down'} size={10} /> : null}
                  </SortButton>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row, index) => {
            const key = keyOf(row, index);
            return (
              <tr key={key} className={onSelect === undefined ? undefined : 'clickable'} aria-selected={onSelect === undefined ? undefined : key === selectedKey} onClick={onSelect === undefined ? undefined : () => onSelect(row)}>
                {columns.map((column) =>
                  column.isRowHeader === true ? (
                    <th key={column.id} scope="row" className={classOf(column)}>
                      {onSelect === undefined ? (
                        column.cell(row, index)
                      ) : (
                        <button type="button" className="row-button">
                          {column.cell(row, index)}
                        </button>
                      )}
                    </th>
                  ) : (
                    <td key={column.id} className={classOf(column)}>
                      {column.cell(row, index)}
                    </td>
                  ),
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function classOf<Row>(column: Column<Row>): string | undefined {
  const classes = [column.isNumeric === true ? 'numeric' : '', column.isFit === true ? 'fit' : '', column.isClipped === true ? 'clip' : ''].filter((one) => one !== '');
  return classes.length === 0 ? undefined : classes.join(' ');
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b));
}
