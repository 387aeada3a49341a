/** A piece of a document: the headings above it, and its text. */
export interface Chunk {
  /** Path of headings, outermost first; empty before the first heading. */
  readonly headings: readonly string[];
  readonly text: string;
}

export interface ChunkOptions {
  /** Pieces are at most this long, unless one word is longer. */
  readonly maxChars: number;
  /** How much of a piece's end is repeated at the beginning of the next, at most, in whole sentences or words. */
  readonly overlapChars: number;
}

/** About 250 tokens: within every catalogue model's limit, and long enough to mean something. */
const defaultChunks: ChunkOptions = { maxChars: 1200, overlapChars: 120 };

/** A stretch of text under one path of headings. */
export interface Section {
  readonly headings: readonly string[];
  readonly text: string;
}

/** Cuts sections into chunks: a section at a time, then by paragraphs, sentences, words, with overlap between the pieces of one section. */
export function chunkSections(sections: readonly Section[], options: ChunkOptions = defaultChunks): readonly Chunk[] {
  return sections.flatMap(({ headings, text }) => splitText(text, options).map((piece) => ({ headings, text: piece })));
}

/** Cuts a text at the largest borders that make pieces short enough. No piece is empty; together they hold every word. */
export function splitText(text: string, { maxChars, overlapChars }: ChunkOptions): readonly string[] {
  const units = unitsOf(text.trim(), maxChars);
  const pieces: string[] = [];
  let open: string[] = [];
  let length = 0;
  const close = (): void => {
    const piece = open.join('').trim();
    if (piece !== '') pieces.push(piece);
  };
  for (const unit of units) {
    if (length + unit.trimEnd().length > maxChars && length > 0) {
      close();
      open = tailOf(open, overlapChars, maxChars - unit.trimEnd().length);
      length = open.reduce((sum, part) => sum + part.length, 0);
    }
    open.push(unit);
    length += unit.length;
  }
  close();
  return pieces;
}

/** The last units of a piece that fit into the overlap. */
function tailOf(units: readonly string[], overlapChars: number, room: number): string[] {
  const tail: string[] = [];
  let length = 0;
  for (let at = units.length - 1; at > 0; at -= 1) {
    length += units[at]!.length;
    if (length > Math.min(overlapChars, room)) break;
    tail.unshift(units[at]!);
  }
  return tail;
}

const borders: readonly RegExp[] = [/(?<=\n[ \t]*\n)/, /(?<=[.!?…。！？]["'”’)\]]?\s+)|(?<=[。！？])|(?<=\n)/, /(?<=\s)/];

/** Paragraphs; those too long as sentences; those too long as words; those too long cut where they must be. Joined they are the text again. */
function unitsOf(text: string, maxChars: number, level = 0): readonly string[] {
  if (text === '') return [];
  const border = borders[level];
  if (border === undefined) return cut(text, maxChars);
  return text.split(border).flatMap((part) => (part.trimEnd().length <= maxChars && level > 0 ? [part] : unitsOf(part, maxChars, level + 1)));
}

/** Never between the halves of a surrogate pair. */
function cut(text: string, maxChars: number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    let end = Math.min(at + maxChars, text.length);
    const code = text.charCodeAt(end - 1);
    if (end < text.length && code >= 0xd800 && code <= 0xdbff && end - at > 1) end -= 1;
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}
