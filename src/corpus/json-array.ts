import { sliceOf } from '../base/async.ts';
import { UserError } from '../base/errors.ts';
import { parseJson } from './json-lines.ts';
import { maxLineChars } from './lines.ts';
import { asFields, type RecordSource, type SourceRecord } from './records.ts';
import { textFacts, type TextSource, textChunks } from './text-stream.ts';

/** A JSON file: an array of objects, or an object with such an array in it (`{"documents": […]}`). Holds one element at a time. */
export function jsonArrayRecords(source: TextSource): RecordSource {
  const file = source.bytes.file;
  return {
    ...textFacts(source),
    format: 'json',
    async *batches(work = {}) {
      const pause = sliceOf(work.signal);
      const splitter = elementSplitter(file);
      for await (const chunk of textChunks(source, work)) {
        const records: SourceRecord[] = [];
        for (const element of splitter.push(chunk)) {
          const place = { file, line: element.line, column: element.column };
          records.push({ line: element.line, fields: asFields(parseJson(element.text, place), place) });
          await pause();
        }
        yield records;
      }
      splitter.finish();
    },
  };
}

interface Element {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Cuts the elements out of the first array of a JSON text (at depth 0, or inside the outermost object) by counting brackets outside strings.
 * What an element holds is JSON.parse's business; what stands around the array is checked only for closing properly.
 */
function elementSplitter(file: string): { push(chunk: string): Element[]; finish(): void } {
  let state: 'before' | 'between' | 'inside' | 'after' = 'before';
  /** Depth of brackets within the element, or around the array while `before`. */
  let depth = 0;
  let inString = false;
  let escaped = false;
  let line = 1;
  let lineStart = 0;
  let offset = 0;
  let parts: string[] = [];
  let partChars = 0;
  let begin = { line: 1, column: 1 };
  let needComma = false;
  let commaSeen = false;
  let outerClose = 0;
  const place = (at: number): { file: string; line: number; column: number } => ({ file, line, column: offset + at - lineStart + 1 });
  const fail = (at: number, expected: string, found: string): never => {
    throw new UserError('corpus/bad-json', `is not JSON: expected ${expected}, found ${found === '' ? 'the end' : JSON.stringify(found)}`, { place: place(at) });
  };

  const push = (chunk: string): Element[] => {
    const elements: Element[] = [];
    let start = 0;
    const close = (end: number): void => {
      parts.push(chunk.slice(start, end));
      elements.push({ text: parts.join(''), ...begin });
      parts = [];
      partChars = 0;
      state = 'between';
      needComma = true;
      commaSeen = false;
    };
    for (let at = 0; at < chunk.length; at += 1) {
      const code = chunk.charCodeAt(at);
      if (code === 10) {
        line += 1;
        lineStart = offset + at + 1;
      }
      if (inString) {
        if (escaped) escaped = false;
        else if (code === 0x5c) escaped = true;
        else if (code === 0x22) {
          inString = false;
          if (state === 'inside' && depth === 0) close(at + 1);
        }
        continue;
      }
      const isSpace = code === 32 || code === 10 || code === 13 || code === 9;
      if (state === 'before') {
        if (code === 0x22) inString = true;
        else if (code === 0x5b && depth <= 1) state = 'between';
        else if (code === 0x7b || code === 0x5b) depth += 1;
        else if (code === 0x7d || code === 0x5d) depth -= 1;
        else if (depth === 0 && !isSpace) fail(at, '"[" or "{"', chunk[at]!);
        if (state === 'between') outerClose = depth;
      } else if (state === 'between') {
        if (isSpace) continue;
        if (code === 0x5d) {
          if (commaSeen) fail(at, 'a value after the comma', ']');
          state = 'after';
          depth = outerClose;
        } else if (code === 0x2c) {
          if (!needComma) fail(at, 'a value', ',');
          needComma = false;
          commaSeen = true;
        } else {
          if (needComma) fail(at, '"," or "]"', chunk[at]!);
          state = 'inside';
          start = at;
          begin = { line, column: offset + at - lineStart + 1 };
          depth = code === 0x7b || code === 0x5b ? 1 : 0;
          inString = code === 0x22;
        }
      } else if (state === 'inside') {
        if (code === 0x22) inString = true;
        else if (code === 0x7b || code === 0x5b) depth += 1;
        else if (depth === 0 && (code === 0x2c || code === 0x5d || isSpace)) {
          // A bare number or word ends where something else begins.
          close(at);
          at -= 1;
          if (code === 10) line -= 1;
        } else if (code === 0x7d || code === 0x5d) {
          depth -= 1;
          if (depth === 0) close(at + 1);
        }
      } else {
        if (code === 0x22) inString = true;
        else if (code === 0x7b || code === 0x5b) depth += 1;
        else if (code === 0x7d || code === 0x5d) depth -= 1;
        else if (depth === 0 && !isSpace) fail(at, 'the end', chunk[at]!);
        if (depth < 0) fail(at, 'the end', chunk[at]!);
      }
    }
    if (state === 'inside') {
      parts.push(chunk.slice(start));
      partChars += chunk.length - start;
      if (partChars > maxLineChars) {
        throw new UserError('corpus/long-line', `an element of the array is longer than ${maxLineChars} characters, expected one document each`, { place: { file, ...begin } });
      }
    }
    offset += chunk.length;
    return elements;
  };

  const finish = (): void => {
    if (state === 'before') throw new UserError('corpus/bad-json', 'holds no array of documents, expected [{"id": …, "text": …}, …]', { place: { file } });
    if (state === 'inside') fail(0, 'the end of the element that begins there', '');
    if (state === 'between') fail(0, '"]"', '');
    if (depth > 0 || inString) fail(0, '"}"', '');
  };
  return { push, finish };
}
