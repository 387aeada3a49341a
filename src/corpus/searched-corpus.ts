import { contentHash } from '../base/content-hash.ts';
import { pickTexts } from './array-view.ts';
import type { Corpus, QuerySet } from './corpus.ts';

/**
 * The documents that are searched with a query set: the corpus without its held-out rows, and without titles when those are the queries.
 * Row numbers of the answer count in this corpus. Qrels of a query set never go together with held-out rows.
 */
export function searchedCorpus(corpus: Corpus, queries: QuerySet): Corpus {
  const heldOut = new Set(queries.heldOutRows ?? []);
  if (heldOut.size === 0 && queries.hidesTitles !== true) return corpus;
  const rows = new Float64Array(corpus.ids.length - heldOut.size);
  let count = 0;
  for (let row = 0; row < corpus.ids.length; row += 1) if (!heldOut.has(row)) rows[count++] = row;
  const ids = corpus.ids.filter((_, row) => !heldOut.has(row));
  const texts = pickTexts(corpus.texts, rows);
  const titles = queries.hidesTitles === true || corpus.titles === undefined ? undefined : pickTexts(corpus.titles, rows);
  const hash = contentHash();
  ids.forEach((id, row) => {
    hash.add(id);
    hash.add(titles?.[row] ?? '');
    hash.add(texts[row]!);
  });
  return { ...corpus, ids, titles, texts, contentHash: hash.digest(), stats: { ...corpus.stats, count: ids.length } };
}
