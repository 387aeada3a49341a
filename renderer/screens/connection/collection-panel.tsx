import { useState } from 'react';
import type { ReactElement } from 'react';
import type { CallOutput } from '../../../src/contract/calls.ts';
import type { CollectionSource, ViewedVectorField } from '../../../src/contract/connection.ts';
import { count, dimension } from '../../format/number.ts';
import { bytes } from '../../format/unit.ts';
import { useApp } from '../../state/app.ts';
import { exploreCollection } from '../../state/collection-steps.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox, SelectField } from '../../ui/choice.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { NumberInput } from '../../ui/field.tsx';
import { Note } from '../../ui/note.tsx';
import { Panel } from '../../ui/panel.tsx';
import { firstPick } from './first-pick.ts';
import type { Pick } from './first-pick.ts';

type View = CallOutput<'milvus.describe'>;

/** One collection: which of its fields are what, what can be measured where, and the button that explores it. */
export function CollectionPanel({ view }: { readonly view: View }): ReactElement {
  const app = useApp();
  const target = useStore(app.session, (session) => session.milvusTarget);
  const isBusy = useStore(app.work, (work) => work.exploring !== undefined);
  const [pick, setPick] = useState<Pick>(() => firstPick(view));
  const change = (part: Partial<Pick>): void => setPick((before) => ({ ...before, ...part }));
  const whole = view.vectorFields.find((field) => field.name === pick.vectorField)!;
  const shorter = view.vectorFields.filter((field) => field.dims < whole.dims);
  const prefixes = shorter.filter((field) => pick.prefixFields.includes(field.name));
  const explore = (): void => {
    if (target === undefined) return;
    const { idField, textField, titleField, vectorField, rows } = pick;
    const source: CollectionSource = { kind: 'collection', target, collection: view.name, idField, textField, titleField, vectorField, prefixFields: prefixes.map((field) => ({ field: field.name })), ...(rows === undefined || rows >= view.rowCount ? {} : { rows }) };
    void exploreCollection(app, source);
  };
  return (
    <Panel
      title={view.name}
      isBordered
      actions={
        <Button look="primary" isDisabled={isBusy || target === undefined} onPress={explore}>
          {isBusy ? 'Exploring' : 'Explore this collection'}
        </Button>
      }
    >
      <div className="stack">
        <p className="num">
          {count(view.rowCount)} rows, key <span className="mono">{view.keyField}</span>. Reading its vectors takes {bytes((pick.rows ?? view.rowCount) * whole.dims * 4)} here; nothing is written to it.
        </p>
        {view.isLoaded ? null : <Note>It is not in the server’s memory: exploring loads it there, and it stays loaded.</Note>}
        <FieldPickers view={view} pick={pick} onChange={change} />
        <DataTable
          caption={`Vector fields of ${view.name}`}
          rows={view.vectorFields}
          keyOf={(field) => field.name}
          columns={[
            { id: 'name', header: 'vector field', isRowHeader: true, cell: (field) => field.name },
            { id: 'dims', header: 'dims', isNumeric: true, cell: (field) => dimension(field.dims) },
            { id: 'type', header: 'type', cell: (field) => field.type },
            { id: 'index', header: 'index', cell: (field) => (field.index === undefined ? 'none' : `${field.index} ${field.metric ?? ''}`) },
            {
              id: 'role',
              header: 'holds',
              cell: (field) =>
                field.name === whole.name ? (
                  'the whole vectors'
                ) : field.dims < whole.dims ? (
                  <Checkbox
                    label={`the first ${field.dims}`}
                    isSelected={pick.prefixFields.includes(field.name)}
                    onChange={(isPrefix) => change({ prefixFields: isPrefix ? [...pick.prefixFields, field.name] : pick.prefixFields.filter((name) => name !== field.name) })}
                  />
                ) : (
                  'something else'
                ),
            },
          ]}
        />
        <p>{whereSentence(view, whole, prefixes, pick.rows)}</p>
        {view.examples.length === 0 ? null : <Examples view={view} pick={pick} />}
      </div>
    </Panel>
  );
}

function FieldPickers({ view, pick, onChange }: { readonly view: View; readonly pick: Pick; readonly onChange: (part: Partial<Pick>) => void }): ReactElement {
  // Fields beside the schema are seen in the rows only.
  const names = [...new Set([...view.scalarFields.map((field) => field.name), ...view.examples.flatMap((row) => Object.keys(row))])];
  const options = names.map((name) => ({ value: name, label: name }));
  const none = [{ value: '', label: 'none' }, ...options];
  return (
    <div className="field-pickers">
      <SelectField label="Whole vectors" options={view.vectorFields.map((field) => ({ value: field.name, label: `${field.name} (${field.dims})` }))} value={pick.vectorField} onChange={(vectorField) => onChange({ vectorField })} />
      <SelectField label="Id" options={options} value={pick.idField} onChange={(idField) => onChange({ idField })} />
      <SelectField label="Title" options={none} value={pick.titleField} onChange={(titleField) => onChange({ titleField })} />
      <SelectField label="Text" options={none} value={pick.textField} onChange={(textField) => onChange({ textField })} />
      <NumberInput label="Rows" value={pick.rows ?? view.rowCount} minValue={2} maxValue={Math.max(2, view.rowCount)} onChange={(rows) => onChange({ rows })} hint="Fewer: a sample." />
    </div>
  );
}

function Examples({ view, pick }: { readonly view: View; readonly pick: Pick }): ReactElement {
  const names = [...new Set([pick.idField, pick.titleField, pick.textField])].filter((name) => name !== '');
  return (
    <DataTable
      caption={`First rows of ${view.name}`}
      rows={view.examples}
      keyOf={(_, index) => String(index)}
      columns={names.map((name) => ({ id: name, header: name, cell: (row: View['examples'][number]) => <span className="document-text">{row[name] ?? ''}</span> }))}
    />
  );
}

/** What can be measured where it is, and what on the copy of its vectors. */
function whereSentence(view: View, whole: ViewedVectorField, prefixes: readonly ViewedVectorField[], rows: number | undefined): string {
  if (rows !== undefined && rows < view.rowCount) return 'A sample is measured on the embedded store only: in place, all rows are there.';
  const own = [...prefixes, whole].map((field) => field.dims).sort((a, b) => a - b);
  return `In place, Milvus can search ${own.length === 1 ? `${own[0]} dims only` : `${own.slice(0, -1).join(', ')} and ${own.at(-1)} dims`}, by the index each field has. Every other prefix is cut from a copy of the vectors and measured on the embedded store.`;
}
