import { memo } from 'react';
import type { ReactElement } from 'react';
import { parseSchedule } from '../../../src/contract/schedule.ts';
import { FrontierChart } from '../../charts/frontier-chart.tsx';
import { frontierPoints } from '../../charts/ladder-charts.tsx';
import { storeLabel } from '../../charts/series.ts';
import { patchSession, useApp } from '../../state/app.ts';
import { selectDims } from '../../state/measuring-steps.ts';
import { funnelsOf } from '../../state/selectors.ts';
import type { ShownLadder } from '../../state/selectors.ts';
import { useStore } from '../../state/store.ts';
import { Term } from '../../ui/term.tsx';
import { useChartHeight } from '../../ui/use-chart-height.ts';

/** Everything measured, as recall against time. */
export const Frontier = memo(function Frontier({ ladders }: { readonly ladders: readonly ShownLadder[] }): ReactElement {
  const app = useApp();
  const measured = useStore(app.work, (work) => work.funnels);
  const selectedDims = useStore(app.session, (session) => session.selectedDims);
  const height = useChartHeight(0.36, 240, 560);
  const points = frontierPoints(
    ladders.map(({ measured: one }) => ({
      key: one.key,
      label: storeLabel(one.result),
      ladder: one.result.ladder,
      funnels: funnelsOf(measured, one).map((funnel) => funnel.entry),
      baseline: one.result.baseline,
      fullDims: Math.max(...one.result.ladder.map((entry) => entry.dims)),
    })),
    selectedDims,
  );
  const hasFunnels = points.some((point) => point.kind === 'funnel');
  return (
    <FrontierChart
      title={
        <>
          Recall against time, and the <Term name="frontier">frontier</Term>
        </>
      }
      plainTitle="Recall against time"
      points={points}
      height={height}
      note={hasFunnels ? 'Up and left is better. ◆ funnel, ★ exact search at full dimension, others single prefixes.' : 'Up and left is better. ★ exact search at full dimension. Funnels appear here once they are measured on the Funnel screen.'}
      onSelect={(point) => {
        if (point.kind === 'prefix') selectDims(app, Number(point.label));
        else if (point.kind === 'funnel') {
          app.funnel.edit(parseSchedule(point.label.replaceAll(' → ', ',')), 'commit');
          patchSession(app, { screen: 'funnel' });
        }
      }}
    />
  );
});
