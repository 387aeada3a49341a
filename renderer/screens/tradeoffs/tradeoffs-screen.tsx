import { useState } from 'react';
import type { ReactElement } from 'react';
import { useApp } from '../../state/app.ts';
import { measureAll } from '../../state/journey.ts';
import { usePrimaryAction } from '../../state/primary.ts';
import { ready } from '../../state/remote.ts';
import { shownLadders } from '../../state/selectors.ts';
import { useStore } from '../../state/store.ts';
import { ErrorPanel } from '../../ui/note.tsx';
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
  const work = useStore(app.work);
  const session = useStore(app.session);
  const [view, setView] = useState('frontier');
  const hasDataset = ready(work.dataset) !== undefined;
  const isMeasuring = work.ladderRun.status === 'busy' || work.pool.status === 'busy';
  usePrimaryAction('Measure prefixes', hasDataset && !isMeasuring, () => void measureAll(app));

  const ladders = shownLadders(work, session);
  if (ladders.length === 0) return <Journey />;

  const isStale = ladders.every((one) => one.isStale);
  return (
    <div className="screen">
      <MeasureBar isStale={isStale} />
      {work.ladderRun.status === 'failed' ? <ErrorPanel error={work.ladderRun.error} onRetry={() => void measureAll(app)} /> : null}
      {work.pool.status === 'failed' ? <ErrorPanel error={work.pool.error} onRetry={() => void measureAll(app)} /> : null}
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
