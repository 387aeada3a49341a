import { useState } from 'react';
import type { ReactElement } from 'react';
import { useApp } from '../../state/app.ts';
import { measureAll } from '../../state/journey.ts';
import { usePrimaryAction } from '../../state/primary.ts';
import { ready } from '../../state/remote.ts';
import { useShownLadders } from '../../state/shown-ladders.ts';
import { useStore } from '../../state/store.ts';
import { ErrorPanel } from '../../ui/note.tsx';
import { EmbeddingKept } from '../../ui/embedding-kept.tsx';
import { InTurn } from '../../ui/in-turn.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Compression } from './compression.tsx';
import { Frontier } from './frontier.tsx';
import { Journey } from './journey.tsx';
import { LadderGrid } from './ladder-grid.tsx';
import { LadderLead } from './ladder-lead.tsx';
import { LadderTable } from './ladder-table.tsx';
import { MeasureBar } from './measure-bar.tsx';
import { OrderMatters } from './order-matters.tsx';
import { SizeTrendView } from './size-trend.tsx';
import { Truncation } from './truncation.tsx';
import './tradeoffs.css';

/** The ladder: what each prefix keeps, costs and weighs. */
export default function TradeoffsScreen(): ReactElement {
  const app = useApp();
  const { ladderRun, pool, hasDataset } = useStore(app.work, (work) => ({ ladderRun: work.ladderRun, pool: work.pool, hasDataset: ready(work.dataset) !== undefined }));
  const [view, setView] = useState('frontier');
  const isMeasuring = ladderRun.status === 'busy' || pool.status === 'busy';
  usePrimaryAction('Measure prefixes', hasDataset && !isMeasuring, () => void measureAll(app));

  const ladders = useShownLadders(app);
  if (ladders.length === 0) return <Journey />;

  const isStale = ladders.every((one) => one.isStale);
  return (
    <div className="screen">
      <EmbeddingKept />
      <InTurn minHeight={28}>
        <MeasureBar isStale={isStale} />
      </InTurn>
      {ladderRun.status === 'failed' ? <ErrorPanel error={ladderRun.error} onRetry={() => void measureAll(app)} /> : null}
      {pool.status === 'failed' ? <ErrorPanel error={pool.error} onRetry={() => void measureAll(app)} /> : null}
      <LadderLead ladders={ladders} isStale={isStale} />
      <LadderGrid ladders={ladders} />
      <Tabs
        label="More about these prefixes"
        selected={view}
        onSelect={setView}
        items={[
          { id: 'frontier', title: 'Frontier', render: () => <Frontier ladders={ladders} /> },
          { id: 'numbers', title: 'All numbers', render: () => <LadderTable ladders={ladders} /> },
          { id: 'size', title: 'Will it hold?', render: () => <SizeTrendView /> },
          { id: 'order', title: 'Does order matter?', render: () => <OrderMatters /> },
          { id: 'truncation', title: 'Can I truncate?', render: () => <Truncation /> },
          { id: 'compression', title: 'Compression', render: () => <Compression /> },
        ]}
      />
    </div>
  );
}
