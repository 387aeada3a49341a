import type { ReactElement, ReactNode } from 'react';
import { Button, Tooltip, TooltipTrigger } from 'react-aria-components';

/** The words of this app, as they are explained on hover. */
export const glossary = {
  recall: 'Recall against exact neighbours: the share of the true nearest documents (exact search at full dimension) that this search returns. Ties count.',
  'true neighbours': 'The exact nearest documents by cosine at full dimension: what every faster search is held against.',
  interval: 'A 95 % interval: drawn from the same queries again and again (bootstrap), the mean falls within it 95 times of 100.',
  prefix: 'The first d dimensions of an embedding, normalised again. A Matryoshka-trained model packs most of the meaning into them.',
  trained: 'The model was trained for this prefix. Between and below trained sizes quality is not promised.',
  survival: 'Share of the true neighbours still alive after this stage.',
  keep: 'How many documents the stage passes on.',
  funnel: 'Search a short prefix first and keep many candidates; then re-rank fewer and fewer of them with longer prefixes.',
  estimate: 'Computed by the cost model fitted on measured runs of this store; not measured. Press Measure to run it for real.',
  frontier: 'The settings that no other one beats in both recall and time.',
  'head search': 'The first stage: it searches the whole corpus, at the shortest prefix.',
  pool: 'For every query, the best candidates at every prefix, kept with their ranks. Any schedule whose keeps fit in it is evaluated exactly, without searching again.',
  ndcg: 'nDCG: how well the ranking agrees with the relevance judgements (qrels), with linear gain. Not the recall against exact neighbours.',
  mrr: 'Mean reciprocal rank: 1 / the rank of the first relevant document.',
  map: 'Mean average precision against the relevance judgements.',
  'IR recall': 'Relevant documents found / all relevant ones, by the judgements. Another quantity than recall against exact neighbours.',
  p50: 'Half of the single queries are at least this fast. One client, after warm-up.',
  p95: '95 of 100 single queries are at least this fast.',
  'held-out half': 'The schedule was chosen on one half of the queries; this is its recall on the other half, which the choice did not see.',
  'candidates needed': 'The smallest keep at which this share of the queries loses none of its true neighbours.',
  qrels: 'Relevance judgements: which documents answer which query, and how well.',
  projection: 'Continued from a trend fitted on smaller corpora. It is not a measurement.',
} as const;

export type TermName = keyof typeof glossary;

/** A word that explains itself on hover and focus. */
export function Term({ name, children }: { readonly name: TermName; readonly children?: ReactNode }): ReactElement {
  return (
    <TooltipTrigger delay={300} closeDelay={0}>
      <Button className="term">{children ?? name}</Button>
      <Tooltip className="tooltip" offset={6}>
        {glossary[name]}
      </Tooltip>
    </TooltipTrigger>
  );
}
