import type { ReactElement } from 'react';
import type { MatryoshkaFindings } from '../../src/contract/tuning.ts';
import { count } from '../format/number.ts';
import { RecallByDimsChart } from './recall-by-dims-chart.tsx';
import type { DimsChartPlace } from './recall-by-dims-chart.tsx';

const names = { raw: 'as it is', pca: 'PCA', adapter: 'adapter', reversed: 'reversed', random: 'random rotation' } as const;
const slots = { raw: 0, pca: 2, adapter: 4, reversed: 1, random: 3 } as const;

/** Recall of one model truncated in several ways, on rows that the adapter's training did not see. */
export function MatryoshkaChart({ findings, ...place }: { readonly findings: MatryoshkaFindings } & DimsChartPlace): ReactElement {
  const { counts } = findings;
  return (
    <RecallByDimsChart
      title="Recall by way of truncating"
      fileName="truncation"
      dims={findings.dims}
      lines={findings.ladders.map(({ variant, recall }) => ({ key: variant, label: names[variant], slot: slots[variant], recall }))}
      note={`${count(counts.searched)} documents that training did not see, ${count(counts.queries)} queries (${counts.queriesAre}).`}
      place={place}
    />
  );
}
