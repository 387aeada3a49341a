import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import type { CallOutput } from '../../../src/contract/calls.ts';
import type { CorpusSummary } from '../../../src/contract/dataset.ts';
import type { WireError } from '../../../src/contract/wire.ts';
import { count } from '../../format/number.ts';
import { bytes } from '../../format/unit.ts';
import { useApp } from '../../state/app.ts';
import { toWireError } from '../../state/errors.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { IconButton } from '../../ui/button.tsx';
import { SearchField } from '../../ui/field.tsx';
import { ErrorPanel } from '../../ui/note.tsx';
import { Badge, Panel, SkeletonRows } from '../../ui/panel.tsx';

const pageSize = 50;

/** The documents themselves, page by page, with a plain search in them. */
export function DocumentBrowser({ corpus }: { readonly corpus: CorpusSummary }): ReactElement {
  const app = useApp();
  const [find, setFind] = useState('');
  const [offset, setOffset] = useState(0);
  const [page, setPage] = useState<CallOutput<'corpus.rows'> | undefined>(undefined);
  const [error, setError] = useState<WireError | undefined>(undefined);

  useEffect(() => {
    let isWanted = true;
    const timer = setTimeout(
      () => {
        app.client.call('corpus.rows', { corpusId: corpus.corpusId, offset, limit: pageSize, ...(find.trim() === '' ? {} : { find: find.trim() }) }).then(
          (rows) => {
            if (!isWanted) return;
            setPage(rows);
            setError(undefined);
          },
          (cause: unknown) => {
            if (isWanted) setError(toWireError(cause));
          },
        );
      },
      find === '' ? 0 : 200,
    );
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [app, corpus.corpusId, find, offset]);

  const total = page?.total ?? corpus.count;
  return (
    <Panel
      title="Documents"
      actions={
        <>
          {corpus.emptyCount > 0 ? <Badge tone="warn">{count(corpus.emptyCount)} empty</Badge> : null}
          {corpus.duplicateCount > 0 ? <Badge tone="warn">{count(corpus.duplicateCount)} duplicates</Badge> : null}
          <Badge>{corpus.format}</Badge>
          <Badge>{bytes(corpus.sizeBytes)}</Badge>
        </>
      }
    >
      <div className="document-bar">
        <SearchField
          label="Find in documents"
          isLabelHidden
          placeholder="Find in documents"
          value={find}
          onChange={(text) => {
            setFind(text);
            setOffset(0);
          }}
        />
        <span className="spring" />
        <span className="muted num">
          {total === 0 ? 'none' : `${count(offset + 1)}–${count(Math.min(total, offset + pageSize))} of ${count(total)}`}
        </span>
        <IconButton isSmall icon="left" label="Documents before" isDisabled={offset === 0} onPress={() => setOffset(Math.max(0, offset - pageSize))} />
        <IconButton isSmall icon="right" label="Documents after" isDisabled={offset + pageSize >= total} onPress={() => setOffset(offset + pageSize)} />
      </div>
      {error === undefined ? null : <ErrorPanel error={error} />}
      {page === undefined ? (
        <SkeletonRows rows={8} />
      ) : (
        <DataTable
          caption="Documents of the corpus"
          rows={page.rows}
          keyOf={(row) => String(row.row)}
          maxHeight={420}
          columns={[
            { id: 'row', header: 'row', isNumeric: true, isFit: true, cell: (row) => count(row.row) },
            { id: 'id', header: 'id', isFit: true, isRowHeader: true, cell: (row) => <span className="mono">{row.id}</span> },
            ...(corpus.hasTitles ? [{ id: 'title', header: 'title', cell: (row: (typeof page.rows)[number]) => row.title ?? '' }] : []),
            { id: 'text', header: 'text', cell: (row) => <span className="document-text">{row.text.length > 300 ? `${row.text.slice(0, 300)}…` : row.text}</span> },
          ]}
        />
      )}
    </Panel>
  );
}
