import { sliceOf } from '../base/async.ts';
import { UserError } from '../base/errors.ts';
import { findJsonFault } from './json-fault.ts';
import { readLines, usesLoneCr } from './lines.ts';
import { asFields, type RecordSource, type SourceRecord } from './records.ts';
import { textFacts, type TextSource, textChunks } from './text-stream.ts';

/** JSON Lines: an object a line; blank lines are skipped. */
export function jsonLinesRecords(source: TextSource): RecordSource {
  const file = source.bytes.file;
  return {
    ...textFacts(source),
    format: 'jsonl',
    async *batches(work = {}) {
      const pause = sliceOf(work.signal);
      for await (const { firstLine, lines } of readLines(textChunks(source, work), { file, loneCr: usesLoneCr(source.head) })) {
        const records: SourceRecord[] = [];
        for (let i = 0; i < lines.length; i += 1) {
          const line = lines[i]!;
          if (line.trim() === '') continue;
          records.push({ line: firstLine + i, fields: asFields(parseJson(line, { file, line: firstLine + i }), { file, line: firstLine + i }) });
          if (i % 256 === 255) await pause();
        }
        yield records;
      }
    },
  };
}

/** JSON.parse with a place: `file:line:column: not JSON: expected ":", found "}"`. Lines are counted within `text`, from `place.line`. */
export function parseJson(text: string, place: { readonly file: string; readonly line: number; readonly column?: number }): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const fault = findJsonFault(text) ?? { offset: 0, message: (error as Error).message };
    const before = text.slice(0, fault.offset);
    const breaks = before.split('\n').length - 1;
    const column = breaks === 0 ? fault.offset + (place.column ?? 1) : fault.offset - before.lastIndexOf('\n');
    throw new UserError('corpus/bad-json', `is not JSON: ${fault.message}`, { place: { file: place.file, line: place.line + breaks, column }, cause: error });
  }
}
