import type { Finding } from '../contract/dataset.ts';
import { findInCatalogue, findServed } from '../embedding/catalogue.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { lintDims, lintRecipe, selfTest } from '../embedding/lint.ts';
import type { RowLint } from '../embedding/row-lint.ts';

/** How many texts are looked at for prompts that they carry already. */
const sampleTexts = 200;

export interface LintedEmbeddings {
  readonly embedder: Embedder;
  readonly documents: { readonly length: number; at(row: number): string };
  readonly queries: readonly string[];
  readonly wantedDims: readonly number[];
  readonly rows: RowLint;
  /** Run the model's own example through it: only where the model has just worked anyway. */
  readonly withSelfTest: boolean;
}

/** Everything the lint has to say of texts that a model embedded, worst first. */
export async function lintEmbeddings({ embedder, documents, queries, wantedDims, rows, withSelfTest }: LintedEmbeddings): Promise<readonly Finding[]> {
  const { card } = embedder;
  const step = Math.max(1, Math.floor(documents.length / sampleTexts));
  const some = Array.from({ length: Math.min(sampleTexts, documents.length) }, (_, index) => documents.at(index * step));
  const example = (findInCatalogue(card.id) ?? findServed(card.id, card.dims))?.example;
  // The findings on the recipe are of both roles; those on the texts are of one.
  const recipe = [...lintRecipe(card, some, 'document'), ...lintRecipe(card, queries.slice(0, sampleTexts), 'query')];
  return worstFirst([...recipe, ...(withSelfTest && example !== undefined ? await selfTest(embedder, example) : []), ...lintDims(card, wantedDims), ...rows.findings()]);
}

/** Each finding once, errors before warnings before notes. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  const order: Readonly<Record<Finding['severity'], number>> = { error: 0, warning: 1, note: 2 };
  const unique = new Map(findings.map((finding) => [`${finding.code} ${finding.message}`, finding]));
  return [...unique.values()].sort((a, b) => order[a.severity] - order[b.severity]);
}

/** As lines for reports and terminals: what is wrong, then what to do. Notes are left to the screens. */
export function lintWarnings(findings: readonly Finding[]): string[] {
  return findings.filter(({ severity }) => severity !== 'note').map(({ message, advice }) => `${message} (${advice})`);
}

/** The same rows, seen by the lint as they pass. */
export async function* linted(rows: AsyncIterable<Float32Array>, lint: RowLint): AsyncGenerator<Float32Array> {
  for await (const chunk of rows) {
    lint.add(chunk);
    yield chunk;
  }
}
