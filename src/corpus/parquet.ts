import { sliceOf } from '../base/async.ts';
import { openParquet } from '../base/parquet-file.ts';
import { fieldsOf, type RecordSource, type SourceRecord } from './records.ts';

const batchRows = 2048;

/** A Parquet table: text comes from its plain columns; lists (vectors) and nested columns are left out and named in a warning. */
export async function parquetRecords(file: string): Promise<RecordSource> {
  const opened = await openParquet(file);
  await opened.close();
  const columns = opened.columns.filter((column) => column.kind === 'scalar').map((column) => column.name);
  const others = opened.columns.filter((column) => column.kind !== 'scalar');
  return {
    file,
    format: 'parquet',
    sizeBytes: opened.sizeBytes,
    warnings: others.map(({ name, kind }) => (kind === 'list' ? `column ${JSON.stringify(name)} holds lists (vectors?); they are not read as text` : `column ${JSON.stringify(name)} is nested; it is not read`)),
    columns,
    lineUnit: 'row',
    async *batches(work = {}) {
      const parquet = await openParquet(file);
      const pause = sliceOf(work.signal);
      try {
        for (const [index, group] of parquet.groups.entries()) {
          const values = columns.length === 0 ? [] : await parquet.read(index, columns);
          for (let start = 0; start < group.rowCount; start += batchRows) {
            const end = Math.min(start + batchRows, group.rowCount);
            const records: SourceRecord[] = [];
            for (let row = start; row < end; row += 1) records.push({ line: group.firstRow + row + 1, fields: fieldsOf(columns, values.map((column) => plain(column[row]))) });
            work.onRead?.(Math.round(((group.firstRow + end) / Math.max(1, parquet.rowCount)) * parquet.sizeBytes));
            yield records;
            await pause();
          }
        }
      } finally {
        await parquet.close();
      }
    },
  };
}

/** Dates as ISO text, bytes as UTF-8, everything else as it is. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return value;
}
