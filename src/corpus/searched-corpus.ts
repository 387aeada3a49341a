import { contentHash } from '../base/content-hash.ts';
import type { Corpus, QuerySet } from './corpus.ts';

/**
 * The documents that are searched with a query set: the corpus without its held-out rows, and without titles when those are the queries.
 * Row numbers of the answer count in this corpus. Qrels of a query set never go together with held-out rows.
 */
export function searchedCorpus(corpus: Corpus, queries: QuerySet): Corpus {
  const heldOut = new Set(queries.heldOutRows ?? []);
  if (heldOut.size === 0 && queries.hidesTitles !== true) return corpus;
  const keep = <T>(values: readonly T[]): T[] => values.filter((_, row) => !heldOut.has(row));
  const ids = keep(corpus.ids);
  const texts = keep(corpus.texts);
  const titles = queries.hidesTitles === true || corpus.titles === undefined ? undefined : keep(corpus.titles);
  const hash = contentHash();
  ids.forEach((id, row) => {
    hash.add(id);
    hash.add(titles?.[row] ?? '');
    hash.add(texts[row]!);
  });
  return { ...corpus, ids, titles, texts, contentHash: hash.digest(), stats: { ...corpus.stats, count: ids.length } };
}
