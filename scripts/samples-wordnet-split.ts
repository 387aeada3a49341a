import { sampleWithoutReplacement, seededRandom } from '../src/base/random.ts';
import type { WordEntry, WordNet } from './samples-wordnet-db.ts';

/** The words kept out of training, in random order: `test` are the sample's queries, `dev` choose settings and stop training early. */
export interface WordSplit {
  readonly test: readonly WordEntry[];
  readonly dev: readonly WordEntry[];
}

export const SPLIT_SEED = 20130526;
const TEST_COUNT = 2000;
const DEV_COUNT = 1000;

/**
 * Splits off words at random, each with equal chance. The draw is from ordinary vocabulary, one word or several: names (written with
 * capitals, half of them Latin genera) ask for facts rather than meaning. Left out too are words with digits or marks, of fewer than
 * three letters, and words that stand in one of their own definitions (finding those would be a string match).
 */
export function splitWords(wordNet: WordNet): WordSplit {
  const candidates = [...wordNet.entries.values()].filter((entry) => isPlain(entry.word) && !isInOwnDefinition(wordNet, entry));
  const order = sampleWithoutReplacement(seededRandom(SPLIT_SEED), candidates.length, TEST_COUNT + DEV_COUNT);
  const drawn = Array.from(order, (index) => candidates[index]!);
  return { test: drawn.slice(0, TEST_COUNT), dev: drawn.slice(TEST_COUNT) };
}

/** All synsets of a word with their grade: 2 for the most frequent sense of each part of speech, 1 for the others. */
export function gradedSenses(entry: WordEntry): ReadonlyMap<string, 1 | 2> {
  const grades = new Map<string, 1 | 2>();
  for (const { ids } of entry.senses) ids.forEach((id, sense) => grades.set(id, sense === 0 ? 2 : (grades.get(id) ?? 1)));
  return grades;
}

function isPlain(word: string): boolean {
  return /^[\p{L}][\p{L} '-]{2,}$/u.test(word) && word === word.toLowerCase();
}

function isInOwnDefinition(wordNet: WordNet, entry: WordEntry): boolean {
  const word = entry.word.toLowerCase();
  return [...gradedSenses(entry).keys()].some((id) => wordNet.byId.get(id)!.definition.toLowerCase().includes(word));
}
