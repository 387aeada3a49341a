import { useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { sentence } from '../format/sentence.ts';
import { useApp } from '../state/app.ts';
import { toWireError } from '../state/errors.ts';
import { useStore } from '../state/store.ts';
import { Button } from '../ui/button.tsx';
import { ErrorPanel, Note } from '../ui/note.tsx';
import { commandFailure } from './actions.ts';

/** What concerns the whole window and not one screen, above every screen. */
export function Notices(): ReactElement {
  const app = useApp();
  const { unkept, isSecondWindow } = useStore(app.work, (work) => ({ unkept: work.unkept, isSecondWindow: work.isSecondWindow }));
  return (
    <>
      <EngineNotice />
      <FailureNotice />
      {unkept === undefined ? null : (
        <SaidOnce tone="warn">
          {sentence(unkept)} What is open and measured here will be forgotten when this window closes. Measuring and exporting work as before; embedding a corpus for the first time has to write in that folder too.
        </SaidOnce>
      )}
      {isSecondWindow ? (
        <SaidOnce tone="info">
          Another window of Funnelscope is open. Each has a corpus, a model and a screen of its own. The one you change last is what opens next time; the funnels measured in both are kept.
        </SaidOnce>
      ) : null}
    </>
  );
}

function EngineNotice(): ReactElement | null {
  const app = useApp();
  const engine = useStore(app.engine);
  if (engine.state === 'ready') return null;
  return (
    <div className="content-notice">
      <Note tone={engine.state === 'failed' ? 'bad' : 'warn'}>
        {engine.message ?? 'The engine is being started again.'}
        {engine.state === 'restarting' ? ' What was open is opened again as soon as it is back.' : ''}
      </Note>
    </div>
  );
}

function FailureNotice(): ReactElement | null {
  const failure = useStore(commandFailure);
  if (failure === undefined) return null;
  return (
    <div className="content-notice">
      <ErrorPanel error={toWireError(failure)} actions={<Dismiss onPress={() => commandFailure.set(undefined)} />} />
    </div>
  );
}

/** Stays until it is dismissed or no longer true; not said again while it stays true. */
function SaidOnce({ tone, children }: { readonly tone: 'info' | 'warn'; readonly children: ReactNode }): ReactElement | null {
  const [isDismissed, setDismissed] = useState(false);
  if (isDismissed) return null;
  return (
    <div className="content-notice" role="status">
      <Note tone={tone} actions={<Dismiss onPress={() => setDismissed(true)} />}>
        {children}
      </Note>
    </div>
  );
}

function Dismiss({ onPress }: { readonly onPress: () => void }): ReactElement {
  return (
    <Button isSmall onPress={onPress}>
      Dismiss
    </Button>
  );
}
