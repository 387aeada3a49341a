import { BrowserWindow, dialog, nativeTheme, screen } from 'electron';
import type { WebContents } from 'electron';
import { channels } from '../channels.ts';
import { isOwnUrl, licencesUrl, pageUrl } from './own-page.ts';
import { fitToScreens, readWindowState, saveWindowState, smallestWindow } from './window-state.ts';

export interface WindowsOptions {
  readonly preload: string;
  readonly icon: string | undefined;
  readonly stateFile: string;
  readonly isDevelopment: boolean;
  /** The program's own page is there, with its preload: at every load. */
  readonly onPage: (contents: WebContents) => void;
}

export interface Windows {
  open(): BrowserWindow;
  openLicences(parent: BrowserWindow | undefined): void;
  isOwn(webContentsId: number): boolean;
  /** The window a command of the menu is for; opens one when there is none (macOS). */
  current(): BrowserWindow;
  count(): number;
  /** Resolves when what closed windows left behind is written. */
  settled(): Promise<unknown>;
  /** Sends a command to a window's page, once it listens. */
  send(window: BrowserWindow, command: string): void;
}

const safePreferences = { sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true, webviewTag: false, spellcheck: false } as const;

export function createWindows(options: WindowsOptions): Windows {
  const own = new Map<number, BrowserWindow>();
  let saving: Promise<unknown> = Promise.resolve();

  function open(): BrowserWindow {
    const areas = screen.getAllDisplays().map((display) => display.workArea);
    const state = fitToScreens(readWindowState(options.stateFile), areas);
    // A second window stands a little beside the first one.
    const offset = own.size * 32;
    const window = new BrowserWindow({
      width: state.width,
      height: state.height,
      ...(state.x === undefined || state.y === undefined ? {} : { x: state.x + offset, y: state.y + offset }),
      minWidth: smallestWindow.width,
      minHeight: smallestWindow.height,
      title: 'Funnelscope',
      show: false,
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#16181b' : '#ffffff',
      ...(options.icon === undefined ? {} : { icon: options.icon }),
      webPreferences: { ...safePreferences, preload: options.preload, devTools: options.isDevelopment },
    });
    const { webContents } = window;
    const { id } = webContents;
    own.set(id, window);
    if (state.isMaximized) window.maximize();
    window.once('ready-to-show', () => window.show());
    webContents.on('dom-ready', () => {
      if (isOwnUrl(webContents.getURL())) options.onPage(webContents);
    });
    webContents.on('did-finish-load', () => webContents.setZoomLevel(readWindowState(options.stateFile).zoomLevel));
    window.on('close', () => {
      const { x, y, width, height } = window.getNormalBounds();
      const state = { x, y, width, height, isMaximized: window.isMaximized(), zoomLevel: webContents.getZoomLevel() };
      saving = saving.then(() => saveWindowState(options.stateFile, state));
    });
    window.on('closed', () => own.delete(id));
    keepAlive(window);
    void window.loadURL(pageUrl);
    return window;
  }

  return {
    open,
    openLicences(parent) {
      const window = new BrowserWindow({
        width: 760,
        height: 720,
        title: 'Licences',
        autoHideMenuBar: true,
        ...(parent === undefined ? {} : { parent }),
        webPreferences: { ...safePreferences, javascript: false, devTools: false },
      });
      window.setMenuBarVisibility(false);
      void window.loadURL(licencesUrl);
    },
    isOwn: (webContentsId) => own.has(webContentsId),
    current() {
      const focused = BrowserWindow.getFocusedWindow();
      if (focused !== null && own.has(focused.webContents.id)) return focused;
      return [...own.values()].at(-1) ?? open();
    },
    count: () => own.size,
    settled: () => saving,
    send(window, command) {
      if (window.webContents.isLoading()) window.webContents.once('did-finish-load', () => window.webContents.send(channels.command, command));
      else window.webContents.send(channels.command, command);
    },
  };
}

/** A page that crashed is loaded again, where its session left it; one that keeps crashing asks what to do. One that hangs asks too. */
function keepAlive(window: BrowserWindow): void {
  let crashes: number[] = [];
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit' || window.isDestroyed()) return;
    const nowMs = performance.now();
    crashes = [...crashes.filter((atMs) => nowMs - atMs < 60_000), nowMs];
    if (crashes.length < 3) {
      window.webContents.reload();
      return;
    }
    const choice = dialog.showMessageBox(window, {
      type: 'error',
      message: 'The window stopped three times within a minute.',
      detail: `Nothing that was saved is lost; the engine goes on. (${details.reason}, exit code ${details.exitCode})`,
      buttons: ['Load it again', 'Close the window'],
      cancelId: 1,
    });
    void choice.then(({ response }) => {
      crashes = [];
      if (window.isDestroyed()) return;
      if (response === 0) window.webContents.reload();
      else window.destroy();
    });
  });
  let isAsking = false;
  window.on('unresponsive', () => {
    if (isAsking) return;
    isAsking = true;
    const choice = dialog.showMessageBox(window, { type: 'warning', message: 'The window does not answer.', buttons: ['Wait', 'Load it again'], defaultId: 0, cancelId: 0 });
    void choice.then(({ response }) => {
      isAsking = false;
      if (response === 1 && !window.isDestroyed()) window.webContents.reload();
    });
  });
}
