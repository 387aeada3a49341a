import { UserError } from '../base/errors.ts';
import { formatCount } from '../base/format.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { ReadOptions } from '../contract/dataset.ts';
import { chooseColumns } from './columns.ts';
import { contentHash } from '../base/content-hash.ts';
import type { Corpus } from './corpus.ts';
import { createRowIndex } from './row-index.ts';
import { createTextColumn, type TextColumn } from './text-column.ts';
import { cellOf, describeKind, type RecordSource, type SourceRecord, takeRecords } from './records.ts';

/** How many records column guesses look at. */
export const guessRecords = 50;

export interface CollectOptions extends ReadOptions {
  readonly name: string;
  /** Stop after this many documents. */
  readonly limit?: number | undefined;
  /** Texts beyond this many characters lie in a temporary file; an eighth of the heap unless given. */
  readonly memoryChars?: number | undefined;
}

/**
 * Reads every record into a corpus.
 * @throws UserError with the place for a missing or wrong cell, a duplicate id (both lines), and a corpus without documents.
 */
export async function collectCorpus(source: RecordSource, options: CollectOptions, work: WorkOptions = {}): Promise<Corpus> {
  const choice = chooseColumns(source, await takeRecords(source, guessRecords), options);
  const ids: string[] = [];
  const titles = createTextColumn(options.memoryChars);
  const texts = createTextColumn(options.memoryChars);
  let lines = new Float64Array(1024);
  const rowOfId = createRowIndex((row, id) => ids[row] === id);
  const rowOfText = createRowIndex((row, key) => documentKey(titles, texts, row) === key);
  let hasTitles = false;
  let duplicateCount = 0;
  const hash = contentHash();
  const limit = options.limit ?? Infinity;
  let emptyCount = 0;
  let readBytes = 0;
  const report = (): void => work.onProgress?.({ phase: 'reading documents', done: readBytes, total: source.sizeBytes, unit: 'bytes' });
  read: for await (const batch of source.batches({ ...work, onRead: (bytes) => (readBytes = bytes) })) {
    for (const record of batch) {
      if (ids.length >= limit) break read;
      const row = ids.length;
      const id = choice.id === undefined ? String(row + 1) : idOf(record, choice.id, source);
      const title = choice.title === undefined ? '' : textOf(record, choice.title, source, true);
      const text = textOf(record, choice.text, source, false);
      const earlier = rowOfId.findOrAdd(id, row);
      if (earlier >= 0) throw duplicateId(source, id, lines[earlier]!, record);
      ids.push(id);
      titles.push(title);
      texts.push(text);
      if (row >= lines.length) lines = grown(lines);
      lines[row] = record.line;
      hasTitles ||= title !== '';
      if (title.trim() === '' && text.trim() === '') emptyCount += 1;
      else if (rowOfText.findOrAdd(`${title}\n${text}`, row) >= 0) duplicateCount += 1;
      hash.add(id);
      hash.add(title);
      hash.add(text);
    }
    report();
  }
  if (ids.length === 0) throw new UserError('corpus/empty', 'holds no documents, expected at least one', { place: { file: source.file } });
  const stats = {
    count: ids.length,
    emptyCount,
    duplicateCount,
    format: source.format,
    encoding: source.encoding,
    sizeBytes: source.sizeBytes,
    warnings: [...source.warnings, ...countWarnings(emptyCount, duplicateCount, ids.length)],
  };
  return { name: options.name, ids, titles: hasTitles ? titles.finish() : undefined, texts: texts.finish(), contentHash: hash.digest(), stats };
}

/** What makes two documents the same. A title never holds a line break where it matters: "a\nb" + "" equals "a" + "b" as embedded text too. */
function documentKey(titles: TextColumn, texts: TextColumn, row: number): string {
  return `${titles.at(row)}\n${texts.at(row)}`;
}

function grown(lines: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(lines.length * 2);
  longer.set(lines);
  return longer;
}

function countWarnings(empty: number, duplicate: number, count: number): string[] {
  const warnings: string[] = [];
  if (empty > 0) warnings.push(`${formatCount(empty)} of ${formatCount(count)} documents are empty; they are kept, and embed to the same vector`);
  if (duplicate > 0) warnings.push(`${formatCount(duplicate)} of ${formatCount(count)} documents repeat an earlier one's text`);
  return warnings;
}

function placeOf(record: SourceRecord, source: RecordSource): { file: string; line: number } {
  return { file: record.file ?? source.file, line: record.line };
}

function idOf(record: SourceRecord, column: string, source: RecordSource): string {
  const cell = cellOf(record, column);
  if (typeof cell === 'string' && cell !== '') return cell;
  if (typeof cell === 'number' || typeof cell === 'bigint') return String(cell);
  if (cell === undefined) throw missingKey(record, column, source);
  throw new UserError('corpus/bad-id', `the id (${JSON.stringify(column)}) is ${cell === '' ? 'empty' : describeKind(cell)}, expected text or a number`, { place: placeOf(record, source) });
}

function textOf(record: SourceRecord, column: string, source: RecordSource, mayBeMissing: boolean): string {
  const cell = cellOf(record, column);
  if (typeof cell === 'string') return cell;
  if (cell === null || (cell === undefined && mayBeMissing)) return '';
  if (cell === undefined) throw missingKey(record, column, source);
  if (typeof cell === 'number' || typeof cell === 'bigint') return String(cell);
  throw new UserError('corpus/bad-text', `${JSON.stringify(column)} is ${describeKind(cell)}, expected text`, { place: placeOf(record, source) });
}

function missingKey(record: SourceRecord, column: string, source: RecordSource): UserError {
  const keys = Object.keys(record.fields).slice(0, 20).map((key) => JSON.stringify(key));
  return new UserError('corpus/missing-key', `has no ${JSON.stringify(column)}; the keys there are ${keys.length === 0 ? 'none' : keys.join(', ')}`, { place: placeOf(record, source) });
}

function duplicateId(source: RecordSource, id: string, firstLine: number, record: SourceRecord): UserError {
  const message = `id ${JSON.stringify(id.slice(0, 100))} is used twice, in ${source.lineUnit} ${firstLine} and ${source.lineUnit} ${record.line}; ids must differ`;
  return new UserError('corpus/duplicate-id', message, { place: placeOf(record, source) });
}
