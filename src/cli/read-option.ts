import { showValue, UserError } from '../base/errors.ts';
import type { ReadOptions } from '../contract/dataset.ts';

const expected = 'text=COLUMN, title=COLUMN, id=COLUMN, format=…, encoding=…, delimiter=…, header=yes|no, chunk=CHARACTERS, overlap=CHARACTERS';

/** `--read text=body,id=key,header=no,delimiter=;,encoding=latin1,chunk=800,overlap=80`. @throws UserError for an unknown key or value. */
export function readOptionsOf(text: string): ReadOptions {
  const options: { -readonly [Key in keyof ReadOptions]: ReadOptions[Key] } = {};
  let maxChars: number | undefined;
  let overlapChars: number | undefined;
  // A comma is a delimiter too: `delimiter=,` may end the list or stand before another key.
  for (const part of text.split(/,(?=[a-z]+=|$)/i)) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const key = at < 0 ? part : part.slice(0, at).trim();
    const value = at < 0 ? '' : part.slice(at + 1);
    const fail = (): never => {
      throw new UserError('cli/arguments', `--read ${showValue(part)}: expected ${expected}`);
    };
    if (value === '' && key !== 'delimiter') fail();
    switch (key) {
      case 'text':
        options.textColumn = value;
        break;
      case 'title':
        options.titleColumn = value;
        break;
      case 'id':
        options.idColumn = value;
        break;
      case 'format':
        options.format = value;
        break;
      case 'encoding':
        options.encoding = value;
        break;
      case 'delimiter':
        options.delimiter = value === 'tab' || value === '\\t' ? '\t' : value === '' ? ',' : value;
        break;
      case 'header':
        options.header = value === 'yes' ? true : value === 'no' ? false : fail();
        break;
      case 'chunk':
        maxChars = charsOf(value) ?? fail();
        break;
      case 'overlap':
        overlapChars = charsOf(value) ?? fail();
        break;
      default:
        fail();
    }
  }
  if (maxChars !== undefined || overlapChars !== undefined) {
    const most = maxChars ?? 1200;
    options.chunks = { maxChars: most, overlapChars: overlapChars ?? Math.floor(most / 10) };
  }
  return options;
}

function charsOf(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
