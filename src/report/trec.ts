import { showValue, UserError } from '../base/errors.ts';

export interface TrecRun {
  /** One list of document rows a query, best first. */
  readonly neighbours: readonly (readonly number[])[];
  /** Scores of the same shape; without them the rank gives the score. */
  readonly scores?: readonly (readonly number[])[] | undefined;
  /** Ids by row; without them row numbers stand for ids. */
  readonly queryIds?: readonly string[] | undefined;
  readonly documentIds?: readonly string[] | undefined;
  /** Name of the run, its last column: `64:512,256:10`. */
  readonly tag: string;
}

/**
 * A TREC run: `qid Q0 docid rank score tag`, ranks from 1. trec_eval sorts by score and breaks ties by id, so scores are made to fall
 * strictly down each list: the order it sees is the order that was returned. White space in ids and tag becomes %20 and the like.
 * @throws UserError `trec/id` when an id is empty or missing.
 */
export function trecRun(run: TrecRun): string {
  const lines: string[] = [];
  const tag = word(run.tag);
  run.neighbours.forEach((rows, query) => {
    const queryId = idOf(run.queryIds, query, 'query');
    const given = run.scores?.[query];
    let before = Infinity;
    rows.forEach((row, index) => {
      const score = Math.min(given?.[index] ?? rows.length - index, before - 1e-6);
      before = score;
      lines.push(`${queryId} Q0 ${idOf(run.documentIds, row, 'document')} ${index + 1} ${trimmed(score)} ${tag}`);
    });
  });
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function idOf(ids: readonly string[] | undefined, row: number, what: string): string {
  if (ids === undefined) return String(row);
  const id = ids[row];
  if (id === undefined || id === '') throw new UserError('trec/id', `TREC run: ${what} row ${row} has the id ${showValue(id ?? null)}, expected a name without white space`);
  return word(id);
}

function word(text: string): string {
  return text.replace(/\s/gu, (space) => encodeURIComponent(space));
}

function trimmed(score: number): string {
  return score.toFixed(7).replace(/\.?0+$/, '');
}
