import { useState } from 'react';
import type { ReactElement } from 'react';
import type { WireError } from '../../../src/contract/wire.ts';
import { patchSession, useApp } from '../../state/app.ts';
import { addModel } from '../../state/dataset-steps.ts';
import { toWireError } from '../../state/errors.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { ErrorPanel } from '../../ui/note.tsx';
import { Panel } from '../../ui/panel.tsx';

/** A model folder of the user's own: ONNX or sentence-transformers. */
export function LocalFolder(): ReactElement {
  const app = useApp();
  const [path, setPath] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<WireError | undefined>(undefined);
  const add = async (chosen: string): Promise<void> => {
    const folder = chosen.trim();
    if (folder === '') return;
    setBusy(true);
    setError(undefined);
    try {
      const model = await app.client.call('models.inspect', { path: folder });
      addModel(app, { ...model, path: model.path ?? folder });
      const { localModels } = app.session.get();
      patchSession(app, { localModels: [folder, ...localModels.filter((one) => one !== folder)].slice(0, 12), modelId: folder, documentPrompt: undefined, queryPrompt: undefined, adapterId: undefined, dtype: undefined, dims: undefined });
      setPath('');
    } catch (cause) {
      setError(toWireError(cause));
    } finally {
      setBusy(false);
    }
  };
  const pick = async (): Promise<void> => {
    const paths = await app.host.pickPaths?.({ title: 'Open a model folder', folders: true });
    if (paths?.[0] !== undefined) await add(paths[0]);
  };
  return (
    <Panel title="A model of your own">
      <div className="stack-tight">
        <div className="row">
          <TextField className="grow" label="Folder of an ONNX or sentence-transformers model" placeholder="/path/to/model" value={path} onChange={setPath} onSubmit={() => void add(path)} />
          <Button isDisabled={path.trim() === '' || isBusy} onPress={() => void add(path)}>
            {isBusy ? 'Reading' : 'Add'}
          </Button>
          {app.host.pickPaths === undefined ? null : (
            <Button icon="folder" onPress={() => void pick()}>
              Choose…
            </Button>
          )}
        </div>
        {error === undefined ? null : <ErrorPanel error={error} />}
      </div>
    </Panel>
  );
}
