import { useState } from 'react';
import type { DragEvent, ReactElement, ReactNode } from 'react';
import { useApp } from '../state/app.ts';
import { takeDropped } from '../state/dropped-file.ts';
import type { DropState } from '../state/dropped-file.ts';
import { ErrorPanel, Note } from '../ui/note.tsx';
import { openPath } from './actions.ts';

/** Takes a file or folder dropped anywhere on the window, whichever screen is in front. */
export function DropTarget({ children }: { readonly children: ReactNode }): ReactElement {
  const app = useApp();
  const [isOver, setOver] = useState(false);
  const [state, setState] = useState<DropState>({ kind: 'none' });
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files');

  const onDrop = (event: DragEvent): void => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file === undefined) return;
    const isFolder = event.dataTransfer.items[0]?.webkitGetAsEntry()?.isDirectory === true;
    void takeDropped(app.host, file, isFolder, setState).then((path) => {
      if (path !== undefined) openPath(app, path);
    });
  };

  return (
    <div
      className={isOver ? 'drop-target over' : 'drop-target'}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={onDrop}
    >
      <DropNotice state={state} />
      {children}
    </div>
  );
}

function DropNotice({ state }: { readonly state: DropState }): ReactElement | null {
  if (state.kind === 'none') return null;
  return (
    <div className="content-notice" role="status">
      {state.kind === 'copying' ? <Note>Copying {state.name} to where the engine can read it.</Note> : null}
      {state.kind === 'folder' ? <Note tone="warn">A browser does not tell where the folder {state.name} lies on this disk. Type its path on the Corpus screen; the desktop app takes dropped folders.</Note> : null}
      {state.kind === 'failed' ? <ErrorPanel error={state.error} /> : null}
    </div>
  );
}
