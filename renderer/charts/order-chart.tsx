import type { ReactElement } from 'react';
import type { OrderResult } from '../../src/contract/tuning.ts';
import { RecallByDimsChart } from './recall-by-dims-chart.tsx';
import type { DimsChartPlace } from './recall-by-dims-chart.tsx';

export const orderNames = { prefix: 'first dims', suffix: 'last dims', random: 'random dims', pca: 'PCA' } as const;
const slots = { prefix: 0, suffix: 1, random: 3, pca: 2 } as const;

/** The same number of dimensions, taken in another order. */
export function OrderChart({ order, ...place }: { readonly order: OrderResult } & DimsChartPlace): ReactElement {
  return (
    <RecallByDimsChart
      title="Recall by which dimensions are kept"
      plainTitle="Recall by order of dimensions"
      fileName="recall-by-order"
      dims={order.dims}
      lines={order.series.map((one) => ({ key: one.order, label: orderNames[one.order], slot: slots[one.order], recall: one.recall }))}
      syncId="dims"
      place={place}
    />
  );
}
