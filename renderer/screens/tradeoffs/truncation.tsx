import { useState } from 'react';
import type { ReactElement } from 'react';
import type { CallOutput } from '../../../src/contract/calls.ts';
import type { WireError } from '../../../src/contract/wire.ts';
import { MatryoshkaChart } from '../../charts/matryoshka-chart.tsx';
import { unbroken } from '../../format/sentence.ts';
import { adapterName } from '../../state/adapter-steps.ts';
import { useApp } from '../../state/app.ts';
import { measureWithAdapter } from '../../state/journey.ts';
import { selectDims } from '../../state/measuring-steps.ts';
import { shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { AdapterMenu } from '../../ui/adapter-menu.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorPanel } from '../../ui/note.tsx';
import { EmptyState, Facts, Lead } from '../../ui/panel.tsx';
import { ExperimentView } from './experiment-view.tsx';

/** Can this model be truncated, trained for it or not? And what would an adapter give? */
export function Truncation(): ReactElement {
  const app = useApp();
  const remote = useStore(app.work, (work) => work.matryoshka);
  const adapterId = useStore(app.work, (work) => shown(work.dataset)?.adapterId);
  if (adapterId !== undefined) {
    return (
      <div className="experiment">
        <EmptyState title="An adapter is behind the model" actions={<Button onPress={() => void measureWithAdapter(app, undefined)}>Embed without it</Button>}>
          The charts above show the vectors as the adapter turns them; true neighbours are those of the turned vectors. To ask whether the model itself can be truncated, embed without the adapter.
        </EmptyState>
      </div>
    );
  }
  return (
    <ExperimentView
      experiment="matryoshka"
      remote={remote}
      title="Can this model be truncated?"
      explanation="Learns a PCA rotation and an adapter from part of the documents, then truncates the vectors as they are, turned by each, reversed, and turned at random, and searches documents that the learning did not see. The adapter it recommends can be used here, in Milvus, or taken away."
      button="Try ways to truncate"
    >
      {(result) => <Result result={result} />}
    </ExperimentView>
  );
}

function Result({ result: { findings, adapter } }: { readonly result: CallOutput<'experiment.matryoshka'> }): ReactElement {
  const app = useApp();
  const selectedDims = useStore(app.session, (session) => session.selectedDims);
  const trained = useStore(app.work, (work) => shown(work.dataset)?.model.trainedDims);
  const isBusy = useStore(app.work, (work) => work.dataset.status === 'busy');
  const [error, setError] = useState<WireError | undefined>(undefined);
  const [first, ...more] = findings.verdict.sentences;
  return (
    <div className="stack">
      <Lead
        actions={
          adapter === undefined ? undefined : (
            <>
              <Button look="primary" isDisabled={isBusy} onPress={() => void measureWithAdapter(app, adapter.adapterId)}>
                {adapter.method === 'pca' ? 'Measure with the rotation' : 'Measure with the adapter'}
              </Button>
              <AdapterMenu adapterId={adapter.adapterId} onError={setError} />
            </>
          )
        }
      >
        {first}
      </Lead>
      {error === undefined ? null : <ErrorPanel error={error} />}
      <ul className="verdict">
        {more.map((sentence) => (
          <li key={sentence}>{unbroken(sentence)}</li>
        ))}
      </ul>
      <MatryoshkaChart findings={findings} height={300} trainedDims={trained ?? []} selectedDims={selectedDims} onSelectDims={(dims) => selectDims(app, dims)} />
      {adapter === undefined ? null : <Facts facts={[['Adapter', `${adapterName(adapter)}; kept on this machine and listed with the model`]]} />}
    </div>
  );
}
