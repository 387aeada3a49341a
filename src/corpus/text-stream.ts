import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { type ByteSource, headOf, openBytes } from './byte-source.ts';
import { detectEncoding, type Encoding, firstInvalidUtf8, guessLegacy } from './encoding.ts';
import type { RecordSource } from './records.ts';

/** A text file: where its bytes come from and how they are decoded. */
export interface TextSource {
  readonly bytes: ByteSource;
  readonly encoding: Encoding;
  readonly warnings: readonly string[];
  /** The first characters, decoded (at most `headBytes` bytes' worth). */
  readonly head: string;
  /** True when `head` is the whole file. */
  readonly isWhole: boolean;
}

const headBytes = 256 * 1024;

/** What a record source says of the text file it reads. */
export function textFacts({ bytes, encoding, warnings }: TextSource): Pick<RecordSource, 'file' | 'encoding' | 'sizeBytes' | 'warnings'> & { readonly lineUnit: 'line' } {
  return { file: bytes.file, encoding, sizeBytes: bytes.sizeBytes, warnings, lineUnit: 'line' };
}

/** A file turned out not to be in the encoding its head suggested; read again with `encoding`. */
export class WrongEncodingError extends Error {
  override readonly name = 'WrongEncodingError';
  readonly encoding: Encoding;
  readonly line: number;
  constructor(encoding: Encoding, line: number) {
    super(`not UTF-8 at line ${line}`);
    this.encoding = encoding;
    this.line = line;
  }
}

/** Opens a text file and tells its encoding, unless `encoding` gives it. @throws UserError for missing, empty or binary files and unknown encodings. */
export async function openText(file: string, encoding?: Encoding): Promise<TextSource> {
  const bytes = await openBytes(file);
  const head = await headOf(bytes, headBytes);
  if (head.length === 0) throw new UserError('corpus/empty', 'holds no bytes once decompressed, expected at least one document', { place: { file } });
  const detected = encoding === undefined ? detectEncoding(head, file) : { encoding: known(encoding, file), warnings: [] };
  const text = new TextDecoder(detected.encoding).decode(head, { stream: true });
  return { bytes, encoding: detected.encoding, warnings: detected.warnings, head: text, isWhole: head.length < headBytes };
}

/**
 * The text in chunks, without its byte order mark. Strict for UTF-8: the first invalid byte ends the reading.
 * @throws WrongEncodingError when a file that began as UTF-8 is not.
 */
export async function* textChunks(source: TextSource, work: WorkOptions & { onRead?: (bytes: number) => void } = {}): AsyncGenerator<string> {
  const isUtf8 = source.encoding === 'utf-8';
  const decoder = new TextDecoder(source.encoding, { fatal: isUtf8 });
  let line = 1;
  let tail = Buffer.alloc(0);
  for await (const chunk of source.bytes.chunks({ signal: work.signal, onRead: work.onRead })) {
    let text: string;
    try {
      text = decoder.decode(chunk, { stream: true });
    } catch {
      throw wrongEncoding(Buffer.concat([tail, chunk]), line);
    }
    if (isUtf8) {
      line += countNewlines(chunk);
      // A sequence may straddle two chunks; it is at most 3 bytes long before its last byte.
      tail = Buffer.from(chunk.subarray(-3));
    }
    if (text !== '') yield text;
  }
  let rest: string;
  try {
    rest = decoder.decode();
  } catch {
    throw wrongEncoding(tail, line);
  }
  if (rest !== '') yield rest;
}

function wrongEncoding(bytes: Buffer, line: number): WrongEncodingError {
  const at = Math.max(0, firstInvalidUtf8(bytes, false));
  return new WrongEncodingError(guessLegacy(bytes.subarray(Math.max(0, at - 4096), at + 65536)), line + countNewlines(bytes.subarray(0, at)));
}

function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}

function known(encoding: Encoding, file: string): Encoding {
  try {
    return new TextDecoder(encoding).encoding;
  } catch {
    throw new UserError('corpus/encoding', `unknown encoding ${JSON.stringify(encoding)}, expected a name such as utf-8, utf-16le, windows-1252`, { place: { file } });
  }
}
