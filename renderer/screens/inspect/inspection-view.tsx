import { useState } from 'react';
import type { ReactElement } from 'react';
import { parseSchedule } from '../../../src/contract/schedule.ts';
import type { Schedule } from '../../../src/contract/schedule.ts';
import type { Fate, Inspection } from '../../../src/contract/inspect.ts';
import { count, fixed, percent } from '../../format/number.ts';
import { Badge, Panel } from '../../ui/panel.tsx';
import { FateDetails } from './fate-details.tsx';

/** The true neighbours beside the answer; a document chosen in either shows its way through the stages. */
export function InspectionView({ inspection }: { readonly inspection: Inspection }): ReactElement {
  const schedule = parseSchedule(inspection.schedule);
  const firstLost = inspection.truth.find((fate) => fate.answerRank === null);
  const [row, setRow] = useState<number | undefined>((firstLost ?? inspection.truth[0])?.document.row);
  const all = [...inspection.truth, ...inspection.answer];
  const chosen = all.find((fate) => fate.document.row === row);
  const hasJudgements = all.some((fate) => fate.relevant !== undefined);
  return (
    <div className="stack">
      <blockquote className="query-text">
        {inspection.query.text}
        <span className="muted num"> · keeps {percent(inspection.recall)}</span>
      </blockquote>
      <div className="sides">
        <Panel title={`True neighbours (exact, top ${inspection.k})`}>
          <FateList fates={inspection.truth} schedule={schedule} side="truth" chosenRow={row} hasJudgements={hasJudgements} onChoose={setRow} />
        </Panel>
        <Panel title="The funnel’s answer">
          <FateList fates={inspection.answer} schedule={schedule} side="answer" chosenRow={row} hasJudgements={hasJudgements} onChoose={setRow} />
        </Panel>
      </div>
      {chosen === undefined ? null : <FateDetails key={chosen.document.row} fate={chosen} schedule={schedule} k={inspection.k} />}
    </div>
  );
}

function FateList({
  fates,
  schedule,
  side,
  chosenRow,
  hasJudgements,
  onChoose,
}: {
  readonly fates: readonly Fate[];
  readonly schedule: Schedule;
  readonly side: 'truth' | 'answer';
  readonly chosenRow: number | undefined;
  readonly hasJudgements: boolean;
  readonly onChoose: (row: number) => void;
}): ReactElement {
  return (
    <ol className="fates">
      {fates.map((fate, index) => {
        const isLost = side === 'truth' && fate.answerRank === null;
        const isExtra = side === 'answer' && fate.trueRank === null;
        const similarity = fate.standings[fate.standings.length - 1]?.similarity;
        return (
          <li key={fate.document.row}>
            <button type="button" className={['fate', isLost ? 'lost' : '', isExtra ? 'extra' : ''].join(' ')} aria-pressed={fate.document.row === chosenRow} onClick={() => onChoose(fate.document.row)}>
              <span className="fate-rank num">{(side === 'truth' ? fate.trueRank : fate.answerRank) ?? index + 1}</span>
              <span className="fate-text">
                {fate.document.title === undefined ? null : <strong>{fate.document.title} </strong>}
                {fate.document.text}
              </span>
              <span className="fate-facts num">
                {similarity === undefined ? '' : fixed(similarity, 3)}
                {hasJudgements && fate.relevant !== undefined && fate.relevant > 0 ? <Badge tone="good">relevant</Badge> : null}
                {isLost ? <Badge tone="bad">{fate.droppedAt === null ? 'lost' : `lost at ${schedule[fate.droppedAt]?.dims ?? ''} dims`}</Badge> : null}
                {isExtra ? <Badge>instead</Badge> : null}
                {side === 'truth' && fate.answerRank !== null && fate.answerRank !== fate.trueRank ? <span className="muted">→ {count(fate.answerRank)}</span> : null}
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
