import type { Section } from './chunking.ts';

const unseen = new Set(['script', 'style', 'noscript', 'template', 'svg', 'math', 'iframe', 'object', 'head', 'select', 'textarea', 'nav']);
const inline = new Set(['a', 'abbr', 'b', 'bdi', 'bdo', 'cite', 'code', 'data', 'del', 'dfn', 'em', 'font', 'i', 'img', 'ins', 'kbd', 'label', 'mark', 'q', 's', 'samp', 'small', 'span', 'strong', 'sub', 'sup', 'time', 'tt', 'u', 'var', 'wbr']);
/** What stands before cells and items: they belong closer together than paragraphs. */
const breaks: ReadonlyMap<string, string> = new Map([['td', ' '], ['th', ' '], ['li', '\n'], ['tr', '\n'], ['dt', '\n'], ['dd', '\n']]);
const named: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', copy: '©', reg: '®', trade: '™', hellip: '…', mdash: '—', ndash: '–', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”',
  laquo: '«', raquo: '»', bull: '•', middot: '·', deg: '°', euro: '€', pound: '£', sect: '§', para: '¶', times: '×', divide: '÷', plusmn: '±', frac12: '½', szlig: 'ß',
  auml: 'ä', ouml: 'ö', uuml: 'ü', Auml: 'Ä', Ouml: 'Ö', Uuml: 'Ü', eacute: 'é', egrave: 'è', ecirc: 'ê', agrave: 'à', acirc: 'â', ccedil: 'ç', ntilde: 'ñ', oslash: 'ø', aring: 'å', aelig: 'æ', shy: '', zwnj: '', zwj: '',
};

/** The text of a page: its title and its sections by heading. */
export interface HtmlText {
  readonly title: string;
  readonly sections: readonly Section[];
}

/**
 * Reads the visible text of an HTML page for search: headings make sections, block elements break paragraphs, scripts, styles and navigation are
 * left out. One pass without a tree: broken markup and deep nesting cost nothing. Not for showing: nothing here is safe HTML.
 */
export function htmlText(source: string): HtmlText {
  const path: { level: number; title: string }[] = [];
  const sections: Section[] = [];
  let body = '';
  let heading: { level: number; text: string } | undefined;
  let title = '';
  const close = (): void => {
    const text = tidy(body);
    if (text !== '') sections.push({ headings: path.map((entry) => entry.title), text });
    body = '';
  };
  const add = (text: string): void => {
    if (heading === undefined) body += text;
    else heading.text += text;
  };
  for (let at = 0; at < source.length; ) {
    const open = source.indexOf('<', at);
    if (open < 0) {
      add(decode(source.slice(at)));
      break;
    }
    add(decode(source.slice(at, open)));
    if (source.startsWith('<!--', open)) {
      const end = source.indexOf('-->', open + 4);
      at = end < 0 ? source.length : end + 3;
      continue;
    }
    const tag = tagAt(source, open);
    if (tag === undefined) {
      add('<');
      at = open + 1;
      continue;
    }
    at = tag.end;
    const level = /^h([1-6])$/.exec(tag.name)?.[1];
    if (tag.name === 'title' && !tag.isClosing) {
      const end = closing(source, 'title', at);
      title ||= tidy(decode(source.slice(at, end.start)));
      at = end.after;
    } else if (unseen.has(tag.name) && tag.name !== 'head' && !tag.isClosing && !tag.isEmpty) {
      at = closing(source, tag.name, at).after;
    } else if (level !== undefined && !tag.isClosing) {
      close();
      heading = { level: Number(level), text: '' };
    } else if (level !== undefined && heading !== undefined) {
      const { level: depth, text } = heading;
      heading = undefined;
      while (path.length > 0 && path.at(-1)!.level >= depth) path.pop();
      if (tidy(text) !== '') path.push({ level: depth, title: tidy(text).replace(/\s+/g, ' ') });
    } else if (tag.name === 'br') add('\n');
    else if (breaks.has(tag.name)) add(tag.isClosing ? '' : breaks.get(tag.name)!);
    else if (!inline.has(tag.name)) add('\n\n');
  }
  if (heading !== undefined) body += heading.text;
  close();
  return { title, sections };
}

interface Tag {
  readonly name: string;
  readonly isClosing: boolean;
  readonly isEmpty: boolean;
  readonly end: number;
}

/** The tag that begins at `open`; quotes in attributes may hold ">". Undefined for a "<" that begins none. */
function tagAt(source: string, open: number): Tag | undefined {
  const head = /^<(\/?)([a-zA-Z][\w:-]*)|^<[!?]/.exec(source.slice(open, open + 80));
  if (head === null) return undefined;
  let quote = '';
  let at = open + head[0].length;
  for (; at < source.length; at += 1) {
    const char = source[at]!;
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '>') break;
    else if ((char === '"' || char === "'") && source[at - 1] === '=') quote = char;
  }
  return { name: (head[2] ?? '!').toLowerCase(), isClosing: head[1] === '/', isEmpty: source[at - 1] === '/', end: Math.min(at + 1, source.length) };
}

/** Where the element's closing tag stands; the end of the text when it is never closed. */
function closing(source: string, name: string, from: number): { start: number; after: number } {
  const pattern = new RegExp(`</${name}\\s*>`, 'gi');
  pattern.lastIndex = from;
  const match = pattern.exec(source);
  return match === null ? { start: source.length, after: source.length } : { start: match.index, after: match.index + match[0].length };
}

function decode(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w{2,8}));?/g, (whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
    if (name !== undefined) return Object.hasOwn(named, name) ? named[name]! : whole;
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex!, 16);
    return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code);
  });
}

/** White space as a page shows it, paragraphs kept apart. */
function tidy(text: string): string {
  return text.replace(/[^\S\n]+/g, ' ').replace(/ ?\n ?/g, '\n').replace(/\n{3,}/g, '\n\n').trim();
}
