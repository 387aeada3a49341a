import type { ReactElement, ReactNode } from 'react';
import { LatencyChart, MemoryChart, RecallChart } from './ladder-charts.tsx';
import type { LadderChartProps, LadderMetric } from './ladder-charts.tsx';

/** The ladder side by side over one dimension axis: recall, what the qrels say where there are any, latency, memory. */
export function LadderRow({
  metric,
  k,
  actions,
  latencyRemark,
  ...shared
}: LadderChartProps & { readonly metric: LadderMetric; readonly k: number; readonly actions?: ReactNode; readonly latencyRemark?: string | undefined }): ReactElement {
  // Recall is against exact neighbours and always there; beside it the measure against qrels that was chosen, or nDCG.
  const relevance = metric === 'recall' ? 'ndcg' : metric;
  const hasRelevance = shared.lines.some((line) => line.ladder.some((entry) => entry[relevance] !== undefined));
  return (
    <div className={hasRelevance ? 'ladder-grid four' : 'ladder-grid'}>
      <RecallChart {...shared} metric="recall" k={k} actions={actions} />
      {hasRelevance ? <RecallChart {...shared} metric={relevance} k={k} /> : null}
      <LatencyChart {...shared} {...(latencyRemark === undefined ? {} : { note: latencyRemark })} />
      <MemoryChart {...shared} />
    </div>
  );
}
