import { UserError } from '../base/errors.ts';

/** Consecutive lines, without their line ends. `firstLine` counts from 1. */
export interface LineBatch {
  readonly firstLine: number;
  readonly lines: readonly string[];
}

/** A document is text to be embedded; a line of more characters than this is a file that is not in lines. */
export const maxLineChars = 64 * 1024 * 1024;

/**
 * Splits text chunks into lines at \n, \r\n or (in files that have no \n at all: `loneCr`) \r.
 * Holds one line at a time. The last line needs no line end.
 * @throws UserError when a line is longer than `maxChars`.
 */
export async function* readLines(
  chunks: AsyncIterable<string>,
  options: { readonly file: string; readonly loneCr?: boolean; readonly maxChars?: number },
): AsyncGenerator<LineBatch> {
  const maxChars = options.maxChars ?? maxLineChars;
  const end = options.loneCr === true ? '\r' : '\n';
  let line = 1;
  // A long line arrives in many chunks: joining once keeps that linear.
  let open: string[] = [];
  let openChars = 0;
  for await (const chunk of chunks) {
    const parts = chunk.split(end);
    if (parts.length === 1) {
      open.push(chunk);
      openChars += chunk.length;
      checkLength(openChars, maxChars, line, options.file);
      continue;
    }
    checkLength(openChars + parts[0]!.length, maxChars, line, options.file);
    parts[0] = open.join('') + parts[0]!;
    const rest = parts.pop()!;
    const lines = parts.map(withoutCr);
    yield { firstLine: line, lines };
    line += lines.length;
    open = rest === '' ? [] : [rest];
    openChars = rest.length;
  }
  if (openChars > 0) yield { firstLine: line, lines: [withoutCr(open.join(''))] };
}

/** True when the text breaks its lines with \r alone (old Mac files). */
export function usesLoneCr(head: string): boolean {
  return head.includes('\r') && !head.includes('\n');
}

function withoutCr(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function checkLength(chars: number, maxChars: number, line: number, file: string): void {
  if (chars > maxChars) {
    throw new UserError('corpus/long-line', `is longer than ${maxChars} characters, expected one document a line`, { place: { file, line } });
  }
}
