import type { TextPairs } from '../src/training/batches.ts';
import { readWordNet, type Synset, type WordEntry } from './samples-wordnet-db.ts';
import { gradedSenses, splitWords } from './samples-wordnet-split.ts';

/** Words whose definitions are to be found, by text number. */
export interface WordQuestions {
  readonly queries: Int32Array;
  /** Definitions of each word: numbers of documents, which are the first texts. */
  readonly answers: readonly (readonly number[])[];
}

/** All of WordNet as texts: first the definitions (in the order of sample:wordnet), then the words, then the examples. */
export interface WordNetTraining {
  readonly texts: readonly string[];
  readonly documentCount: number;
  readonly pairs: TextPairs;
  readonly pairCounts: Readonly<Record<string, number>>;
  readonly dev: WordQuestions;
  readonly test: WordQuestions;
}

/**
 * The training pairs of the starter model. Nothing that ties a held-out word (test and dev) to its definition is among them: no pair
 * with the word itself, and no example sentence of a synset it belongs to, since those usually contain the word.
 */
export function wordNetTraining(): WordNetTraining {
  const wordNet = readWordNet();
  const split = splitWords(wordNet);
  const heldOut = new Set([...split.test, ...split.dev]);
  const silent = new Set([...heldOut].flatMap((entry) => [...gradedSenses(entry).keys()]));
  const documentOf = new Map(wordNet.synsets.map((synset, row) => [synset.id, row]));
  const texts = wordNet.synsets.map((synset) => synset.definition);
  const numberOf = new Map<WordEntry, number>();
  for (const entry of wordNet.entries.values()) numberOf.set(entry, texts.push(entry.word) - 1);

  const left: number[] = [];
  const right: number[] = [];
  const pairCounts: Record<string, number> = {};
  const pair = (kind: string, a: number, b: number): void => {
    left.push(a);
    right.push(b);
    pairCounts[kind] = (pairCounts[kind] ?? 0) + 1;
  };
  for (const [entry, number] of numberOf) {
    if (heldOut.has(entry)) continue;
    for (const id of gradedSenses(entry).keys()) pair('word → definition', number, documentOf.get(id)!);
  }
  wordNet.synsets.forEach((synset: Synset, row) => {
    for (const parent of synset.parents) pair('definition → definition of the hypernym', row, documentOf.get(parent)!);
    for (const example of silent.has(synset.id) ? [] : synset.examples) pair('example → definition', texts.push(example) - 1, row);
  });
  const questions = (entries: readonly WordEntry[]): WordQuestions => ({
    queries: Int32Array.from(entries, (entry) => numberOf.get(entry)!),
    answers: entries.map((entry) => [...gradedSenses(entry).keys()].map((id) => documentOf.get(id)!)),
  });
  return {
    texts,
    documentCount: wordNet.synsets.length,
    pairs: { left: Int32Array.from(left), right: Int32Array.from(right) },
    pairCounts,
    dev: questions(split.dev),
    test: questions(split.test),
  };
}
