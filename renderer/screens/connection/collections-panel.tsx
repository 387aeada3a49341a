import type { ReactElement } from 'react';
import type { MilvusServer } from '../../../src/contract/connection.ts';
import { count } from '../../format/number.ts';
import { clock } from '../../format/unit.ts';
import { useApp } from '../../state/app.ts';
import { describeCollection, refreshCollections } from '../../state/collection-steps.ts';
import { loadMilvus } from '../../state/milvus-steps.ts';
import { ready, shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { ErrorPanel } from '../../ui/note.tsx';
import { Badge, Panel } from '../../ui/panel.tsx';
import { CollectionPanel } from './collection-panel.tsx';

/** The collections of the server: those of others can be explored where they are, prefixes of the open corpus loaded beside them. */
export function CollectionsPanel({ collections }: { readonly collections: MilvusServer['collections'] }): ReactElement {
  const app = useApp();
  const { loaded, described, dataset } = useStore(app.work, (work) => ({ loaded: work.loaded, described: work.described, dataset: ready(work.dataset) }));
  const result = shown(loaded);
  const view = shown(described);
  const canLoad = dataset !== undefined && dataset.inPlace === undefined;
  return (
    <>
      <Panel
        title="Collections"
        actions={
          <>
            <Button isSmall look="quiet" onPress={() => void refreshCollections(app)}>
              Refresh
            </Button>
            {canLoad ? (
              <Button isSmall isDisabled={loaded.status === 'busy'} onPress={() => void loadMilvus(app)}>
                {loaded.status === 'busy' ? 'Loading' : 'Load the prefixes'}
              </Button>
            ) : null}
          </>
        }
      >
        <div className="stack-tight">
          {loaded.status === 'failed' ? <ErrorPanel error={loaded.error} onRetry={() => void loadMilvus(app)} /> : null}
          {result === undefined ? null : (
            <p className="num">
              {count(result.rowCount)} rows in {result.collections.join(', ')}, {result.reused ? 'there already' : `loaded in ${clock(result.elapsedMs)}`}.
            </p>
          )}
          {collections.length === 0 ? (
            <p className="muted">This database has no collections yet. Embed a corpus and measure on Milvus: what is missing is loaded by itself.</p>
          ) : (
            <>
              <p className="muted">Select a collection to explore it where it is. It is only read.</p>
              <DataTable
                caption="Collections of the server"
                rows={collections}
                keyOf={(row) => row.name}
                selectedKey={view?.name}
                onSelect={(row) => void describeCollection(app, row.name)}
                maxHeight={280}
                columns={[
                  { id: 'name', header: 'collection', isRowHeader: true, sortBy: (row) => row.name, cell: (row) => row.name },
                  { id: 'rows', header: 'rows', isNumeric: true, sortBy: (row) => row.rowCount ?? 0, cell: (row) => count(row.rowCount) },
                  { id: 'owner', header: 'made by', cell: (row) => (row.ownedByFunnelscope ? <Badge>Funnelscope</Badge> : 'others') },
                ]}
              />
            </>
          )}
        </div>
      </Panel>
      {described.status === 'failed' ? <ErrorPanel error={described.error} /> : null}
      {view === undefined || described.status === 'failed' ? null : <CollectionPanel key={view.name} view={view} />}
    </>
  );
}
