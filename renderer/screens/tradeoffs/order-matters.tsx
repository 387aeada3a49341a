import type { ReactElement } from 'react';
import type { OrderResult } from '../../../src/contract/tuning.ts';
import { OrderChart, orderNames } from '../../charts/order-chart.tsx';
import { percent } from '../../format/number.ts';
import { useApp } from '../../state/app.ts';
import { selectDims } from '../../state/measuring-steps.ts';
import { shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Facts, Lead } from '../../ui/panel.tsx';
import { ExperimentView } from './experiment-view.tsx';

/** Is it the first dimensions that matter, or just their number? */
export function OrderMatters(): ReactElement {
  const app = useApp();
  const remote = useStore(app.work, (work) => work.order);
  return (
    <ExperimentView
      experiment="order"
      remote={remote}
      title="Does the order of dimensions matter?"
      explanation="A Matryoshka-trained model puts what matters most first. This repeats the search with the last dimensions, with random ones and with a PCA of the same size. If the lines lie together, the model was not trained for prefixes."
      button="Compare orders"
    >
      {(order) => <Result order={order} />}
    </ExperimentView>
  );
}

function Result({ order }: { readonly order: OrderResult }): ReactElement {
  const app = useApp();
  const selectedDims = useStore(app.session, (session) => session.selectedDims);
  const trained = useStore(app.work, (work) => shown(work.dataset)?.model.trainedDims);
  return (
    <div className="stack">
      <OrderSentence order={order} selectedDims={selectedDims} />
      <OrderChart order={order} height={300} trainedDims={trained ?? []} selectedDims={selectedDims} onSelectDims={(dims) => selectDims(app, dims)} />
      <Facts facts={order.series.map((one) => (one.note === undefined ? undefined : [orderNames[one.order], one.note]))} />
    </div>
  );
}

function OrderSentence({ order, selectedDims }: { readonly order: OrderResult; readonly selectedDims: number | undefined }): ReactElement | null {
  const full = order.dims[order.dims.length - 1] ?? 0;
  const wanted = selectedDims !== undefined && selectedDims < full ? selectedDims : full / 4;
  const index = order.dims.reduce((best, dims, at) => (Math.abs(Math.log(dims / wanted)) < Math.abs(Math.log((order.dims[best] ?? dims) / wanted)) ? at : best), 0);
  const at = (name: OrderResult['series'][number]['order']): number | undefined => order.series.find((one) => one.order === name)?.recall[index]?.value;
  const prefix = at('prefix');
  const suffix = at('suffix');
  if (prefix === undefined || suffix === undefined) return null;
  return (
    <Lead>
      The first {order.dims[index]} dims keep <strong>{percent(prefix)}</strong> of the true neighbours, the last {order.dims[index]} keep <strong>{percent(suffix)}</strong>
      {at('pca') === undefined ? '' : `, a PCA of that size ${percent(at('pca'))}`}.
    </Lead>
  );
}
