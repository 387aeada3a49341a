import { useEffect } from 'react';
import type { ReactElement } from 'react';
import type { ConnectionState, MilvusServer } from '../../../src/contract/connection.ts';
import { count } from '../../format/number.ts';
import { clock, duration } from '../../format/unit.ts';
import { patchSession, useApp } from '../../state/app.ts';
import { loadMilvus, refreshConnection } from '../../state/milvus-steps.ts';
import { ready, shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Segmented } from '../../ui/choice.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { ErrorPanel, Note } from '../../ui/note.tsx';
import { Badge, Facts, Lead, Panel } from '../../ui/panel.tsx';
import { CachePanel } from './cache-panel.tsx';
import { MilvusForm } from './milvus-form.tsx';
import './connection.css';

/** Where the head search runs, and what that place can. */
export default function ConnectionScreen(): ReactElement {
  const app = useApp();
  const { connection, connecting } = useStore(app.work, (work) => ({ connection: work.connection, connecting: work.connecting }));
  const storeKind = useStore(app.session, (session) => session.storeKind);
  useEffect(() => void refreshConnection(app), [app]);
  return (
    <div className="screen">
      <Lead
        actions={
          <Segmented
            label="Store to measure on"
            value={storeKind}
            onChange={(kind) => patchSession(app, { storeKind: kind, head: { index: 'flat', precision: 'f32' } })}
            options={[
              { value: 'embedded', label: 'embedded' },
              { value: 'milvus', label: 'Milvus', isDisabled: connection.state !== 'connected' },
            ]}
          />
        }
      >
        <StateSentence connection={connection} storeKind={storeKind} />
      </Lead>
      {connecting.status === 'failed' ? <ErrorPanel error={connecting.error} /> : null}
      {connection.state === 'lost' && connecting.status !== 'failed' ? (
        <Note tone="bad">
          {connection.message}
          {connection.hint === undefined ? '' : ` ${connection.hint}`}
        </Note>
      ) : null}
      <div className="connection-columns">
        <MilvusForm />
        <div className="stack">{connection.state === 'connected' ? <ServerPanel server={connection.server} /> : <EmbeddedPanel />}</div>
      </div>
    </div>
  );
}

function StateSentence({ connection, storeKind }: { readonly connection: ConnectionState; readonly storeKind: 'embedded' | 'milvus' }): ReactElement {
  switch (connection.state) {
    case 'embedded':
      return <>Searches run <strong>in this process</strong>: exact, with nothing to set up. Connect a Milvus to measure on it too.</>;
    case 'connecting':
      return <>Connecting to <strong>{connection.address}</strong>.</>;
    case 'connected':
      return (
        <>
          Connected to <strong>{connection.server.label}</strong>, probed in {duration(connection.server.probedMs)}. Measurements run on {storeKind === 'milvus' ? 'Milvus' : 'the embedded store'}.
        </>
      );
    case 'lost':
      return <>There is no connection to <strong>{connection.address}</strong>. Measurements run on the embedded store until there is one.</>;
  }
}

function EmbeddedPanel(): ReactElement {
  const app = useApp();
  const info = useStore(app.work, (work) => shown(work.info));
  return (
    <>
      <Panel title="The embedded store" isBordered>
        <Facts
          facts={[
            ['Search', 'exact scan with SIMD; f32, f16, int8 or one bit a dimension; HNSW'],
            ['Machine', info === undefined ? '–' : `${info.machine.cpu}, ${count(info.machine.cores)} cores`],
            ['System', info === undefined ? '–' : `${info.machine.os}, Node ${info.machine.node}`],
          ]}
        />
      </Panel>
      <CachePanel />
    </>
  );
}

function ServerPanel({ server }: { readonly server: MilvusServer }): ReactElement {
  const app = useApp();
  const loaded = useStore(app.work, (work) => work.loaded);
  const hasDataset = useStore(app.work, (work) => ready(work.dataset) !== undefined);
  const result = shown(loaded);
  return (
    <>
      <Panel title="What this server can" isBordered>
        <div className="stack">
          {server.latencyRemark === undefined ? null : <Note tone="warn">{server.latencyRemark}</Note>}
          <Facts
            facts={[
              ['Server', server.label],
              ['Version', server.version],
              ['Indexes', server.indexes.join(', ')],
              ['Vector fields a collection', count(server.maxVectorFields)],
              ['Half precision', server.float16 ? 'yes' : 'no'],
              ['Binary vectors', server.binary ? 'yes' : 'no'],
              ['Largest top k', count(server.maxTopK)],
            ]}
          />
        </div>
      </Panel>
      <Panel
        title="Collections"
        actions={
          <Button isSmall isDisabled={!hasDataset || loaded.status === 'busy'} onPress={() => void loadMilvus(app)}>
            {loaded.status === 'busy' ? 'Loading' : 'Load the prefixes'}
          </Button>
        }
      >
        <div className="stack-tight">
          {loaded.status === 'failed' ? <ErrorPanel error={loaded.error} onRetry={() => void loadMilvus(app)} /> : null}
          {result === undefined ? null : (
            <p className="num">
              {count(result.rowCount)} rows in {result.collections.join(', ')}, {result.reused ? 'there already' : `loaded in ${clock(result.elapsedMs)}`}.
            </p>
          )}
          {hasDataset ? null : <p className="muted">Embed a corpus first; then its prefixes can be loaded. Measuring on Milvus loads what is missing by itself.</p>}
          {server.collections.length === 0 ? (
            <p className="muted">This database has no collections yet.</p>
          ) : (
            <DataTable
              caption="Collections of the server"
              rows={server.collections}
              keyOf={(row) => row.name}
              maxHeight={320}
              columns={[
                { id: 'name', header: 'collection', isRowHeader: true, sortBy: (row) => row.name, cell: (row) => row.name },
                { id: 'rows', header: 'rows', isNumeric: true, sortBy: (row) => row.rowCount ?? 0, cell: (row) => count(row.rowCount) },
                { id: 'owner', header: 'made by', cell: (row) => (row.ownedByFunnelscope ? <Badge>Funnelscope</Badge> : 'others') },
              ]}
            />
          )}
        </div>
      </Panel>
      <CachePanel />
    </>
  );
}
