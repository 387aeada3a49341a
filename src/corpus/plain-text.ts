import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { sliceOf } from '../base/async.ts';
import { UserError } from '../base/errors.ts';
import { readLines, usesLoneCr } from './lines.ts';
import { fieldsOf, type RecordSource, type SourceRecord } from './records.ts';
import { openText, textChunks, textFacts, type TextSource, WrongEncodingError } from './text-stream.ts';

/** A text file with a document a line; blank lines are skipped; the id is the line number. */
export function linesAsRecords(source: TextSource): RecordSource {
  const file = source.bytes.file;
  return {
    ...textFacts(source),
    format: 'txt',
    columns: ['id', 'text'],
    async *batches(work = {}) {
      const pause = sliceOf(work.signal);
      for await (const { firstLine, lines } of readLines(textChunks(source, work), { file, loneCr: usesLoneCr(source.head) })) {
        const records: SourceRecord[] = [];
        lines.forEach((line, index) => {
          const number = firstLine + index;
          if (line.trim() !== '') records.push({ line: number, fields: fieldsOf(['id', 'text'], [String(number), line.trim()]) });
        });
        yield records;
        await pause();
      }
    },
  };
}

/** A file read whole may not be larger than this: a document is text to be embedded. */
const maxDocumentBytes = 64 * 1024 * 1024;

/** The text files under a folder, in the order of their paths; hidden files and folders are left out. */
export async function listFiles(folder: string, pattern: RegExp): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !relative(folder, file).split(sep).some((part) => part.startsWith('.')))
    .sort();
}

/** A text file as one string, '' for an empty one, whatever its encoding. @throws UserError when it is larger than 64 MiB or not text. */
export async function readWhole(file: string): Promise<string> {
  let encoding: string | undefined;
  for (;;) {
    try {
      const source = await openText(file, encoding);
      const parts: string[] = [];
      let chars = 0;
      for await (const chunk of textChunks(source)) {
        parts.push(chunk);
        chars += chunk.length;
        if (chars > maxDocumentBytes) throw new UserError('corpus/large-document', `is larger than ${maxDocumentBytes} characters, too much for one document`, { place: { file } });
      }
      return parts.join('');
    } catch (error) {
      if (error instanceof UserError && error.code === 'corpus/empty') return '';
      if (!(error instanceof WrongEncodingError)) throw error;
      encoding = error.encoding;
    }
  }
}
