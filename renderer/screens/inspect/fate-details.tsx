import type { ReactElement } from 'react';
import type { Fate } from '../../../src/contract/inspect.ts';
import { parseSchedule } from '../../../src/contract/schedule.ts';
import type { Schedule } from '../../../src/contract/schedule.ts';
import { logTicks } from '../../charts/scale.ts';
import { styleOf } from '../../charts/series.ts';
import { SeriesChart } from '../../charts/series-chart.tsx';
import { count, dimension, fixed } from '../../format/number.ts';
import { shortCount } from '../../format/unit.ts';
import { patchSession, useApp } from '../../state/app.ts';
import { selectDims } from '../../state/measuring-steps.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Panel } from '../../ui/panel.tsx';

/** One document's way through the stages: its rank and similarity at every prefix, and what would have saved it. */
export function FateDetails({ fate, schedule, k }: { readonly fate: Fate; readonly schedule: Schedule; readonly k: number }): ReactElement {
  const app = useApp();
  const { droppedAt, savingKeep, savingSchedule } = fate;
  const stage = droppedAt === null ? undefined : schedule[droppedAt];
  const save = (): void => {
    if (savingSchedule === undefined || savingSchedule === null) return;
    app.funnel.edit(parseSchedule(savingSchedule), 'commit');
    patchSession(app, { screen: 'funnel' });
  };
  return (
    <Panel title={fate.document.title ?? `Document ${fate.document.id}`} isBordered>
      <div className="stack">
        <p className="document-whole">{fate.document.text}</p>
        <div className="fate-verdict">
          <p>{verdict(fate, schedule)}</p>
          {stage === undefined || savingKeep === null || savingSchedule === undefined || savingSchedule === null ? null : (
            <Button look="primary" onPress={save}>
              Keep {count(savingKeep)} at {stage.dims} dims
            </Button>
          )}
        </div>
        <div className="pair">
          <RankChart fate={fate} schedule={schedule} k={k} />
          <DataTable
            caption="Rank and similarity at every prefix"
            rows={fate.standings}
            keyOf={(row) => String(row.dims)}
            columns={[
              { id: 'dims', header: 'dims', isNumeric: true, isRowHeader: true, cell: (row) => dimension(row.dims) },
              { id: 'rank', header: 'rank among all', isNumeric: true, cell: (row) => count(row.rank) },
              { id: 'similarity', header: 'similarity', isNumeric: true, cell: (row) => fixed(row.similarity, 4) },
              { id: 'keep', header: 'kept up to', isNumeric: true, cell: (row) => count(schedule.find((one) => one.dims === row.dims)?.keep) },
            ]}
          />
        </div>
      </div>
    </Panel>
  );
}

function verdict(fate: Fate, schedule: Schedule): string {
  const { droppedAt, savingKeep, savingSchedule, finalRank, trueRank, answerRank } = fate;
  if (droppedAt !== null) {
    const stage = schedule[droppedAt]!;
    if (finalRank !== undefined && finalRank !== null && savingSchedule === null) {
      return `It got as far as the last stage and stood at ${count(finalRank)} there, beyond the ${count(stage.keep)} of the answer. No keep helps: only more dims in the last stage.`;
    }
    const whole = savingSchedule === undefined || savingSchedule === null || savingSchedule === '' ? '' : ` (${savingSchedule})`;
    const saved = savingKeep === null ? '' : ` It stood at ${count(savingKeep)} there: a keep of ${count(savingKeep)} would have saved it${whole}.`;
    return `Dropped by stage ${droppedAt + 1}, which keeps ${count(stage.keep)} at ${stage.dims} dims.${saved}`;
  }
  if (trueRank === null) return `Not one of the true neighbours; it took the place of one that was lost, and stands at ${count(answerRank)} of the answer.`;
  return trueRank === answerRank ? `Kept, at the same rank (${count(trueRank)}).` : `Kept: rank ${count(trueRank)} in truth, ${count(answerRank)} in the answer.`;
}

function RankChart({ fate, schedule, k }: { readonly fate: Fate; readonly schedule: Schedule; readonly k: number }): ReactElement | null {
  const app = useApp();
  const selectedDims = useStore(app.session, (session) => session.selectedDims);
  const ranks = fate.standings.flatMap((one) => (one.rank === null ? [] : [{ x: one.dims, y: one.rank }]));
  if (ranks.length === 0) return null;
  const keeps = schedule.map((stage) => ({ x: stage.dims, y: stage.keep }));
  const values = [...ranks, ...keeps].map((point) => point.y);
  return (
    <SeriesChart
      title="Rank at every prefix"
      plainTitle="Rank of the document at every prefix"
      fileName="rank-by-dimension"
      series={[
        { key: 'rank', label: 'its rank', style: styleOf(1), points: ranks },
        { key: 'keep', label: 'kept up to', style: { color: 'var(--text-3)', shape: 'diamond' }, points: keeps },
      ]}
      x={{ label: 'dims', scale: 'log', ticks: fate.standings.map((one) => one.dims), format: dimension }}
      y={{ label: 'rank', scale: 'log', ticks: logTicks(Math.min(1, ...values), Math.max(...values, k)), format: shortCount }}
      bandWords={{ low: 'low', high: 'high' }}
      formatValue={count}
      height={240}
      selectedX={selectedDims}
      onSelectX={(dims) => selectDims(app, dims)}
      note="Where the rank lies above what a stage keeps, the stage drops it. Log axes."
    />
  );
}
