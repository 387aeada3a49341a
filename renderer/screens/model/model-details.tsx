import { useState } from 'react';
import type { ReactElement } from 'react';
import { apiKeyRefOf } from '../../../src/contract/api-key.ts';
import type { ModelEntry } from '../../../src/contract/dataset.ts';
import type { WireError } from '../../../src/contract/wire.ts';
import { count, dimension } from '../../format/number.ts';
import { sentence } from '../../format/sentence.ts';
import { bytes } from '../../format/unit.ts';
import { patchSession, useApp } from '../../state/app.ts';
import { addModel } from '../../state/dataset-steps.ts';
import { isCancelled, toWireError } from '../../state/errors.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/choice.tsx';
import { TextField } from '../../ui/field.tsx';
import { ErrorPanel, Note } from '../../ui/note.tsx';
import { Facts, Panel } from '../../ui/panel.tsx';
import { AdapterField } from './adapter-field.tsx';
import { ApiEstimate } from './api-cost.tsx';

/** The chosen model in full, with the prompts it is used with. */
export function ModelDetails({ model }: { readonly model: ModelEntry }): ReactElement {
  const app = useApp();
  const session = useStore(app.session);
  const documentPrompt = session.documentPrompt ?? model.documentPrompt;
  const queryPrompt = session.queryPrompt ?? model.queryPrompt;
  const lostPrompt = (model.queryPrompt !== '' && queryPrompt === '') || (model.documentPrompt !== '' && documentPrompt === '');
  return (
    <Panel title={model.name} isBordered className="model-details">
      <div className="stack">
        <Facts
          facts={[
            ['Full dimension', dimension(model.dims)],
            ['Trained prefixes', model.trainedDims.length === 0 ? 'none' : model.trainedDims.join(', ')],
            ['Pooling', `${model.pooling}${model.layerNorm ? ', layer-norm before cutting' : ''}`],
            ['Longest text', `${count(model.maxTokens)} tokens`],
            model.sizeBytes === undefined ? undefined : ['Size', bytes(model.sizeBytes)],
            model.licence === undefined ? undefined : ['Licence', model.licence],
            model.repository === undefined ? undefined : ['Repository', <span className="mono">{model.repository}</span>],
            model.path === undefined || model.where === 'bundled' ? undefined : [model.where === 'api' ? 'Server' : 'Folder', <span className="mono">{model.path}</span>],
          ]}
        />
        {model.warnings.map((warning) => (
          <Note key={warning} tone={/^not /i.test(warning) ? 'warn' : 'info'}>
            {sentence(warning)}
          </Note>
        ))}
        {model.dtypes === undefined || model.dtypes.length < 2 ? null : <NumberFormat model={model} />}
        {model.where === 'hub' ? <Download model={model} /> : null}
        {model.where === 'api' ? <ApiKey model={model} /> : null}
        {model.where === 'api' ? <ApiEstimate model={model} /> : null}
        <TextField label="Before each document" value={documentPrompt} placeholder="nothing" onChange={(text) => patchSession(app, { documentPrompt: text === model.documentPrompt ? undefined : text })} />
        <TextField label="Before each query" value={queryPrompt} placeholder="nothing" onChange={(text) => patchSession(app, { queryPrompt: text === model.queryPrompt ? undefined : text })} />
        <AdapterField model={model} />
        {lostPrompt ? <Note tone="warn">This model was trained with a prompt. Without it, recall against judgements usually falls.</Note> : null}
      </div>
    </Panel>
  );
}

/** fp32 is the reference; smaller formats lose something of their own, beside what a prefix loses. */
function NumberFormat({ model }: { readonly model: ModelEntry }): ReactElement {
  const app = useApp();
  const chosen = formatOf(model, useStore(app.session, (session) => session.dtype));
  const options = (model.dtypes ?? []).map(({ dtype, sizeBytes }) => ({ value: dtype, label: sizeBytes === undefined ? dtype : `${dtype}, ${bytes(sizeBytes)}` }));
  return (
    <>
      <SelectField label="Number format of the weights" options={options} value={chosen} onChange={(dtype) => patchSession(app, { dtype: dtype === 'fp32' ? undefined : dtype })} />
      {chosen === 'fp32' ? null : <Note tone="warn">{`${chosen} weights give vectors of their own: what they lose against fp32 is not part of what a prefix loses. Measure with fp32 before you compare models.`}</Note>}
    </>
  );
}

/** The format in use: the chosen one where the model has it, else the first there is. */
function formatOf(model: ModelEntry, dtype: string | undefined): string {
  const there = (model.dtypes ?? []).map((one) => one.dtype);
  return there.find((one) => one === (dtype ?? 'fp32')) ?? there[0] ?? 'fp32';
}

function Download({ model }: { readonly model: ModelEntry }): ReactElement {
  const app = useApp();
  const [error, setError] = useState<WireError | undefined>(undefined);
  const dtype = formatOf(model, useStore(app.session, (session) => session.dtype));
  const sizeBytes = model.dtypes?.find((one) => one.dtype === dtype)?.sizeBytes ?? model.sizeBytes;
  const running = useStore(app.jobs.state, (jobs) => jobs.running.some((job) => job.call === 'models.download'));
  const download = async (): Promise<void> => {
    setError(undefined);
    try {
      addModel(app, await app.jobs.run('models.download', { modelId: model.id, dtype }, `Downloading ${model.name}`));
    } catch (cause) {
      if (!isCancelled(cause)) setError(toWireError(cause));
    }
  };
  return (
    <>
      <Button icon="download" isDisabled={running} onPress={() => void download()}>
        {running ? 'Downloading' : `Download${sizeBytes === undefined ? '' : ` ${bytes(sizeBytes)}`}`}
      </Button>
      {error === undefined ? null : <ErrorPanel error={error} onRetry={() => void download()} />}
    </>
  );
}

/** The key goes to the host's secret store and never comes back to this window. */
function ApiKey({ model }: { readonly model: ModelEntry }): ReactElement {
  const { host } = useApp();
  const [key, setKey] = useState('');
  const [saved, setSaved] = useState<'no' | 'protected' | 'plain'>('no');
  if (host.setSecret === undefined) {
    return (
      <Note>
        Texts are sent to this model’s server. In a browser the key is read from the environment of the terminal: set <span className="mono">{model.path === undefined ? 'OPENAI_API_KEY' : 'FUNNELSCOPE_API_KEY'}</span> before starting Funnelscope.
      </Note>
    );
  }
  const save = async (): Promise<void> => {
    const result = await host.setSecret?.(apiKeyRefOf(model.path ?? model.id), key);
    setKey('');
    setSaved(result?.isProtected === true ? 'protected' : 'plain');
  };
  return (
    <>
      <Note>Texts are sent to this model’s server when you embed, and cost what it charges.</Note>
      <div className="row">
        <TextField className="grow" label="API key" type="password" value={key} onChange={setKey} onSubmit={() => void save()} />
        <Button isDisabled={key === ''} onPress={() => void save()}>
          Keep
        </Button>
      </div>
      {saved === 'protected' ? <p className="muted">Kept in the system’s secret store.</p> : null}
      {saved === 'plain' ? <Note tone="warn">Kept, but this system offers no protected store: other programs of this user can read it.</Note> : null}
    </>
  );
}
