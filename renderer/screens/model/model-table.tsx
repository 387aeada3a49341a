import type { ReactElement } from 'react';
import type { ModelEntry } from '../../../src/contract/dataset.ts';
import { dimension } from '../../format/number.ts';
import { bytes } from '../../format/unit.ts';
import { patchSession, useApp } from '../../state/app.ts';
import { modelKey } from '../../state/dataset-steps.ts';
import { useStore } from '../../state/store.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { Badge } from '../../ui/panel.tsx';
import { PrefixRuler } from './prefix-ruler.tsx';

const places: Readonly<Record<ModelEntry['where'], { readonly text: string; readonly tone: '' | 'good' | 'warn' }>> = {
  bundled: { text: 'in the app', tone: 'good' },
  local: { text: 'on this disk', tone: 'good' },
  hub: { text: 'to download', tone: '' },
  api: { text: 'API', tone: 'warn' },
  collection: { text: 'in Milvus', tone: '' },
};

/** The catalogue: one model a line, its trained prefixes drawn on one common scale. */
export function ModelTable({ models }: { readonly models: readonly ModelEntry[] }): ReactElement {
  const app = useApp();
  const modelId = useStore(app.session, (session) => session.modelId);
  const widest = Math.max(...models.map((model) => model.dims), 16);
  return (
    <DataTable
      caption="Models"
      rows={models}
      keyOf={(model) => modelKey(app, model)}
      selectedKey={modelId}
      onSelect={(model) => patchSession(app, { modelId: modelKey(app, model), documentPrompt: undefined, queryPrompt: undefined, adapterId: undefined, dtype: undefined, dims: undefined })}
      columns={[
        { id: 'name', header: 'model', isRowHeader: true, sortBy: (model) => model.name, cell: (model) => model.name },
        { id: 'where', header: 'where', sortBy: (model) => model.where, cell: (model) => <Badge tone={places[model.where].tone}>{places[model.where].text}</Badge> },
        { id: 'dims', header: 'dims', isNumeric: true, sortBy: (model) => model.dims, cell: (model) => dimension(model.dims) },
        { id: 'trained', header: 'trained prefixes', term: 'trained', cell: (model) => <PrefixRuler dims={model.dims} trained={model.trainedDims} widest={widest} /> },
        { id: 'licence', header: 'licence', sortBy: (model) => model.licence ?? '', cell: (model) => <span className="muted">{model.licence ?? '–'}</span> },
        { id: 'size', header: 'size', isNumeric: true, sortBy: (model) => model.sizeBytes ?? 0, cell: (model) => bytes(model.sizeBytes) },
      ]}
    />
  );
}
