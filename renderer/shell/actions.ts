import { pathOfCommand } from '../../src/contract/commands.ts';
import type { CommandId } from '../../src/contract/commands.ts';
import { patchSession, patchWork } from '../state/app.ts';
import type { App } from '../state/app.ts';
import { previewCorpus } from '../state/dataset-steps.ts';
import { explore } from '../state/journey.ts';
import { primaryAction } from '../state/primary.ts';
import { idle, shown } from '../state/remote.ts';
import { exportAsked, saveReport } from '../state/report-steps.ts';
import { createStore } from '../state/store.ts';
import type { ScreenId } from '../state/session.ts';

/** What lies over the window. */
export const overlay = createStore<'palette' | 'shortcuts' | undefined>(undefined);

/** A failure of a command that belongs to no screen. */
export const commandFailure = createStore<unknown>(undefined);

const sampleName = 'wordnet';

export function goTo(app: App, screen: ScreenId): void {
  patchSession(app, { screen });
}

/** Runs a command of the table, whoever asked: a key, the palette, or the host's menu. Commands of the main process are not for here. */
export function runCommand(app: App, command: string): void {
  const path = pathOfCommand(command);
  if (path !== undefined) {
    openPath(app, path);
    return;
  }
  act(app, command as CommandId);
}

/** Shows the preview of a file or folder on the Corpus screen. */
export function openPath(app: App, path: string): void {
  goTo(app, 'corpus');
  patchWork(app, { preview: idle });
  void previewCorpus(app, path);
}

function act(app: App, command: CommandId): void {
  switch (command) {
    case 'corpus.open':
      void pickCorpus(app);
      return;
    case 'corpus.sample':
      void explore(app, sampleName);
      return;
    case 'report.save':
      void saveReport(app).then(
        () => goTo(app, 'reports'),
        (error: unknown) => commandFailure.set(error),
      );
      return;
    case 'report.export':
      goTo(app, 'reports');
      // Without a report the screen says how to come by one.
      exportAsked.set((shown(app.work.get().reports)?.length ?? 0) > 0);
      return;
    case 'undo':
      app.funnel.undo();
      return;
    case 'redo':
      app.funnel.redo();
      return;
    case 'palette':
      overlay.set('palette');
      return;
    case 'shortcuts':
      overlay.set('shortcuts');
      return;
    case 'rail':
      patchSession(app, { railCollapsed: !app.session.get().railCollapsed });
      return;
    case 'theme.system':
    case 'theme.light':
    case 'theme.dark':
      patchSession(app, { theme: command.slice('theme.'.length) as 'system' | 'light' | 'dark' });
      return;
    case 'screen.corpus':
    case 'screen.model':
    case 'screen.tradeoffs':
    case 'screen.funnel':
    case 'screen.inspect':
    case 'screen.reports':
    case 'screen.connection':
      goTo(app, command.slice('screen.'.length) as ScreenId);
      return;
    case 'run': {
      const action = primaryAction.get();
      if (action?.isEnabled === true) action.run();
      return;
    }
    case 'cancel':
      app.jobs.cancelAll();
      return;
    default:
      // The rest is the host's. Its menu acts by itself; this is for the palette.
      app.host.runCommand?.(command);
  }
}

async function pickCorpus(app: App): Promise<void> {
  goTo(app, 'corpus');
  const paths = await app.host.pickPaths?.({ title: 'Open corpus' });
  const path = paths?.[0];
  if (path !== undefined) openPath(app, path);
  else if (app.host.pickPaths === undefined) document.querySelector<HTMLInputElement>('[data-path-field] input')?.focus();
}
