import { useState } from 'react';
import type { ReactElement } from 'react';
import { apiKeyRefOf } from '../../../src/contract/api-key.ts';
import type { WireError } from '../../../src/contract/wire.ts';
import { patchSession, useApp } from '../../state/app.ts';
import { addModel } from '../../state/dataset-steps.ts';
import { toWireError } from '../../state/errors.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { ErrorPanel } from '../../ui/note.tsx';
import { Panel } from '../../ui/panel.tsx';

/** A server that speaks OpenAI's protocol: Ollama, llama.cpp, vLLM, TEI, LM Studio, or one on the network. */
export function ServerPanel(): ReactElement {
  const app = useApp();
  const [address, setAddress] = useState('');
  const [name, setName] = useState('');
  const [key, setKey] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<WireError | undefined>(undefined);
  const isReady = address.trim() !== '' && name.trim() !== '' && !isBusy;
  const add = async (): Promise<void> => {
    if (!isReady) return;
    const path = `${address.trim()}#${name.trim()}`;
    setBusy(true);
    setError(undefined);
    try {
      if (key !== '') await app.host.setSecret?.(apiKeyRefOf(path), key);
      const model = await app.client.call('models.inspect', { path });
      const { servers } = app.session.get();
      patchSession(app, { servers: [model, ...servers.filter((one) => one.path !== path)].slice(0, 12), modelId: path, documentPrompt: undefined, queryPrompt: undefined, dtype: undefined, dims: undefined });
      addModel(app, model);
      setKey('');
    } catch (cause) {
      setError(toWireError(cause));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Panel title="A server">
      <div className="stack-tight">
        <div className="row">
          <TextField className="grow" label="Address (Ollama, llama.cpp, vLLM, TEI, LM Studio …)" placeholder="http://127.0.0.1:11434/v1" value={address} onChange={setAddress} onSubmit={() => void add()} />
          <TextField label="Its name for the model" placeholder="nomic-embed-text" value={name} onChange={setName} onSubmit={() => void add()} />
          {app.host.setSecret === undefined ? null : <TextField label="Key, if it wants one" type="password" value={key} onChange={setKey} onSubmit={() => void add()} />}
          <Button isDisabled={!isReady} onPress={() => void add()}>
            {isBusy ? 'Asking' : 'Add'}
          </Button>
        </div>
        <p className="muted">One word is sent to learn how long its vectors are; texts go there only when you embed.</p>
        {error === undefined ? null : <ErrorPanel error={error} />}
      </div>
    </Panel>
  );
}
