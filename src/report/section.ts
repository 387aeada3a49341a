import type { Markup } from './markup.ts';

export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align: 'left' | 'right';
}

export interface Table {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

/** A picture with the table of its numbers; either may be absent. */
export interface Figure {
  readonly caption?: string | undefined;
  readonly chart?: (() => Markup) | undefined;
  readonly tables: readonly Table[];
  /** Half the page wide: two stand side by side. */
  readonly half?: boolean | undefined;
}

/** A part of the report: the sentence that says what the picture means comes first. */
export interface Section {
  /** Fragment name, of this program. */
  readonly id: string;
  readonly title: string;
  readonly lead: string;
  readonly notes: readonly string[];
  readonly figures: readonly Figure[];
}

/** A column of numbers. */
export function numeric(title: string): Column {
  return { title, align: 'right' };
}

/** A column of words. */
export function words(title: string): Column {
  return { title, align: 'left' };
}

/** A table without the columns whose cells are all empty. */
export function tableOf(caption: string, columns: readonly Column[], rows: readonly (readonly string[])[]): Table {
  const kept = columns.map((_, index) => rows.some((row) => (row[index] ?? '') !== ''));
  return { caption, columns: columns.filter((_, index) => kept[index]), rows: rows.map((row) => row.filter((_, index) => kept[index])) };
}
