import type { ReactElement } from 'react';
import type { CorpusPreview, ReadOptions } from '../../../src/contract/dataset.ts';
import { count } from '../../format/number.ts';
import { bytes } from '../../format/unit.ts';
import { patchWork, useApp } from '../../state/app.ts';
import { previewCorpus } from '../../state/dataset-steps.ts';
import { idle, shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox, SelectField } from '../../ui/choice.tsx';
import { NumberInput } from '../../ui/field.tsx';
import { Warnings } from '../../ui/note.tsx';
import { Panel, SkeletonRows, Stale } from '../../ui/panel.tsx';
import { VectorsPanel } from './vectors-panel.tsx';

type Role = CorpusPreview['columns'][number]['role'];

const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'iso-8859-1', 'shift_jis', 'gb18030', 'euc-kr'] as const;
const delimiters = [
  { value: ',', label: 'comma' },
  { value: '\t', label: 'tab' },
  { value: ';', label: 'semicolon' },
  { value: '|', label: 'bar' },
] as const;

/** What was found in the file, and how it will be read: each guess can be changed, and the preview follows. */
export function PreviewPanel({ isOpening, onOpen }: { readonly isOpening: boolean; readonly onOpen: () => void }): ReactElement {
  const app = useApp();
  const remote = useStore(app.work, (work) => work.preview);
  const options = useStore(app.work, (work) => work.previewOptions);
  const preview = shown(remote);
  if (preview === undefined) return remote.status === 'failed' ? <></> : <SkeletonRows rows={8} />;
  // What was found, as soon as it is known: a file may not be what it was asked to be read as.
  const isFound = remote.status === 'ready';
  const encoding = isFound ? preview.encoding : (options.encoding ?? preview.encoding);
  const delimiter = isFound ? preview.delimiter : (options.delimiter ?? preview.delimiter);
  const header = isFound ? preview.header : (options.header ?? preview.header);
  const change = (next: ReadOptions): void => void previewCorpus(app, preview.path, { ...options, ...next });
  const isBare = preview.vectors !== undefined && preview.columns.length === 0;
  const hasText = preview.columns.length === 0 || preview.columns.some((column) => column.role === 'text');
  return (
    <Panel
      title={<bdi title={preview.path}>{preview.path}</bdi>}
      actions={
        <>
          <Button look="quiet" onPress={() => patchWork(app, { preview: idle })}>
            Discard
          </Button>
          {isBare ? null : (
            <Button look="primary" isDisabled={isOpening || !hasText} onPress={onOpen}>
              {isOpening ? 'Opening' : 'Open this corpus'}
            </Button>
          )}
        </>
      }
    >
      <div className="stack">
        <div className="preview-options">
          <span className="num">
            {preview.format} · {bytes(preview.sizeBytes)}
            {preview.estimatedCount === undefined ? '' : ` · about ${count(preview.estimatedCount)} documents`}
            {preview.hasQueries ? ' · brings queries' : ''}
            {preview.hasQrels ? ' and judgements' : ''}
          </span>
          <span className="spring" />
          {encoding === undefined ? null : <SelectField label="Encoding" isInline options={listWith(encodings, encoding)} value={encoding} onChange={(chosen) => change({ encoding: chosen })} />}
          {/csv|tsv/i.test(preview.format) ? (
            <>
              <SelectField label="Delimiter" isInline options={delimiters} value={(delimiter ?? ',') as (typeof delimiters)[number]['value']} onChange={(chosen) => change({ delimiter: chosen })} />
              <Checkbox label="First row names the columns" isSelected={header ?? true} onChange={(names) => change({ header: names })} />
            </>
          ) : null}
          {/folder|markdown|html|pdf/.test(preview.format) ? <ChunkFields options={options} onChange={change} /> : null}
        </div>
        <Warnings warnings={preview.warnings} />
        {preview.vectors === undefined ? null : <VectorsPanel key={preview.path} preview={preview} vectors={preview.vectors} />}
        {hasText ? null : <Warnings warnings={['No column is the text yet: choose one below.']} />}
        {isBare ? null : (
          <Stale when={remote.status === 'busy'} note="Being read again.">
            <PreviewTable preview={preview} onRole={(name, role) => change(roleChange(preview, name, role))} />
          </Stale>
        )}
      </div>
    </Panel>
  );
}

const usualChunks = { maxChars: 1200, overlapChars: 120 };

/** Into what pieces documents are cut, after their headings. */
function ChunkFields({ options, onChange }: { readonly options: ReadOptions; readonly onChange: (next: ReadOptions) => void }): ReactElement {
  const chunks = options.chunks ?? usualChunks;
  const change = (next: Partial<typeof usualChunks>): void => {
    const { maxChars, overlapChars } = { ...chunks, ...next };
    onChange({ chunks: { maxChars, overlapChars: Math.min(overlapChars, Math.floor(maxChars / 2)) } });
  };
  return (
    <>
      <NumberInput label="Pieces of at most (characters)" isInline value={chunks.maxChars} minValue={20} maxValue={100_000} onChange={(maxChars) => maxChars !== undefined && change({ maxChars })} />
      <NumberInput label="sharing" isInline value={chunks.overlapChars} minValue={0} maxValue={Math.floor(chunks.maxChars / 2)} onChange={(overlapChars) => overlapChars !== undefined && change({ overlapChars })} />
    </>
  );
}

function PreviewTable({ preview, onRole }: { readonly preview: CorpusPreview; readonly onRole: (name: string, role: Role) => void }): ReactElement {
  return (
    <div className="table-wrap scroll preview-table" tabIndex={0} role="region" aria-label="First rows">
      <table className="table">
        <caption className="visually-hidden">First rows, and what each column is taken for</caption>
        <thead>
          <tr>
            {preview.columns.map((column) => (
              <th key={column.name} scope="col" className={`role-${column.role}`}>
                <div className="preview-column">
                  <span title={column.reason}>{column.name}</span>
                  <SelectField label={`Role of ${column.name}`} isLabelHidden options={roles} value={column.role} onChange={(role) => onRole(column.name, role)} />
                </div>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, at) => (
                <td key={at} className={`role-${preview.columns[at]?.role ?? 'none'}`}>
                  <div className="preview-cell">{cell}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const roles: readonly { readonly value: Role; readonly label: string }[] = [
  { value: 'id', label: 'id' },
  { value: 'title', label: 'title' },
  { value: 'text', label: 'text' },
  { value: 'none', label: 'not used' },
];

/** The options that give `name` this role; the column that had it before loses it. */
function roleChange(preview: CorpusPreview, name: string, role: Role): ReadOptions {
  const next: Record<'id' | 'title' | 'text', string | undefined> = { id: undefined, title: undefined, text: undefined };
  for (const column of preview.columns) if (column.role !== 'none' && column.name !== name) next[column.role] = column.name;
  if (role !== 'none') next[role] = name;
  return {
    ...(next.id === undefined ? {} : { idColumn: next.id }),
    ...(next.title === undefined ? {} : { titleColumn: next.title }),
    ...(next.text === undefined ? {} : { textColumn: next.text }),
  };
}

function listWith(list: readonly string[], value: string): readonly { readonly value: string; readonly label: string }[] {
  const all = list.some((one) => one.toLowerCase() === value.toLowerCase()) ? list.map((one) => (one.toLowerCase() === value.toLowerCase() ? value : one)) : [value, ...list];
  return all.map((one) => ({ value: one, label: one }));
}
