import { Component, lazy, Suspense, useEffect } from 'react';
import type { ComponentType, ReactElement, ReactNode } from 'react';
import { useApp } from '../state/app.ts';
import { toWireError } from '../state/errors.ts';
import { screenIds } from '../state/session.ts';
import type { ScreenId } from '../state/session.ts';
import { useStore } from '../state/store.ts';
import { ErrorPanel } from '../ui/note.tsx';
import { SkeletonRows } from '../ui/panel.tsx';
import { DropTarget } from './drop-target.tsx';
import { JobBar } from './job-bar.tsx';
import { useCommandKeys } from './keyboard.ts';
import { Notices } from './notices.tsx';
import { Palette } from './palette.tsx';
import { Rail, screenTitles } from './rail.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { StatusLine } from './status-line.tsx';

/** Each screen is a file of its own: the window opens with the one in front. */
const files: Readonly<Record<ScreenId, () => Promise<{ readonly default: ComponentType }>>> = {
  corpus: () => import('../screens/corpus/corpus-screen.tsx'),
  model: () => import('../screens/model/model-screen.tsx'),
  tradeoffs: () => import('../screens/tradeoffs/tradeoffs-screen.tsx'),
  funnel: () => import('../screens/funnel/funnel-screen.tsx'),
  inspect: () => import('../screens/inspect/inspect-screen.tsx'),
  reports: () => import('../screens/reports/reports-screen.tsx'),
  connection: () => import('../screens/connection/connection-screen.tsx'),
};

const screens = Object.fromEntries(screenIds.map((id) => [id, lazy(files[id])])) as unknown as Readonly<Record<ScreenId, ComponentType>>;

/** Reads the other screens one by one while nothing else is to be done: the charts' library takes a while to run for the first time, and should not when somebody waits for it. */
function readAhead(): () => void {
  const waiting = screenIds.map((id) => files[id]);
  let handle = 0;
  const next = (): void => {
    const file = waiting.shift();
    if (file !== undefined) void file().then(() => (handle = requestIdleCallback(next)), () => undefined);
  };
  handle = requestIdleCallback(next, { timeout: 1000 });
  return () => {
    waiting.length = 0;
    cancelIdleCallback(handle);
  };
}

export function Shell(): ReactElement {
  const app = useApp();
  useCommandKeys(app);
  const screen = useStore(app.session, (session) => session.screen);
  const isRestored = useStore(app.work, (work) => work.isRestored);
  const Screen = screens[screen];
  useEffect(() => (isRestored ? readAhead() : undefined), [isRestored]);
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
          <Notices />
          <Fence key={screen}>
            <Suspense fallback={<Waiting />}>{isRestored ? <Screen /> : <Waiting />}</Suspense>
          </Fence>
        </DropTarget>
      </main>
      <JobBar />
      <Palette />
      <Shortcuts />
    </div>
  );
}

/** Stands where the screen will, and is not one: who waits for a screen waits for more than this. */
function Waiting(): ReactElement {
  return (
    <div className="screen-waiting">
      <SkeletonRows rows={6} />
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
