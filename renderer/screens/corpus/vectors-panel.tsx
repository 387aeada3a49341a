import { useState } from 'react';
import type { ReactElement } from 'react';
import type { CorpusPreview, VectorSourceChoice, VectorsPreview } from '../../../src/contract/dataset.ts';
import { count, plural } from '../../format/number.ts';
import { patchSession, patchWork, useApp } from '../../state/app.ts';
import { openVectors } from '../../state/dataset-steps.ts';
import { idle } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/choice.tsx';
import { NumberInput, TextField } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';

/** Vectors found in a file: they are searched as they are, without a model. */
export function VectorsPanel({ preview, vectors }: { readonly preview: CorpusPreview; readonly vectors: VectorsPreview }): ReactElement {
  const app = useApp();
  const options = useStore(app.work, (work) => work.previewOptions);
  const isBusy = useStore(app.work, (work) => work.dataset.status === 'busy');
  const [queryPath, setQueryPath] = useState('');
  const [neighboursPath, setNeighboursPath] = useState('');
  const [queryCount, setQueryCount] = useState(Math.max(1, Math.min(500, vectors.ownQueryCount === 0 ? Math.floor(vectors.rowCount / 4) : vectors.ownQueryCount)));
  const [withTexts, setWithTexts] = useState(vectors.hasText);
  const own = vectors.ownQueryCount > 0;
  const file = queryPath.trim();
  const pick = async (use: (path: string) => void, title: string): Promise<void> => {
    const paths = await app.host.pickPaths?.({ title });
    if (paths?.[0] !== undefined) use(paths[0]);
  };
  const open = async (): Promise<void> => {
    const source: VectorSourceChoice = {
      path: preview.path,
      ...(file === '' ? { queryCount } : { queryPath: file, ...(neighboursPath.trim() === '' ? {} : { neighboursPath: neighboursPath.trim() }) }),
      ...(withTexts ? { read: options } : {}),
    };
    if ((await openVectors(app, source)) === undefined) return;
    patchWork(app, { preview: idle });
    patchSession(app, { screen: 'tradeoffs' });
  };
  return (
    <Panel
      title="Vectors"
      isBordered
      actions={
        <Button look={vectors.hasText ? 'plain' : 'primary'} isDisabled={isBusy} onPress={() => void open()}>
          {isBusy ? 'Opening' : 'Open these vectors'}
        </Button>
      }
    >
      <div className="stack-tight">
        <p className="num">
          {count(vectors.rowCount)} rows of {vectors.dims} dims
          {own ? `, with ${plural(vectors.ownQueryCount, 'query', 'queries')} of their own` : ''}
          {vectors.neighbourWidth === undefined ? '' : ` and ${count(vectors.neighbourWidth)} neighbours of each, which are checked against the exact ones`}. They are searched as they are, without a model.
        </p>
        <div className="row">
          <TextField className="grow" label={own ? 'Query vectors, instead of its own' : 'Query vectors, if there are any'} placeholder="/path/to/queries.npy" value={queryPath} onChange={setQueryPath} />
          {app.host.pickPaths === undefined ? null : <Button onPress={() => void pick(setQueryPath, 'Query vectors')}>Choose…</Button>}
        </div>
        {file === '' ? (
          <NumberInput label={own ? 'At most so many of its queries' : 'Rows to hold out as queries'} value={queryCount} minValue={1} maxValue={own ? vectors.ownQueryCount : Math.max(1, vectors.rowCount - 1)} onChange={(value) => setQueryCount(value ?? 1)} />
        ) : (
          <TextField label="Their true neighbours (.ivecs), if there are any" placeholder="/path/to/groundtruth.ivecs" value={neighboursPath} onChange={setNeighboursPath} />
        )}
        {vectors.hasText ? <Checkbox label="Show the texts beside them" isSelected={withTexts} onChange={setWithTexts} /> : null}
      </div>
    </Panel>
  );
}
