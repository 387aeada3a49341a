import { sliceOf } from '../base/async.ts';
import { openArrow } from '../base/arrow-file.ts';
import { fieldsOf, type RecordSource, type SourceRecord } from './records.ts';

const batchRows = 2048;

/** An Arrow or Feather table: text comes from its plain columns; lists (vectors) and nested columns are left out and named in a warning. */
export async function arrowRecords(file: string): Promise<RecordSource> {
  const table = await openArrow(file);
  const columns = table.columns.filter((column) => column.kind === 'scalar');
  const names = columns.map((column) => column.name);
  return {
    file,
    format: 'arrow',
    sizeBytes: table.sizeBytes,
    warnings: table.columns
      .filter((column) => column.kind !== 'scalar')
      .map(({ name, kind }) => (kind === 'list' ? `column ${JSON.stringify(name)} holds lists (vectors?); they are not read as text` : `column ${JSON.stringify(name)} is nested; it is not read`)),
    columns: names,
    lineUnit: 'row',
    async *batches(work = {}) {
      const pause = sliceOf(work.signal);
      for (let start = 0; start < table.rowCount; start += batchRows) {
        const end = Math.min(start + batchRows, table.rowCount);
        const records: SourceRecord[] = [];
        for (let row = start; row < end; row += 1) records.push({ line: row + 1, fields: fieldsOf(names, columns.map((column) => plain(column.at(row)))) });
        work.onRead?.(Math.round((end / Math.max(1, table.rowCount)) * table.sizeBytes));
        yield records;
        await pause();
      }
    },
  };
}

function plain(value: unknown): unknown {
  return value instanceof Date ? (Number.isNaN(value.getTime()) ? '' : value.toISOString()) : value;
}
