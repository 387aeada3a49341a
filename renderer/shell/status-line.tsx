import type { ReactElement } from 'react';
import { describeKeys } from '../../src/contract/commands.ts';
import { count } from '../format/number.ts';
import { patchSession, useApp } from '../state/app.ts';
import { shown } from '../state/remote.ts';
import { corpusName } from '../state/selectors.ts';
import { useStore } from '../state/store.ts';
import type { ThemeChoice } from '../state/session.ts';
import { IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { ActionMenu } from '../ui/menu.tsx';
import { overlay } from './actions.ts';

/** The line at the top: what is open, with which model, on which store. */
export function StatusLine(): ReactElement {
  const app = useApp();
  const theme = useStore(app.session, (session) => session.theme);
  const isMac = /mac/i.test(app.host.platform);
  return (
    <header className="status-line">
      <span className="brand">Funnelscope</span>
      <Facts />
      <div className="status-actions">
        <button type="button" className="palette-button" onClick={() => overlay.set('palette')}>
          <Icon name="search" size={14} />
          <span>Commands</span>
          <kbd className="key">{describeKeys('CmdOrCtrl+K', isMac)}</kbd>
        </button>
        <ThemeMenu theme={theme} />
        <IconButton icon="help" label="Keyboard shortcuts" shortcut="?" onPress={() => overlay.set('shortcuts')} />
      </div>
    </header>
  );
}

function Facts(): ReactElement {
  const app = useApp();
  const corpus = useStore(app.work, (work) => shown(work.corpus));
  const name = useStore(app.work, corpusName);
  const dataset = useStore(app.work, (work) => shown(work.dataset));
  const queries = useStore(app.work, (work) => shown(work.queries));
  const connection = useStore(app.work, (work) => work.connection);
  const engine = useStore(app.engine);
  const storeKind = useStore(app.session, (session) => session.storeKind);
  const store = storeOf(storeKind, connection.state, engine.state);
  return (
    <p className="status-facts num">
      {corpus === undefined ? (
        <span className="muted">No corpus open</span>
      ) : (
        <>
          <span className="status-name">{name}</span>
          <span>{count(corpus.count)} docs</span>
        </>
      )}
      {queries === undefined ? null : <span>{count(queries.count)} queries</span>}
      {dataset === undefined ? null : (
        <span>
          {dataset.model.name} {dataset.dims}d
        </span>
      )}
      <span className="status-store">
        <span className={`dot ${store.tone}`} aria-hidden="true" /> {store.text}
      </span>
    </p>
  );
}

function storeOf(kind: 'embedded' | 'milvus', connection: string, engine: string): { readonly text: string; readonly tone: 'good' | 'warn' | 'bad' } {
  if (engine === 'restarting') return { text: 'engine restarting', tone: 'warn' };
  if (engine === 'failed') return { text: 'no engine', tone: 'bad' };
  if (kind === 'embedded') return { text: 'embedded', tone: 'good' };
  switch (connection) {
    case 'connected':
      return { text: 'Milvus', tone: 'good' };
    case 'connecting':
      return { text: 'Milvus, connecting', tone: 'warn' };
    default:
      return { text: 'Milvus, not connected', tone: 'bad' };
  }
}

function ThemeMenu({ theme }: { readonly theme: ThemeChoice }): ReactElement {
  const app = useApp();
  const choose = (choice: ThemeChoice) => () => patchSession(app, { theme: choice });
  return (
    <ActionMenu
      icon={theme === 'system' ? 'screen' : theme === 'light' ? 'sun' : 'moon'}
      label={`Theme: ${theme}`}
      actions={[
        { id: 'system', label: 'As the system', run: choose('system') },
        { id: 'light', label: 'Light', run: choose('light') },
        { id: 'dark', label: 'Dark', run: choose('dark') },
      ]}
    />
  );
}
