import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { documentText } from '../corpus/corpus.ts';
import type { Corpus, QuerySet } from '../corpus/corpus.ts';
import { readQuerySet } from '../corpus/query-set.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { embedTexts } from './model.ts';

/** Where judged queries come from: the corpus' own, or a file with its qrels. */
export interface JudgedQueries {
  readonly queries: string;
  readonly qrels?: string | undefined;
}

/**
 * Embedded pairs of queries and relevant documents: of each query the best judged document that no query before it took, so that no text
 * stands in two pairs, where it would count as a wrong answer to its own question.
 * @returns `left` the queries, `right` the documents. @throws UserError where nothing is judged.
 */
export async function judgedPairs(corpus: Corpus, { queries, qrels }: JudgedQueries, context: { readonly corpusPath: string; readonly resourcesDir: string; readonly cacheDir: string; readonly embedder: Embedder }, work: WorkOptions): Promise<{ readonly left: Float32Array; readonly right: Float32Array }> {
  const source = queries === 'own' ? ({ kind: 'own' } as const) : ({ kind: 'file', path: queries, ...(qrels === undefined ? {} : { qrelsPath: qrels }) } as const);
  const querySet = await readQuerySet(source, corpus, { corpusPath: context.corpusPath, resources: context.resourcesDir }, work);
  if (querySet.qrels === undefined) throw new UserError('training/no-qrels', 'these queries have no relevance judgements to learn from', { hint: 'give --qrels PATH', place: { file: queries } });
  const pairs = pairsOf(querySet);
  const embed = async (texts: readonly string[], role: 'query' | 'document'): Promise<Float32Array> => {
    const embedded = await embedTexts(context.embedder, texts, role, context.cacheDir, work);
    const rows = new Float32Array(texts.length * context.embedder.card.dims);
    let at = 0;
    for await (const chunk of embedded.rows) {
      rows.set(chunk, at);
      at += chunk.length;
    }
    return rows;
  };
  return { left: await embed(pairs.map(({ query }) => querySet.texts[query]!), 'query'), right: await embed(pairs.map(({ row }) => documentText(corpus, row)), 'document') };
}

export function pairsOf({ qrels }: Pick<QuerySet, 'qrels'>): { readonly query: number; readonly row: number }[] {
  const taken = new Set<number>();
  return (qrels ?? []).flatMap((grades, query) => {
    const free = [...grades].filter(([row, grade]) => grade > 0 && !taken.has(row)).sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    const row = free[0]?.[0];
    if (row === undefined) return [];
    taken.add(row);
    return [{ query, row }];
  });
}
