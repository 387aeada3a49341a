import { Readable } from 'node:stream';
import { type CsvError, Parser } from 'csv-parse';
import { sliceOf, throwIfCancelled } from '../base/async.ts';
import { CancelledError, UserError } from '../base/errors.ts';
import { detectDialect, type Dialect } from './dialect.ts';
import { maxLineChars } from './lines.ts';
import { fieldsOf, type RecordSource, type SourceRecord } from './records.ts';
import { textFacts, type TextSource, textChunks } from './text-stream.ts';

const batchRows = 1024;

/** CSV, TSV and their relatives. Delimiter and header are detected unless given; without a header the columns are called column1, column2 … */
export function delimitedRecords(source: TextSource, given: { readonly delimiter?: string | undefined; readonly header?: boolean | undefined } = {}): RecordSource {
  const file = source.bytes.file;
  const dialect = detectDialect(source.head, { ...given, isWhole: source.isWhole, preferTab: /\.(tsv|tab)(\.|$)/i.test(file) });
  const columns = uniqueColumns(dialect, file);
  return {
    ...textFacts(source),
    format: dialect.delimiter === '\t' ? 'tsv' : 'csv',
    delimiter: dialect.delimiter,
    header: dialect.header,
    warnings: [...source.warnings, ...dialect.warnings],
    columns,
    async *batches(work = {}) {
      const parser = new Parser({
        delimiter: dialect.delimiter,
        quote: dialect.quote,
        info: true,
        from: dialect.header ? 2 : 1,
        skip_empty_lines: true,
        max_record_size: maxLineChars,
        relax_quotes: dialect.quote !== null,
        record_delimiter: ['\r\n', '\n', '\r'],
      });
      const input = Readable.from(textChunks(source, work), { objectMode: true, highWaterMark: 2 });
      input.on('error', (error) => parser.destroy(error));
      input.pipe(parser);
      const pause = sliceOf(work.signal);
      let records: SourceRecord[] = [];
      try {
        for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
          // csv-parse counts the line on which the record ends.
          const line = info.lines - record.reduce((count, cell) => count + newlinesIn(cell), 0);
          if (record.length !== columns.length) throw wrongWidth(record, columns, file, line);
          records.push({ line, fields: fieldsOf(columns, record) });
          if (records.length >= batchRows) {
            yield records;
            records = [];
            await pause();
            throwIfCancelled(work.signal);
          }
        }
      } catch (error) {
        throw explainCsvError(error, file, columns);
      } finally {
        input.destroy();
        parser.destroy();
      }
      if (records.length > 0) yield records;
    },
  };
}

function uniqueColumns(dialect: Dialect, file: string): readonly string[] {
  if (!dialect.header) return dialect.firstRow.map((_, index) => `column${index + 1}`);
  const seen = new Map<string, number>();
  return dialect.firstRow.map((cell, index) => {
    const name = cell.trim() === '' ? `column${index + 1}` : cell.trim();
    const earlier = seen.get(name);
    if (earlier !== undefined) {
      throw new UserError('corpus/duplicate-column', `the header names column ${JSON.stringify(name)} twice, as number ${earlier + 1} and ${index + 1}`, { place: { file, line: 1 } });
    }
    seen.set(name, index);
    return name;
  });
}

function newlinesIn(cell: string): number {
  let count = 0;
  for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) count += 1;
  return count;
}

function wrongWidth(record: readonly string[], columns: readonly string[], file: string, line: number): UserError {
  return new UserError('corpus/ragged-row', `has ${record.length} cells, expected ${columns.length} (${columns.slice(0, 8).join(', ')})`, {
    place: { file, line },
    hint: record.length > columns.length ? 'cells that hold the delimiter must stand in double quotes' : 'is a cell or a quote missing?',
  });
}

function explainCsvError(error: unknown, file: string, columns: readonly string[]): unknown {
  if (error instanceof UserError || error instanceof CancelledError) return error;
  const csv = error as CsvError & { lines?: number; record?: string[] };
  const place = { file, line: csv.lines };
  switch (csv.code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
    case 'CSV_RECORD_INCONSISTENT_COLUMNS':
      return wrongWidth(csv.record ?? [], columns, file, csv.lines ?? 1);
    case 'CSV_QUOTE_NOT_CLOSED':
      return new UserError('corpus/bad-csv', 'a double quote is opened and never closed before the end of the file', { place, cause: error });
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'INVALID_OPENING_QUOTE':
      return new UserError('corpus/bad-csv', `has a double quote in the wrong place: ${csv.message}`, { place, cause: error });
    case 'CSV_MAX_RECORD_SIZE':
      return new UserError('corpus/long-line', `holds a record longer than ${maxLineChars} characters; is a double quote never closed?`, { place, cause: error });
    default:
      return csv.code?.startsWith('CSV_') ? new UserError('corpus/bad-csv', csv.message, { place, cause: error }) : error;
  }
}
