import type { Series } from './series.ts';

export interface TableColumn {
  readonly name: string;
  readonly isNumeric: boolean;
  format?(value: number): string;
}

/** The numbers of a chart, as they are shown in its table and written to CSV (unrounded). */
export interface TableData {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** One row per x, three columns per series: the value and its interval or band. */
export function tableOf(
  series: readonly Series[],
  words: { readonly x: string; readonly low: string; readonly high: string },
  formatX: (x: number) => string,
  formatY: (y: number) => string,
): TableData {
  const xs = [...new Set(series.flatMap((one) => one.points.map((point) => point.x)))].sort((a, b) => a - b);
  const columns: TableColumn[] = [{ name: words.x, isNumeric: true, format: formatX }];
  for (const one of series) {
    const name = one.isEstimate === true ? `${one.label} (estimate)` : one.label;
    columns.push({ name, isNumeric: true, format: formatY });
    const prefix = series.length === 1 ? '' : `${name} `;
    if (hasBand(one)) columns.push({ name: `${prefix}${words.low}`, isNumeric: true, format: formatY }, { name: `${prefix}${words.high}`, isNumeric: true, format: formatY });
  }
  const rows = xs.map((x) => {
    const row: (number | null)[] = [x];
    for (const one of series) {
      const point = one.points.find((candidate) => candidate.x === x && candidate.isJoint !== true);
      row.push(point?.y ?? null);
      if (hasBand(one)) row.push(point?.low ?? null, point?.high ?? null);
    }
    return row;
  });
  return { columns, rows };
}

function hasBand(series: Series): boolean {
  return series.points.some((point) => point.low !== undefined || point.high !== undefined);
}

/** Comma-separated, RFC 4180. Text that a spreadsheet would run as a formula is defused with an apostrophe; numbers are left alone. */
export function csvOf(table: TableData): string {
  const lines = [table.columns.map((column) => cell(column.name)), ...table.rows.map((row) => row.map((value) => (value === null ? '' : typeof value === 'number' ? String(value) : cell(value))))];
  return `${lines.map((line) => line.join(',')).join('\r\n')}\r\n`;
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
