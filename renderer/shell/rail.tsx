import type { ReactElement } from 'react';
import { commands } from '../../src/contract/commands.ts';
import { patchSession, useApp } from '../state/app.ts';
import { screenIds } from '../state/session.ts';
import type { ScreenId } from '../state/session.ts';
import { useStore } from '../state/store.ts';
import { Icon } from '../ui/icon.tsx';
import { goTo } from './actions.ts';

export const screenTitles: Readonly<Record<ScreenId, string>> = {
  corpus: 'Corpus',
  model: 'Model',
  tradeoffs: 'Tradeoffs',
  funnel: 'Funnel',
  inspect: 'Inspect',
  reports: 'Reports',
  connection: 'Connection',
};

/** The way from screen to screen; collapses to icons. */
export function Rail(): ReactElement {
  const app = useApp();
  const { screen, railCollapsed } = useStore(app.session, ({ screen: current, railCollapsed: collapsed }) => ({ screen: current, railCollapsed: collapsed }));
  return (
    <nav className={railCollapsed ? 'rail collapsed' : 'rail'} aria-label="Screens">
      <ul>
        {screenIds.map((id) => {
          const key = commands.find((command) => command.id === `screen.${id}`)?.keys;
          return (
            <li key={id}>
              <button type="button" className="rail-item" aria-current={id === screen ? 'page' : undefined} aria-keyshortcuts={key} title={railCollapsed ? screenTitles[id] : undefined} onClick={() => goTo(app, id)}>
                <Icon name={id} />
                <span className="rail-title">{screenTitles[id]}</span>
                <span className="rail-key" aria-hidden="true">
                  {key}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      <button type="button" className="rail-item rail-collapse" title={railCollapsed ? 'Show names' : undefined} onClick={() => patchSession(app, { railCollapsed: !railCollapsed })}>
        <Icon name="sidebar" />
        <span className="rail-title">{railCollapsed ? 'Show names' : 'Hide names'}</span>
      </button>
    </nav>
  );
}
