import { memo } from 'react';
import type { ReactElement } from 'react';
import { LadderRow } from '../../charts/ladder-row.tsx';
import { lineLabels, storeLabel } from '../../charts/series.ts';
import { useApp } from '../../state/app.ts';
import { forgetLadder, selectDims } from '../../state/measuring-steps.ts';
import { shown } from '../../state/remote.ts';
import type { ShownLadder } from '../../state/selectors.ts';
import { useStore } from '../../state/store.ts';
import { ActionMenu } from '../../ui/menu.tsx';
import { useChartHeight } from '../../ui/use-chart-height.ts';

/** The ladders on one row of charts that share hover and selection. */
export const LadderGrid = memo(function LadderGrid({ ladders }: { readonly ladders: readonly ShownLadder[] }): ReactElement {
  const app = useApp();
  const { metric, selectedDims, k } = useStore(app.session, (session) => ({ metric: session.metric, selectedDims: session.selectedDims, k: session.k }));
  const trained = useStore(app.work, (work) => shown(work.dataset)?.model.trainedDims);
  const labels = lineLabels(ladders.map(({ measured }) => measured.result));
  const lines = ladders.map(({ measured, isStale }, index) => ({ key: measured.key, label: labels[index]!, ladder: measured.result.ladder, isStale }));
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
  return <LadderRow {...shared} metric={metric} k={ladders[0]?.measured.k ?? k} actions={remove} latencyRemark={remarks[0]} />;
});
