import type { ReactElement } from 'react';
import { Autocomplete, Dialog, Input, Menu, MenuItem, Modal, ModalOverlay, SearchField, useFilter } from 'react-aria-components';
import { commands, describeKeys } from '../../src/contract/commands.ts';
import { useApp } from '../state/app.ts';
import { explore } from '../state/journey.ts';
import { shown } from '../state/remote.ts';
import { primaryAction } from '../state/primary.ts';
import { selectDims } from '../state/measuring-steps.ts';
import { useStore } from '../state/store.ts';
import { openPath, overlay, runCommand } from './actions.ts';

interface Entry {
  readonly id: string;
  readonly title: string;
  readonly detail?: string;
  readonly keys?: string;
  run(): void;
}

/** Everything that can be done, by name. */
export function Palette(): ReactElement {
  const app = useApp();
  const isOpen = useStore(overlay) === 'palette';
  const { contains } = useFilter({ sensitivity: 'base' });
  const close = (): void => overlay.set(undefined);
  return (
    <ModalOverlay
      className="overlay"
      isOpen={isOpen}
      isDismissable
      onOpenChange={(open) => {
        if (!open) close();
      }}
    >
      <Modal className="dialog palette">
        <Dialog aria-label="Command palette">
          <Autocomplete filter={contains}>
            <SearchField aria-label="Command" autoFocus className="palette-search">
              <Input className="palette-input" placeholder="Type a command, a screen, a prefix…" />
            </SearchField>
            <div className="palette-list scroll" tabIndex={0}>
              <PaletteList
                entries={isOpen ? entriesOf(app) : []}
                onRun={(entry) => {
                  close();
                  entry.run();
                }}
              />
            </div>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function PaletteList({ entries, onRun }: { readonly entries: readonly Entry[]; readonly onRun: (entry: Entry) => void }): ReactElement {
  return (
    <Menu
      className="list"
      aria-label="Commands"
      items={entries}
      onAction={(key) => {
        const entry = entries.find((one) => one.id === key);
        if (entry !== undefined) onRun(entry);
      }}
      renderEmptyState={() => <p className="palette-empty muted">No command has this in its name.</p>}
    >
      {(entry) => (
        <MenuItem id={entry.id} className="list-item" textValue={`${entry.title} ${entry.detail ?? ''}`}>
          <span>
            {entry.title}
            {entry.detail === undefined ? null : <span className="muted"> {entry.detail}</span>}
          </span>
          {entry.keys === undefined ? null : (
            <kbd className="key" aria-hidden="true">
              {entry.keys}
            </kbd>
          )}
        </MenuItem>
      )}
    </Menu>
  );
}

function entriesOf(app: ReturnType<typeof useApp>): readonly Entry[] {
  const isMac = /mac/i.test(app.host.platform);
  const action = primaryAction.get();
  const work = app.work.get();
  const entries: Entry[] = [];
  for (const command of commands) {
    if (command.id === 'palette' || (command.by === 'main' && app.host.runCommand === undefined)) continue;
    if (command.id === 'run') {
      if (action?.isEnabled === true) entries.unshift({ id: 'run', title: action.label, keys: describeKeys(command.keys ?? '', isMac), run: action.run });
      continue;
    }
    const title = command.menu === 'go' ? `Go to ${command.title}` : command.title;
    entries.push({ id: command.id, title, ...(command.keys === undefined ? {} : { keys: describeKeys(command.keys, isMac) }), run: () => runCommand(app, command.id) });
  }
  for (const sample of shown(work.samples) ?? []) {
    entries.push({ id: `sample ${sample.name}`, title: `Explore ${sample.title}`, detail: 'sample', run: () => void explore(app, sample.name) });
  }
  for (const path of app.session.get().recentPaths) entries.push({ id: `recent ${path}`, title: `Open ${path}`, detail: 'recent', run: () => openPath(app, path) });
  const ladder = Object.values(work.ladders)[0]?.result.ladder ?? [];
  for (const entry of ladder) entries.push({ id: `dims ${entry.dims}`, title: `Select ${entry.dims} dims`, detail: 'on every chart', run: () => selectDims(app, entry.dims) });
  return entries;
}
