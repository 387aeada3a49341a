import { useState } from 'react';
import type { ReactElement } from 'react';
import type { ModelEntry } from '../../../src/contract/dataset.ts';
import type { WireError } from '../../../src/contract/wire.ts';
import { adapterName, addAdapter, deleteAdapter } from '../../state/adapter-steps.ts';
import { patchSession, useApp } from '../../state/app.ts';
import { toWireError } from '../../state/errors.ts';
import { shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { AdapterMenu } from '../../ui/adapter-menu.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/choice.tsx';
import { ErrorPanel, Note } from '../../ui/note.tsx';
import { PathRow } from '../../ui/path-row.tsx';

const none = 'none';

/** The adapter behind the model: none, or one of those whose width fits. */
export function AdapterField({ model }: { readonly model: ModelEntry }): ReactElement {
  const app = useApp();
  const adapterId = useStore(app.session, (session) => session.adapterId);
  const adapters = (useStore(app.work, (work) => shown(work.adapters)) ?? []).filter((one) => one.dims === model.dims);
  const [error, setError] = useState<WireError | undefined>(undefined);
  const chosen = adapters.find((one) => one.adapterId === adapterId);
  const choose = (next: string): void => patchSession(app, { adapterId: next === none ? undefined : next, dims: undefined });
  const attempt = async (action: () => Promise<void>): Promise<boolean> => {
    setError(undefined);
    try {
      await action();
      return true;
    } catch (cause) {
      setError(toWireError(cause));
      return false;
    }
  };
  const add = (file: string): Promise<boolean> =>
    attempt(async () => {
      const entry = await addAdapter(app, file);
      if (entry.dims === model.dims) choose(entry.adapterId);
      else setError({ kind: 'user', code: 'adapters/width', message: `This adapter was made for ${entry.dims} dims, ${model.name} has ${model.dims}. It is kept for a model of that width.` });
    });
  return (
    <>
      <SelectField
        label="Adapter"
        value={chosen?.adapterId ?? none}
        onChange={choose}
        options={[
          { value: none, label: 'None', detail: 'The model’s own vectors' },
          ...adapters.map((one) => ({ value: one.adapterId, label: adapterName(one), detail: `${one.model}, ${new Date(one.createdAt).toLocaleDateString()}` })),
        ]}
      />
      {chosen === undefined ? null : (
        <>
          {chosen.model === model.id || chosen.model === 'vectors' ? null : <Note tone="warn">This adapter learned from vectors of {chosen.model}; for another model’s it is of no use.</Note>}
          <div className="row">
            <AdapterMenu adapterId={chosen.adapterId} onError={setError} />
            <Button look="quiet" onPress={() => void attempt(() => deleteAdapter(app, chosen.adapterId))}>
              Remove
            </Button>
          </div>
        </>
      )}
      <PathRow label="Adapter file" placeholder="adapter.fsa, from train adapter" pickTitle="Open an adapter file" onAdd={add} />
      {error === undefined ? null : <ErrorPanel error={error} />}
    </>
  );
}
