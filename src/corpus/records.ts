import { showValue, UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';

/** One record as it stands in the file. Only own properties count: a column may be called `__proto__`. */
export interface SourceRecord {
  /** Where it begins, counted from 1 (a row number where the format has no lines). */
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The file it stands in, where a source has several. */
  readonly file?: string | undefined;
}

/** A corpus file before anyone has said which column is which. */
export interface RecordSource {
  readonly file: string;
  readonly format: string;
  readonly encoding?: string | undefined;
  /** Of delimited text: what stands between cells, and whether the first row names the columns. */
  readonly delimiter?: string | undefined;
  readonly header?: boolean | undefined;
  readonly sizeBytes: number;
  readonly warnings: readonly string[];
  /** Column names where the format declares them (a CSV header, a Parquet schema). */
  readonly columns?: readonly string[] | undefined;
  /** What `line` counts: lines, or rows where the format has none. */
  readonly lineUnit: 'line' | 'row';
  /** Records in order, in batches; it can be read more than once. */
  batches(work?: RecordWork): AsyncGenerator<readonly SourceRecord[]>;
}

export interface RecordWork extends WorkOptions {
  /** Hears how many bytes of the file have been read. */
  readonly onRead?: ((bytes: number) => void) | undefined;
}

/** A cell, undefined where the record has no such key of its own. */
export function cellOf(record: SourceRecord, column: string): unknown {
  return Object.hasOwn(record.fields, column) ? record.fields[column] : undefined;
}

/** Sets a cell even when the column is called `__proto__`. */
export function fieldsOf(columns: readonly string[], cells: readonly unknown[]): Readonly<Record<string, unknown>> {
  const fields = Object.create(null) as Record<string, unknown>;
  columns.forEach((column, index) => {
    fields[column] = cells[index];
  });
  return fields;
}

/** "a number (12)", "an array", "null" … for messages; never walks into a value. */
export function describeKind(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return `the text ${showValue(value.slice(0, 100))}`;
  return `the ${typeof value} ${showValue(value)}`;
}

/** The first records of a source, at most `count`. */
export async function takeRecords(source: RecordSource, count: number): Promise<readonly SourceRecord[]> {
  const taken: SourceRecord[] = [];
  for await (const batch of source.batches()) {
    for (const record of batch) {
      if (taken.length >= count) return taken;
      taken.push(record);
    }
    if (taken.length >= count) break;
  }
  return taken;
}

/** Checks that a parsed JSON value is an object, the way every document must be. */
export function asFields(value: unknown, place: { readonly file: string; readonly line: number }): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new UserError('corpus/bad-record', `is ${describeKind(value)}, expected a JSON object such as {"id": "1", "text": "…"}`, { place });
}
