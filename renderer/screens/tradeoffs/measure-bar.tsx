import { useState } from 'react';
import type { ReactElement } from 'react';
import { metricTitles } from '../../charts/ladder-charts.tsx';
import type { LadderMetric } from '../../charts/ladder-charts.tsx';
import { count } from '../../format/number.ts';
import { patchSession, useApp } from '../../state/app.ts';
import { measureAll } from '../../state/journey.ts';
import { testedDims } from '../../state/measuring-steps.ts';
import { ready, shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { ChipSet, SelectField } from '../../ui/choice.tsx';
import { NumberInput, TextField } from '../../ui/field.tsx';
import { StorePicker } from '../../ui/store-picker.tsx';
import { PopoverButton } from '../../ui/popover-button.tsx';

/** What is measured: k, prefixes, store and head; and the button that does it. */
export function MeasureBar({ isStale }: { readonly isStale: boolean }): ReactElement {
  const app = useApp();
  const session = useStore(app.session, ({ k, metric }) => ({ k, metric }));
  const { dataset, hasQrels, isBusy } = useStore(app.work, (work) => ({
    dataset: ready(work.dataset),
    hasQrels: (shown(work.queries)?.withQrels ?? 0) > 0,
    isBusy: work.ladderRun.status === 'busy' || work.pool.status === 'busy',
  }));
  const metrics = (Object.keys(metricTitles) as LadderMetric[]).map((metric) => ({
    value: metric,
    label: metricTitles[metric].words(session.k),
    detail: metric === 'recall' ? 'against exact neighbours' : 'against relevance judgements',
    isDisabled: metric !== 'recall' && !hasQrels,
  }));
  return (
    <div className="measure-bar">
      <SelectField label="Measure" isLabelHidden isInline minWidth={120} options={metrics} value={session.metric} onChange={(metric) => patchSession(app, { metric })} />
      <NumberInput label="k" isInline value={session.k} minValue={1} maxValue={Math.min(1000, dataset?.rowCount ?? 1000)} onChange={(k) => patchSession(app, { k: k ?? 10 })} className="k-field" />
      <PrefixPicker />
      <StorePicker />
      <span className="muted num query-count">{dataset === undefined ? '' : `${count(dataset.queryCount)} queries`}</span>
      <span className="spring" />
      <Button look={isStale ? 'primary' : 'plain'} icon="play" isDisabled={dataset === undefined || isBusy} onPress={() => void measureAll(app)}>
        {isBusy ? 'Measuring' : isStale ? 'Measure' : 'Measure again'}
      </Button>
    </div>
  );
}

function PrefixPicker(): ReactElement {
  const app = useApp();
  const chosen = useStore(app.session, (session) => session.dims);
  const dataset = useStore(app.work, (work) => ready(work.dataset));
  const [typed, setTyped] = useState('');
  const tested = testedDims(app);
  const full = dataset?.dims ?? 0;
  const trained = dataset?.model.trainedDims ?? [];
  const untrained = trained.length === 0 ? [] : tested.filter((dims) => dims < full && !trained.includes(dims));
  const offered = [...new Set([...tested, ...(dataset?.suggestedDims ?? []), ...(dataset?.model.trainedDims ?? []), ...halvings(full)])].filter((dims) => dims <= full).sort((a, b) => a - b);
  const set = (dims: readonly number[]): void => patchSession(app, { dims: [...new Set([...dims, full])].sort((a, b) => a - b) });
  const add = (): void => {
    const more = typed.split(/[\s,]+/).map(Number).filter((dims) => Number.isSafeInteger(dims) && dims >= 1 && dims <= full);
    if (more.length > 0) set([...tested, ...more]);
    setTyped('');
  };
  return (
    <PopoverButton
      label="Prefixes to measure"
      className="prefix-button"
      isDisabled={dataset === undefined}
      value={
        <>
          <span className="muted prefix-word">prefixes</span>
          <span className="select-value num">{tested.length > 6 ? `${tested.slice(0, 2).join(' ')} … ${tested[tested.length - 1]} (${tested.length})` : tested.join(' ')}</span>
        </>
      }
    >
      <ChipSet
        label="Prefixes"
        options={offered.map((dims) => ({ value: String(dims), label: dataset?.model.trainedDims.includes(dims) === true ? `${dims} ▴` : String(dims), isDisabled: dims === full }))}
        values={tested.map(String)}
        onChange={(values) => set(values.map(Number))}
      />
      <p className="field-hint">
        {dataset?.model.where === 'collection' && trained.length === 0 ? 'Which prefixes the model was trained for is not known.' : trained.length === 0 ? 'This model was not trained for prefixes.' : '▴ trained.'} The full dimension ({full}) is always measured.
      </p>
      {untrained.length === 0 ? null : <p className="field-hint warn-text">Not trained for {untrained.join(', ')}: quality there is not promised.</p>}
      <div className="row">
        <TextField label="Another prefix" isLabelHidden placeholder="96, 192" value={typed} onChange={setTyped} onSubmit={add} />
        <Button onPress={add} isDisabled={typed.trim() === ''}>
          Add
        </Button>
        <Button look="quiet" isDisabled={chosen === undefined} onPress={() => patchSession(app, { dims: undefined })}>
          Reset
        </Button>
      </div>
    </PopoverButton>
  );
}

function halvings(full: number): readonly number[] {
  const dims: number[] = [];
  for (let one = full; one >= 8; one = Math.floor(one / 2)) dims.push(one);
  return dims;
}
