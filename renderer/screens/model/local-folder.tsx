import { useState } from 'react';
import type { ReactElement } from 'react';
import type { WireError } from '../../../src/contract/wire.ts';
import { patchSession, useApp } from '../../state/app.ts';
import { addModel } from '../../state/dataset-steps.ts';
import { toWireError } from '../../state/errors.ts';
import { ErrorPanel } from '../../ui/note.tsx';
import { Panel } from '../../ui/panel.tsx';
import { PathRow } from '../../ui/path-row.tsx';

/** A model folder of the user's own: ONNX or sentence-transformers. */
export function LocalFolder(): ReactElement {
  const app = useApp();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<WireError | undefined>(undefined);
  const add = async (folder: string): Promise<boolean> => {
    setBusy(true);
    setError(undefined);
    try {
      const model = await app.client.call('models.inspect', { path: folder });
      addModel(app, { ...model, path: model.path ?? folder });
      const { localModels } = app.session.get();
      patchSession(app, { localModels: [folder, ...localModels.filter((one) => one !== folder)].slice(0, 12), modelId: folder, documentPrompt: undefined, queryPrompt: undefined, adapterId: undefined, dtype: undefined, dims: undefined });
      return true;
    } catch (cause) {
      setError(toWireError(cause));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return (
    <Panel title="A model of your own">
      <div className="stack-tight">
        <PathRow label="Folder of an ONNX or sentence-transformers model" placeholder="/path/to/model" pickTitle="Open a model folder" picksFolders isBusy={isBusy} onAdd={add} />
        {error === undefined ? null : <ErrorPanel error={error} />}
      </div>
    </Panel>
  );
}
