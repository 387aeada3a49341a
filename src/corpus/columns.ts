import { UserError } from '../base/errors.ts';
import type { ReadOptions } from '../contract/dataset.ts';
import { cellOf, type RecordSource, type SourceRecord } from './records.ts';

export type ColumnRole = 'id' | 'title' | 'text' | 'none';

/** What a column is taken for, and why, in words for the user. */
export interface ColumnGuess {
  readonly name: string;
  readonly role: ColumnRole;
  readonly reason: string;
}

/** Which columns make a document. Without an id column the row number (from 1) is the id. */
export interface ColumnChoice {
  readonly id?: string | undefined;
  readonly title?: string | undefined;
  readonly text: string;
}

const knownNames: Readonly<Record<'id' | 'title' | 'text', readonly string[]>> = {
  id: ['_id', 'id', 'doc_id', 'docid', 'document_id', 'documentid', 'pid', 'passage_id', 'qid', 'query_id', 'query-id', 'uid', 'uuid', 'key', 'identifier'],
  title: ['title', 'name', 'headline', 'heading', 'subject'],
  text: ['text', 'contents', 'content', 'body', 'document', 'passage', 'query', 'question', 'sentence', 'paragraph', 'abstract', 'description', 'plot', 'overview', 'summary', 'review', 'gloss', 'definition', 'message', 'comment', 'answer'],
};

/** The role a well-known column name stands for. */
export function knownRole(name: string): 'id' | 'title' | 'text' | undefined {
  const plain = name.trim().toLowerCase();
  for (const role of ['id', 'title', 'text'] as const) if (knownNames[role].includes(plain)) return role;
  return undefined;
}

/** Guesses the id, title and text columns from names and the first records; what `given` says is believed. One guess a column, in file order. */
export function guessColumns(source: RecordSource, records: readonly SourceRecord[], given: ReadOptions = {}): readonly ColumnGuess[] {
  const names = [...new Set([...(source.columns ?? []), ...records.flatMap((record) => Object.keys(record.fields))])];
  const chosen = new Map<string, { role: ColumnRole; reason: string }>();
  const take = (role: 'id' | 'title' | 'text', name: string | undefined, reason: string): void => {
    if (name !== undefined && !chosen.has(name) && ![...chosen.values()].some((other) => other.role === role)) chosen.set(name, { role, reason });
  };
  take('text', given.textColumn, 'chosen');
  take('title', given.titleColumn, 'chosen');
  take('id', given.idColumn, 'chosen');
  for (const role of ['text', 'title', 'id'] as const) {
    for (const known of knownNames[role]) {
      const name = names.find((candidate) => candidate.trim().toLowerCase() === known && !chosen.has(candidate) && fits(candidate, role, records));
      take(role, name, `is called ${JSON.stringify(name)}`);
    }
  }
  const lengths = names.map((name) => ({ name, mean: meanLength(name, records) })).filter(({ name, mean }) => mean > 0 && !chosen.has(name));
  const longest = lengths.sort((a, b) => b.mean - a.mean)[0];
  take('text', longest?.name, `has the longest texts (${Math.round(longest?.mean ?? 0)} characters on average)`);
  return names.map((name) => ({ name, role: chosen.get(name)?.role ?? 'none', reason: chosen.get(name)?.reason ?? '' }));
}

/** The columns to read. @throws UserError naming the columns that are there when a given one is not, or none can be the text. */
export function chooseColumns(source: RecordSource, records: readonly SourceRecord[], given: ReadOptions = {}): ColumnChoice {
  const guesses = guessColumns(source, records, given);
  const names = guesses.map((guess) => guess.name);
  const place = { file: source.file, line: records[0]?.line };
  for (const [role, name] of [['text', given.textColumn], ['title', given.titleColumn], ['id', given.idColumn]] as const) {
    if (name !== undefined && names.length > 0 && !names.includes(name)) {
      throw new UserError('corpus/no-column', `has no ${role} column ${JSON.stringify(name)}; there are ${names.slice(0, 20).map((other) => JSON.stringify(other)).join(', ')}`, { place });
    }
  }
  const of = (role: ColumnRole): string | undefined => guesses.find((guess) => guess.role === role)?.name;
  const text = of('text') ?? given.textColumn;
  // A file of titles alone is a corpus of short texts.
  const title = text === undefined ? undefined : of('title');
  const only = text ?? of('title');
  if (only === undefined) {
    throw new UserError('corpus/no-text', `has no column that could be the text; there are ${names.length === 0 ? 'no keys' : names.slice(0, 20).map((other) => JSON.stringify(other)).join(', ')}`, { place });
  }
  return { id: of('id'), title, text: only };
}

/** Id columns hold text or whole numbers; titles and texts hold text. Nothing is known against an empty column. */
function fits(name: string, role: 'id' | 'title' | 'text', records: readonly SourceRecord[]): boolean {
  return records.every((record) => {
    const cell = cellOf(record, name);
    if (cell === undefined || cell === null || typeof cell === 'string') return true;
    return role === 'id' && (typeof cell === 'number' || typeof cell === 'bigint');
  });
}

function meanLength(name: string, records: readonly SourceRecord[]): number {
  let sum = 0;
  for (const record of records) {
    const cell = cellOf(record, name);
    if (typeof cell === 'string' && Number.isNaN(Number(cell))) sum += cell.length;
  }
  return records.length === 0 ? 0 : sum / records.length;
}
