import type { ReactElement } from 'react';
import { LatencyChart, MemoryChart, RecallChart } from '../../charts/ladder-charts.tsx';
import { storeLabel } from '../../charts/series.ts';
import { useApp } from '../../state/app.ts';
import { forgetLadder, selectDims } from '../../state/measuring-steps.ts';
import { shown } from '../../state/remote.ts';
import type { ShownLadder } from '../../state/selectors.ts';
import { useStore } from '../../state/store.ts';
import { ActionMenu } from '../../ui/menu.tsx';
import { useChartHeight } from '../../ui/use-chart-height.ts';

/** Three charts over the same dimension axis, sharing hover and selection. */
export function LadderGrid({ ladders }: { readonly ladders: readonly ShownLadder[] }): ReactElement {
  const app = useApp();
  const { metric, selectedDims, k } = useStore(app.session, (session) => ({ metric: session.metric, selectedDims: session.selectedDims, k: session.k }));
  const trained = useStore(app.work, (work) => shown(work.dataset)?.model.trainedDims);
  const lines = ladders.map(({ measured, isStale }) => ({ key: measured.key, label: storeLabel(measured.result), ladder: measured.result.ladder, isStale }));
  const hasMetric = lines.some((line) => line.ladder.some((entry) => metric === 'recall' || entry[metric] !== undefined));
  const height = useChartHeight(0.29, 196, 420);
  const remarks = ladders.map(({ measured }) => measured.result.latencyRemark).filter((remark) => remark !== undefined);
  const shared = {
    lines,
    trainedDims: trained ?? [],
    selectedDims,
    onSelectDims: (dims: number) => selectDims(app, dims),
    height,
  };
  const remove =
    ladders.length <= 1 ? undefined : (
      <ActionMenu isSmall icon="more" label="Series" actions={ladders.map(({ measured }) => ({ id: measured.key, label: `Remove ${storeLabel(measured.result)}`, run: () => forgetLadder(app, measured.key) }))} />
    );
  return (
    <div className="ladder-grid">
      <RecallChart {...shared} metric={hasMetric ? metric : 'recall'} k={ladders[0]?.measured.k ?? k} actions={remove} />
      <LatencyChart {...shared} {...(remarks[0] === undefined ? {} : { note: remarks[0] })} />
      <MemoryChart {...shared} />
    </div>
  );
}
