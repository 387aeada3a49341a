import { Component, lazy, Suspense, useEffect } from 'react';
import type { ComponentType, ReactElement, ReactNode } from 'react';
import { useApp } from '../state/app.ts';
import { toWireError } from '../state/errors.ts';
import type { ScreenId } from '../state/session.ts';
import { useStore } from '../state/store.ts';
import { ErrorPanel, Note } from '../ui/note.tsx';
import { SkeletonRows } from '../ui/panel.tsx';
import { commandFailure } from './actions.ts';
import { DropTarget } from './drop-target.tsx';
import { JobBar } from './job-bar.tsx';
import { useCommandKeys } from './keyboard.ts';
import { Palette } from './palette.tsx';
import { Rail, screenTitles } from './rail.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { StatusLine } from './status-line.tsx';

/** Each screen is a file of its own: the window opens with the one in front. */
const screens: Readonly<Record<ScreenId, ComponentType>> = {
  corpus: lazy(() => import('../screens/corpus/corpus-screen.tsx')),
  model: lazy(() => import('../screens/model/model-screen.tsx')),
  tradeoffs: lazy(() => import('../screens/tradeoffs/tradeoffs-screen.tsx')),
  funnel: lazy(() => import('../screens/funnel/funnel-screen.tsx')),
  inspect: lazy(() => import('../screens/inspect/inspect-screen.tsx')),
  reports: lazy(() => import('../screens/reports/reports-screen.tsx')),
  connection: lazy(() => import('../screens/connection/connection-screen.tsx')),
};

export function Shell(): ReactElement {
  const app = useApp();
  useCommandKeys(app);
  const screen = useStore(app.session, (session) => session.screen);
  const isRestored = useStore(app.work, (work) => work.isRestored);
  const Screen = screens[screen];
  useEffect(() => {
    document.title = `${screenTitles[screen]} · Funnelscope`;
  }, [screen]);
  return (
    <div className="shell">
      <StatusLine />
      <Rail />
      <main className="content scroll" id="content" tabIndex={-1}>
        <h1 className="visually-hidden">{screenTitles[screen]}</h1>
        <DropTarget>
          <EngineNotice />
          <FailureNotice />
          <Fence key={screen}>
            <Suspense fallback={<SkeletonRows rows={6} />}>{isRestored ? <Screen /> : <SkeletonRows rows={6} />}</Suspense>
          </Fence>
        </DropTarget>
      </main>
      <JobBar />
      <Palette />
      <Shortcuts />
    </div>
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
      <ErrorPanel error={toWireError(failure)} onRetry={undefined} actions={<button type="button" className="button small" onClick={() => commandFailure.set(undefined)}>Dismiss</button>} />
    </div>
  );
}

/** A fault in one screen stays in that screen. */
class Fence extends Component<{ readonly children: ReactNode }, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return <ErrorPanel error={toWireError(this.state.error)} onRetry={() => this.setState({ error: undefined })} />;
  }
}
