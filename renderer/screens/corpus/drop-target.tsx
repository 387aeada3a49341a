import { useState } from 'react';
import type { DragEvent, ReactElement, ReactNode } from 'react';
import { useApp } from '../../state/app.ts';
import { previewCorpus } from '../../state/dataset-steps.ts';
import { Note } from '../../ui/note.tsx';

/** Takes files dropped anywhere on the screen. A browser does not tell where a file lies; then it says what to do instead. */
export function DropTarget({ children }: { readonly children: ReactNode }): ReactElement {
  const app = useApp();
  const [isOver, setOver] = useState(false);
  const [refused, setRefused] = useState<string | undefined>(undefined);
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files');

  const onDrop = (event: DragEvent): void => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file === undefined) return;
    const path = app.host.pathOfFile?.(file);
    if (path === undefined || path === '') {
      setRefused(file.name);
      return;
    }
    setRefused(undefined);
    void previewCorpus(app, path);
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
        if (event.currentTarget === event.target) setOver(false);
      }}
      onDrop={onDrop}
    >
      {refused === undefined ? null : (
        <div className="content-notice">
          <Note tone="warn">The browser does not tell where {refused} lies on this disk. Type its path below; the desktop app takes dropped files.</Note>
        </div>
      )}
      {children}
    </div>
  );
}
