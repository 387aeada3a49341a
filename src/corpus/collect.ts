import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { ReadOptions } from '../contract/dataset.ts';
import { chooseColumns } from './columns.ts';
import { contentHash, quickHash } from '../base/content-hash.ts';
import type { Corpus } from './corpus.ts';
import { cellOf, describeKind, type RecordSource, type SourceRecord, takeRecords } from './records.ts';

/** How many records column guesses look at. */
export const guessRecords = 50;

export interface CollectOptions extends ReadOptions {
  readonly name: string;
  /** Stop after this many documents. */
  readonly limit?: number | undefined;
}

/**
 * Reads every record into a corpus.
 * @throws UserError with the place for a missing or wrong cell, a duplicate id (both lines), and a corpus without documents.
 */
export async function collectCorpus(source: RecordSource, options: CollectOptions, work: WorkOptions = {}): Promise<Corpus> {
  const choice = chooseColumns(source, await takeRecords(source, guessRecords), options);
  const ids: string[] = [];
  const titles: string[] = [];
  const texts: string[] = [];
  const lines: number[] = [];
  const rowOfId = new Map<string, number>();
  const duplicates = duplicateCounter();
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
      const earlier = rowOfId.get(id);
      if (earlier !== undefined) throw duplicateId(source, id, lines[earlier]!, record);
      rowOfId.set(id, row);
      ids.push(id);
      titles.push(title);
      texts.push(text);
      lines.push(record.line);
      if (title.trim() === '' && text.trim() === '') emptyCount += 1;
      else duplicates.add(row, titles, texts);
      hash.add(id);
      hash.add(title);
      hash.add(text);
    }
    report();
  }
  if (ids.length === 0) throw new UserError('corpus/empty', 'holds no documents, expected at least one', { place: { file: source.file } });
  const hasTitles = titles.some((title) => title !== '');
  const stats = {
    count: ids.length,
    emptyCount,
    duplicateCount: duplicates.count(),
    format: source.format,
    encoding: source.encoding,
    sizeBytes: source.sizeBytes,
    warnings: [...source.warnings, ...countWarnings(emptyCount, duplicates.count(), ids.length)],
  };
  return { name: options.name, ids, titles: hasTitles ? titles : undefined, texts, contentHash: hash.digest(), stats };
}

function countWarnings(empty: number, duplicate: number, count: number): string[] {
  const warnings: string[] = [];
  if (empty > 0) warnings.push(`${empty} of ${count} documents are empty; they are kept, and embed to the same vector`);
  if (duplicate > 0) warnings.push(`${duplicate} of ${count} documents repeat an earlier one's text`);
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

/** Counts rows whose title and text equal an earlier row's: by hash, then by comparison. */
function duplicateCounter(): { add(row: number, titles: readonly string[], texts: readonly string[]): void; count(): number } {
  const rowsOf = new Map<number, number | number[]>();
  let count = 0;
  return {
    add(row, titles, texts) {
      const key = quickHash(texts[row]!) + quickHash(titles[row]!);
      const earlier = rowsOf.get(key);
      if (earlier === undefined) {
        rowsOf.set(key, row);
        return;
      }
      const others = typeof earlier === 'number' ? [earlier] : earlier;
      if (others.some((other) => texts[other] === texts[row] && titles[other] === titles[row])) count += 1;
      else rowsOf.set(key, [...others, row]);
    },
    count: () => count,
  };
}
