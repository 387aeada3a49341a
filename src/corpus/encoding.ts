import { analyse } from 'chardet';
import { UserError } from '../base/errors.ts';

/** Names that TextDecoder understands. */
export type Encoding = string;

/** An encoding as detected, and how many bytes of byte order mark to skip. */
export interface DetectedEncoding {
  readonly encoding: Encoding;
  readonly warnings: readonly string[];
}

/**
 * Tells the encoding of a file by its first bytes: byte order mark, UTF-16 by its zeros, UTF-8 by validity, else chardet's best guess among
 * encodings that TextDecoder knows (windows-1252 when it has none).
 * @throws UserError `corpus/binary` when the bytes are not text.
 */
export function detectEncoding(head: Buffer, file: string): DetectedEncoding {
  if (startsWith(head, [0xff, 0xfe, 0, 0]) || startsWith(head, [0, 0, 0xfe, 0xff])) {
    throw new UserError('corpus/encoding', 'is UTF-32, expected UTF-8, UTF-16 or a single-byte encoding', { place: { file }, hint: 'save it as UTF-8' });
  }
  if (startsWith(head, [0xef, 0xbb, 0xbf])) return { encoding: 'utf-8', warnings: [] };
  if (startsWith(head, [0xff, 0xfe])) return { encoding: 'utf-16le', warnings: [] };
  if (startsWith(head, [0xfe, 0xff])) return { encoding: 'utf-16be', warnings: [] };
  const zeros = zeroPattern(head);
  if (zeros !== undefined) return { encoding: zeros, warnings: [`no byte order mark; taken for ${zeros} by its zero bytes`] };
  const zero = head.indexOf(0);
  const control = controlShare(head);
  if (zero >= 0 || control > 0.1) {
    const what = zero >= 0 ? `a zero byte at offset ${zero}` : `${Math.round(control * 100)} % control bytes`;
    throw new UserError('corpus/binary', `does not look like text (${what})`, { place: { file }, hint: 'known formats are JSONL, JSON, CSV, TSV, TXT, Markdown, HTML, PDF, Parquet, Arrow, BEIR folders' });
  }
  if (firstInvalidUtf8(head, true) < 0) return { encoding: 'utf-8', warnings: [] };
  const encoding = guessLegacy(head);
  return { encoding, warnings: [`not valid UTF-8; read as ${encoding}`] };
}

/** The likeliest legacy encoding of bytes that are not UTF-8. */
export function guessLegacy(bytes: Buffer): Encoding {
  const matches = analyse(tellingLines(bytes)).filter((match) => !/^utf|ascii/i.test(match.name));
  // chardet calls Latin-1 what browsers, and files from Windows, mean by windows-1252; a near tie goes to it, as the commonest.
  const western = matches.find((match) => /^(ISO-8859-1|windows-1252)$/i.test(match.name));
  const best = matches[0];
  if (best === undefined || best.confidence < 30 || (western !== undefined && western.confidence >= best.confidence - 10)) return 'windows-1252';
  try {
    return new TextDecoder(best.name).encoding;
  } catch {
    return 'windows-1252';
  }
}

/** Only lines with a byte above 127: plain English around them would drown what they tell. */
function tellingLines(bytes: Buffer): Buffer {
  const lines: Buffer[] = [];
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    const line = bytes.subarray(start, end);
    if (line.some((byte) => byte > 127)) lines.push(line);
    start = end;
  }
  return Buffer.concat(lines);
}

/**
 * Offset of the first byte that is not valid UTF-8, −1 when there is none. With `mayBeCut`, a sequence that the end cuts is valid.
 * Strict like TextDecoder: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
export function firstInvalidUtf8(bytes: Uint8Array, mayBeCut: boolean): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at]!;
    if (lead < 0x80) {
      at += 1;
      continue;
    }
    const length = lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
    if (length === 0) return at;
    for (let i = 1; i < length; i += 1) {
      const byte = bytes[at + i];
      if (byte === undefined) return mayBeCut ? -1 : at;
      const low = i === 1 ? (lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80) : 0x80;
      const high = i === 1 ? (lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf) : 0xbf;
      if (byte < low || byte > high) return at;
    }
    at += length;
  }
  return -1;
}

function startsWith(bytes: Buffer, mark: readonly number[]): boolean {
  return bytes.length >= mark.length && mark.every((byte, index) => bytes[index] === byte);
}

/** UTF-16 without a mark: Latin text has a zero in almost every other byte, always on the same side. */
function zeroPattern(head: Buffer): Encoding | undefined {
  if (head.length < 4) return undefined;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < head.length; i += 1) {
    if (head[i] !== 0) continue;
    if (i % 2 === 0) even += 1;
    else odd += 1;
  }
  const half = head.length / 2;
  if (odd > 0.4 * half && even < 0.02 * half) return 'utf-16le';
  if (even > 0.4 * half && odd < 0.02 * half) return 'utf-16be';
  return undefined;
}

function controlShare(head: Buffer): number {
  let count = 0;
  for (const byte of head) if (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12 && byte !== 27) count += 1;
  return head.length === 0 ? 0 : count / head.length;
}
