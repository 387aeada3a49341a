import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { readLines, usesLoneCr } from './lines.ts';
import { openText, type TextSource, textChunks, WrongEncodingError } from './text-stream.ts';

/** One judgement: this document has this grade for this query. */
export interface Judgement {
  readonly queryId: string;
  readonly docId: string;
  readonly grade: number;
}

/**
 * Reads qrels: BEIR (`query-id⇥corpus-id⇥score`, header optional) or TREC (`qid 0 docid grade`, white space between).
 * Grades are whole numbers; those ≤ 0 mean "judged, not relevant" and are kept.
 * @throws UserError with the place for a line of another shape, a grade that is no whole number, or a pair judged twice differently.
 */
export async function readQrels(file: string, work: WorkOptions = {}): Promise<readonly Judgement[]> {
  try {
    return await readJudgements(await openText(file), work);
  } catch (error) {
    if (!(error instanceof WrongEncodingError)) throw error;
    return readJudgements(await openText(file, error.encoding), work);
  }
}

async function readJudgements(source: TextSource, work: WorkOptions): Promise<readonly Judgement[]> {
  const { file } = source.bytes;
  const judgements: Judgement[] = [];
  const seen = new Map<string, { grade: number; line: number }>();
  let first = true;
  for await (const { firstLine, lines } of readLines(textChunks(source, work), { file, loneCr: usesLoneCr(source.head) })) {
    for (let i = 0; i < lines.length; i += 1) {
      const line = lines[i]!;
      if (line.trim() === '') continue;
      const place = { file, line: firstLine + i };
      const cells = cellsOf(line);
      const isHeader = first && !/^-?\d+$/.test(cells.at(-1)?.trim() ?? '');
      first = false;
      if (isHeader && /score|rel|grade|label/i.test(cells.at(-1) ?? '')) continue;
      const judgement = judgementOf(cells, line, place);
      const key = JSON.stringify([judgement.queryId, judgement.docId]);
      const earlier = seen.get(key);
      if (earlier !== undefined && earlier.grade !== judgement.grade) {
        throw new UserError('corpus/bad-qrels', `query ${judgement.queryId} and document ${judgement.docId} have grade ${judgement.grade}, but ${earlier.grade} in line ${earlier.line}`, { place });
      }
      if (earlier !== undefined) continue;
      seen.set(key, { grade: judgement.grade, line: place.line });
      judgements.push(judgement);
    }
  }
  if (judgements.length === 0) throw new UserError('corpus/empty-qrels', 'holds no judgements, expected query-id, corpus-id and score in each line', { place: { file } });
  return judgements;
}

/** Three cells by tabs (BEIR), else by white space; ids of TREC files hold no spaces. */
function cellsOf(line: string): string[] {
  const tabbed = line.split('\t');
  return tabbed.length === 3 || tabbed.length === 4 ? tabbed.map((cell) => cell.trim()) : line.trim().split(/\s+/);
}

function judgementOf(cells: readonly string[], line: string, place: { file: string; line: number }): Judgement {
  const [queryId, docId, grade] = cells.length === 3 ? cells : cells.length === 4 ? [cells[0], cells[2], cells[3]] : [];
  if (queryId === undefined || docId === undefined || queryId === '' || docId === '') {
    throw new UserError('corpus/bad-qrels', `is ${JSON.stringify(line.slice(0, 60))}, expected query-id, corpus-id and score separated by tabs (BEIR) or "qid 0 docid grade" (TREC)`, { place });
  }
  if (!/^-?\d{1,9}$/.test(grade ?? '')) {
    throw new UserError('corpus/bad-qrels', `the grade is ${JSON.stringify(grade)}, expected a whole number such as 0 or 1`, { place });
  }
  return { queryId, docId, grade: Number(grade) };
}
