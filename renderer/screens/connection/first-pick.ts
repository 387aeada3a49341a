import type { CollectionView } from '../../../src/contract/connection.ts';

/** Which fields of a collection are what, as the user sees it; empty names stand for none. */
export interface Pick {
  readonly vectorField: string;
  readonly idField: string;
  readonly titleField: string;
  readonly textField: string;
  readonly prefixFields: readonly string[];
  /** undefined: all. */
  readonly rows: number | undefined;
}

const TITLES = ['title', 'name', 'headline'];
/** Float32 numbers read without asking: 1 GiB. */
const MOST_NUMBERS = 2 ** 28;

/** What to begin with: the longest vectors, the longest texts, and shorter fields that are called heads or prefixes. */
export function firstPick(view: CollectionView): Pick {
  const whole = [...view.vectorFields].sort((a, b) => b.dims - a.dims)[0]!;
  const texts = view.scalarFields.filter((field) => field.type === 'VarChar' && field.name !== view.keyField);
  const title = texts.find((field) => TITLES.includes(field.name.toLowerCase()));
  const text = [...texts].filter((field) => field !== title).sort((a, b) => (b.maxLength ?? 0) - (a.maxLength ?? 0))[0];
  const isPrefix = (name: string, dims: number): boolean => /head|prefix|short|mrl|matryoshka/i.test(name) || name.includes(String(dims)) || name.startsWith(whole.name);
  const most = Math.floor(MOST_NUMBERS / whole.dims);
  return {
    vectorField: whole.name,
    idField: view.keyField,
    titleField: text === undefined ? '' : (title?.name ?? ''),
    textField: (text ?? title)?.name ?? '',
    prefixFields: view.vectorFields.filter((field) => field.dims < whole.dims && isPrefix(field.name, field.dims)).map((field) => field.name),
    rows: view.rowCount > most ? most : undefined,
  };
}
