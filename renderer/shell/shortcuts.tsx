import type { ReactElement } from 'react';
import { commands, describeKeys } from '../../src/contract/commands.ts';
import { useApp } from '../state/app.ts';
import { useStore } from '../state/store.ts';
import { Dialog } from '../ui/dialog.tsx';
import { overlay } from './actions.ts';

const groups = [
  ['go', 'Screens'],
  ['run', 'Run'],
  ['file', 'Corpus and reports'],
  ['edit', 'Schedule'],
  ['view', 'Window'],
  ['help', 'Help'],
] as const;

/** Keys of the funnel's stages and of the charts: they belong to the thing in focus, so no command stands for them. */
const local: readonly (readonly [string, string])[] = [
  ['← →', 'A stage’s keep, by about 9 %'],
  ['Shift+← →', 'A stage’s keep, by half or double'],
  ['↑ ↓', 'A stage’s prefix, on its label'],
  ['Delete', 'Remove the stage in focus'],
  ['← →  Enter', 'Chart: from prefix to prefix; select it'],
  ['← → ↑ ↓  Enter', 'Heat map: from cell to cell; take it'],
];

/** Every key there is. */
export function Shortcuts(): ReactElement {
  const app = useApp();
  const isMac = /mac/i.test(app.host.platform);
  const isOpen = useStore(overlay) === 'shortcuts';
  return (
    <Dialog title="Keyboard shortcuts" isOpen={isOpen} isWide onClose={() => overlay.set(undefined)}>
      <div className="shortcut-columns">
        {groups.map(([menu, title]) => {
          const listed = commands.filter((command) => command.menu === menu && command.keys !== undefined && (command.by === 'screen' || app.host.kind === 'electron'));
          if (listed.length === 0) return null;
          return (
            <section key={menu}>
              <h3>{title}</h3>
              <dl className="shortcut-list">
                {listed.map((command) => (
                  <div key={command.id}>
                    <dt>{command.id === 'run' ? 'Run what the screen is about' : command.title}</dt>
                    <dd className="key">{describeKeys(command.keys ?? '', isMac)}</dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
        <section>
          <h3>In stages and charts</h3>
          <dl className="shortcut-list">
            {local.map(([keys, title]) => (
              <div key={keys}>
                <dt>{title}</dt>
                <dd className="key">{keys}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </Dialog>
  );
}
