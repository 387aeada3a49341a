import { app, dialog } from 'electron';
import type { BrowserWindow } from 'electron';

/** Version, what it stands on, and the way to all licences. */
export async function showAbout(window: BrowserWindow | undefined, openLicences: () => void): Promise<void> {
  const options = {
    type: 'info' as const,
    title: 'About Funnelscope',
    message: `Funnelscope ${app.getVersion()}`,
    detail: [
      'Which prefix of a Matryoshka embedding to search, how many candidates to keep, and what that costs and loses.',
      '',
      `Electron ${process.versions['electron'] ?? '?'}, Chromium ${process.versions['chrome'] ?? '?'}, Node ${process.versions.node}`,
      'Apache License 2.0',
    ].join('\n'),
    buttons: ['Licences', 'Close'],
    defaultId: 1,
    cancelId: 1,
  };
  const { response } = await (window === undefined ? dialog.showMessageBox(options) : dialog.showMessageBox(window, options));
  if (response === 0) openLicences();
}
