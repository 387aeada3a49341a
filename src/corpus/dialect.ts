import { knownRole } from './columns.ts';

/** How a delimited file is written. */
export interface Dialect {
  readonly delimiter: string;
  /** null: no quoting at all (qrels and many TSV files use quotes as plain characters). */
  readonly quote: string | null;
  readonly header: boolean;
  readonly firstRow: readonly string[];
  readonly warnings: readonly string[];
}

const candidates = [',', '\t', ';', '|'] as const;
const sampleRows = 200;

/** Tells delimiter, quoting and header from the first characters of a file. Anything given is believed. */
export function detectDialect(
  head: string,
  given: { readonly delimiter?: string | undefined; readonly header?: boolean | undefined; readonly isWhole?: boolean; readonly preferTab?: boolean },
): Dialect {
  const warnings: string[] = [];
  const delimiter = given.delimiter ?? bestDelimiter(head, given) ?? (given.preferTab === true ? '\t' : ',');
  const quote = usesQuotes(head, delimiter) ? '"' : delimiter === '\t' ? null : '"';
  const rows = splitRows(head, delimiter, quote, given.isWhole === true);
  const firstRow = rows[0] ?? [''];
  const header = given.header ?? looksLikeHeader(rows);
  if (given.delimiter === undefined && firstRow.length > 1 && delimiter !== ',' && delimiter !== '\t') warnings.push(`cells are separated by ${JSON.stringify(delimiter)}`);
  if (given.header === undefined && !header) warnings.push('no header row found; columns are named column1, column2 …');
  return { delimiter, quote, header, firstRow, warnings };
}

/** The delimiter under which the most rows have the same number (> 1) of cells; undefined when none makes more than one column. */
function bestDelimiter(head: string, given: { readonly isWhole?: boolean; readonly preferTab?: boolean }): string | undefined {
  let best: { delimiter: string; score: number } | undefined;
  for (const delimiter of candidates) {
    const rows = splitRows(head, delimiter, usesQuotes(head, delimiter) ? '"' : delimiter === '\t' ? null : '"', given.isWhole === true);
    const counts = new Map<number, number>();
    for (const row of rows) counts.set(row.length, (counts.get(row.length) ?? 0) + 1);
    const [width, agreeing] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [1, 0];
    if (width < 2) continue;
    // Agreement counts most; among equals more columns, and the tab a .tsv promises.
    const score = agreeing / rows.length + Math.min(width, 50) / 1000 + (given.preferTab === true && delimiter === '\t' ? 0.2 : 0);
    if (best === undefined || score > best.score) best = { delimiter, score };
  }
  return best?.delimiter;
}

/** A quote that opens a cell: at the start of a line or after the delimiter, closed before a delimiter or line end. */
function usesQuotes(head: string, delimiter: string): boolean {
  const edge = delimiter === '|' ? '\\|' : delimiter;
  return new RegExp(`(?:^|[\\r\\n]|${edge})"(?:[^"]|"")*"(?=${edge}|[\\r\\n]|$)`).test(head.slice(0, 65536));
}

/** A tolerant splitter for detection only. The last row is dropped when the head may have cut it. */
function splitRows(head: string, delimiter: string, quote: string | null, isWhole: boolean): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < head.length && rows.length < sampleRows; at += 1) {
    const char = head[at]!;
    if (quoted) {
      if (char !== quote) cell += char;
      else if (head[at + 1] === quote) {
        cell += char;
        at += 1;
      } else quoted = false;
    } else if (char === quote && cell === '') quoted = true;
    else if (char === delimiter) {
      row.push(cell);
      cell = '';
    } else if (char === '\n' || char === '\r') {
      if (char === '\r' && head[at + 1] === '\n') at += 1;
      row.push(cell);
      if (row.length > 1 || row[0]!.trim() !== '') rows.push(row);
      row = [];
      cell = '';
    } else cell += char;
  }
  if ((isWhole || rows.length === 0) && (row.length > 0 || cell !== '')) rows.push([...row, cell]);
  return rows;
}

/** A header is a row of short, distinct, non-numeric names, and either one of them is well known or the rows below look different. */
function looksLikeHeader(rows: readonly (readonly string[])[]): boolean {
  const [first, ...rest] = rows;
  if (first === undefined) return false;
  const names = first.map((cell) => cell.trim());
  if (names.some((name) => name.length > 64 || isNumeric(name))) return false;
  if (names.every((name) => name === '')) return false;
  if (names.some((name) => knownRole(name) !== undefined)) return true;
  if (rest.length === 0 || names.some((name) => name === '') || new Set(names).size < names.length) return false;
  return names.some((name, column) => {
    const cells = rest.map((row) => row[column] ?? '').filter((cell) => cell !== '');
    if (cells.length === 0) return false;
    if (cells.every(isNumeric)) return true;
    const mean = cells.reduce((sum, cell) => sum + cell.length, 0) / cells.length;
    return mean > 4 * Math.max(4, name.length) && !/\s.*\s.*\s/.test(name);
  });
}

function isNumeric(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}
