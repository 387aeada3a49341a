import { useEffect } from 'react';
import type { ReactElement } from 'react';
import type { ConnectionState, MilvusServer } from '../../../src/contract/connection.ts';
import { count } from '../../format/number.ts';
import { duration } from '../../format/unit.ts';
import { useApp } from '../../state/app.ts';
import { chooseStore, refreshConnection } from '../../state/milvus-steps.ts';
import { shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Segmented } from '../../ui/choice.tsx';
import { ErrorPanel, Note } from '../../ui/note.tsx';
import { Facts, Lead, Panel } from '../../ui/panel.tsx';
import { CachePanel } from './cache-panel.tsx';
import { CollectionsPanel } from './collections-panel.tsx';
import { MilvusForm } from './milvus-form.tsx';
import { PerformancePanel } from './performance-panel.tsx';
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
            onChange={(kind) => chooseStore(app, kind)}
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
            ['Search', 'exact scan with SIMD; f32, f16, int8, one bit a dimension or product codes; HNSW'],
            ['Machine', info === undefined ? '–' : `${info.machine.cpu}, ${count(info.machine.cores)} cores`],
            ['System', info === undefined ? '–' : `${info.machine.os}, Node ${info.machine.node}`],
          ]}
        />
      </Panel>
      <PerformancePanel />
      <CachePanel />
    </>
  );
}

function ServerPanel({ server }: { readonly server: MilvusServer }): ReactElement {
  return (
    <>
      <CollectionsPanel collections={server.collections} />
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
      <PerformancePanel />
      <CachePanel />
    </>
  );
}
